package import Events
internal import Synchronization
internal import Units

extension BudgetLedger {
    /// Folds a durable event of this run: what its bid reserved was reserved when it was made.
    package func apply(_ event: Event) { apply(Booking(event)) }

    /// The same of an event whose texts nobody read.
    package func apply(_ booking: Booking) {
        state.withLock { state in
            // A minute that is over for the event is over for the accounts.
            if Account.minute(booking.instant) > Account.minute(state.now) {
                Self.advance(&state, to: booking.instant)
            }
            guard let accounts = Self.count(booking, &state) else { return }
            if booking.kind == .bid {
                accounts.strategy.logged(booking.reserved)
                accounts.advertiser.logged(booking.reserved)
                accounts.lane.replayReservation(booking.reserved, at: booking.bidInstant)
            } else {
                Self.settle(booking, isUnlogged: booking.isUnlogged, state, accounts)
            }
        }
    }

    /// Folds an event of an earlier run, in the order of the log and at the pace of its own time.
    package func replay(_ event: Event) { replay(Booking(event)) }

    /// The same of an event in the log's bytes.
    package func replay(_ event: LoggedEvent) { replay(event.booking) }

    /// The same of what concerns money of it.
    ///
    /// - Complexity: O(1); once a second of the log's time O(accounts).
    package func replay(_ booking: Booking) {
        state.withLock { state in
            state.hasEnded = false
            Self.advance(&state, to: booking.instant)
            let isUnlogged = Self.remember(booking, &state)
            guard let accounts = Self.count(booking, &state) else { return }
            if booking.kind != .bid {
                Self.settle(booking, isUnlogged: isUnlogged, state, accounts)
            } else if !isUnlogged {
                accounts.strategy.replayReservation(booking.reserved, at: booking.bidInstant)
                accounts.advertiser.replayReservation(booking.reserved, at: booking.bidInstant)
                accounts.lane.replayReservation(booking.reserved, at: booking.bidInstant)
            }
        }
    }

    /// Notes a bid, or looks for the bid of a notice.
    ///
    /// Groups of the log hold notices before the bids that came while they were gathered. So a bill may stand before its
    /// bid, and where a crash cut the group between them the bid is lost: the bill counts the reservation, and the bid,
    /// if it comes, does not count it again. Of a bid of an earlier run the event says itself whether it was lost.
    ///
    /// - Returns: of a notice, whether it has to count its reservation; of a bid, whether a notice has.
    private static func remember(_ booking: Booking, _ state: inout State) -> Bool {
        if booking.isTest { return false }
        if booking.kind == .bid {
            note(booking, &state)
            return !state.billedFirst.isEmpty && state.billedFirst.remove(booking.bidID) != nil
        }
        if booking.isUnlogged { return true }
        guard state.isOwn(booking), (booking.released ?? .zero) > .zero, state.lives(booking),
            !state.ownRecent.contains(booking.bidID, at: booking.bidInstant)
        else { return false }
        note(booking, &state)
        state.billedFirst.insert(booking.bidID)
        return true
    }

    private static func note(_ booking: Booking, _ state: inout State) {
        state.ownRecent.insert(booking.bidID, at: booking.bidInstant)
        if state.readAt.map({ Account.lives(booking.bidInstant, at: $0) }) ?? true {
            state.recent.insert(booking.bidID, at: booking.bidInstant)
        }
    }

    private static func settle(_ booking: Booking, isUnlogged: Bool, _ state: State, _ accounts: Accounts) {
        guard booking.settled != nil || booking.released != nil else { return }
        let ended = booking.released ?? .zero
        let lives = state.lives(booking)
        let run = state.isOwn(booking) ? nil : booking.run
        func settle(_ account: Account) {
            // What has expired is late like any other, whether the log held it or not.
            if isUnlogged, ended > .zero, lives { account.recover(ended, at: booking.bidInstant, of: run) }
            account.apply(
                ended: ended, spent: booking.settled ?? .zero, bidInstant: booking.bidInstant, at: booking.instant,
                lives: lives, of: run)
        }
        settle(accounts.strategy)
        settle(accounts.advertiser)
        settle(accounts.lane)
    }

    /// Counts an event.
    ///
    /// - Returns: where to book it; nil where it concerns no money.
    private static func count(_ booking: Booking, _ state: inout State) -> Accounts? {
        guard !booking.isTest else {
            state.testEvents += 1
            return nil
        }
        let number = lane(of: booking, &state)
        state.lanes[number].tally.counts[Int(booking.kind.rawValue) - 1] += 1
        if let settled = booking.settled { state.lanes[number].tally.spend += settled }
        guard booking.kind != .conversion else { return nil }
        state.lanes[number].tally.currency = booking.budgetCurrency
        guard let accounts = state.lanes[number].accounts else { return nil }
        if accounts.strategy.currency != booking.budgetCurrency {
            accounts.strategy.currency = booking.budgetCurrency
            accounts.advertiser.currency = booking.budgetCurrency
        }
        return accounts
    }

    private static func lane(of booking: Booking, _ state: inout State) -> Int {
        let number = state.table.number(of: booking.names)
        if number < state.lanes.count { return number }
        let parties = booking.parties ?? ("", "", "")
        let key = TallyKey(advertiser: parties.advertiser, strategy: parties.strategy, exchange: parties.exchange)
        var accounts: Accounts?
        if !key.strategy.isEmpty {
            accounts = Accounts(
                strategy: account(.strategy(key.strategy), &state),
                advertiser: account(.advertiser(key.advertiser), &state),
                lane: fresh(state))
        }
        state.lanes.append(Lane(key: key, accounts: accounts))
        return number
    }
}
