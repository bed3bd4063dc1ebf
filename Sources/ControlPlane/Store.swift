internal import Documents
internal import Foundation
internal import GRDB
internal import Units

/// The rows of the registry within one transaction.
struct Store {
    private let db: Database

    init(_ db: Database) { self.db = db }

    // MARK: Documents

    /// The document, also a deleted one.
    func row(_ key: DocumentKey) throws -> StoredDocument? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM documents WHERE kind = ? AND id = ?"),
            arguments: [key.kind.rawValue, key.id]
        ).flatMap { StoredDocument($0) }
    }

    /// The document, unless it is deleted or never was.
    func live(_ key: DocumentKey) throws -> StoredDocument? {
        try row(key).flatMap { $0.isDeleted ? nil : $0 }
    }

    func isLive(_ key: DocumentKey) throws -> Bool {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM documents WHERE kind = ? AND id = ? AND deleted = 0"),
            arguments: [key.kind.rawValue, key.id]) != nil
    }

    /// Strategies or audiences of an advertiser.
    func documentCount(_ kind: DocumentKind, of advertiser: String) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: "SELECT count(*) FROM documents WHERE kind = ? AND advertiser = ? AND deleted = 0"),
            arguments: [kind.rawValue, advertiser]) ?? 0
    }

    /// One page in the order of ids.
    ///
    /// - Returns: the documents, and whether more follow.
    func page(_ kind: DocumentKind, _ query: PageQuery) throws -> (items: [StoredDocument], hasMore: Bool) {
        var sql = "SELECT * FROM documents WHERE kind = ? AND deleted = 0 AND id > ?"
        var arguments: StatementArguments = [kind.rawValue, query.after]
        if let advertiser = query.advertiser {
            sql += " AND advertiser = ?"
            arguments += [advertiser]
        }
        let rows = try Row.fetchCursor(db.cachedStatement(sql: sql + " ORDER BY id"), arguments: arguments)
        var items: [StoredDocument] = []
        var bytes = 0
        while let row = try rows.next() {
            guard let document = StoredDocument(row) else { continue }
            bytes += document.json.utf8.count
            if items.count == query.limit || bytes > ControlLimits.pageBytesMax && !items.isEmpty {
                return (items, true)
            }
            items.append(document)
        }
        return (items, false)
    }

    /// Everything changed after a revision, deletions too. Valid within the transaction.
    func changes(since revision: Int64) throws -> RowCursor {
        try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT * FROM documents WHERE revision > ? ORDER BY revision"),
            arguments: [revision])
    }

    /// Documents of a kind that come behind an id, in the order of ids.
    func live(_ kind: DocumentKind, after id: String, limit: Int) throws -> [(key: DocumentKey, json: String)] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT id, json FROM documents WHERE kind = ? AND deleted = 0 AND id > ? ORDER BY id LIMIT ?"),
            arguments: [kind.rawValue, id, limit])
        return try Self.documents(rows, of: kind)
    }

    /// Strategies by their place in the file.
    func strategies(inRows range: ClosedRange<Int64>) throws -> [(key: DocumentKey, json: String)] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT id, json FROM documents NOT INDEXED
                    WHERE rowid BETWEEN ? AND ? AND kind = 'strategies' AND deleted = 0 ORDER BY rowid
                    """),
            arguments: [range.lowerBound, range.upperBound])
        return try Self.documents(rows, of: .strategies)
    }

    /// - Parameter rows: id and document.
    private static func documents(
        _ rows: RowCursor, of kind: DocumentKind
    ) throws -> [(key: DocumentKey, json: String)] {
        var documents: [(key: DocumentKey, json: String)] = []
        while let row = try rows.next() { documents.append((DocumentKey(kind: kind, id: row[0]), row[1])) }
        return documents
    }

    /// The number of the last row; 0 where there is none. Rows keep their numbers when they change.
    func lastRow() throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(rowid) FROM documents")) ?? 0
    }

    func revision() throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM meta WHERE key = 'revision'")) ?? 0
    }

    /// Writes the document's next version, and who did it.
    ///
    /// - Parameters:
    ///   - json: nil to delete it.
    ///   - previous: the row so far, also a deleted one.
    func put(
        _ key: DocumentKey, json: String?, advertiser: String?, over previous: StoredDocument?, _ change: Change
    ) throws -> StoredDocument {
        let isNew = previous?.isDeleted ?? true
        let next = StoredDocument(
            key: key, advertiser: advertiser, json: json ?? "{}", version: (previous?.version ?? 0) + 1,
            revision: try revision() + 1, created: isNew ? change.at : previous?.created ?? change.at,
            updated: change.at, isDeleted: json == nil)
        try db.cachedStatement(
            sql: """
                INSERT INTO documents (kind, id, advertiser, json, version, revision, created, updated, deleted)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (kind, id) DO UPDATE SET advertiser = excluded.advertiser, json = excluded.json,
                version = excluded.version, revision = excluded.revision, created = excluded.created,
                updated = excluded.updated, deleted = excluded.deleted
                """
        ).execute(arguments: [
            key.kind.rawValue, key.id, advertiser, next.json, next.version, next.revision, next.created.micros,
            next.updated.micros, next.isDeleted ? 1 : 0,
        ])
        try db.cachedStatement(sql: "UPDATE meta SET value = ? WHERE key = 'revision'")
            .execute(arguments: [next.revision])
        try audit(change, kind: key.kind.rawValue, id: key.id, version: next.version, json: json)
        return next
    }

    // MARK: Audit

    func audit(_ change: Change, kind: String, id: String, version: Int64, json: String?) throws {
        try db.cachedStatement(
            sql: "INSERT INTO audit (at, token, action, kind, id, version, json) VALUES (?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [change.at.micros, change.by, change.action.rawValue, kind, id, version, json])
    }

    // MARK: Tokens

    func token(hash: [UInt8]) throws -> AccessToken? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM tokens WHERE hash = ? AND revoked IS NULL"), arguments: [Data(hash)]
        ).flatMap { AccessToken($0) }
    }

    /// The token, also a revoked one.
    func token(id: String) throws -> AccessToken? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM tokens WHERE id = ?"), arguments: [id])
            .flatMap { AccessToken($0) }
    }

    func tokenCount(role: AccessToken.Role? = nil) throws -> Int {
        if let role {
            return try Int.fetchOne(
                db, sql: "SELECT count(*) FROM tokens WHERE role = ? AND revoked IS NULL", arguments: [role.rawValue])
                ?? 0
        }
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM tokens") ?? 0
    }

    /// Tokens of an advertiser that hold.
    func tokenCount(of advertiser: String) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM tokens WHERE advertiser = ? AND revoked IS NULL", arguments: [advertiser])
            ?? 0
    }

    /// Those that hold and may send events.
    func eventTokens() throws -> [EventToken] {
        try Row.fetchAll(db, sql: "SELECT * FROM tokens WHERE revoked IS NULL ORDER BY id").compactMap { row in
            guard let token = AccessToken(row), token.role.sendsEvents else { return nil }
            let hash: Data = row["hash"]
            return EventToken(hash: Array(hash), advertiser: token.advertiser)
        }
    }

    /// One page of those that hold, in the order of ids.
    func tokens(_ query: PageQuery) throws -> (items: [AccessToken], hasMore: Bool) {
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM tokens WHERE revoked IS NULL AND id > ? ORDER BY id LIMIT ?",
            arguments: [query.after, query.limit + 1])
        return (rows.prefix(query.limit).compactMap { AccessToken($0) }, rows.count > query.limit)
    }

    func insert(_ token: AccessToken, hash: [UInt8]) throws {
        try db.execute(
            sql: "INSERT INTO tokens (id, role, name, hash, advertiser, created) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                token.id, token.role.rawValue, token.name, Data(hash), token.advertiser, token.created.micros,
            ])
    }

    func revoke(tokenID: String, at instant: Instant) throws {
        try db.execute(
            sql: "UPDATE tokens SET revoked = ? WHERE id = ?", arguments: [instant.micros, tokenID])
    }

    // MARK: Remembered answers

    /// What was answered under a key, and to which request.
    func answer(under key: IdempotencyKey) throws -> (answer: Answer, digest: [UInt8])? {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM idempotency WHERE key = ? AND token = ?", arguments: [key.key, key.tokenID])
        else { return nil }
        let digest: Data = row["digest"]
        return (
            Answer(status: row["status"], headers: Answer.headers(from: row["headers"]), body: row["body"]),
            Array(digest)
        )
    }

    func remember(_ answer: Answer, under key: IdempotencyKey, at instant: Instant) throws {
        try db.execute(
            sql: """
                INSERT INTO idempotency (key, token, digest, status, headers, body, created)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key.key, key.tokenID, Data(key.digest), answer.status, answer.headerText, answer.body, instant.micros,
            ])
    }

    func forgetAnswers(before instant: Instant) throws {
        try db.execute(sql: "DELETE FROM idempotency WHERE created < ?", arguments: [instant.micros])
    }
}

/// Who changes something, how, and when.
struct Change: Sendable {
    enum Action: String, Sendable {
        case create, replace, patch, pause, resume, delete, revoke, upload, erase
    }

    let action: Action
    /// Id of the token; `vendue` for the service itself.
    let by: String
    let at: Instant
    /// Whose documents alone may be changed; nil for everybody's.
    var scope: String?
}
