package import BidKit
internal import Documents
internal import Foundation
internal import GRDB
internal import Synchronization
package import Units

/// Everything that was registered, in one SQLite file: documents, tokens, remembered answers, and who changed what.
///
/// A change that was answered survives a power cut. Several processes may open the same file.
package final class Registry: Sendable {
    let kinds: [BidderKind]
    let time: any TimeSource
    /// One connection: registering is rare, and a pool of readers blocks a thread for each that waits.
    let database: DatabaseQueue
    private let fold: Mutex<ContentsFold>

    /// Opens the file, creating it (mode 0600: it holds exchanges' credentials) and bringing its tables up to date.
    ///
    /// - Parameters:
    ///   - path: of the file; its directory must exist.
    ///   - kinds: the bidder kinds of this service; strategies are read with them.
    /// - Throws: an error of SQLite, whose description says what to do.
    package init(path: String, kinds: [BidderKind], time: any TimeSource = SystemTime()) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        var configuration = Configuration()
        configuration.label = "registry"
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        database = try DatabaseQueue(path: path, configuration: configuration)
        // With a write-ahead log GRDB turns to NORMAL, which may lose the last commits in a power cut.
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try Self.migrator.migrate(database)
        self.kinds = kinds
        self.time = time
        fold = Mutex(ContentsFold(kinds: kinds))
    }

    /// Everything that bidding needs, as of the last change.
    ///
    /// Only what changed since the last call is read anew, the rest is shared with what was returned then.
    /// - Throws: an error of SQLite. A stored document that this version cannot read is no error: it is left out, and
    ///   named in ``RegistryContents/faults``.
    /// - Complexity: O(documents), and the reading of those that changed.
    package func contents() throws -> RegistryContents {
        try fold.withLock { fold in
            try database.read { db in
                let store = Store(db)
                let rows = try store.changes(since: fold.revision)
                try fold.advance(to: try store.revision()) {
                    while let row = try rows.next() {
                        // A row of a kind that only a later version knows is none of our business.
                        if let document = StoredDocument(row) { return document }
                    }
                    return nil
                }
            }
            return fold.contents
        }
    }

    /// Documents just validated, so that ``contents()`` need not read them again.
    func offer(_ registered: [Registered]) {
        fold.withLock { $0.offer(registered) }
    }

    /// What this version keeps of a document, but does not enforce; or why it cannot read it.
    func notes(of document: StoredDocument) -> [String] {
        fold.withLock { $0.notes(of: document) } ?? ContentsFold.notes(of: document, kinds: kinds)
    }

    // MARK: Access

    func read<Value: Sendable>(_ body: @Sendable (Store) throws -> Value) async throws -> Value {
        try await database.read { try body(Store($0)) }
    }

    /// One transaction: all of it or, where it throws, nothing.
    func write<Value: Sendable>(_ body: @Sendable (Store) throws -> Value) async throws -> Value {
        try await database.write { try body(Store($0)) }
    }

    /// As ``write(_:)``, for who may wait in place: the service's start.
    func writeNow<Value>(_ body: (Store) throws -> Value) throws -> Value {
        try database.write { try body(Store($0)) }
    }
}
