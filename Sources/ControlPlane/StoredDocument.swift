internal import Documents
internal import GRDB
internal import Units

/// A document as the registry keeps it.
struct StoredDocument: Sendable {
    let key: DocumentKey
    /// Of a strategy or an audience.
    let advertiser: String?
    /// Exactly as registered; `{}` once deleted.
    let json: String
    /// Counts the document's changes from 1; goes on where a deleted id is used again.
    let version: Int64
    /// Of the registry, when this version was written.
    let revision: Int64
    let created: Instant
    let updated: Instant
    let isDeleted: Bool

    /// - Returns: nil for a row of a kind that this version does not know.
    init?(_ row: Row) {
        guard let kind = DocumentKind(rawValue: row["kind"]) else { return nil }
        key = DocumentKey(kind: kind, id: row["id"])
        advertiser = row["advertiser"]
        json = row["json"]
        version = row["version"]
        revision = row["revision"]
        created = Instant(micros: row["created"])
        updated = Instant(micros: row["updated"])
        let deleted: Int64 = row["deleted"]
        isDeleted = deleted != 0
    }

    init(
        key: DocumentKey, advertiser: String?, json: String, version: Int64, revision: Int64, created: Instant,
        updated: Instant, isDeleted: Bool
    ) {
        self.key = key
        self.advertiser = advertiser
        self.json = json
        self.version = version
        self.revision = revision
        self.created = created
        self.updated = updated
        self.isDeleted = isDeleted
    }

    var etag: String { "\"\(version)\"" }

    /// The document, for who may only see some advertiser's.
    ///
    /// - Parameter scope: the advertiser; nil for who sees everybody's.
    /// - Throws: a ``Problem``, as if there were no such document.
    func within(_ scope: String?) throws(Problem) -> StoredDocument {
        if let scope, advertiser != scope { throw .noDocument(key) }
        return self
    }

    /// Members that the service adds to a document in its answers, and takes out of what comes back.
    static let servedMembers: Set<String> = ["version", "created", "updated", "notes"]

    /// The same of audiences alone.
    static let servedOfAudiences: Set<String> = ["size"]

    /// The document as an answer shows it.
    ///
    /// - Parameters:
    ///   - shown: instead of the stored text, where the reader may not see all of it.
    ///   - size: how many visitors are in an audience now; nil where that is not known.
    func body(notes: [String], json shown: String? = nil, size: Int? = nil) -> String {
        var served: [(String, Node)] = [
            ("version", .number(version)), ("created", .text(created.rfc3339)), ("updated", .text(updated.rfc3339)),
        ]
        if let size { served.append(("size", .number(size))) }
        if !notes.isEmpty { served.append(("notes", .list(notes.map { .text($0) }))) }
        let own = (shown ?? json).dropLast()
        return "\(own)\(own == "{" ? "" : ",")\(Node.object(served).json.dropFirst())"
    }
}
