package import Events
internal import Synchronization
package import Units

/// What a start found at the end of the log: which bids it holds, and whether it may have lost some.
package struct Restart: Sendable {
    /// Which run begins.
    let run: RunMark
    let began: Instant
    /// From then on no reservation of before lives.
    let end: Instant
    /// Crashes of which bids may still be billed.
    let crashes: Int
    private(set) var recent: RecentBids
    /// Nanos; the most that any bid in the log reserved.
    let largestBid: Int64

    /// Whether a bid is of an earlier run and not in the log, and its reservation may still live.
    package func isLost(_ id: BidID, of run: RunMark, at instant: Instant, now: Instant) -> Bool {
        run != self.run && Account.lives(instant, at: now) && Account.lives(instant, at: began)
            && !recent.contains(id, at: instant)
    }

    /// Lets go of the bids that the log holds, once none of them lives.
    mutating func forget(at now: Instant) {
        if now > end { recent = RecentBids() }
    }

    /// Has an account hold back what the crashes may have made it forget.
    func tell(_ account: Account) {
        if crashes > 0 { account.hold.want(crashes: crashes, until: end, largestBid: largestBid) }
    }
}

extension BudgetLedger {
    /// Begins the reading of the log.
    ///
    /// - Parameter now: when the run begins that it is read for: what is kept of a log whose clock was wrong, ahead of this
    ///   one, is what this one needs.
    package func beginReading(at now: Instant) { state.withLock { $0.readAt = now } }

    /// Takes note of what the log tells of a run, in order with its events.
    package func replay(_ run: RunRecord) {
        state.withLock { state in
            if run.kind == .start { Self.begin(run, &state) }
            state.hasEnded = run.kind == .stop
        }
    }

    private static func begin(_ run: RunRecord, _ state: inout State) {
        let kept = state.kept(at: run.instant)
        state.crashes.removeAll { $0 < run.instant.adding(seconds: -Account.lifetimeSecondsMax) }
        if !state.hasEnded { state.crashes.append(run.instant) }
        let lanes = state.lanes.compactMap { $0.accounts?.lane }
        for account in Array(state.accounts.values) + lanes {
            account.begin(after: state.run, hasCrashed: !state.hasEnded, at: run.instant, keeping: kept)
        }
        state.now = run.instant
        state.began = run.instant
        // Bids of before runs were counted do not say of which they are.
        guard run.number > 0 else { return }
        state.run = run.mark
        state.ownRecent = RecentBids()
    }

    /// Ends the reading of the log: lets expire what has, and holds back what a crash may have lost.
    ///
    /// To be called before limits are set: they say how much there is to hold back. Accounts without a limit hold nothing.
    ///
    /// - Returns: what the desk must know to tell lost bids from others.
    package func restart(after history: RunHistory, at now: Instant) -> Restart {
        state.withLock { state in
            // Where the clock was set back, bids of before may be ahead of it.
            let lead = Instant(micros: (Account.minute(now) + Account.leadMinutes + 1) * 60_000_000)
            let newest = max(now, min(lead, max(state.now, history.latest)))
            let run = RunRecord(.start, at: now, number: history.count + 1)
            Self.begin(run, &state)
            let restart = Restart(
                run: run.mark, began: now, end: newest.adding(seconds: Account.lifetimeSecondsMax),
                crashes: history.crashes(since: now.adding(seconds: -Account.lifetimeSecondsMax)), recent: state.recent,
                largestBid: state.accounts.values.reduce(0) { max($0, $1.largestBid.load(ordering: .relaxed)) })
            state.restart = restart
            state.readAt = nil
            state.recent = RecentBids()
            state.ownRecent = RecentBids()
            state.billedFirst = []
            for account in state.accounts.values { restart.tell(account) }
            return restart
        }
    }
}
