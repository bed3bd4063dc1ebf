import Events
import Testing
import Units

@testable import Ledger

/// A bid at a CPM of 5.00, as the budget of 0.10 buys twenty.
private let bidNanos: Int64 = 5_000_000

private func limited(total: Int64? = nil, daily: Int64? = nil) -> Account {
    let account = Account(expiredThrough: Account.minute(dawn) - Account.lifetimeMinutes - 1)
    account.setLimits(total: total.map { Micros($0) }, daily: daily.map { Micros($0) }, clock: .utc)
    account.expect(bid: .nanos(bidNanos))
    account.advance(to: dawn)
    return account
}

@Suite("What the log does not hold yet")
struct SliceTests {
    @Test(
        "bids that the log does not hold reserve an eighth of what is left at most, or one bid",
        arguments: [
            (100_000, 2), (1_000_000, 22), (5000, 1), (9999, 1), (10_000_000, 222),
        ] as [(Int64, Int)])
    func bound(micros: Int64, bids: Int) {
        for account in [limited(total: micros), limited(daily: micros)] {
            var admitted = 0
            var left = micros * 1000
            for _ in 0..<1000 where account.reserve(.nanos(bidNanos), at: dawn) {
                admitted += 1
                #expect(admitted == 1 || Int64(admitted) * bidNanos <= left / Account.slices)
                left -= bidNanos
            }
            #expect(admitted == bids)
            #expect(account.snapshotStanding().unlogged.nanos == Int64(bids) * bidNanos)
        }
    }

    @Test("a bid beyond the slice is made alone, and only of a size that a start would hold back for")
    func unknownSize() {
        let account = limited(total: 20_000)
        #expect(!account.reserve(.nanos(bidNanos + 1), at: dawn))
        #expect(account.reserve(.nanos(bidNanos), at: dawn))
        #expect(!account.reserve(.nanos(1), at: dawn))
        account.logged(.nanos(bidNanos))
        #expect(account.reserve(.nanos(1_875_000), at: dawn))
        account.logged(.nanos(1_875_000))
        #expect(!account.reserve(.nanos(bidNanos + 1), at: dawn))
        account.expect(bid: .nanos(bidNanos + 1))
        #expect(account.reserve(.nanos(bidNanos + 1), at: dawn))
    }

    @Test("what the log holds makes room for more, to the limit's last bid and not beyond")
    func logged() {
        let account = limited(total: 100_000)
        var bids = 0
        for _ in 0..<100 where account.bid(.nanos(bidNanos), at: dawn) { bids += 1 }
        #expect(bids == 20)
        #expect(account.snapshotStanding().unlogged == .zero)
        #expect(account.snapshotStanding().left == .zero)
    }

    @Test("what is taken back is not waited for, and leaves nothing behind")
    func takenBack() {
        let account = limited(total: 100_000)
        for _ in 0..<50 {
            #expect(account.reserve(.nanos(bidNanos), at: dawn))
            account.cancel(.nanos(bidNanos), at: dawn)
        }
        #expect(account.snapshotStanding().unlogged == .zero)
        #expect(account.snapshotBooks() == Account.Books())
    }

    @Test("without a limit nothing is refused, and the count of what is unlogged goes on")
    func unlimited() {
        let account = limited()
        for _ in 0..<1000 { #expect(account.reserve(.nanos(bidNanos), at: dawn)) }
        #expect(account.snapshotStanding().slice == nil)
        account.setLimits(total: Micros(1_000_000_000), daily: nil, clock: .utc)
        #expect(account.snapshotStanding().unlogged.nanos == 1000 * bidNanos)
        for _ in 0..<1000 { account.logged(.nanos(bidNanos)) }
        #expect(account.snapshotStanding().unlogged == .zero)
    }

    @Test("the ledger's fold of a durable bid makes room in both accounts, a replayed one needs none")
    func fold() {
        let ledger = BudgetLedger()
        ledger.advance(to: dawn)
        let ids = [AccountID.strategy("shoes"), .advertiser("acme")]
        for id in ids { ledger.account(id).setLimits(total: Micros(100_000), daily: nil, clock: .utc) }
        for id in ids { ledger.account(id).expect(bid: .nanos(bidNanos)) }
        let facts = BidFacts.bid(1, micros: bidNanos)
        for id in ids { #expect(ledger.account(id).reserve(facts.reserved, at: dawn)) }
        ledger.apply(.of(.bid, facts))
        let replayed = BudgetLedger()
        replayed.replay(.of(.bid, facts))
        for ledger in [ledger, replayed] {
            #expect(ledger.standings().map(\.standing.unlogged) == [.zero, .zero])
            #expect(ledger.standings().map(\.books.outstanding) == [facts.reserved, facts.reserved])
        }
    }

    @Test("a slice is of what both limits leave, and follows it")
    func follows() {
        let account = limited(total: 1_000_000, daily: 400_000)
        #expect(account.snapshotStanding().slice == .nanos(50_000_000))
        #expect(account.bid(.nanos(100_000_000), at: dawn))
        #expect(account.snapshotStanding().slice == .nanos(37_500_000))
        account.setLimits(total: Micros(0), daily: nil, clock: .utc)
        #expect(account.snapshotStanding().slice == .zero)
        #expect(account.snapshotStanding().left == .zero)
    }
}
