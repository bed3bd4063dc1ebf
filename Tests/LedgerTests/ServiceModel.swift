import Events
import Ledger
import Units

/// Two loops, a log and a ledger, as the service has them, without sockets and files.
final class ServiceModel {
    /// What of the log is durable.
    private(set) var log: [LogRecord] = []
    /// Pushed by loops, not yet durable.
    private(set) var rings: [[Event]] = [[], []]
    private(set) var ledger = BudgetLedger()
    private(set) var register = NoticeRegister()
    var now = dawn
    private var bids: UInt64 = 0
    /// Of the run at hand.
    private var mark = RunMark.none
    /// Every bid that was sent, and what has become of it does not matter here.
    private(set) var sent: [BidFacts] = []
    let total: Int64
    let micros: Int64

    /// - Parameters:
    ///   - total: micros that the strategy and its advertiser may spend.
    ///   - micros: the CPM price of each bid.
    init(total: Int64, micros: Int64 = 5_000_000) {
        self.total = total
        self.micros = micros
        start()
    }

    private static let ids = [AccountID.strategy("shoes"), .advertiser("acme")]

    /// Starts as the service does: reads the log, looks what the end of it tells, and sets limits.
    func start() {
        ledger = BudgetLedger()
        register = NoticeRegister()
        var history = RunHistory()
        ledger.beginReading(at: now)
        for (index, record) in log.enumerated() {
            history.add(record)
            if case .run(let run) = record { ledger.replay(run) }
            guard case .event(let event) = record else { continue }
            ledger.replay(event)
            register.record(event, sequence: UInt64(index + 1))
        }
        register.begin(after: ledger.restart(after: history, at: now))
        let run = RunRecord(.start, at: now, number: history.count + 1)
        mark = run.mark
        log.append(.run(run))
        // A start takes its time.
        now = Instant(micros: now.micros + 1000)
        for id in Self.ids { ledger.account(id).expect(bid: Spend(nanos: micros)) }
        for id in Self.ids { ledger.account(id).setLimits(total: Micros(total), daily: nil, clock: .utc) }
    }

    /// Forgets what the log does not hold, and starts again.
    func crash() {
        rings = [[], []]
        start()
    }

    /// Ends in order, and starts again.
    func restart() {
        write()
        log.append(.run(RunRecord(.stop, at: now)))
        start()
    }

    /// Has a loop bid.
    ///
    /// - Returns: what it sent; nil where the budget forbids it.
    func bid(loop: Int) -> BidFacts? {
        bids += 1
        var facts = BidFacts.bid(bids, micros: micros, at: now)
        facts.run = mark
        guard ledger.account(Self.ids[0]).reserve(facts.reserved, at: now) else { return nil }
        guard ledger.account(Self.ids[1]).reserve(facts.reserved, at: now) else {
            ledger.account(Self.ids[0]).cancel(facts.reserved, at: now)
            return nil
        }
        rings[loop].append(.of(.bid, facts))
        sent.append(facts)
        return facts
    }

    /// Makes durable what loops have pushed, and folds it.
    func write() {
        for loop in rings.indices {
            for event in rings[loop] { append(event) }
            rings[loop] = []
        }
    }

    private func append(_ event: Event) {
        log.append(.event(event))
        ledger.apply(event)
    }

    /// Takes a notice as the desk does, durably: before the bids that loops have pushed.
    func notice(_ kind: EventKind, _ facts: BidFacts, spent: Int64? = nil) {
        let entry = register.entry(facts.bidID, bidInstant: facts.instant)
        if entry?.has(kind) == true { return }
        var event = Event(kind, at: now, facts: facts)
        if kind == .billing { event.settled = Spend(nanos: spent ?? facts.reserved.nanos) }
        if kind != .win, entry?.isReleased != true { event.released = facts.reserved }
        if event.released != nil, register.isLost(facts, at: now) {
            event.isUnlogged = true
        }
        register.record(event, sequence: UInt64(log.count + 1))
        append(event)
    }

    /// Lets time go by, as the writer's ticks tell it.
    func pass(seconds: Int64) {
        for _ in 0..<seconds {
            now = now.adding(seconds: 1)
            ledger.advance(to: now)
        }
    }

    var books: Account.Books { ledger.books(of: Self.ids[0]) }

    var standing: Account.Standing {
        ledger.standings().first { $0.id == Self.ids[0] }?.standing ?? Account.Standing()
    }

    /// What the log's events come to.
    func replayed() -> BudgetLedger {
        let ledger = BudgetLedger()
        for record in log {
            switch record {
            case .event(let event): ledger.replay(event)
            case .run(let run): ledger.replay(run)
            case .visitor, .traffic: break
            }
        }
        ledger.advance(to: now)
        return ledger
    }
}
