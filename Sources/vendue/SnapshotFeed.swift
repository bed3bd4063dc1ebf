internal import Auction
internal import ControlPlane
internal import Documents
internal import Synchronization

/// Makes snapshots from what changed in the registry.
final class SnapshotFeed: Sendable {
    private struct Contents {
        var revision: UInt64 = 0
        var advertisers: [String: AdvertiserDocument] = [:]
        var strategies: [String: StrategyDocument] = [:]
        var exchanges: [String: ExchangeDocument] = [:]
    }

    private let compiler: SnapshotCompiler
    private let contents = Mutex(Contents())

    init(_ compiler: SnapshotCompiler) { self.compiler = compiler }

    /// Takes changes in, in the order in which they were made.
    func apply(_ changes: RegistryChanges) {
        contents.withLock { contents in
            Self.apply(changes.advertisers, \.id, to: &contents.advertisers)
            Self.apply(changes.exchanges, \.id, to: &contents.exchanges)
            Self.apply(changes.strategies, \.id, to: &contents.strategies)
            contents.revision = changes.revision
        }
    }

    /// What all changes so far come to.
    ///
    /// - Complexity: O(documents).
    func snapshot() -> Snapshot {
        let contents = contents.withLock { $0 }
        return compiler.compile(
            revision: contents.revision,
            advertisers: Array(contents.advertisers.values),
            strategies: Array(contents.strategies.values),
            exchanges: Array(contents.exchanges.values)
        )
    }

    private static func apply<Document>(
        _ changes: DocumentChanges<Document>,
        _ id: KeyPath<Document, String>,
        to documents: inout [String: Document]
    ) {
        for id in changes.removed { documents[id] = nil }
        for document in changes.put { documents[document[keyPath: id]] = document }
    }
}
