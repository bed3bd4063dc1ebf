import Testing
import Units

@testable import Ledger

/// An account beside the plainest model of one, walked at random.
private struct Walk {
    struct Reservation {
        let amount: Int64
        let instant: Instant
    }

    /// What may be settled and outstanding in all.
    var limitNanos: Int64 = 0
    let account = Account(expiredThrough: Account.minute(dawn) - Account.lifetimeMinutes - 1)
    var random: SplitMix64
    var now = dawn
    /// When the account was told the time last.
    var told = dawn
    /// Reservations that nothing has ended yet, as far as the model knows.
    var open: [Reservation] = []
    /// What was lost, and may still be billed.
    var lost: [Reservation] = []
    var reserved: Int64 = 0
    var settled: Int64 = 0
    /// What happened last, for a failure's message.
    var last = ""

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        account.advance(to: dawn)
        refund()
    }

    /// Allows one currency unit more than has been settled: else the walk would soon stand before an empty purse.
    mutating func refund() {
        let micros = settled / 1000 + 1_000_000
        limitNanos = micros * 1000
        account.setLimits(total: Micros(micros), daily: nil, clock: .utc)
        account.expect(bid: .nanos(.max))
    }

    mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45: reserve()
        case 45..<50: cancel()
        case 50..<65: settle()
        case 65..<75: release()
        case 75..<78: billLost()
        case 78..<90: pass(micros: Int64.random(in: 1...900_000, using: &random), telling: false)
        case 90..<98: pass(micros: Int64.random(in: 1_000_000...90_000_000, using: &random), telling: true)
        case 98: pass(micros: Int64.random(in: 6...15, using: &random) * 60_000_000, telling: true)
        default: pass(micros: Int64.random(in: 16...90, using: &random) * 60_000_000, telling: true)
        }
    }

    private mutating func reserve() {
        let amount = Int64.random(in: 1...40_000_000, using: &random)
        last = "reserve \(amount)"
        guard account.bid(Spend(nanos: amount), at: now) else { return }
        reserved += amount
        open.append(Reservation(amount: amount, instant: now))
    }

    private mutating func cancel() {
        last = "cancel"
        guard let newest = open.last, Account.minute(newest.instant) == Account.minute(now) else { return }
        open.removeLast()
        account.takeBack(Spend(nanos: newest.amount), at: newest.instant)
        reserved -= newest.amount
    }

    /// Takes any reservation, living or expired: a bill may come as late as it likes.
    private mutating func any() -> Reservation? {
        open.isEmpty ? nil : open.remove(at: Int.random(in: 0..<open.count, using: &random))
    }

    private mutating func settle() {
        last = "settle"
        guard let one = any() else { return }
        let spent = Int64.random(in: 0...one.amount, using: &random)
        account.apply(ended: Spend(nanos: one.amount), spent: Spend(nanos: spent), bidInstant: one.instant)
        settled += spent
    }

    private mutating func release() {
        last = "release"
        guard let one = any() else { return }
        account.apply(ended: Spend(nanos: one.amount), spent: .zero, bidInstant: one.instant)
        lost.append(one)
    }

    private mutating func billLost() {
        last = "bill what was lost"
        guard let one = lost.popLast() else { return }
        account.apply(ended: .zero, spent: Spend(nanos: one.amount), bidInstant: one.instant)
        settled += one.amount
    }

    private mutating func pass(micros: Int64, telling: Bool) {
        last = "pass \(micros) µs"
        now = Instant(micros: now.micros + micros)
        // As in the service, no second goes by without the account being told the time.
        guard telling || now.micros - told.micros > 1_000_000 else { return }
        account.advance(to: now)
        told = now
        open.removeAll { $0.instant.micros < now.micros - 7_200_000_000 }
    }

    /// What does not hold; nil where everything does.
    mutating func fault() -> String? {
        let books = account.snapshotBooks()
        if !books.balance { return "the books do not balance: \(books)" }
        if books.reserved.nanos != reserved { return "reserved \(books.reserved.nanos), not \(reserved)" }
        if books.settled.nanos != settled { return "settled \(books.settled.nanos), not \(settled)" }
        if books.outstanding < .zero { return "less than nothing outstanding: \(books)" }
        let expiredThrough = Account.minute(told) - Account.lifetimeMinutes - 1
        let living = open.reduce(0) { $0 + (Account.minute($1.instant) > expiredThrough ? $1.amount : 0) }
        if books.outstanding.nanos < living { return "living \(living) is not outstanding: \(books)" }
        // The account must hold exactly as much as is settled and outstanding against its limit: neither can anything
        // more be reserved than is left, nor is anything withheld.
        let left = limitNanos - books.settled.nanos - books.outstanding.nanos
        if account.reserve(Spend(nanos: max(left, 0) + 1), at: now) { return "passed its limit: \(books)" }
        guard left > 0 else { return nil }
        guard account.reserve(Spend(nanos: left), at: now) else { return "withholds some of \(left): \(books)" }
        account.cancel(Spend(nanos: left), at: now)
        return nil
    }
}

@Suite("An account on a random walk")
struct AccountWalkTests {
    @Test(
        "after each of 20,000 steps the books balance and the limit holds to the nano",
        arguments: [1, 20_260_901, 0xDEAD_BEEF] as [UInt64])
    func walk(seed: UInt64) {
        var walk = Walk(seed: seed)
        for step in 0..<20_000 {
            if step % 50 == 0 { walk.refund() }
            walk.step()
            if let fault = walk.fault() {
                Issue.record("seed \(seed), step \(step), \(walk.last): \(fault)")
                return
            }
        }
        for minute in 1...40 { walk.account.advance(to: walk.now.adding(seconds: Int64(minute) * 60)) }
        let books = walk.account.snapshotBooks()
        #expect(books.outstanding == .zero)
        #expect(books.balance)
        #expect(books.settledLate > .zero)
        #expect(books.expired > .zero)
    }
}
