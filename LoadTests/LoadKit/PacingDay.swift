internal import Events
package import Ledger
package import Units

/// A strategy's spending over simulated time, from one seed: traffic that comes and goes like people do, an exchange
/// that bills some bids and loses others, and the service's own ledger, account and pacer in between.
package struct PacingDay: Sendable {
    /// A share of an hour's traffic, by hour of the UTC day: asleep at four, awake at nine in the evening.
    package static let curve = [
        0.52, 0.36, 0.27, 0.22, 0.20, 0.25, 0.42, 0.68, 0.92, 1.04, 1.10, 1.14, 1.20, 1.18, 1.13, 1.12, 1.16, 1.26,
        1.42, 1.60, 1.74, 1.72, 1.34, 0.86,
    ]

    package var seed: UInt64 = 1
    /// Requests a second that the strategy could bid on, on average over the day.
    package var requestsPerSecond = 5.0
    package var price = CPM(micros: 2_000_000)
    /// Part of the bids that win, and of those that lose, the part whose loss is told.
    package var winShare = 0.4
    package var toldLosses = 0.9
    /// Seconds between a bid and its notices, at most; at least one.
    package var noticeSecondsMax: Int64 = 30
    package var goal: PacingGoal
    /// When the strategy is registered.
    package var start: Instant
    package var end: Instant
    /// When no request comes at all.
    package var outage: Range<Instant>?
    /// Whether the week before was watched, so that the plan knows the curve.
    package var knowsTraffic = true
    /// Another goal from an instant on.
    package var change: (at: Instant, goal: PacingGoal)?

    package init(_ goal: PacingGoal, from start: Instant, until end: Instant) {
        self.goal = goal
        self.start = start
        self.end = end
    }

    /// What was spent by the end of a minute.
    package struct Minute: Sendable {
        package let instant: Instant
        /// Settled in all.
        package let settled: Spend
        package let multiplier: Multiplier
    }

    /// Traffic at an instant, as a multiple of the day's mean; between hours it goes over smoothly.
    package static func traffic(at instant: Instant) -> Double {
        let seconds = instant.micros / 1_000_000
        let position = Double(seconds % 86_400) / 3600 - 0.5
        let before = Int(position.rounded(.down))
        let part = position - Double(before)
        let mean = curve.reduce(0, +) / Double(curve.count)
        let count = curve.count
        return (curve[(before + count) % count] * (1 - part) + curve[(before + 1) % count] * part) / mean
    }

    /// Mean traffic of the hour before an instant.
    package static func traffic(hourBefore instant: Instant) -> Double {
        (0..<60).reduce(0) { $0 + traffic(at: instant.adding(seconds: Int64(-30 - 60 * $1))) } / 60
    }

    /// Runs it.
    ///
    /// - Returns: every minute from the start to the end.
    package func run() -> [Minute] { PacingRun(self).minutes() }
}

/// One run of a simulated day.
private struct PacingRun {
    private enum Notice {
        case billing
        case loss
    }

    private let day: PacingDay
    private let ledger = BudgetLedger()
    private let account: Account
    private let pacer: Pacer
    private var chance: SplitMix64
    private var notices: [Int64: [(facts: BidFacts, notice: Notice)]] = [:]
    private var settled = Spend.zero
    private var bids: UInt64 = 0

    private static let strategy = "paced"

    init(_ day: PacingDay) {
        self.day = day
        chance = SplitMix64(seed: day.seed)
        account = ledger.account(.strategy(Self.strategy))
        pacer = ledger.pacer(.strategy(Self.strategy))
        if day.knowsTraffic {
            for hour in 1...7 * 24 {
                let end = Instant(seconds: day.start.micros / 3_600_000_000 * 3600).adding(
                    seconds: Int64(1 - hour) * 3600)
                let traffic = PacingDay.traffic(hourBefore: end) * (0.98 + 0.04 * unit())
                let requests = UInt64(traffic * 3600 * 1000)
                ledger.learn(TrafficRecord(at: end, seconds: 3600, requests: requests))
            }
        }
        ledger.advance(to: day.start)
        use(day.goal)
    }

    private mutating func use(_ goal: PacingGoal) {
        account.setLimits(total: goal.total, daily: goal.daily, clock: goal.clock)
        ledger.pace(.strategy(Self.strategy), by: goal)
    }

    consuming func minutes() -> [PacingDay.Minute] {
        var minutes: [PacingDay.Minute] = []
        var change = day.change
        for second in day.start.micros / 1_000_000..<day.end.micros / 1_000_000 {
            let now = Instant(seconds: second)
            if let due = change, due.at <= now {
                use(due.goal)
                change = nil
            }
            ledger.advance(to: now)
            settle(now)
            bid(now)
            guard second % 60 == 59 else { continue }
            minutes.append(
                .init(instant: now.adding(seconds: 1), settled: settled, multiplier: pacer.multiplier))
        }
        return minutes
    }

    /// What exchanges tell of earlier bids.
    private mutating func settle(_ now: Instant) {
        for (facts, notice) in notices.removeValue(forKey: now.micros / 1_000_000) ?? [] {
            var event = Event(notice == .billing ? .billing : .loss, at: now, facts: facts)
            event.released = facts.reserved
            if notice == .billing {
                event.settled = facts.reserved
                settled += facts.reserved
            }
            ledger.apply(event)
        }
    }

    /// The requests of a second.
    private mutating func bid(_ now: Instant) {
        if day.outage?.contains(now) ?? false { return }
        // People come in waves of some minutes too.
        let wave = 1 + 0.15 * Double(Int64(Mix.scramble(UInt64(now.micros / 120_000_000) ^ day.seed) % 200) - 100) / 100
        var expected = day.requestsPerSecond * PacingDay.traffic(at: now) * wave
        while expected > 0 {
            if unit() < min(1, expected) { ask(now) }
            expected -= 1
        }
    }

    private mutating func ask(_ now: Instant) {
        guard case .bid = pacer.ask(draw: chance.next()) else { return }
        var facts = BidFacts()
        bids += 1
        facts.bidID = BidID(high: day.seed, low: bids)
        facts.instant = now
        facts.price = day.price
        facts.budgetPrice = day.price
        facts.exchange = "x"
        facts.advertiser = "a"
        facts.strategy = Self.strategy
        guard account.reserve(facts.reserved, at: now) else { return }
        pacer.take(facts.reserved)
        // The log has the bid at once; until it has, it would count against the account's slice.
        ledger.apply(Event(.bid, at: now, facts: facts))
        let isWon = unit() < day.winShare
        guard isWon || unit() < day.toldLosses else { return }
        let due = now.micros / 1_000_000 + 1 + Int64(unit() * Double(day.noticeSecondsMax))
        notices[due, default: []].append((facts, isWon ? .billing : .loss))
    }

    /// A number from 0 to before 1.
    private mutating func unit() -> Double { Double(chance.next() >> 11) * 0x1p-53 }
}
