internal import CAllocations
internal import Events
internal import Ledger
internal import Units

/// What a bid's money costs: reserved in two limited accounts on a loop, and folded by the log's writer.
struct Reserving: Encodable {
    /// Of one bid, in the median round; the quiet ones are those that a tenth of the rounds are quicker than.
    struct Nanos: Encodable {
        let median: Double
        let quiet: Double

        init(_ rounds: [Double]) {
            let sorted = rounds.sorted()
            median = sorted[sorted.count / 2]
            quiet = sorted[sorted.count / 10]
        }
    }

    /// Strategy and advertiser together.
    let reserve: Nanos
    /// The fold of a bid's record: it is in the log, and counts there.
    let log: Nanos
    /// The fold of a bill.
    let settle: Nanos
    /// In all rounds.
    let allocations: Int
    /// Whether the books say what was done.
    let isSound: Bool

    var reserveAndSettle: Double { reserve.quiet + settle.quiet }

    private static let rounds = 500
    private static let bidsPerRound = 1_000

    init() {
        let ledger = BudgetLedger()
        ledger.advance(to: LedgerWorld.start)
        let strategy = ledger.account(.strategy("strategy-1"))
        let advertiser = ledger.account(.advertiser("advertiser-1"))
        for account in [strategy, advertiser] {
            account.setLimits(total: Micros(1_000_000_000_000), daily: Micros(1_000_000_000_000), clock: .utc)
        }
        let bid = Self.booking(.bid)
        let bill = Self.booking(.billing)
        let clock = SystemTime()
        var times: [[Double]] = [[], [], []]
        for index in times.indices { times[index].reserveCapacity(Self.rounds) }
        func time(_ part: Int, _ work: () -> Void) {
            let start = clock.moment()
            for _ in 0..<Self.bidsPerRound { work() }
            times[part].append(Double(clock.moment().nanos - start.nanos) / Double(Self.bidsPerRound))
        }
        var refused = 0
        // The first round makes what is kept from then on.
        ledger.apply(bid)
        var before = 0
        for round in 0..<Self.rounds {
            if round == 1 { before = Int(vendue_memory_counts_now().allocations) }
            time(0) {
                let isReserved = strategy.reserve(bid.reserved, at: bid.bidInstant)
                if !isReserved || !advertiser.reserve(bid.reserved, at: bid.bidInstant) { refused += 1 }
            }
            time(1) { ledger.apply(bid) }
            time(2) { ledger.apply(bill) }
        }
        allocations = Int(vendue_memory_counts_now().allocations) - before
        let spent = Int64(Self.rounds * Self.bidsPerRound) * Self.spentNanos
        let books = ledger.books()
        isSound =
            refused == 0 && books.count == 2 && books.allSatisfy { $0.books.balance && $0.books.settled.nanos == spent }
        (reserve, log, settle) = (Nanos(times[0]), Nanos(times[1]), Nanos(times[2]))
    }

    private static let spentNanos: Int64 = 1_500_000

    private static func booking(_ kind: EventKind) -> Booking {
        var facts = BidFacts()
        facts.bidID = BidID(high: 1, low: 2)
        facts.instant = LedgerWorld.start
        facts.price = CPM(micros: 2_000_000)
        facts.budgetPrice = facts.price
        (facts.exchange, facts.advertiser, facts.strategy) = ("exchange-1", "advertiser-1", "strategy-1")
        var event = Event(kind, at: facts.instant, facts: facts)
        if kind == .billing {
            event.settled = Spend(nanos: spentNanos)
            event.released = facts.reserved
        }
        return Booking(event)
    }
}
