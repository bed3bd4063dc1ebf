import Testing
import Units

@testable import Ledger

/// Five hours behind UTC, all year.
private let newYork = LocalClock(transitions: [.init(from: Instant(micros: .min), offsetSeconds: -18_000)])

private func account(daily: Int64, clock: LocalClock) -> Account {
    let account = Account(expiredThrough: Account.minute(dawn) - Account.lifetimeMinutes - 1)
    account.setLimits(total: nil, daily: Micros(daily), clock: clock)
    account.advance(to: dawn)
    return account
}

/// Reserves and settles all of an amount at once; false where the limit forbids it.
private func spend(_ nanos: Int64, _ account: Account, at instant: Instant) -> Bool {
    guard account.bid(.nanos(nanos), at: instant) else { return false }
    account.apply(ended: .nanos(nanos), spent: .nanos(nanos), bidInstant: instant)
    return true
}

@Suite("The day of an account")
struct AccountDayTests {
    @Test(
        "a day's money is new after midnight by the account's own clock",
        arguments: [(.utc, 24), (newYork, 5)] as [(LocalClock, Int64)])
    func midnight(clock: LocalClock, hours: Int64) {
        let account = account(daily: 1, clock: clock)
        let midnight = dawn.adding(seconds: hours * 3600)
        let before = midnight.adding(seconds: -600)
        account.advance(to: before)
        #expect(spend(1000, account, at: before))
        #expect(!account.bid(.nanos(1), at: before))
        account.advance(to: midnight.adding(seconds: -1))
        #expect(!account.bid(.nanos(1), at: midnight.adding(seconds: -1)))
        account.advance(to: midnight)
        #expect(spend(1000, account, at: midnight))
        #expect(!account.bid(.nanos(1), at: midnight))
        #expect(account.snapshotBooks().settled == .nanos(2000))
    }

    @Test("what is outstanding at midnight counts on the new day, and is free when released")
    func outstandingAtMidnight() {
        let account = account(daily: 1, clock: .utc)
        let before = dawn.adding(seconds: 86_400 - 30)
        account.advance(to: before)
        #expect(spend(400, account, at: before))
        #expect(account.bid(.nanos(600), at: before))
        let after = dawn.adding(seconds: 86_400 + 30)
        account.advance(to: after)
        #expect(!account.bid(.nanos(401), at: after))
        #expect(account.bid(.nanos(400), at: after))
        account.apply(ended: .nanos(600), spent: .zero, bidInstant: before)
        #expect(account.bid(.nanos(600), at: after))
        #expect(!account.bid(.nanos(1), at: after))
    }

    @Test("a bill that comes after midnight is of the new day")
    func billAfterMidnight() {
        let account = account(daily: 1, clock: .utc)
        let before = dawn.adding(seconds: 86_400 - 30)
        account.advance(to: before)
        #expect(account.bid(.nanos(1000), at: before))
        let after = dawn.adding(seconds: 86_400 + 30)
        account.advance(to: after)
        account.apply(ended: .nanos(1000), spent: .nanos(1000), bidInstant: before)
        #expect(!account.bid(.nanos(1), at: after))
        account.advance(to: dawn.adding(seconds: 2 * 86_400))
        #expect(account.bid(.nanos(1000), at: dawn.adding(seconds: 2 * 86_400)))
    }

    @Test("days without an event turn as well")
    func idleDays() {
        let account = account(daily: 1, clock: newYork)
        #expect(spend(1000, account, at: dawn))
        let later = dawn.adding(seconds: 10 * 86_400)
        account.advance(to: later)
        #expect(spend(1000, account, at: later))
        #expect(!account.bid(.nanos(1), at: later))
    }
}
