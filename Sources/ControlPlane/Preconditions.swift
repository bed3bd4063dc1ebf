/// `If-Match` and `If-None-Match`: a change that only holds for the version that its author has seen.
///
/// - Source: RFC 9110, 13.1.1 and 13.1.2.
struct Preconditions: Sendable {
    private let match: String?
    private let noneMatch: String?

    init(ifMatch: String?, ifNoneMatch: String?) {
        match = ifMatch
        noneMatch = ifNoneMatch
    }

    /// - Parameter current: the document as it stands, if it does.
    /// - Throws: where the change must not happen.
    func check(_ current: StoredDocument?) throws(Problem) {
        if let match {
            guard let current, Self.names(match, current.etag, weakly: false) else {
                throw .precondition(current?.version)
            }
        }
        if let noneMatch, let current, Self.names(noneMatch, current.etag, weakly: true) {
            throw .precondition(current.version)
        }
    }

    /// Whether the reader holds this version already.
    func isKnown(_ current: StoredDocument) -> Bool {
        noneMatch.map { Self.names($0, current.etag, weakly: true) } ?? false
    }

    private static func names(_ list: String, _ etag: String, weakly: Bool) -> Bool {
        list.split(separator: ",").contains { part in
            var tag = part.drop { $0 == " " }
            while tag.last == " " { tag.removeLast() }
            if tag == "*" { return true }
            if weakly, tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
            return tag == etag
        }
    }
}
