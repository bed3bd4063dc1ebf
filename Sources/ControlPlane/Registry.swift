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
    let path: String
    /// One connection: registering is rare, and a pool of readers blocks a thread for each that waits.
    let database: DatabaseQueue
    private let progress = Mutex(Progress())

    /// How far the changes have been handed over.
    private struct Progress {
        var revision: Int64 = 0
        var isReplaying = false
    }

    /// Opens the file, creating it (mode 0600: it holds exchanges' credentials) and bringing its tables up to date.
    ///
    /// - Parameters:
    ///   - path: of the file; its directory must exist.
    ///   - kinds: the bidder kinds of this service; strategies are read with them.
    /// - Throws: ``RegistryFault``, where SQLite fails.
    package init(path: String, kinds: [BidderKind], time: any TimeSource = SystemTime()) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        var configuration = Configuration()
        configuration.label = "registry"
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        do {
            database = try DatabaseQueue(path: path, configuration: configuration)
            // With a write-ahead log GRDB turns to NORMAL, which may lose the last commits in a power cut.
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Self.migrator.migrate(database)
        } catch {
            throw RegistryFault(error, at: path) ?? error
        }
        self.path = path
        self.kinds = kinds
        self.time = time
    }

    /// What changed since the last call, or since a replay; since the beginning where there was neither.
    ///
    /// Changes of other processes that have the file open are among them.
    /// - Parameter registered: documents just validated, which need not be read again.
    /// - Throws: an error of SQLite; the same changes come with the next call then.
    /// - Precondition: no replay is under way.
    /// - Complexity: O(changed documents), however many there are.
    func changes(knowing registered: [Registered] = []) throws -> RegistryChanges {
        try progress.withLock { progress in
            assert(!progress.isReplaying, "nothing is published before the replay has ended")
            return try advance(&progress, knowing: registered)
        }
    }

    private func advance(_ progress: inout Progress, knowing registered: [Registered]) throws -> RegistryChanges {
        let known = Dictionary(registered.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        var changes = RegistryChanges()
        try database.read { db in
            let store = Store(db)
            let rows = try store.changes(since: progress.revision)
            while let row = try rows.next() {
                // A row of a kind that only a later version knows is none of our business.
                guard let stored = StoredDocument(row) else { continue }
                if stored.isDeleted {
                    changes.remove(stored.key)
                } else if let ready = known[stored.key], ready.version == stored.version {
                    changes.put(ready.document)
                } else {
                    changes.read(stored.json, of: stored.key, kinds: kinds)
                }
            }
            progress.revision = try store.revision()
        }
        changes.sort()
        changes.revision = UInt64(max(0, progress.revision))
        return changes
    }

    // MARK: Replay

    func beginReplay() {
        progress.withLock { progress in
            assert(!progress.isReplaying, "one replay at a time")
            progress.isReplaying = true
        }
    }

    /// - Parameter revision: of the registry before the first batch was read.
    /// - Returns: what changed since then, with the revision that the replay leads to.
    func endReplay(at revision: Int64) throws -> RegistryChanges {
        try progress.withLock { progress in
            progress.isReplaying = false
            progress.revision = revision
            var changes = try advance(&progress, knowing: [])
            changes.eventTokens = try eventTokens()
            return changes
        }
    }

    /// What this version keeps of a document, but does not enforce; or why it cannot read it.
    ///
    /// Read from the document whenever it is shown: to keep them for all documents would take more than reading them.
    func notes(of stored: StoredDocument) -> [String] {
        do throws(DocumentError) {
            return try ReadDocument(stored.json, as: stored.key.kind, kinds: kinds).notes
        } catch {
            return error.faults.map { "not in use: this version cannot read it: \($0)" }
        }
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
