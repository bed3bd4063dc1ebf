internal import Units

/// The pacers of all accounts, and the traffic that they plan by.
struct Pacers {
    var profile = TrafficProfile()
    private var all: [AccountID: Pacer] = [:]
    /// Those with a goal.
    private var active: [AccountID: Pacer] = [:]
    private var moment: Instant?

    /// The pacer of an account, made on first use.
    mutating func pacer(_ id: AccountID, _ account: Account) -> Pacer {
        if let pacer = all[id] { return pacer }
        let pacer = Pacer(account)
        all[id] = pacer
        return pacer
    }

    /// Gives an account a goal, another one, or none.
    mutating func use(_ goal: PacingGoal?, for id: AccountID, _ account: Account, at now: Instant) {
        // Most have none, and need no pacer before a strategy asks for it.
        if goal == nil, active[id] == nil { return }
        let pacer = pacer(id, account)
        pacer.use(goal, at: now, profile)
        active[id] = goal == nil ? nil : pacer
    }

    /// Moves every pacer, once a second at most; also where a clock jumped back, or nobody would be given credit until
    /// it had caught up.
    mutating func advance(to now: Instant) {
        if let moment, now >= moment, now.micros < moment.micros + 1_000_000 { return }
        moment = now
        for pacer in active.values { pacer.advance(to: now, profile) }
    }

    func figures(at now: Instant) -> PacingFigures {
        var figures = PacingFigures(knownHours: profile.knownHours)
        for pacer in active.values {
            figures.accounts += 1
            if pacer.multiplier < .one { figures.throttled += 1 }
            guard let (planned, spent) = pacer.progress(at: now, profile) else { continue }
            if spent.nanos < planned.nanos - planned.nanos / 20 { figures.behind += 1 }
            if spent.nanos > planned.nanos + planned.nanos / 20 { figures.ahead += 1 }
        }
        return figures
    }
}

/// How even spending goes, over all accounts.
package struct PacingFigures: Equatable, Sendable {
    /// Accounts that spend evenly.
    package var accounts = 0
    /// Those of them that take part in a part of their auctions, or bid a part of their price.
    package var throttled = 0
    /// Those that have spent less than 95 % of what their plan would have by now.
    package var behind = 0
    /// Those that have spent more than 105 %.
    package var ahead = 0
    /// Hours of the week whose traffic is known.
    package var knownHours = 0

    init(knownHours: Int) { self.knownHours = knownHours }
}
