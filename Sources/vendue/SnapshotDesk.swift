internal import Auction
internal import BidPlane
internal import ControlPlane
internal import Documents
internal import Logging

/// Publishes what is registered under the terms of the operator's files, whichever of the two has changed.
///
/// Snapshots reach the loops one after the other, in the order in which they were asked for. Each is made here, between
/// two changes, of the newest of both: none holds half of a change or bears the revision of another. Merges run beside:
/// they change how fast a snapshot is searched, and nobody waits for them.
actor SnapshotDesk {
    /// So many fresh strategies are merged before they are published: looking through them would cost auctions more.
    private static let freshAtOnceMax = 256

    private let builder: SnapshotBuilder
    private let publish: @Sendable (Snapshot) async -> Void
    private let logger: Logger
    private var revision: UInt64 = 0
    /// The publication under way, which the next one waits for.
    private var last: Task<Void, Never>?
    private var merging: Task<Void, Never>?

    init(builder: SnapshotBuilder, logger: Logger, publish: @escaping @Sendable (Snapshot) async -> Void) {
        self.builder = builder
        self.logger = logger
        self.publish = publish
    }

    /// Takes in what changed, without publishing it: of a start's batches all but the last.
    func take(_ changes: RegistryChanges) {
        for fault in changes.faults { logger.error("\(fault)") }
        revision = max(revision, changes.revision)
        // All at once: what a merge beside publishes must be of one revision too.
        var told = SnapshotChanges(revision: revision)
        (told.advertisers, told.removedAdvertisers) = (changes.advertisers.put, changes.advertisers.removed)
        (told.exchanges, told.removedExchanges) = (changes.exchanges.put, changes.exchanges.removed)
        (told.strategies, told.removedStrategies) = (changes.strategies.put, changes.strategies.removed)
        for fault in builder.apply(told) { logger.warning("\(fault)") }
    }

    /// Returns when every loop uses what is registered now.
    func use(_ changes: RegistryChanges) async {
        take(changes)
        await publishNext()
    }

    /// Returns when every loop uses the terms.
    func use(_ terms: OperatorFiles.Terms) async {
        builder.use(rates: terms.rates, vetting: terms.vetting)
        await publishNext()
    }

    /// Returns when every loop uses everything taken in so far.
    func publishNext() async {
        let before = last
        let next = Task {
            await before?.value
            while builder.freshCount > Self.freshAtOnceMax, builder.merge() != nil {}
            await publish(builder.snapshot(revision: revision))
            mergeBeside()
        }
        last = next
        await next.value
    }

    private func mergeBeside() {
        guard merging == nil, builder.isWorthMerging else { return }
        merging = Task.detached(priority: .background) { [builder] in
            let isMerged = builder.merge() != nil
            await self.endMerge(isMerged)
        }
    }

    /// Publishes what was merged as everything else is: in its turn, and never half of a change.
    private func endMerge(_ isMerged: Bool) async {
        merging = nil
        if isMerged { await publishNext() } else { mergeBeside() }
    }
}
