internal import Events
internal import Ledger
internal import Units

/// How fast a start folds what the log holds.
struct Replaying: Encodable {
    let events: Int
    let strategies: Int
    let bytesPerEvent: Double
    /// Of the ledger: records read at known places, and folded.
    let eventsPerSecond: Double
    /// The same with every event read whole, texts and all.
    let wholeEventsPerSecond: Double
    /// Whether both say the same, and every reservation is accounted for.
    let isSound: Bool

    private static let rounds = 3

    init(_ world: LedgerWorld) {
        events = world.count
        strategies = world.strategies
        bytesPerEvent = Double(world.bytes.count) / Double(world.count)
        let (quick, first) = Self.best { ledger in
            for index in 0..<world.count {
                guard let booking = Booking(world[index]) else { preconditionFailure("a record is no event") }
                ledger.replay(booking)
            }
        }
        let (whole, second) = Self.best { ledger in
            for index in 0..<world.count {
                guard let event = EventCoder.read(world[index]) else { preconditionFailure("a record is no event") }
                ledger.replay(event)
            }
        }
        eventsPerSecond = Double(world.count) / quick
        wholeEventsPerSecond = Double(world.count) / whole
        let sums = [first, second].map { ledger in
            ledger.books().reduce(into: Account.Books()) { $0 += $1.books }
        }
        let folded = first.tallies().reduce(0) { $0 + $1.tally.counts.reduce(0, +) }
        isSound = sums[0] == sums[1] && sums[0].balance && sums[0].settled > .zero && folded == UInt64(world.count)
    }

    /// Seconds of the quickest round, and the last one's ledger.
    private static func best(_ fold: (BudgetLedger) -> Void) -> (seconds: Double, BudgetLedger) {
        let clock = SystemTime()
        var best = Double.infinity
        var ledger = BudgetLedger()
        for _ in 0..<rounds {
            ledger = BudgetLedger()
            let start = clock.moment()
            fold(ledger)
            best = min(best, Double(clock.moment().nanos - start.nanos) / 1e9)
        }
        return (best, ledger)
    }
}
