/// Somebody whom an advertiser puts into an audience by name.
package struct MemberEntry: Equatable, Sendable {
    /// How a member is named.
    package enum Name: Hashable, Sendable {
        /// The advertiser's own customer id.
        case own(String)
        /// SHA-256 of an e-mail address in lower-case hexadecimal.
        case email(sha256: String)
        case ifa(String)
        case eid(source: String, id: String)
        case cookie(String)
    }

    /// At least one; several name the same person.
    package let names: [Name]

    package init(_ names: [Name]) { self.names = names }

    /// Bytes of one name, as many as an event's identifiers have: encrypted ones of some providers have several hundred.
    static let bytesMax = 1024
    /// Names of one member.
    static let namesMax = 64

    private static let keys = ["id", "ifa", "email_sha256", "eids", "cookie"]

    /// A text is the advertiser's own id; an object names a visitor as an event does.
    static func read(_ node: Node, at pointer: String, _ faults: FaultList) -> MemberEntry? {
        switch node.content {
        case .string(let text):
            return name(text, at: pointer, node, faults).map { MemberEntry([.own($0)]) }
        case .map: return read(object: node, at: pointer, faults)
        default:
            faults.add(
                "must be an id or an object, is \(node.typeName)",
                at: pointer,
                node,
                hint: "for example \"customer-7\" or { \"email_sha256\": … }"
            )
            return nil
        }
    }

    private static func read(object node: Node, at pointer: String, _ faults: FaultList) -> MemberEntry? {
        let before = faults.faults.count
        let object = ObjectReader(node, at: pointer, known: keys, faults)
        var names: [Name] = []
        let text = { (key: String) in
            object.string(key).flatMap { name($0, at: object.path(key), node[key] ?? node, faults) }
        }
        if let id = text("id") { names.append(.own(id)) }
        if let ifa = text("ifa") { names.append(.ifa(ifa)) }
        if let cookie = text("cookie") { names.append(.cookie(cookie)) }
        if let hash = text("email_sha256") {
            if hash.utf8.count == 64, hash.utf8.allSatisfy({ $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }) {
                names.append(.email(sha256: hash.lowercased()))
            } else {
                object.fault(
                    "is no SHA-256 in hexadecimal",
                    "email_sha256",
                    hint: "64 digits; the address trimmed and in lower case before it is hashed"
                )
            }
        }
        for (eid, pointer) in object.list("eids") { names += eids(eid, at: pointer, faults) }
        guard faults.faults.count == before else { return nil }
        if names.isEmpty || names.count > namesMax {
            faults.add(
                names.isEmpty ? "names nobody" : "has more than \(namesMax) names",
                at: pointer,
                node,
                hint: "one of \(keys.joined(separator: ", "))"
            )
            return nil
        }
        return MemberEntry(names)
    }

    /// `{ "source": …, "id": … }`, or with `uids` as in a bid request.
    private static func eids(_ node: Node, at pointer: String, _ faults: FaultList) -> [Name] {
        let object = ObjectReader(node, at: pointer, known: ["source", "id", "uids"], faults)
        guard case .map = node.content else { return [] }
        _ = object.require("source", example: "\"id.example\"")
        guard let source = object.string("source").flatMap({ name($0, at: object.path("source"), node, faults) }) else {
            return []
        }
        var ids: [Name] = []
        if let id = object.string("id").flatMap({ name($0, at: object.path("id"), node, faults) }) {
            ids.append(.eid(source: source, id: id))
        }
        for (uid, pointer) in object.list("uids") {
            // Of a bid request's `uids` only the id names somebody.
            let reader = ObjectReader(uid, at: pointer, known: ["id", "atype", "ext"], faults)
            guard case .map = uid.content, reader.require("id", example: "\"a1b2\"") != nil else { continue }
            if let id = reader.string("id").flatMap({ name($0, at: reader.path("id"), uid, faults) }) {
                ids.append(.eid(source: source, id: id))
            }
        }
        if object.value("id") == nil, object.value("uids") == nil {
            faults.add("needs id or uids", at: pointer, node)
        }
        return ids
    }

    private static func name(_ text: String, at pointer: String, _ node: Node, _ faults: FaultList) -> String? {
        if text.isEmpty {
            faults.add("must not be empty", at: pointer, node)
        } else if text.utf8.count > bytesMax {
            faults.add("is longer than \(bytesMax) bytes", at: pointer, node)
        } else {
            return text
        }
        return nil
    }
}
