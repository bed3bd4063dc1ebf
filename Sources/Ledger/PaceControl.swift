internal import Units

/// Moves the multiplier of one account along its plans, from what it has spent: rules and numbers, without loops.
///
/// Two things hold spending to the plan. *Credit* is exact: money that bids may reserve, given out at the rate of the
/// plan; who has none waits. The *multiplier* is the dual step: 1 / (1 + μ), and 1 + μ grows by a factor where more is
/// asked for than the plan has and shrinks where less is; so in the long run credit is there when somebody asks, and
/// who bids is decided by chance or by price, not by who comes first in a second.
///
/// - Source: Balseiro and Gur 2019 for the step on μ, here as a factor on 1 + μ, so that one size of step serves strategies
///   that take part in every auction and in one of a million; Agarwal et al. 2014 for throttling by a daily forecast.
struct PaceControl {
    /// What happened since the last step.
    struct Observed {
        /// Settled on the day of now, by the goal's clock.
        var settledToday: Int64 = 0
        /// Settled, reserved and still outstanding since the log began, and settled for reservations that had ended.
        var settled: Int64 = 0
        var reserved: Int64 = 0
        var outstanding: Int64 = 0
        var settledLate: Int64 = 0
        /// Nanos that bids have reserved since the last step.
        var taken: Int64 = 0
        /// Nanos that one bid reserved lately.
        var bid: Int64 = 0
        /// Credit that is left.
        var credit: Int64 = 0
        /// Whether anybody asked to bid, and whether credit was missing.
        var wasAsked = false
        var wasHeld = false
    }

    /// What holds until the next step.
    struct Step: Equatable {
        /// Nanos to add to the credit, below zero to take some away.
        var credit: Int64 = 0
        var multiplier = Multiplier.one
    }

    private(set) var goal: PacingGoal
    private var day: SpendPlan?
    /// From one midnight to the next.
    private var today: Range<Instant>?
    private var flight: SpendPlan?
    /// Likely spent by the last step, of the plan that ``progress(at:_:)`` tells of.
    private var spent = 0.0
    private var moment: Instant?
    /// 1 + μ.
    private var price = 1.0
    private var share = WinShare()
    /// Whether the goal is planned from now on, and not from the start of its day or flight; nil before the first step.
    private var isFresh: Bool?

    /// Of the dual step, a second.
    private static let step = 0.05
    /// A strategy takes part in one of 10^12 auctions at least.
    private static let priceMax = 1e12
    /// Seconds of spending that may wait as credit: longer, and what waits makes a burst; shorter, and traffic that
    /// comes in heaps is missed.
    private static let creditSeconds = 60.0
    /// Longer steps, after a halt, count as so many seconds.
    private static let secondsMax = 60.0

    init(_ goal: PacingGoal) { self.goal = goal }

    /// Takes another goal: what is left of it is planned anew from the next step on.
    mutating func use(_ goal: PacingGoal) {
        guard goal != self.goal else { return }
        self.goal = goal
        day = nil
        today = nil
        flight = nil
        isFresh = true
    }

    /// What the undisturbed plan has spent by now, and what is likely to have been spent, in nanos; of the day where
    /// there is a daily limit.
    func progress(at now: Instant, _ profile: TrafficProfile) -> (planned: Double, spent: Double)? {
        (day ?? flight).map { ($0.ideal(at: now, profile), spent) }
    }

    // MARK: The step

    mutating func advance(to now: Instant, _ observed: Observed, _ profile: TrafficProfile) -> Step {
        let fresh = isFresh ?? (observed.reserved == 0)
        let unit = max((day ?? flight).map { $0.allowance / 4 } ?? 0, 2 * Double(observed.bid))
        share.learn(
            ended: observed.reserved - observed.outstanding, spent: observed.settled - observed.settledLate, unit: unit)
        let likely = share.value(unit: unit)
        let pending = Double(observed.outstanding) * likely
        let spentToday = Double(observed.settledToday) + pending
        let spentEver = Double(observed.settled) + pending
        planDay(now, spent: spentToday, isFresh: fresh)
        planFlight(now, spent: spentEver, isFresh: fresh)
        isFresh = false
        spent = day == nil ? spentEver : spentToday
        var rates: [Double] = []
        if let rate = day?.advance(to: now, spent: spentToday, profile) { rates.append(rate) }
        if let rate = flight?.advance(to: now, spent: spentEver, profile) { rates.append(rate) }
        return give((rates.min() ?? 0) / likely, likely, isOpening: fresh, now, observed, profile)
    }

    private mutating func planDay(_ now: Instant, spent: Double, isFresh: Bool) {
        guard let daily = goal.daily else { return }
        if let today, today.contains(now), day != nil { return }
        let start = goal.clock.startOfDay(at: now)
        let end = max(start, goal.clock.endOfDay(at: now))
        today = start..<end
        let from = max(isFresh ? now : start, goal.start ?? start)
        day = SpendPlan(
            budget: Self.nanos(daily), from: from, until: min(end, goal.end ?? end), base: isFresh ? spent : 0,
            spent: spent, at: now)
    }

    private mutating func planFlight(_ now: Instant, spent: Double, isFresh: Bool) {
        guard flight == nil, let total = goal.total, let end = goal.end else { return }
        let isWhole = !isFresh && goal.start != nil
        flight = SpendPlan(
            budget: Self.nanos(total), from: isWhole ? goal.start ?? now : max(now, goal.start ?? now), until: end,
            base: isWhole ? 0 : spent, spent: spent, at: now)
    }

    private static func nanos(_ micros: Micros) -> Double { Double(micros.rawValue) * 1000 }

    /// Gives out credit for the time since the last step, and moves the multiplier.
    ///
    /// - Parameter rate: nanos a second that bids may reserve.
    private mutating func give(
        _ rate: Double, _ likely: Double, isOpening: Bool, _ now: Instant, _ observed: Observed,
        _ profile: TrafficProfile
    ) -> Step {
        let seconds = moment.map { min(Self.secondsMax, max(0, Double(now.micros - $0.micros) / 1e6)) }
        moment = now
        let bid = Double(max(1, observed.bid))
        var room = max(rate * Self.creditSeconds, 1)
        // Who is late may bid twice in a row, however small its budget.
        if room < bid, let (planned, spent) = progress(at: now, profile), spent + bid < planned { room = bid }
        var credit = Double(observed.credit)
        if let seconds {
            turn(want: rate * seconds, room, observed, seconds)
            credit = max(min(credit, room), min(credit + rate * seconds, room))
        }
        if isOpening { credit = max(credit, opening / likely) }
        return Step(
            credit: Int64(min(credit, 1e18)) - observed.credit, multiplier: Multiplier(1 / price))
    }

    /// What a strategy may bid at once when its plan begins: a quarter of an hour's money, and at least one bid.
    private var opening: Double {
        let allowances = [day?.allowance, flight?.allowance].compactMap { $0 }
        return max(1, allowances.min() ?? 1)
    }

    /// The dual step.
    ///
    /// - Parameter want: nanos to be reserved in this time.
    private mutating func turn(want: Double, _ room: Double, _ observed: Observed, _ seconds: Double) {
        let bid = Double(max(1, observed.bid))
        // Without anybody asking nothing is learned of how many would; but where a single bid is due, the next who comes
        // must not be sent away because of what was long ago.
        guard observed.wasAsked || (observed.credit > 0 && room <= 4 * bid) else { return }
        var push = max(-1, min(1, (want - Double(observed.taken)) / max(want, bid)))
        let credit = Double(observed.credit)
        if observed.wasHeld {
            push = -1
        } else if credit > 0 {
            // Half of the room is kept as a reserve where it holds many bids; where it holds none, any credit is due.
            let middle = room > 4 * bid ? room / 2 : 0
            push += max(-1, min(1, (credit - middle) / max(1, room - middle)))
        } else {
            push = min(0, push)
        }
        let factor = 1 + Self.step * seconds * abs(push)
        price = min(Self.priceMax, max(1, push > 0 ? price / factor : price * factor))
    }
}
