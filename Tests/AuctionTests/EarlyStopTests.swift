import BidKit
import Documents
import Events
import FlatPrice
import Ledger
import Targeting
import Testing
import Units
import Vetting

@testable import Auction

/// Stopping early spares the look at strategies that cannot win; explaining looks at all.
@Suite("Early stop")
struct EarlyStopTests {
    /// What a winner comes to, wherever its strategy lies.
    private struct Win: Hashable, CustomStringConvertible {
        let imp: Int
        let strategy: String
        let creative: Int
        let price: Int64

        init(_ offer: Offer, _ snapshot: Snapshot) {
            imp = offer.imp
            strategy = snapshot.strategy(offer.strategy).idText
            creative = offer.creative
            price = offer.price.micros
        }

        var description: String { "\(strategy) on \(imp) at \(price)" }
    }

    private struct Tally {
        var auctions = 0
        var wins = 0
        /// Auctions that did not look at every strategy.
        var stopped = 0
        /// Offers that won though a better one stood before them, which could not pay.
        var successors = 0
    }

    /// A builder with strategies in all parts of a snapshot, some of them gone.
    private static func builder(
        _ strategies: Int, _ ledger: BudgetLedger, _ random: inout RandomRegistry
    ) throws
        -> SnapshotBuilder
    {
        let rates = try random.rates()
        let builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: ledger, rates: rates)
        builder.apply(exchanges: try RandomRegistry.exchanges.map { try ExchangeDocument(Node.readOne($0)) })
        _ = builder.apply(advertisers: try RandomRegistry.advertisers.map { try random.advertiser($0) })
        // Many are told apart by their ids alone: reading each would take longer than all the auctions.
        let drafts = try (0..<min(strategies, 1400)).map { try random.strategy("s-\($0)") }
        _ = builder.apply(
            strategies: (0..<strategies).map { number in
                var document = drafts[number % drafts.count]
                document.id = "s-\(number)"
                return document
            })
        _ = builder.merge()
        // Newer versions of some, in the tail; still newer ones of others, in no index.
        for count in [40, 10] {
            _ = builder.merge()
            _ = builder.apply(
                strategies: try (0..<count).map { _ in try random.strategy("s-\(random.below(strategies))") },
                removed: ["s-\(random.below(strategies))"])
        }
        // By these rates no bound is what it was.
        builder.use(rates: try random.rates(), vetting: .builtIn)
        return builder
    }

    @Test("strategies are found, and go, wherever the index has put them")
    func positions() throws {
        var random = RandomRegistry(seed: 77)
        let ledger = BudgetLedger()
        let pool = try Self.builder(8000, ledger, &random).snapshot(revision: 1).base
        #expect(pool.index.slots > 4096)
        let order = pool.index.order.map { Int($0) }
        #expect(order != Array(order.indices) && order.sorted() == Array(order.indices))
        for number in pool.strategies.indices { #expect(pool.position(of: pool.strategies[number]) == number) }
        var gone = Gone()
        for number in [7990, 3, 5001, 4097] where number < pool.strategies.count { gone.insert(number, of: pool) }
        #expect(gone.numbers == gone.numbers.sorted() && gone.slots == gone.slots.sorted())
        #expect(gone.slots == gone.numbers.flatMap { pool.index.slots(of: $0) })
    }

    /// With some thousands, strategies no longer lie in the order of their bounds.
    @Test("whoever wins with early stop wins without", arguments: [0, 1, 2, 7000] as [UInt64])
    func winners(_ seed: UInt64) throws {
        var random = RandomRegistry(seed: 500 + seed)
        let ledger = BudgetLedger()
        ledger.advance(to: AuctionKit.instant)
        let kit = AuctionKit(
            ledger: ledger,
            snapshot: try Self.builder(seed > 2 ? Int(seed) : 1400, ledger, &random).snapshot(revision: 1))
        #expect(kit.snapshot.base.index.slots > (seed > 2 ? 4096 : 512) && !kit.snapshot.tail.strategies.isEmpty)
        #expect(!kit.snapshot.fresh.isEmpty)
        let (auction, other) = (kit.auction(), kit.auction())
        let reader = BidRequestReader()
        var tally = Tally()
        for round in 0..<(seed > 2 ? 100 : 350) {
            try reader.read(copying: Array(try random.request().utf8))
            let context = AuctionContext(
                snapshot: kit.snapshot, exchange: random.below(2), instant: AuctionKit.instant, seed: random.seed(),
                deadline: .none)
            // All strategies are told in some rounds only: it takes longer than the auction.
            let isTold = round.isMultiple(of: 50)
            let explanation = other.explain(reader.request, context, strategy: isTold ? nil : "nobody")
            let right = Set(other.winners.map { Win($0, kit.snapshot) })
            if isTold { expectToldWins(explanation, right) }
            var response = ByteWriter(capacity: 64)
            auction.forgetPasses()
            let outcome = auction.hold(reader.request, context, into: &response) { record in
                if let booking = Booking(record.array()[...]) { ledger.apply(booking) }
                return true
            }
            let wins = explanation.noBid == nil ? right : []
            if case .noBid = outcome {
                #expect(wins.isEmpty, "round \(round)")
            } else {
                #expect(Set(auction.winners.map { Win($0, kit.snapshot) }) == wins, "round \(round)")
                #expect(outcome == .bid(count: other.winners.count))
            }
            tally.auctions += 1
            tally.wins += wins.count
            tally.stopped += auction.unreached > 0 ? 1 : 0
            tally.successors += auction.passes[Int(PassReason.budget.rawValue)] > 0 && !wins.isEmpty ? 1 : 0
        }
        print("seed \(seed): \(tally)")
        #expect(tally.wins > tally.auctions)
        #expect(tally.stopped * 6 > tally.auctions)
        #expect(tally.successors * 20 > tally.auctions)
    }

    /// Without a reason not to bid are those who bid.
    private func expectToldWins(_ explanation: Explanation, _ wins: Set<Win>) {
        guard explanation.noBid == nil else { return }
        let told = explanation.verdicts.filter { $0.reason == nil }.map { "\($0.strategy) on \($0.impid)" }
        #expect(Set(told) == Set(wins.map { "\($0.strategy) on \($0.imp)" }))
    }

    @Test("when the best cannot pay, those who were passed over get a hearing, one after the other")
    func exhausted() throws {
        // Each can pay once, and with the first price known all who cannot bid as much are left for later.
        let count = 1500
        let drafts = try (0..<15).map { number in
            // Every seventh wants a visitor of another country.
            try AuctionKit.document(
                #"{"terms":{"cpm":"\#(number + 1)"},"targeting":{"country":["\#(number % 7 == 0 ? "DEU" : "USA")"]}}"#)
        }
        let ledger = BudgetLedger()
        ledger.advance(to: AuctionKit.instant)
        let builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: ledger)
        _ = builder.apply(advertisers: [try AdvertiserDocument(Node.readOne(#"{"id":"acme"}"#))])
        builder.apply(exchanges: [try ExchangeDocument(Node.readOne(#"{"id":"adx"}"#))])
        let strategies = (0..<count).map { number in
            var document = drafts[number % drafts.count]
            document.id = "s-\(number)"
            document.budget.total = Micros(Int64(number % drafts.count + 1) * 1000)
            return document
        }
        _ = builder.apply(strategies: strategies)
        _ = builder.merge()
        let kit = AuctionKit(ledger: ledger, snapshot: builder.snapshot(revision: 1))
        let auction = kit.auction()
        let request = try AuctionKit.request(imps: ["{}"])
        var unreached: [Int] = []
        var held: [String] = []
        for _ in 0..<250 {
            held += try kit.hold(request, by: auction).strategies
            unreached.append(auction.unreached)
        }
        // A hundred at 14, none of the hundred at 15, a hundred at 13, fifty at 12.
        let prices = held.compactMap { Int($0.dropFirst(2)).map { $0 % drafts.count + 1 } }
        #expect(prices == [14, 13, 12].flatMap { [Int](repeating: $0, count: $0 == 12 ? 50 : 100) })
        #expect(Set(held).count == 250)
        #expect(unreached.allSatisfy { $0 > 0 })
    }
}
