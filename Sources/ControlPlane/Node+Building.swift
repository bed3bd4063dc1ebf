internal import Documents

/// Short ways to build the JSON of an answer, and to look into that of a request.
extension Node {
    static func text(_ text: String) -> Node { Node(.string(text)) }

    static func number(_ number: some BinaryInteger) -> Node { Node(.number(String(number))) }

    static func list(_ nodes: [Node]) -> Node { Node(.list(nodes)) }

    static func object(_ members: [(String, Node)]) -> Node {
        Node(.map(members.map { Member(key: $0.0, value: $0.1) }))
    }

    /// The text, where the node is one.
    var text: String? {
        guard case .string(let text) = content else { return nil }
        return text
    }

    /// The object without some of its members; anything else as it is.
    func removing(_ keys: Set<String>) -> Node {
        guard case .map(let members) = content else { return self }
        return Node(.map(members.filter { !keys.contains($0.key) }), position: position, origin: origin)
    }

    /// An exchange without what would let a reader pose as it, or read its prices.
    func withoutCredentials() -> Node {
        masking(["credentials", "bearer"]).masking(["price_encoding", "google", "encryption_key"])
            .masking(["price_encoding", "google", "integrity_key"])
    }

    /// An audience without those who are in it.
    func withoutMembers() -> Node {
        guard let members = self["members"], members.content != .list([]), members.content != .null else { return self }
        var emptied = self
        emptied.set("members", .list([]))
        return emptied
    }

    private func masking(_ path: [String]) -> Node {
        guard let key = path.first else { return .text("hidden") }
        guard let member = self[key] else { return self }
        var masked = self
        masked.set(key, member.masking(Array(path.dropFirst())))
        return masked
    }
}
