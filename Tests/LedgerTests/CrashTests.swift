import Events
import Testing
import Units

@testable import Ledger

@Suite("Money across a crash")
struct CrashTests {
    /// Bids with both loops in turn until neither may.
    private func spend(_ model: ServiceModel, writingEvery steps: Int = 1) -> [BidFacts] {
        var won: [BidFacts] = []
        for step in 0..<1000 {
            if let facts = model.bid(loop: step % 2) { won.append(facts) }
            if step % steps == 0 { model.write() }
        }
        return won
    }

    @Test("a budget of 0.10 at a CPM of 5.00 buys twenty impressions over two loops")
    func twenty() {
        let model = ServiceModel(total: 100_000)
        let won = spend(model)
        #expect(won.count == 20)
        for facts in won { model.notice(.billing, facts) }
        #expect(model.books.settled == .nanos(100_000_000))
        #expect(model.books.balance)
    }

    @Test("across a crash at any moment it buys 15 to 20, with all that is lost billed", arguments: 0..<20)
    func crash(after count: Int) {
        let model = ServiceModel(total: 100_000)
        var won: [BidFacts] = []
        while won.count < count, let facts = model.bid(loop: won.count % 2) {
            won.append(facts)
            model.write()
        }
        // What fits into the slice stays in the rings, and is lost.
        while let facts = model.bid(loop: 0) ?? model.bid(loop: 1) { won.append(facts) }
        let lost = won.count - count
        #expect((1...2).contains(lost))
        model.crash()
        won += spend(model)
        for facts in won { model.notice(.billing, facts) }
        #expect(model.books.settled.nanos <= 100_000_000)
        model.pass(seconds: 400)
        for facts in spend(model) {
            model.notice(.billing, facts)
            won.append(facts)
        }
        #expect((15...20).contains(won.count), "\(won.count)")
        #expect(model.books.settled.nanos == Int64(won.count) * 5_000_000)
        #expect(model.books.settledLate == .zero)
        #expect(model.books.balance)
    }

    @Test("a crash in each of many runs never lets more be spent than the budget, while bills come in time")
    func crashes() {
        let model = ServiceModel(total: 100_000)
        var won: [BidFacts] = []
        for _ in 0..<12 {
            while let facts = model.bid(loop: 0) { won.append(facts) }
            model.crash()
            model.pass(seconds: 7)
        }
        #expect(won.count > 5)
        for facts in won { model.notice(.billing, facts) }
        won += spend(model)
        model.pass(seconds: 400)
        for facts in spend(model) { model.notice(.billing, facts) }
        #expect(model.books.settled.nanos <= 100_000_000)
        #expect(model.books.balance)
    }

    @Test("after a crash a slice is held back for as long as a bid of before can be billed in time")
    func hold() {
        let model = ServiceModel(total: 100_000)
        for _ in 0..<4 {
            #expect(model.bid(loop: 0) != nil)
            model.write()
        }
        model.crash()
        // A seventh of the 0.08 that are left.
        #expect(model.standing.held == .nanos(11_428_571))
        #expect(model.standing.left == .nanos(68_571_429))
        #expect(model.books.reserved == .nanos(20_000_000))
        model.pass(seconds: 359)
        #expect(model.standing.held == .nanos(11_428_571))
        model.pass(seconds: 2)
        #expect(model.standing.held == .zero)
        // Who bills later than that is late, and is told of in the bound.
        #expect(model.standing.lateExposure == .nanos(31_428_571))
        #expect(model.standing.left == .nanos(100_000_000))
        #expect(model.books.expired == .nanos(20_000_000))
        #expect(model.books.balance)
    }

    @Test("where one bid is more than a slice, one bid is held back")
    func holdOfOneBid() {
        let model = ServiceModel(total: 20_000)
        #expect(model.bid(loop: 0) != nil)
        model.write()
        model.crash()
        #expect(model.standing.held == .nanos(5_000_000))
    }

    @Test("of an account whose bids the log has none of, as much is held as the largest bid in the log")
    func holdOfUnknownBid() {
        var history = RunHistory()
        history.add(LogRecord.event(.of(.bid, .bid(1))))
        let ledger = BudgetLedger()
        ledger.replay(.of(.bid, .bid(1, "hats", micros: 7_000_000)))
        _ = ledger.restart(after: history, at: dawn)
        let account = ledger.account(.strategy("shoes"))
        account.setLimits(total: Micros(20_000), daily: nil, clock: .utc)
        #expect(account.snapshotStanding().held == .nanos(7_000_000))
        let small = ledger.account(.strategy("coats"))
        small.setLimits(total: Micros(5_000), daily: nil, clock: .utc)
        #expect(small.snapshotStanding().held == .nanos(5_000_000))
    }

    @Test("lost bids are told from this run's though the clock was set back before the start", arguments: [-50, -600])
    func clockSetBack(seconds: Int64) throws {
        let model = ServiceModel(total: 1_000_000)
        #expect(model.bid(loop: 0) != nil)
        model.write()
        model.pass(seconds: 20)
        let lost = try #require(model.bid(loop: 1))
        model.now = model.now.adding(seconds: seconds)
        model.crash()
        let own = try #require(model.bid(loop: 0))
        model.write()
        model.notice(.billing, own)
        model.notice(.billing, lost)
        // By a clock that is ten minutes behind, what was reserved before is of a time to come: it has expired.
        let isKnown = seconds == -50
        #expect(model.books.reserved == .nanos(isKnown ? 15_000_000 : 10_000_000))
        #expect(model.books.outstanding == .nanos(isKnown ? 5_000_000 : 0))
        #expect(model.books.expired == .nanos(isKnown ? 0 : 5_000_000))
        #expect(model.books.settledLate == .nanos(isKnown ? 0 : 5_000_000))
        #expect(model.books.settled == .nanos(10_000_000))
        #expect(model.books.balance)
        model.pass(seconds: 1)
        #expect(model.replayed().books(of: .strategy("shoes")) == model.books)
    }

    @Test("a day's spending is counted though the clock was ahead of it for a run")
    func clockWasAhead() throws {
        let model = ServiceModel(total: 1_000_000)
        let first = try #require(model.bid(loop: 0))
        model.write()
        model.notice(.billing, first)
        let now = model.now
        model.now = now.adding(seconds: 40 * 3600)
        model.restart()
        let second = try #require(model.bid(loop: 0))
        model.write()
        model.notice(.billing, second)
        model.pass(seconds: 2)
        model.now = now.adding(seconds: 10)
        model.restart()
        let account = model.ledger.account(.strategy("shoes"))
        model.ledger.setLimits(of: .strategy("shoes"), total: nil, daily: Micros(14_000), clock: .utc)
        #expect(account.snapshotStanding().left == .nanos(4_000_000))
    }

    @Test("after a clean end nothing is held back, nor in a new log")
    func cleanEnd() {
        let model = ServiceModel(total: 100_000)
        #expect(model.standing.held == .zero)
        #expect(model.bid(loop: 0) != nil)
        model.restart()
        #expect(model.standing.held == .zero)
        #expect(model.books.outstanding == .nanos(5_000_000))
        // A crash of the first moments of the next run is one, though nothing stands behind its start.
        model.crash()
        #expect(model.standing.held > .zero)
    }

    @Test("a hold is of what was left at the crash, however much has been spent by a later start")
    func holdAfterSpending() throws {
        let model = ServiceModel(total: 100_000)
        while model.bid(loop: 0) != nil {}
        model.crash()
        #expect(model.standing.held == .nanos(14_285_714))
        for _ in 0..<10 {
            let facts = try #require(model.bid(loop: 0))
            model.write()
            model.notice(.billing, facts)
        }
        model.restart()
        #expect(model.standing.held == .nanos(14_285_714))
        model.pass(seconds: 360)
        model.restart()
        #expect(model.standing.held == .zero)
    }

    @Test("an account without a limit holds nothing back, and begins to when it gets one")
    func holdWithoutLimit() {
        var history = RunHistory()
        history.add(LogRecord.event(.of(.bid, .bid(1))))
        let ledger = BudgetLedger()
        ledger.replay(.of(.bid, .bid(1)))
        _ = ledger.restart(after: history, at: dawn)
        let account = ledger.account(.strategy("shoes"))
        account.setLimits(total: nil, daily: nil, clock: .utc)
        #expect(account.snapshotStanding().held == .zero)
        account.setLimits(total: Micros(18_000), daily: nil, clock: .utc)
        #expect(account.snapshotStanding().held == .nanos(2_285_714))
        account.setLimits(total: Micros(100_000), daily: nil, clock: .utc)
        #expect(account.snapshotStanding().held == .nanos(2_285_714))
    }

    @Test("the bill of a lost bid counts its reservation, ends it and takes it out of what is held back, once")
    func lostBid() throws {
        let model = ServiceModel(total: 100_000)
        let lost = try #require(model.bid(loop: 0))
        model.notice(.win, .bid(99, micros: 5_000_000))
        model.crash()
        #expect(model.books.reserved == .zero)
        #expect(model.standing.held == .nanos(14_285_714))
        for _ in 0..<3 { model.notice(.billing, lost, spent: 3_000_000) }
        #expect(model.books.reserved == .nanos(5_000_000))
        #expect(model.books.settled == .nanos(3_000_000))
        #expect(model.books.released == .nanos(2_000_000))
        #expect(model.books.outstanding == .zero)
        #expect(model.books.settledLate == .zero)
        #expect(model.standing.held == .nanos(9_285_714))
        #expect(model.standing.left == .nanos(87_714_286))
        #expect(model.replayed().books(of: .strategy("shoes")) == model.books)
    }

    @Test("a lost bid's loss releases what it reserved, and a bill behind it is late")
    func lossOfLostBid() throws {
        let model = ServiceModel(total: 100_000)
        let lost = try #require(model.bid(loop: 0))
        model.notice(.win, .bid(99, micros: 5_000_000))
        model.crash()
        model.notice(.loss, lost)
        #expect(model.books.reserved == .nanos(5_000_000))
        #expect(model.books.released == .nanos(5_000_000))
        model.notice(.billing, lost)
        #expect(model.books.settledLate == .nanos(5_000_000))
        #expect(model.standing.billedAfterLoss == .nanos(5_000_000))
        #expect(model.books.balance)
    }

    @Test(
        "a bill that stands before its bid in the log counts the reservation once, and alone where the bid is cut off")
    func billBeforeBid() throws {
        for isCut in [false, true] {
            let model = ServiceModel(total: 100_000)
            let facts = try #require(model.bid(loop: 0))
            model.notice(.billing, facts, spent: 4_000_000)
            if !isCut { model.write() }
            model.crash()
            #expect(model.books.reserved == .nanos(5_000_000))
            #expect(model.books.outstanding == .zero)
            #expect(model.books.settled == .nanos(4_000_000))
            #expect(model.books.released == .nanos(1_000_000))
            #expect(model.books.balance)
        }
    }

    @Test("what late notices can still add is told, and shrinks with each that comes and with time")
    func lateExposure() throws {
        let model = ServiceModel(total: 100_000)
        var won: [BidFacts] = []
        for _ in 0..<4 {
            won.append(try #require(model.bid(loop: 0)))
            model.write()
        }
        model.pass(seconds: 400)
        #expect(model.standing.lateExposure == .nanos(20_000_000))
        #expect(model.standing.left == .nanos(100_000_000))
        model.notice(.billing, won[0], spent: 1_000_000)
        #expect(model.standing.lateExposure == .nanos(15_000_000))
        #expect(model.books.settledLate == .nanos(1_000_000))
        model.notice(.loss, won[1])
        #expect(model.standing.lateExposure == .nanos(10_000_000))
        model.now = model.now.adding(seconds: 25 * 3600)
        model.pass(seconds: 1)
        #expect(model.standing.lateExposure == .zero)
    }
}

@Suite("Replay and live state")
struct ReplayTests {
    @Test(
        "after any history of bids, notices, crashes and clean ends the books are those of the log, and spending stays in bounds",
        arguments: 1...40 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let model = ServiceModel(total: 200_000)
        var open: [BidFacts] = []
        var crashes = 0
        for step in 0..<1500 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<45: if let facts = model.bid(loop: step % 2) { open.append(facts) }
            case 45..<60: model.write()
            case 60..<85:
                guard let index = open.indices.randomElement(using: &random) else { continue }
                let facts = open.remove(at: index)
                let isLoss = Int.random(in: 0..<3, using: &random) > 0
                let spent = Int64.random(in: 0...facts.reserved.nanos, using: &random)
                model.notice(isLoss ? .loss : .billing, facts, spent: spent)
            case 85..<97: model.pass(seconds: Int64.random(in: 1...90, using: &random))
            case 97:
                crashes += 1
                model.crash()
            case 98: model.restart()
            default: model.pass(seconds: Int64.random(in: 300...900, using: &random))
            }
            model.ledger.advance(to: model.now)
            let books = model.books
            if !books.balance || books.outstanding < .zero || books.expired < .zero {
                Issue.record("seed \(seed), step \(step): \(books)")
                return
            }
            if books.settled.nanos - books.settledLate.nanos > 200_000_000 {
                Issue.record("seed \(seed), step \(step): spent beyond the limit in time: \(books)")
                return
            }
        }
        model.write()
        model.pass(seconds: 1)
        let replayed = model.replayed()
        for (id, books) in model.ledger.books() { #expect(replayed.books(of: id) == books, "seed \(seed), \(id)") }
        #expect(replayed.tallies().map(\.tally) == model.ledger.tallies().map(\.tally))
        let (live, again) = (model.ledger.exchangeBooks(), replayed.exchangeBooks())
        #expect(live.map(\.books) == again.map(\.books))
        #expect(live.allSatisfy { $0.books.balance })
        #expect(crashes > 0)
    }
}
