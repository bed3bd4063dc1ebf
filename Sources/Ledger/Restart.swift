package import Events
internal import Synchronization
package import Units

/// What a start found at the end of the log: which bids it holds, and whether it may have lost some.
package struct Restart: Sendable {
    /// Bids made up to this instant that the log does not hold are lost ones.
    let before: Instant
    /// Crashes of which bids may still be billed.
    let crashes: Int
    let recent: RecentBids
    /// Nanos; the most that any bid in the log reserved.
    let largestBid: Int64

    /// From then on no reservation of before lives.
    var end: Instant { before.adding(seconds: (Account.lifetimeMinutes + 1) * 60) }

    /// Whether a bid was made before this start and is not in the log, and its reservation may still live.
    package func isLost(_ id: BidID, at instant: Instant, now: Instant) -> Bool {
        crashes > 0 && instant <= before && Account.lives(instant, at: now) && !recent.contains(id, at: instant)
    }

    /// Has an account hold back what the crashes may have made it forget.
    func tell(_ account: Account) {
        if crashes > 0 { account.hold.want(crashes: crashes, until: end, largestBid: largestBid) }
    }
}

extension BudgetLedger {
    /// Ends the reading of the log: lets expire what has, and holds back what a crash may have lost.
    ///
    /// To be called before limits are set: they say how much there is to hold back. Accounts without a limit hold nothing.
    ///
    /// - Returns: what the desk must know to tell lost bids from others.
    package func restart(after history: RunHistory, at now: Instant) -> Restart {
        state.withLock { state in
            // A clock that was set back must not make lost bids look like those of this run: they were made up to some
            // time after what the log holds last.
            let newest = max(state.now, history.latest)
            let before = newest > now ? newest.adding(seconds: Account.lifetimeMinutes * 60) : now
            Self.advance(&state, to: now)
            // What the end of the log held behind its time is swept now, not with the next second.
            for account in state.accounts.values { account.advance(to: state.now) }
            for lane in state.lanes { lane.accounts?.lane.advance(to: state.now) }
            let since = before.adding(seconds: -(Account.lifetimeMinutes + 1) * 60)
            let restart = Restart(
                before: before, crashes: history.crashes(since: since), recent: state.recent,
                largestBid: state.accounts.values.reduce(0) { max($0, $1.largestBid.load(ordering: .relaxed)) })
            state.restart = restart
            state.recent = RecentBids()
            state.billedFirst = []
            for account in state.accounts.values { restart.tell(account) }
            return restart
        }
    }
}
