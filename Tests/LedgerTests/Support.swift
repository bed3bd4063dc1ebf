import Events
import OpenRTB
import Synchronization
import Units

@testable import Ledger

/// 1 September 2026, 00:00 UTC.
let dawn = Instant(seconds: 1_788_220_800)

extension Spend {
    /// Currency units with at most nine digits behind the point, in nanos.
    static func nanos(_ value: Int64) -> Spend { Spend(nanos: value) }
}

extension BidFacts {
    /// Facts of a bid of `strategy` for one impression.
    ///
    /// - Parameter micros: the CPM price; one impression costs as many nanos.
    static func bid(
        _ number: UInt64,
        _ strategy: String = "shoes",
        micros: Int64 = 2_000_000,
        at instant: Instant = dawn
    ) -> BidFacts {
        var facts = BidFacts()
        facts.bidID = BidID(high: 7, low: number)
        facts.instant = instant
        facts.price = CPM(micros: micros)
        facts.budgetPrice = facts.price
        facts.exchange = "x"
        facts.advertiser = "acme"
        facts.strategy = strategy
        facts.creative = "c"
        return facts
    }
}

extension Event {
    /// An event about a bid, with what it settles and releases.
    static func of(
        _ kind: EventKind,
        _ facts: BidFacts,
        after seconds: Int64 = 0,
        settled: Int64? = nil,
        released: Int64? = nil
    ) -> Event {
        var event = Event(kind, at: facts.instant.adding(seconds: seconds), facts: facts)
        event.settled = settled.map { Spend(nanos: $0) }
        event.released = released.map { Spend(nanos: $0) }
        if settled != nil { event.price = facts.price }
        return event
    }
}

extension Account {
    /// Reserves for a bid that the log holds at once.
    func bid(_ amount: Spend, at instant: Instant) -> Bool {
        expect(bid: amount)
        guard reserve(amount, at: instant) else { return false }
        logged(amount)
        return true
    }

    /// Takes back what ``bid(_:at:)`` reserved.
    func takeBack(_ amount: Spend, at instant: Instant) {
        unlogged.add(amount.nanos, ordering: .relaxed)
        cancel(amount, at: instant)
    }
}

extension BudgetLedger {
    /// The books of one account; fresh ones where nothing was ever booked.
    func books(of id: AccountID) -> Account.Books {
        books().first { $0.id == id }?.books ?? Account.Books()
    }
}

extension Account {
    /// Books an event that comes with its bid.
    func apply(ended: Spend, spent: Spend, bidInstant: Instant) {
        apply(ended: ended, spent: spent, bidInstant: bidInstant, at: bidInstant, lives: true, of: nil)
    }
}
