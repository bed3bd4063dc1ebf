internal import Auction
internal import Audience
internal import BidPlane
internal import ControlPlane
internal import Documents
internal import IPSignals
internal import Logging
internal import Synchronization
internal import Targeting

/// Publishes what is registered under the terms of the operator's files, whichever of the two has changed.
///
/// Snapshots reach the loops one after the other, in the order in which they were asked for. Each is made here, between
/// two changes, of the newest of both: none holds half of a change or bears the revision of another. Merges run beside:
/// they change how fast a snapshot is searched, and nobody waits for them.
actor SnapshotDesk {
    /// So many fresh strategies are merged before they are published: looking through them would cost auctions more.
    private static let freshAtOnceMax = 256

    private let builder: SnapshotBuilder
    private let audience: AudienceKeeper
    private let views: AudienceViews
    private let publish: @Sendable (Snapshot) async -> Void
    private let useSources: @Sendable ([EventToken]) async -> Void
    private let logger: Logger
    private var revision: UInt64 = 0
    /// The publication under way, which the next one waits for.
    private var last: Task<Void, Never>?
    private var merging: Task<Void, Never>?

    /// - Parameters:
    ///   - publish: hands a snapshot to every loop.
    ///   - useSources: hands them who may send events.
    init(
        builder: SnapshotBuilder, audience: AudienceKeeper, views: AudienceViews, logger: Logger,
        publish: @escaping @Sendable (Snapshot) async -> Void,
        useSources: @escaping @Sendable ([EventToken]) async -> Void
    ) {
        self.builder = builder
        self.audience = audience
        self.views = views
        self.logger = logger
        self.publish = publish
        self.useSources = useSources
    }

    /// Takes in a batch of a start, before the keeper's thread runs.
    func takeFirst(_ changes: RegistryChanges) async {
        take(changes)
        audience.useFirst(changes.audiences.put)
        if let tokens = changes.eventTokens { await useSources(tokens) }
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
        if !changes.audiences.isEmpty {
            await audience.use(put: changes.audiences.put, removed: changes.audiences.removed)
        }
        if let tokens = changes.eventTokens { await useSources(tokens) }
        await publishNext()
    }

    /// Returns when every loop uses the terms.
    func use(_ terms: OperatorFiles.Terms) async {
        builder.use(rates: terms.rates, vetting: terms.vetting, ipSignals: terms.ipSignals)
        await publishNext()
    }

    /// Returns when every loop uses everything taken in so far.
    func publishNext() async {
        let before = last
        let next = Task {
            await before?.value
            if let addresses = views.takeAddresses() { builder.use(audiences: AddressTable(addresses)) }
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

/// What the keeper published last of audiences by address, on its way into a snapshot: their table takes half a second
/// for a million addresses, which nobody who sends events has to wait for.
final class AudienceViews: Sendable {
    private typealias Addresses = [(range: AddressRange, number: UInt32)]
    private let held = Mutex<(addresses: Addresses, isNew: Bool)>(([], false))

    func put(_ view: AudienceView) {
        held.withLock { held in
            guard !held.addresses.elementsEqual(view.addresses, by: ==) else { return }
            held = (view.addresses, true)
        }
    }

    /// Those that are in no snapshot yet; nil where they all are.
    func takeAddresses() -> [(range: AddressRange, number: UInt32)]? {
        held.withLock { held in
            defer { held.isNew = false }
            return held.isNew ? held.addresses : nil
        }
    }
}

extension AddressTable {
    init(_ addresses: [(range: AddressRange, number: UInt32)]) {
        var builder = AddressTableBuilder()
        for (number, ranges) in Dictionary(grouping: addresses, by: \.number) {
            builder.set(number, ranges.map(\.range))
        }
        self = builder.build()
    }
}
