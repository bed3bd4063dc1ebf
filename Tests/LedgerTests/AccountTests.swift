import Testing
import Units

@testable import Ledger

/// An account that knows the minute of `dawn` and has a total in micros.
private func account(total: Int64? = nil, daily: Int64? = nil, clock: LocalClock = .utc) -> Account {
    let account = Account(expiredThrough: Account.minute(dawn) - Account.lifetimeMinutes - 1)
    account.setLimits(total: total.map { Micros($0) }, daily: daily.map { Micros($0) }, clock: clock)
    account.advance(to: dawn)
    return account
}

private func at(minutes: Int64, seconds: Int64 = 0) -> Instant { dawn.adding(seconds: minutes * 60 + seconds) }

@Suite("One account")
struct AccountTests {
    @Test("what is reserved is outstanding until it is settled, released or expired")
    func lifeOfReservations() {
        let account = account()
        for _ in 0..<4 { #expect(account.bid(.nanos(100), at: dawn)) }
        #expect(account.snapshotBooks().outstanding == .nanos(400))
        account.apply(ended: .nanos(100), spent: .nanos(60), bidInstant: dawn)
        account.apply(ended: .nanos(100), spent: .zero, bidInstant: dawn)
        account.takeBack(.nanos(100), at: dawn)
        var books = account.snapshotBooks()
        #expect(books.reserved == .nanos(300))
        #expect(books.settled == .nanos(60))
        #expect(books.released == .nanos(140))
        #expect(books.outstanding == .nanos(100))
        #expect(books.balance)
        account.advance(to: at(minutes: 6))
        books = account.snapshotBooks()
        #expect(books.expired == .nanos(100))
        #expect(books.outstanding == .zero)
        #expect(books.balance)
    }

    @Test(
        "a reservation lives at least five minutes and at most six, whatever second it was made in",
        arguments: [0, 1, 59])
    func lifetime(second: Int64) {
        let account = account()
        let made = at(minutes: 0, seconds: second)
        #expect(account.bid(.nanos(10), at: made))
        account.advance(to: made.adding(seconds: 300))
        #expect(account.snapshotBooks().outstanding == .nanos(10))
        account.advance(to: made.adding(seconds: 360))
        #expect(account.snapshotBooks().outstanding == .zero)
    }

    @Test("the total limit is reached exactly and never passed")
    func total() {
        let account = account(total: 1)
        #expect(account.bid(.nanos(600), at: dawn))
        #expect(!account.bid(.nanos(401), at: dawn))
        #expect(account.bid(.nanos(400), at: dawn))
        #expect(!account.bid(.nanos(1), at: dawn))
        #expect(account.bid(.zero, at: dawn))
        // A refused reservation leaves nothing behind.
        #expect(account.snapshotBooks().reserved == .nanos(1000))
        account.apply(ended: .nanos(600), spent: .nanos(500), bidInstant: dawn)
        #expect(account.bid(.nanos(100), at: dawn))
        #expect(!account.bid(.nanos(1), at: dawn))
    }

    @Test("what is cancelled, released or expired can be reserved again")
    func freed() {
        let account = account(total: 1)
        #expect(account.bid(.nanos(1000), at: dawn))
        account.takeBack(.nanos(1000), at: dawn)
        #expect(account.bid(.nanos(1000), at: dawn))
        account.apply(ended: .nanos(1000), spent: .zero, bidInstant: dawn)
        #expect(account.bid(.nanos(1000), at: dawn))
        account.advance(to: at(minutes: 6))
        #expect(account.bid(.nanos(1000), at: at(minutes: 6)))
    }

    @Test("a refusal by the daily limit leaves the total as it was")
    func bothLimits() {
        let account = account(total: 10, daily: 1)
        #expect(!account.bid(.nanos(1001), at: dawn))
        account.setLimits(total: Micros(10), daily: nil, clock: .utc)
        #expect(account.bid(.nanos(10_000), at: dawn))
        #expect(!account.bid(.nanos(1), at: dawn))
    }

    @Test("limits take effect at once, also below what is committed; no limit is no limit")
    func changedLimits() {
        let account = account(total: 1)
        #expect(account.bid(.nanos(1000), at: dawn))
        account.setLimits(total: Micros(2), daily: nil, clock: .utc)
        #expect(account.bid(.nanos(1000), at: dawn))
        account.setLimits(total: .zero, daily: nil, clock: .utc)
        #expect(!account.bid(.nanos(1), at: dawn))
        account.setLimits(total: nil, daily: nil, clock: .utc)
        #expect(account.bid(.nanos(1_000_000_000_000_000), at: dawn))
        account.setLimits(total: Micros(.max), daily: Micros(.max), clock: .utc)
        #expect(account.bid(.nanos(1_000_000_000_000_000), at: dawn))
    }

    @Test("a bill that comes when its reservation has ended is spent all the same, and called late")
    func late() {
        let account = account(total: 1)
        #expect(account.bid(.nanos(800), at: dawn))
        account.advance(to: at(minutes: 7))
        account.apply(
            ended: .nanos(800), spent: .nanos(700), bidInstant: dawn, at: at(minutes: 7), lives: false, of: nil)
        let books = account.snapshotBooks()
        #expect(books.expired == .nanos(800))
        #expect(books.settled == .nanos(700))
        #expect(books.settledLate == .nanos(700))
        #expect(books.released == .zero)
        #expect(books.balance)
        #expect(!account.bid(.nanos(301), at: at(minutes: 7)))
        #expect(account.bid(.nanos(300), at: at(minutes: 7)))
    }

    @Test("a bill behind a loss, whose reservation was released, is late too")
    func billAfterLoss() {
        let account = account()
        #expect(account.bid(.nanos(100), at: dawn))
        account.apply(ended: .nanos(100), spent: .zero, bidInstant: dawn)
        account.apply(ended: .zero, spent: .nanos(90), bidInstant: dawn)
        let books = account.snapshotBooks()
        #expect(books.settledLate == .nanos(90))
        #expect(books.released == .nanos(100))
        #expect(books.balance)
    }

    @Test("after a long pause what was reserved before it has expired", arguments: [8, 16, 17, 60, 10_000])
    func pause(minutes: Int64) {
        let account = account(total: 1)
        #expect(account.bid(.nanos(1000), at: dawn))
        account.advance(to: at(minutes: minutes))
        // What a sweep passes over, because living minutes have its place in the ring, goes with them.
        account.advance(to: at(minutes: minutes + 8))
        account.advance(to: at(minutes: minutes + 16))
        let books = account.snapshotBooks()
        #expect(books.expired == .nanos(1000))
        #expect(books.outstanding == .zero)
        #expect(account.bid(.nanos(1000), at: at(minutes: minutes + 16)))
    }

    @Test(
        "a reservation made after a long pause, before the clock is told of it, lives as long as any other",
        arguments: [2, 8, 16, 17, 22, 23, 60, 10_000])
    func reservationBeforeTheSweep(minutes: Int64) {
        let account = account(total: 1)
        let now = at(minutes: minutes)
        #expect(account.bid(.nanos(1000), at: now))
        account.advance(to: now)
        #expect(account.snapshotBooks().outstanding == .nanos(1000))
        #expect(account.snapshotBooks().expired == .zero)
        account.apply(ended: .nanos(1000), spent: .nanos(1000), bidInstant: now)
        #expect(account.snapshotBooks().outstanding == .zero)
        #expect(!account.bid(.nanos(1), at: now))
    }

    @Test("a clock that goes back loses nothing and frees nothing that lives")
    func clockGoesBack() {
        let account = account(total: 1)
        #expect(account.bid(.nanos(400), at: at(minutes: 10)))
        account.advance(to: at(minutes: 10))
        account.advance(to: at(minutes: 2))
        #expect(account.snapshotBooks().outstanding == .nanos(400))
        #expect(account.bid(.nanos(600), at: at(minutes: 2)))
        #expect(!account.bid(.nanos(1), at: at(minutes: 2)))
        account.advance(to: at(minutes: 40))
        account.advance(to: at(minutes: 60))
        #expect(account.snapshotBooks().outstanding == .zero)
        #expect(account.snapshotBooks().balance)
    }
}
