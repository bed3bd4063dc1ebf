internal import BidPlane
internal import Events
internal import Ledger
internal import Units

extension Witness {
    /// Whether nothing but a record can have ended a bid's reservation yet.
    func lives(_ bid: Bid) -> Bool {
        !bid.isEnded && !bid.isOver
            && Self.minute(latest) <= Self.minute(bid.received.instant) + Ledger.Account.lifetimeMinutes
    }

    static func minute(_ instant: Instant) -> Int64 { instant.micros / 60_000_000 }

    // MARK: Budgets

    /// What is to be set aside for bids that may still be billed in time.
    ///
    /// Not for a bid that a crash took and that was sent under a higher limit: what is held back is reckoned by the limits
    /// that a start finds.
    private func outstanding(_ place: Int) -> Spend {
        let account = accounts[place]
        return account.living.reduce(Spend.zero) { sum, number in
            let bid = bids[number]
            guard lives(bid), let own = bid.accounts.firstIndex(of: place) else { return sum }
            return bid.isLost && bid.limits[own].exceeds(account.limits) ? sum : sum + bid.received.reserved
        }
    }

    /// Holds an account to its budgets at the moment at which a bid has left.
    func holdToBudget(_ place: Int) throws(Violation) {
        let outstanding = outstanding(place)
        let account = accounts[place]
        if let total = account.limits.total, account.settled + outstanding > Spend(nanos: total.rawValue * 1000) {
            throw overdrawn(account, "total", total, account.settled, outstanding)
        }
        if let daily = account.limits.daily {
            let spent = spentToday(account)
            if spent + outstanding > Spend(nanos: daily.rawValue * 1000) {
                throw overdrawn(account, "daily", daily, spent, outstanding)
            }
        }
    }

    private func overdrawn(
        _ account: Account, _ name: String, _ limit: Micros, _ settled: Spend, _ outstanding: Spend
    ) -> Violation {
        Violation(
            invariant: .withinBudget,
            detail: "\(account.id) bids with \(settled.nanos) spent and \(outstanding.nanos) reserved of a \(name) "
                + "budget of \(limit.rawValue * 1000)")
    }

    /// Settled since the midnight before the latest time that the ledger was told.
    private func spentToday(_ account: Account) -> Spend {
        let clock = account.clock
        let intoDay = clock.localSeconds(at: latest) - Int64(clock.day(at: latest)) * 86_400
        let midnight = latest.adding(seconds: -intoDay).micros / 1_000_000
        return account.settlements.reduce(Spend.zero) { sum, settlement in
            settlement.instant.micros / 1_000_000 >= midnight ? sum + settlement.amount : sum
        }
    }

    /// Holds an account to what late bills may add to its budget, and nothing else.
    func holdToBound(_ place: Int) throws(Violation) {
        let account = accounts[place]
        guard let limit = account.highestTotal, account.settled > limit + account.uncovered else { return }
        throw Violation(
            invariant: .withinBudget,
            detail: "\(account.id) has spent \(account.settled.nanos) of \(limit.nanos), and late only "
                + "\(account.uncovered.nanos)")
    }

    // MARK: The ledger's figures

    /// Holds the ledger to its own balance and to what was counted along.
    func compare(_ books: [(id: AccountID, books: Ledger.Account.Books)]) throws(Violation) {
        let found = Dictionary(books.map { ($0.id, $0.books) }, uniquingKeysWith: { first, _ in first })
        for account in accounts {
            guard let books = found[account.id] else { continue }
            guard books.balance else {
                throw Violation(invariant: .booksBalance, detail: "\(account.id) does not balance: \(books.text)")
            }
            guard books.settled == account.settled else {
                throw disagreement(account, "settled", books.settled, account.settled)
            }
            guard books.reserved == account.reserved else {
                throw disagreement(account, "reserved", books.reserved, account.reserved)
            }
            let parts = [books.settledLate, books.released, books.expired, books.outstanding]
            guard parts.allSatisfy({ $0 >= .zero }), books.settledLate <= books.settled else {
                throw Violation(invariant: .booksBalance, detail: "\(account.id) is below zero: \(books.text)")
            }
            try compareOutstanding(account, books.outstanding)
        }
    }

    /// Holds what the ledger still sets aside to the bids that are neither billed nor lost nor too old.
    private func compareOutstanding(_ account: Account, _ outstanding: Spend) throws(Violation) {
        // What a crash took is held back by other means than the books.
        let open = account.living.lazy.map { bids[$0] }.filter { !$0.isLost }
        let living = open.filter { lives($0) }.reduce(Spend.zero) { $0 + $1.received.reserved }
        guard outstanding >= living else { throw disagreement(account, "outstanding", outstanding, living) }
        // The ledger looks at its accounts once a second.
        let oldest = Self.minute(latest.adding(seconds: -1)) - Ledger.Account.lifetimeMinutes
        let most = open.filter { !$0.isEnded && Self.minute($0.received.instant) >= oldest }
            .reduce(Spend.zero) { $0 + $1.received.reserved }
        guard outstanding <= most else { throw disagreement(account, "outstanding", outstanding, most) }
    }

    private func disagreement(_ account: Account, _ name: String, _ theirs: Spend, _ ours: Spend) -> Violation {
        Violation(
            invariant: .figuresAgree,
            detail: "\(account.id) has \(name) \(theirs.nanos), the exchanges count \(ours.nanos)")
    }

    /// Holds live books to those of a replay.
    func compare(
        live: [(id: AccountID, books: Ledger.Account.Books)], replay: [(id: AccountID, books: Ledger.Account.Books)]
    ) throws(Violation) {
        let found = Dictionary(replay.map { ($0.id, $0.books) }, uniquingKeysWith: { first, _ in first })
        for account in accounts {
            guard let live = live.first(where: { $0.id == account.id })?.books else { continue }
            let again = found[account.id] ?? .init()
            guard live == again, again.balance else {
                throw Violation(
                    invariant: .replayIsLive, detail: "\(account.id): live \(live.text), replay \(again.text)")
            }
        }
    }
}

extension Ledger.Account.Books {
    fileprivate var text: String {
        "reserved \(reserved.nanos) settled \(settled.nanos) late \(settledLate.nanos) released \(released.nanos) "
            + "expired \(expired.nanos) outstanding \(outstanding.nanos)"
    }
}
