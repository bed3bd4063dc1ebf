internal import Documents

/// Reads the `visitor` of an event: every identifier by which its sender knows the person.
///
/// Hashed hardware ids (`didsha1` and the like) are passed over unread, as is an identifier that stands for nobody.
/// - Source: OpenRTB 2.6, 3.2.18 and 3.2.27.
enum VisitorReader {
    private static let members = ["id", "ifa", "email_sha256", "eids", "cookie", "exchange_user"]
    private static let hardwareIDs: Set = ["didsha1", "didmd5", "dpidsha1", "dpidmd5", "macsha1", "macmd5"]

    /// - Parameter advertiser: to whom an `id` belongs; nil where nobody is named.
    static func read(
        _ node: Node, at pointer: String, advertiser: String?, _ faults: FaultList
    ) -> [Identifier] {
        guard let object = ObjectReader(small: passingOver(node), at: pointer, known: members, faults) else {
            return []
        }
        var identifiers: [Identifier] = []
        if let id = object.text("id", bytesMax: EventLimits.identifierBytesMax) {
            if let advertiser {
                identifiers.append(.own(advertiser: advertiser, id: id))
            } else {
                object.fault(
                    "is an advertiser's own, and none is named", "id",
                    hint: "send it with the advertiser's token, or name the “advertiser” beside “visitor”")
            }
        }
        if let email = object.text("email_sha256", bytesMax: EventLimits.identifierBytesMax) {
            if IdentifierText.isSHA256(email) {
                identifiers.append(.email(sha256: email))
            } else {
                object.fault(
                    "must be 64 hexadecimal digits", "email_sha256",
                    hint: "SHA-256 of the address in lower case, without blanks around it")
            }
        }
        if let cookie = object.text("cookie", bytesMax: EventLimits.identifierBytesMax) {
            identifiers.append(.cookie(cookie))
        }
        if let ifa = object.text("ifa", bytesMax: EventLimits.identifierBytesMax) { identifiers.append(.ifa(ifa)) }
        for (entry, pointer) in object.list("eids") { identifiers += eids(entry, at: pointer, faults) }
        for (entry, pointer) in object.list("exchange_user") {
            if let user = exchangeUser(entry, at: pointer, faults) { identifiers.append(user) }
        }
        if identifiers.count > EventLimits.identifiersMax {
            faults.add("has more than \(EventLimits.identifiersMax) identifiers", at: pointer, node)
        }
        return identifiers.filter { !$0.isNobody }
    }

    private static func passingOver(_ node: Node) -> Node {
        guard case .map(let members) = node.content, members.contains(where: { hardwareIDs.contains($0.key) }) else {
            return node
        }
        return Node(.map(members.filter { !hardwareIDs.contains($0.key) }), position: node.position)
    }

    /// One entry of `eids`; like OpenRTB's it may carry members that say how its ids came about.
    private static func eids(_ node: Node, at pointer: String, _ faults: FaultList) -> [Identifier] {
        let known = ["source", "uids", "id", "ext", "atype", "inserter", "matcher", "mm"]
        guard let object = ObjectReader(small: node, at: pointer, known: known, faults),
            object.require("source", example: "\"idprovider.example\"") != nil,
            let source = object.text("source", bytesMax: EventLimits.textBytesMax)
        else { return [] }
        var identifiers: [Identifier] = []
        if let id = object.text("id", bytesMax: EventLimits.identifierBytesMax) {
            identifiers.append(.eid(source: source, id: id))
        }
        for (entry, pointer) in object.list("uids").prefix(EventLimits.identifiersMax + 1) {
            guard let uid = ObjectReader(small: entry, at: pointer, known: ["id", "atype", "ext"], faults),
                uid.require("id", example: "\"a1b2c3\"") != nil,
                let id = uid.text("id", bytesMax: EventLimits.identifierBytesMax)
            else { continue }
            identifiers.append(.eid(source: source, id: id))
        }
        if identifiers.isEmpty, faults.faults.isEmpty {
            object.fault("names no id", "uids", hint: "for example [ { \"id\": \"a1b2c3\" } ]")
        }
        return identifiers
    }

    private static func exchangeUser(_ node: Node, at pointer: String, _ faults: FaultList) -> Identifier? {
        guard let object = ObjectReader(small: node, at: pointer, known: ["exchange", "id"], faults),
            object.require("exchange", example: "\"adx\"") != nil, object.require("id", example: "\"u-1\"") != nil,
            let exchange = object.id("exchange"),
            let id = object.text("id", bytesMax: EventLimits.identifierBytesMax)
        else { return nil }
        return .exchangeUser(exchange: exchange, id: id)
    }
}
