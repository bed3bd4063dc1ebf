internal import Units

/// How fast one budget is to be spent: its money over the traffic of its time, each hour its share.
///
/// What was not spent in time is spread over the traffic that is left, and so is what was spent too early. Amounts are
/// nanos, as real numbers: a plan is a wish, the books keep the money.
struct SpendPlan {
    let budget: Double
    let start: Instant
    let end: Instant
    /// Spent before the start.
    let base: Double
    /// What should be spent by `moment`; follows what is spent at a distance of an ``allowance`` at most.
    private(set) var reference: Double
    private var moment: Instant
    private var rate = 0.0

    /// Seconds in which a small deviation is made good.
    private static let correctionSeconds = 300.0
    /// Times the plan's own rate, to which catching up is held.
    static let fastest = 2.0

    /// - Parameter spent: by now.
    init(budget: Double, from start: Instant, until end: Instant, base: Double, spent: Double, at now: Instant) {
        self.budget = budget
        self.start = start
        self.end = end
        self.base = base
        reference = spent
        moment = now
    }

    /// What spending may be apart from the plan before the plan gives way: a quarter of an hour of a flat day.
    var allowance: Double { max(0, budget - base) / 96 }

    /// What the plan would have spent had nothing ever disturbed it.
    func ideal(at now: Instant, _ profile: TrafficProfile) -> Double {
        let whole = profile.traffic(from: start, until: end)
        guard whole > 0 else { return budget }
        return base + (budget - base) * min(1, profile.traffic(from: start, until: now) / whole)
    }

    /// Nanos a second that the undisturbed plan spends.
    func plannedRate(at now: Instant, _ profile: TrafficProfile) -> Double {
        let whole = profile.traffic(from: start, until: end)
        guard now >= start, now < end, whole > 0 else { return 0 }
        return max(0, budget - base) * profile.weight(at: now) / whole
    }

    /// Moves on, and says how fast to spend from here.
    ///
    /// - Parameter spent: so far, in nanos; what is outstanding at what is likely to become of it.
    /// - Returns: nanos a second.
    mutating func advance(to now: Instant, spent: Double, _ profile: TrafficProfile) -> Double {
        // A clock that jumped back tells of no time.
        let seconds = max(0, Double(now.micros - moment.micros) / 1e6)
        moment = now
        reference = min(budget, reference + rate * seconds)
        reference = min(max(reference, spent - allowance), spent + allowance)
        let planned = plannedRate(at: now, profile)
        guard planned > 0 else {
            rate = 0
            return 0
        }
        let left = max(profile.traffic(from: now, until: end), 1)
        rate = min(max(0, budget - reference) * profile.weight(at: now) / left, Self.fastest * planned)
        // Near the end there is less time to make anything good.
        let secondsLeft = Double(end.micros - now.micros) / 1e6
        let correction = (reference - spent) / min(Self.correctionSeconds, max(secondsLeft, 30))
        return min(max(0, rate + correction), Self.fastest * planned)
    }
}
