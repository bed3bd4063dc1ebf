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

    private struct State {
        var accounts: [AccountID: Account] = [:]
        var tallies: [TallyKey: Tally] = [:]
        var pacers = Pacers()
        var now = Instant(micros: 0)
        var testEvents: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// The account, made on first use; it lives as long as the ledger.
    package func account(_ id: AccountID) -> Account {
        state.withLock { Self.account(id, &$0) }
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

    private static func account(_ id: AccountID, _ state: inout State) -> Account {
        if let account = state.accounts[id] { return account }
        let account = Account(expiredThrough: Account.minute(state.now) - Account.lifetimeMinutes - 1)
        state.accounts[id] = account
        return account
    }

    /// Folds a durable event of this run: what its bid reserved was reserved when it was made.
    package func apply(_ event: Event) { fold(event, isReplay: false) }

    /// Folds an event of an earlier run, in the order of the log and at the pace of its own time.
    package func replay(_ event: Event) { fold(event, isReplay: true) }

    private func fold(_ event: Event, isReplay: Bool) {
        state.withLock { state in
            if isReplay { Self.advance(&state, to: event.instant) }
            guard !event.facts.isTest else {
                state.testEvents += 1
                return
            }
            count(event, &state)
            guard !event.facts.strategy.isEmpty else { return }
            for id in [AccountID.strategy(event.facts.strategy), .advertiser(event.facts.advertiser)] {
                let account = Self.account(id, &state)
                if event.kind == .bid {
                    if isReplay { account.replayReservation(event.facts.reserved, at: event.facts.instant) }
                } else if event.settled != nil || event.released != nil {
                    account.apply(
                        ended: event.released ?? .zero,
                        spent: event.settled ?? .zero,
                        bidInstant: event.facts.instant,
                        at: event.instant
                    )
                }
            }
        }
    }

    private func count(_ event: Event, _ state: inout State) {
        let key = TallyKey(
            advertiser: event.facts.advertiser,
            strategy: event.facts.strategy,
            exchange: event.facts.exchange
        )
        var tally = state.tallies[key] ?? Tally()
        tally.counts[Int(event.kind.rawValue) - 1] += 1
        if let settled = event.settled { tally.spend += settled }
        if event.kind != .conversion { tally.currency = event.facts.budgetCurrency }
        state.tallies[key] = tally
    }

    /// Lets reservations expire and days turn; called by the log's writer between groups.
    package func advance(to now: Instant) {
        state.withLock { state in
            Self.advance(&state, to: now)
            state.pacers.advance(to: now)
        }
    }

    private static func advance(_ state: inout State, to now: Instant) {
        // Once a second is often enough: buckets are minutes. A clock that jumps back changes nothing.
        guard now.micros >= state.now.micros + 1_000_000 else { return }
        state.now = now
        for account in state.accounts.values { account.advance(to: now) }
    }

    /// Books of every strategy or advertiser, by id.
    package func books() -> [(id: AccountID, books: Account.Books)] {
        state.withLock { state in state.accounts.map { ($0.key, $0.value.snapshotBooks()) } }
    }

    /// Counts by advertiser, strategy and exchange, sorted.
    package func tallies() -> [(key: TallyKey, tally: Tally)] {
        state.withLock { state in state.tallies.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
}
