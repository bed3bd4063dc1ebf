import Testing
import Units

@testable import Ledger

private func goal(daily: Int64? = nil, total: Int64? = nil, end: Instant? = nil) throws -> PacingGoal {
    try #require(
        PacingGoal(total: total.map { Micros($0) }, daily: daily.map { Micros($0) }, end: end, clock: .utc))
}

private let id = AccountID.strategy("shoes")

/// A ledger at ``dawn`` whose account `shoes` keeps a daily goal.
private func ledger(daily: Int64) throws -> (ledger: BudgetLedger, pacer: Pacer) {
    let ledger = BudgetLedger()
    ledger.advance(to: dawn)
    ledger.account(id).setLimits(total: nil, daily: Micros(daily), clock: .utc)
    ledger.pace(id, by: try goal(daily: daily))
    return (ledger, ledger.pacer(id))
}

extension Pacer {
    /// Whether somebody who takes part in every auction may bid; where so, counts the bid.
    fileprivate func bids(_ nanos: Int64) -> Bool {
        guard case .bid = ask(draw: 0) else { return false }
        take(.nanos(nanos))
        return true
    }
}

@Suite("A pacer")
struct PacerTests {
    @Test("without a goal lets everybody bid at once")
    func free() {
        let pacer = BudgetLedger().pacer(id)
        for _ in 0..<1000 {
            #expect(pacer.ask(draw: .max) == .bid(.one))
            pacer.take(.nanos(1_000_000))
        }
    }

    @Test("a total without an end is no goal, nor is no limit at all")
    func noGoal() {
        #expect(PacingGoal(total: Micros(5), daily: nil, clock: .utc) == nil)
        #expect(PacingGoal(total: nil, daily: nil, end: dawn, clock: .utc) == nil)
        #expect(PacingGoal(total: Micros(5), daily: nil, end: dawn, clock: .utc) != nil)
        #expect(PacingGoal(total: nil, daily: Micros(5), clock: .utc) != nil)
    }

    @Test(
        "begins with all of it: a quarter of an hour's money, and one bid at least", arguments: [1, 96, 960] as [Int64])
    func opening(bids: Int64) throws {
        // Of so many bids of 2,000 nanos a day, one in 96 at once, and the one that uses up what is left.
        let (_, pacer) = try ledger(daily: bids * 2)
        #expect(pacer.multiplier == .one)
        var admitted: Int64 = 0
        while pacer.bids(2000), admitted < 1000 { admitted += 1 }
        #expect(admitted == max(1, bids / 96))
        #expect(pacer.ask(draw: 0) == .held(.one))
    }

    @Test("gives out credit as the plan goes on, and takes back a bid that was never sent")
    func credit() throws {
        let (ledger, pacer) = try ledger(daily: 96)
        #expect(pacer.bids(1000))
        #expect(!pacer.bids(1000))
        pacer.giveBack(.nanos(1000))
        #expect(pacer.bids(1000))
        // A 96th of a day is 15 minutes; nothing was settled, so that the plan takes the bid for one that will be.
        #expect(ledger.account(id).reserve(.nanos(1000), at: dawn))
        var waited: Int64 = 0
        while !pacer.bids(1000), waited < 7200 {
            waited += 1
            ledger.advance(to: dawn.adding(seconds: waited))
        }
        #expect((300...1800).contains(waited))
    }

    @Test("the same draw takes part whenever the multiplier is the same, and who prices by value always does")
    func draws() throws {
        let (ledger, pacer) = try ledger(daily: 96)
        for second in 1...200 {
            while pacer.bids(1) {}
            ledger.advance(to: dawn.adding(seconds: Int64(second)))
        }
        let multiplier = pacer.multiplier
        #expect(multiplier < .one)
        #expect(pacer.ask(draw: multiplier.bits) == .throttled(multiplier))
        #expect(pacer.ask(draw: .max) == .throttled(multiplier))
        if case .throttled = pacer.ask(draw: multiplier.bits - 1) { Issue.record("a draw below the multiplier is in") }
        if case .throttled = pacer.ask(draw: nil) { Issue.record("nobody without a draw is throttled") }
    }

    @Test("a goal that goes sets free, and one that comes holds again")
    func change() throws {
        let (ledger, pacer) = try ledger(daily: 96)
        while pacer.bids(1000) {}
        ledger.pace(id, by: nil)
        #expect(pacer.ask(draw: .max) == .bid(.one))
        ledger.pace(id, by: try goal(daily: 96))
        while pacer.bids(1000) {}
        #expect(pacer.ask(draw: 0) == .held(pacer.multiplier))
        #expect(ledger.pacer(id) === pacer)
    }

    @Test("a clock that jumps back an hour stops nobody for an hour")
    func jump() throws {
        let (ledger, pacer) = try ledger(daily: 96_000)
        for second in 0..<600 {
            ledger.advance(to: dawn.adding(seconds: 7200 + Int64(second)))
            while pacer.bids(100) {}
        }
        var bids = 0
        for second in 0..<600 {
            ledger.advance(to: dawn.adding(seconds: 3600 + Int64(second)))
            while pacer.bids(100) { bids += 1 }
        }
        #expect(bids > 100)
    }

    @Test("figures tell who is paced, throttled and off the plan")
    func figures() throws {
        let (ledger, pacer) = try ledger(daily: 96)
        #expect(ledger.pacing.accounts == 1 && ledger.pacing.throttled == 0)
        ledger.advance(to: dawn.adding(seconds: 7200))
        #expect(ledger.pacing.behind == 1 && ledger.pacing.ahead == 0)
        for second in 1...100 {
            while pacer.bids(1000) {}
            ledger.advance(to: dawn.adding(seconds: 7200 + Int64(second)))
        }
        #expect(ledger.pacing.throttled == 1)
        ledger.pace(id, by: nil)
        #expect(ledger.pacing.accounts == 0)
    }
}
