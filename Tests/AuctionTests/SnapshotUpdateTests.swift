import BidKit
import Documents
import FlatPrice
import Ledger
import Testing
import Units
import Vetting

@testable import Auction

/// However a snapshot came about, it decides as one that is compiled from the same documents.
@Suite("Snapshots after updates")
struct SnapshotUpdateTests {
    /// What is registered, told to a builder that merges, to one that never does, and kept to be compiled anew.
    private final class Registry {
        /// One of the builders, with books of its own: all hold the same auctions, so all books are the same.
        final class Layout {
            let ledger = BudgetLedger()
            let builder: SnapshotBuilder
            let auction: Auction

            init(_ rates: CurrencyRates) throws {
                ledger.advance(to: AuctionKit.instant)
                builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: ledger, rates: rates)
                builder.apply(exchanges: try Registry.exchanges())
                auction = AuctionKit(ledger: ledger, snapshot: .empty).auction()
            }
        }

        var random: RandomRegistry
        let merging: Layout
        let fresh: Layout
        let compiled = BudgetLedger()
        var documents: [String: StrategyDocument] = [:]
        var owners: [String: AdvertiserDocument] = [:]
        var rates: CurrencyRates
        var revision: UInt64 = 0
        var merges = 0
        /// Merges that made the base anew, and those that made the tail.
        var layouts = (bases: 0, tails: 0)
        private var lastID = 0

        init(seed: UInt64) throws {
            random = RandomRegistry(seed: seed)
            rates = try random.rates()
            merging = try Layout(rates)
            fresh = try Layout(rates)
            compiled.advance(to: AuctionKit.instant)
        }

        private var builders: [SnapshotBuilder] { [merging.builder, fresh.builder] }

        static func exchanges() throws -> [ExchangeDocument] {
            try RandomRegistry.exchanges.map { try ExchangeDocument(Node.readOne($0)) }
        }

        // MARK: Changes

        func register(_ count: Int) throws {
            let new = try (0..<count).map { _ in
                lastID += 1
                return try random.strategy("s-\(lastID)")
            }
            put(new)
        }

        private func put(_ strategies: [StrategyDocument], removed: [String] = []) {
            for id in removed { documents[id] = nil }
            for strategy in strategies { documents[strategy.id] = strategy }
            for builder in builders { _ = builder.apply(strategies: strategies, removed: removed) }
        }

        private func put(owners new: [AdvertiserDocument], removed: [String] = []) {
            for owner in new { owners[owner.id] = owner }
            for id in removed { owners[id] = nil }
            for builder in builders { _ = builder.apply(advertisers: new, removed: removed) }
        }

        func enrol() throws {
            put(owners: try RandomRegistry.advertisers.map { try random.advertiser($0) })
        }

        private func someID() -> String { random.one(of: documents.keys.sorted()) }

        func change() throws {
            switch random.below(20) {
            case 0..<4: try register(1 + random.below(3))
            case 4..<9: put([try random.strategy(someID())])
            case 9..<12:
                guard var document = documents[someID()] else { return }
                document.state = document.state == .active ? .paused : .active
                put([document])
            case 12, 13: put([], removed: [someID(), "s-never"])
            case 14: put([try random.strategy(someID())], removed: [someID()])
            case 15: put(owners: [], removed: [random.one(of: RandomRegistry.advertisers)])
            case 16, 17: put(owners: [try random.advertiser(random.one(of: RandomRegistry.advertisers))])
            case 18:
                rates = try random.rates()
                for builder in builders { builder.use(rates: rates, vetting: .builtIn) }
            default:
                // Another version of a third of all.
                put(try documents.keys.sorted().filter { _ in random.chance(30) }.map { try random.strategy($0) })
            }
        }

        // MARK: Snapshots

        func publish() -> (merging: Snapshot, fresh: Snapshot) {
            revision += 1
            return (merging.builder.snapshot(revision: revision), fresh.builder.snapshot(revision: revision))
        }

        func compile() throws -> Snapshot {
            SnapshotBuilder.compile(
                kinds: [FlatPrice.kind], ledger: compiled, rates: rates, revision: revision,
                advertisers: owners.sorted { $0.key < $1.key }.map(\.value),
                strategies: documents.sorted { $0.key < $1.key }.map(\.value), exchanges: try Self.exchanges())
        }
    }

    private struct Tally {
        var auctions = 0
        var bids = 0
    }

    /// Why nobody bids is known as far as strategies were looked at: whoever is passed over for offering too little is
    /// not asked whether it would have matched, and how many those are depends on the layout.
    private static func isSame(_ outcome: AuctionOutcome, _ other: AuctionOutcome) -> Bool {
        guard case .noBid(let reason) = outcome, case .noBid(let otherReason) = other else { return outcome == other }
        let vague: Set<NoBidReason> = [.noMatch, .noOffer, .currency]
        return reason == otherReason || (vague.contains(reason) && vague.contains(otherReason))
    }

    /// Holds the same auctions over all layouts.
    private func compare(_ registry: Registry, _ tally: inout Tally, step: Int) throws {
        let (merging, fresh) = registry.publish()
        let compiled = AuctionKit(ledger: registry.compiled, snapshot: try registry.compile())
        let expected = compiled.snapshot
        for snapshot in [merging, fresh] {
            #expect(snapshot.count == expected.count)
            #expect(snapshot.faults == expected.faults)
            #expect(snapshot.strategies.map(\.idText) == expected.strategies.map(\.idText))
        }
        let auction = compiled.auction()
        for _ in 0..<6 {
            let request = try registry.random.request()
            let (seed, exchange) = (registry.random.seed(), registry.random.below(2))
            let right = try compiled.hold(request, exchange: exchange, seed: seed, by: auction)
            for (layout, snapshot) in [(registry.merging, merging), (registry.fresh, fresh)] {
                let kit = AuctionKit(ledger: layout.ledger, snapshot: snapshot)
                let held = try kit.hold(request, exchange: exchange, seed: seed, by: layout.auction)
                #expect(held.text == right.text, "step \(step): \(request)")
                #expect(held.records == right.records)
                #expect(Self.isSame(held.outcome, right.outcome), "step \(step): \(request)")
            }
            tally.auctions += 1
            tally.bids += right.records.count
        }
        // Merged, the same snapshot decides the same.
        guard registry.random.chance(40), let merged = registry.merging.builder.merge() else { return }
        registry.merges += 1
        if merged.base !== merging.base { registry.layouts.bases += 1 }
        if merged.tail !== merging.tail, !merged.tail.strategies.isEmpty { registry.layouts.tails += 1 }
        #expect(merged.revision == merging.revision && merged.sequence > merging.sequence)
        #expect(merged.count == merging.count)
        for _ in 0..<3 {
            let request = try registry.random.request(isTest: true)
            let (seed, exchange) = (registry.random.seed(), registry.random.below(2))
            let held = try [merging, merged].map {
                try AuctionKit(ledger: registry.merging.ledger, snapshot: $0)
                    .hold(request, exchange: exchange, seed: seed, by: registry.merging.auction)
            }
            #expect(held[0].text == held[1].text && held[0].records == held[1].records)
        }
    }

    @Test(
        "every step of a random history decides as what is compiled from scratch",
        arguments: [(0, 5), (1, 150), (2, 150), (3, 500)] as [(UInt64, Int)])
    func histories(_ seed: UInt64, _ strategies: Int) throws {
        let registry = try Registry(seed: seed * 1000 + 7)
        var tally = Tally()
        try registry.enrol()
        try registry.register(strategies)
        for step in 0..<35 {
            for _ in 0...registry.random.below(3) where !registry.documents.isEmpty { try registry.change() }
            try compare(registry, &tally, step: step)
        }
        let layouts = registry.layouts
        print("history \(seed): \(tally.auctions) auctions, \(tally.bids) bids, merges \(registry.merges): \(layouts)")
        #expect(tally.bids * 3 > tally.auctions)
        #expect(registry.merges > 6)
        #expect(layouts.tails > 3)
        #expect(layouts.bases > (strategies > 256 ? 1 : 0))
    }
}
