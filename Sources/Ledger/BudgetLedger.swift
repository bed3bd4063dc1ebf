package import Events
internal import Synchronization
package import Units

/// Whose money.
package enum AccountID: Hashable, Sendable {
    case strategy(String)
    case advertiser(String)
}

/// All accounts, and the counts that reports are made of: a fold of the log.
package final class BudgetLedger: Sendable {
    /// What happened to one strategy's bids on one exchange.
    package struct Tally: Equatable, Sendable {
        /// Events by kind, in the order of ``EventKind``.
        package var counts = [UInt64](repeating: 0, count: EventKind.allCases.count)
        /// Settled, in `currency`.
        package var spend = Spend.zero
        package var currency = Currency.usd

        package init() {}

        package subscript(kind: EventKind) -> UInt64 { counts[Int(kind.rawValue) - 1] }
    }

    package struct TallyKey: Hashable, Comparable, Sendable {
        package let advertiser: String
        package let strategy: String
        package let exchange: String

        package static func < (lhs: TallyKey, rhs: TallyKey) -> Bool {
            (lhs.advertiser, lhs.strategy, lhs.exchange) < (rhs.advertiser, rhs.strategy, rhs.exchange)
        }
    }

    /// What events of one strategy on one exchange change.
    struct Lane {
        let key: TallyKey
        /// Nil where events name no strategy.
        let accounts: Accounts?
        var tally = Tally()
    }

    struct Accounts {
        let strategy: Account
        let advertiser: Account
        /// Of what the log holds of the strategy on the exchange; it has no limits, and nobody reserves in it.
        let lane: Account
    }

    struct State {
        var accounts: [AccountID: Account] = [:]
        var table = LaneTable()
        /// By the table's numbers.
        var lanes: [Lane] = []
        var now = Instant(micros: 0)
        var testEvents: UInt64 = 0
        /// Which run the log is at, and when it began; nil where the log does not tell.
        var run = RunMark.none
        var began: Instant?
        /// Whether nothing stands behind a run's clean end, while the log is read.
        var hasEnded = true
        /// When runs began that found a crash of which bids may still be billed.
        var crashes: [Instant] = []
        /// When the run begins that the log is read for, while it is read.
        var readAt: Instant?
        /// Bids that may still be billed by then, while the log is read.
        var recent = RecentBids()
        /// Bids of the run that the log is at, while it is read.
        var ownRecent = RecentBids()
        /// Bids whose bill stands before them in the log, and counted their reservation.
        var billedFirst: Set<BidID> = []
        var restart: Restart?
        var pacers = Pacers()

        /// The time by which old amounts are forgotten.
        func kept(at now: Instant) -> Instant { readAt.map { min($0, now) } ?? now }

        /// Whether an event is about a bid of the run that the log is at.
        func isOwn(_ booking: Booking) -> Bool { booking.run == run }

        /// Whether the reservation that an event is about lives: of another run's bid, if it did when this one began.
        func lives(_ booking: Booking) -> Bool {
            Account.lives(booking.bidInstant, at: booking.instant)
                && (isOwn(booking) || began.map { Account.lives(booking.bidInstant, at: $0) } ?? true)
        }
    }

    let state = Mutex(State())

    package init() {}

    /// The account, made on first use; it lives as long as the ledger.
    package func account(_ id: AccountID) -> Account {
        state.withLock { Self.account(id, &$0) }
    }

    /// Sets what an account may spend; nil for no limit.
    ///
    /// - Parameter clock: says when its day begins; what was spent since is counted before the limits hold.
    package func setLimits(of id: AccountID, total: Micros?, daily: Micros?, clock: LocalClock) {
        state.withLock { state in
            let account = Self.account(id, &state)
            account.set(clock)
            account.recountToday(at: state.now, keeping: state.kept(at: state.now))
            account.setLimits(total: total, daily: daily)
        }
    }

    /// What holds the account to its goal, made on first use; it lives as long as the ledger.
    package func pacer(_ id: AccountID) -> Pacer {
        state.withLock { $0.pacers.pacer(id, Self.account(id, &$0)) }
    }

    /// Has an account spend evenly from now on, or as fast as it can.
    package func pace(_ id: AccountID, by goal: PacingGoal?) {
        state.withLock { $0.pacers.use(goal, for: id, Self.account(id, &$0), at: $0.now) }
    }

    /// Folds what the log says of traffic.
    package func learn(_ traffic: TrafficRecord) { state.withLock { $0.pacers.profile.learn(traffic) } }

    /// How even spending goes.
    package var pacing: PacingFigures { state.withLock { $0.pacers.figures(at: $0.now) } }

    static func account(_ id: AccountID, _ state: inout State) -> Account {
        if let account = state.accounts[id] { return account }
        let account = fresh(state)
        if let restart = state.restart { restart.tell(account) }
        state.accounts[id] = account
        return account
    }

    static func fresh(_ state: State) -> Account {
        let account = Account(expiredThrough: Account.minute(state.now) - Account.lifetimeMinutes - 1)
        // The log had nothing of it by then.
        account.crashes = state.crashes.map { ($0, 0, 0) }
        return account
    }

    /// Lets reservations expire and days turn; called by the log's writer between groups.
    package func advance(to now: Instant) {
        state.withLock { state in
            Self.advance(&state, to: now)
            state.pacers.advance(to: now)
        }
    }

    static func advance(_ state: inout State, to now: Instant) {
        // Once a second is often enough, and when a minute is over. A clock that jumps back changes nothing.
        guard now.micros >= state.now.micros + 1_000_000 || Account.minute(now) > Account.minute(state.now) else {
            return
        }
        state.now = now
        let kept = state.kept(at: now)
        for account in state.accounts.values { account.advance(to: now, keeping: kept) }
        for lane in state.lanes { lane.accounts?.lane.advance(to: now, keeping: kept) }
    }

    // MARK: Figures

    /// Books of every strategy or advertiser, by id.
    package func books() -> [(id: AccountID, books: Account.Books)] {
        state.withLock { state in state.accounts.map { ($0.key, $0.value.snapshotBooks()) } }
    }

    /// What every account has left, and by how much it may be passed, beside its books.
    package func standings() -> [(id: AccountID, books: Account.Books, standing: Account.Standing)] {
        state.withLock { state in
            state.accounts.map { ($0.key, $0.value.snapshotBooks(), $0.value.snapshotStanding()) }
        }
    }

    /// Books of all that was bid on each exchange in each currency, as far as the log holds it, sorted.
    package func exchangeBooks() -> [(exchange: String, currency: Currency, books: Account.Books)] {
        let lanes = state.withLock { state in
            state.lanes.compactMap { lane in
                lane.accounts.map { (lane.key.exchange, lane.tally.currency, $0.lane.snapshotBooks()) }
            }
        }
        var sums: [String: [UInt32: (currency: Currency, books: Account.Books)]] = [:]
        for (exchange, currency, books) in lanes {
            sums[exchange, default: [:]][currency.rawValue, default: (currency, Account.Books())].books += books
        }
        return sums.sorted { $0.key < $1.key }.flatMap { exchange, byCurrency in
            byCurrency.sorted { $0.key < $1.key }.map { (exchange, $0.value.currency, $0.value.books) }
        }
    }

    /// Counts by advertiser, strategy and exchange, sorted.
    package func tallies() -> [(key: TallyKey, tally: Tally)] {
        state.withLock { state in state.lanes.map { ($0.key, $0.tally) } }.sorted { $0.0 < $1.0 }
    }
}
