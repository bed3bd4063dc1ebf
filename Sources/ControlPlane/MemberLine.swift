internal import Audience
internal import Documents

/// What one line of a list of members says.
enum MemberLine {
    /// A line that is an own id and nothing else.
    static func own(_ id: String, _ advertiser: String?) throws(IdentifierFault) -> Audience.Identifier {
        guard let own = try member(id, advertiser) else { throw nobody(true) }
        return own
    }

    /// - Returns: nil for an id that stands for nobody.
    private static func member(
        _ id: String, _ advertiser: String?
    ) throws(IdentifierFault) -> Audience.Identifier? {
        guard let advertiser else {
            throw IdentifierFault("is an own id, but the audience has no advertiser: use another kind of identifier")
        }
        return try IdentifierText.own(id, of: advertiser)
    }

    /// The text of a JSON string.
    static func unquoted(_ text: String) throws(IdentifierFault) -> String {
        guard case .list(let nodes) = try json("[\(text)]").content, nodes.count == 1, let id = nodes[0].text else {
            throw IdentifierFault("is no JSON string")
        }
        return id
    }

    /// Of an object: at least one.
    static func identifiers(_ text: String, advertiser: String?) throws(IdentifierFault) -> [Audience.Identifier] {
        guard case .map(let members) = try json(text).content else { throw IdentifierFault("is no object") }
        var found: [Audience.Identifier] = []
        var isHidden = false
        for member in members where member.value.content != .null {
            if member.key == "eids" {
                let ids = try eids(member.value)
                found += ids.compactMap { $0 }
                isHidden = isHidden || ids.contains(nil)
            } else if !known.contains(member.key) {
                throw unknownKey
            } else if let one = try identifier(member.key, try string(member.value, member.key), advertiser) {
                found.append(one)
            } else {
                isHidden = true
            }
        }
        if found.isEmpty { throw nobody(isHidden) }
        return found
    }

    /// The same of an object that is read already.
    static func identifiers(
        _ object: PlainObject, advertiser: String?
    ) throws(IdentifierFault) -> [Audience.Identifier] {
        var found: [Audience.Identifier] = []
        for (key, value) in object.members {
            if key == "eids" { throw IdentifierFault("eids must be a list") }
            if let one = try identifier(key, value, advertiser) { found.append(one) }
        }
        if found.isEmpty { throw nobody(true) }
        return found
    }

    private static let known: Set = ["id", "email_sha256", "cookie", "ifa"]
    private static let unknownKey = IdentifierFault(
        "has a key that is none of id, ifa, email_sha256, eids and cookie")

    private static func nobody(_ isHidden: Bool) -> IdentifierFault {
        IdentifierFault(
            isHidden ? "stands for nobody: zeros, a macro or a word for none" : "holds no identifier")
    }

    /// - Returns: nil for one that stands for nobody.
    private static func identifier(
        _ key: String, _ value: String, _ advertiser: String?
    ) throws(IdentifierFault) -> Audience.Identifier? {
        switch key {
        case "id": return try member(value, advertiser)
        case "email_sha256": return try IdentifierText.email(value)
        case "cookie": return try IdentifierText.cookie(value)
        case "ifa": return try IdentifierText.ifa(value)
        default: throw unknownKey
        }
    }

    /// - Source: OpenRTB 2.6, 3.2.27 and 3.2.28; one `id` in the place of `uids` is ours.
    private static func eids(_ node: Node) throws(IdentifierFault) -> [Audience.Identifier?] {
        guard case .list(let nodes) = node.content else { throw IdentifierFault("eids must be a list") }
        var found: [Audience.Identifier?] = []
        for eid in nodes {
            guard let source = eid["source"]?.text else { throw IdentifierFault("eids: source must be a string") }
            var ids: [Node?] = []
            if let id = eid["id"] { ids.append(id) }
            if case .list(let uids)? = eid["uids"]?.content { ids += uids.map { $0["id"] } }
            if ids.isEmpty { throw IdentifierFault("eids: neither id nor uids") }
            for id in ids {
                guard let text = id?.text else { throw IdentifierFault("eids: id must be a string") }
                found.append(try IdentifierText.eid(text, source: source))
            }
        }
        return found
    }

    private static func string(_ node: Node, _ key: String) throws(IdentifierFault) -> String {
        guard let text = node.text else {
            throw IdentifierFault("\(key) must be a string in quotes, is \(node.typeName)")
        }
        return text
    }

    /// The reasons of readers quote what they read; these do not.
    private static func json(_ text: String) throws(IdentifierFault) -> Node {
        if let fault = JSONSyntax.fault(in: Array(text.utf8)) { throw IdentifierFault(fault.message) }
        do throws(DocumentError) {
            return try Node.readOne(text)
        } catch {
            throw IdentifierFault("cannot be read: a key twice, or half of a surrogate pair")
        }
    }
}
