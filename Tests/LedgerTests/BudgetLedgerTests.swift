import Events
import Ledger
import Testing
import Units

/// An exchange at work for 40 minutes: bids, and what becomes of them, as the log has it.
private struct Traffic {
    private(set) var events: [Event] = []

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for number in 0..<2000 as Range<UInt64> {
            let micros = dawn.micros + Int64(number) * 1_200_000 + Int64.random(in: 0..<1_000_000, using: &random)
            var facts = BidFacts.bid(
                number,
                ["shoes", "hats", "coats"].randomElement(using: &random) ?? "shoes",
                micros: Int64.random(in: 1...5_000_000, using: &random),
                at: Instant(micros: micros)
            )
            facts.isTest = number % 50 == 0
            events.append(.of(.bid, facts))
            add(facts, &random)
        }
        events.sort { $0.instant < $1.instant }
    }

    private mutating func add(_ facts: BidFacts, _ random: inout SplitMix64) {
        // Within a second of its end a reservation may have expired or not, by when the clock was looked at: so no
        // notice comes in the minute in which it ends.
        let delay =
            Bool.random(using: &random)
            ? Int64.random(in: 1...280, using: &random) : Int64.random(in: 400...1200, using: &random)
        let nanos = facts.isTest ? nil : Int64.random(in: 0...facts.reserved.nanos, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3:
            events.append(.of(.win, facts, after: 1))
            events.append(
                .of(.billing, facts, after: delay, settled: nanos, released: nanos.map { _ in facts.reserved.nanos }))
            events.append(.of(.impression, facts, after: delay + 1))
        case 3..<6:
            events.append(.of(.loss, facts, after: delay, released: nanos.map { _ in facts.reserved.nanos }))
        case 6:
            events.append(.of(.loss, facts, after: 2, released: nanos.map { _ in facts.reserved.nanos }))
            events.append(.of(.billing, facts, after: delay + 2, settled: nanos))
        default: break
        }
    }

    var end: Instant { events.last?.instant ?? dawn }
}

@Suite("All accounts together")
struct BudgetLedgerTests {
    /// Folds events as a running service does: loops reserve when they bid, and the clock is looked at every 20 ms.
    private static func live(_ events: [Event]) -> BudgetLedger {
        let ledger = BudgetLedger()
        var clock = dawn.micros
        ledger.advance(to: dawn)
        for event in events {
            while clock + 20_000 <= event.instant.micros {
                clock += 20_000
                ledger.advance(to: Instant(micros: clock))
            }
            let facts = event.facts
            if event.kind == .bid, !facts.isTest {
                for id in [AccountID.strategy(facts.strategy), .advertiser(facts.advertiser)] {
                    _ = ledger.account(id).reserve(facts.reserved, at: facts.instant)
                }
            }
            ledger.apply(event)
        }
        return ledger
    }

    @Test(
        "folding the log again gives the books and the counts that were there while it was written",
        arguments: [1, 2, 3] as [UInt64])
    func replayEqualsLive(seed: UInt64) {
        let traffic = Traffic(seed: seed)
        let live = Self.live(traffic.events)
        let replayed = BudgetLedger()
        for event in traffic.events { replayed.replay(event) }
        for ledger in [live, replayed] {
            for second in [2, 600, 1200, 1800] { ledger.advance(to: traffic.end.adding(seconds: Int64(second))) }
        }
        let ids: [AccountID] = [.strategy("shoes"), .strategy("hats"), .strategy("coats"), .advertiser("acme")]
        #expect(Set(live.books().map(\.id)) == Set(ids))
        for id in ids {
            #expect(replayed.books(of: id) == live.books(of: id))
            #expect(live.books(of: id).balance)
            #expect(live.books(of: id).outstanding == .zero)
            #expect(live.books(of: id).settledLate > .zero)
        }
        #expect(replayed.tallies().map(\.key) == live.tallies().map(\.key))
        #expect(replayed.tallies().map(\.tally) == live.tallies().map(\.tally))
        let advertiser = live.books(of: .advertiser("acme"))
        let strategies = ids.dropLast().map { live.books(of: $0) }
        #expect(strategies.reduce(Spend.zero) { $0 + $1.settled } == advertiser.settled)
        #expect(strategies.reduce(Spend.zero) { $0 + $1.reserved } == advertiser.reserved)
    }

    @Test("test traffic books nothing and counts nothing")
    func testTraffic() {
        let ledger = BudgetLedger()
        var facts = BidFacts.bid(1)
        facts.isTest = true
        for kind in [EventKind.bid, .win, .billing, .loss] { ledger.replay(.of(kind, facts)) }
        #expect(ledger.books().isEmpty)
        #expect(ledger.tallies().isEmpty)
    }

    @Test("events are counted by strategy and exchange, and their spend summed in the strategy's currency")
    func tallies() {
        let ledger = BudgetLedger()
        for number in 0..<3 as Range<UInt64> {
            let facts = BidFacts.bid(number)
            ledger.replay(.of(.bid, facts))
            ledger.replay(.of(.billing, facts, after: 1, settled: 1_500_000, released: 2_000_000))
        }
        var elsewhere = BidFacts.bid(9, "hats")
        elsewhere.exchange = "y"
        elsewhere.budgetCurrency = Currency("EUR".utf8) ?? .usd
        ledger.replay(.of(.loss, elsewhere, released: 2_000_000))
        let tallies = ledger.tallies()
        #expect(tallies.map(\.key.strategy) == ["hats", "shoes"])
        #expect(tallies.map(\.key.exchange) == ["y", "x"])
        #expect(tallies[1].tally[.bid] == 3)
        #expect(tallies[1].tally[.billing] == 3)
        #expect(tallies[1].tally[.win] == 0)
        #expect(tallies[1].tally.spend == Spend(nanos: 4_500_000))
        #expect(tallies[0].tally[.loss] == 1)
        #expect(tallies[0].tally.currency.description == "EUR")
    }

    @Test("a conversion without a click is counted, and books nothing")
    func conversionWithoutClick() {
        let ledger = BudgetLedger()
        var facts = BidFacts()
        facts.advertiser = "acme"
        ledger.replay(Event(.conversion, at: dawn, facts: facts))
        #expect(ledger.books().isEmpty)
        #expect(ledger.tallies().map(\.tally[.conversion]) == [1])
    }

    @Test("the same id gives the same account for as long as the ledger lives")
    func accountIdentity() {
        let ledger = BudgetLedger()
        #expect(ledger.account(.strategy("a")) === ledger.account(.strategy("a")))
        #expect(ledger.account(.strategy("a")) !== ledger.account(.advertiser("a")))
    }

    @Test("what was reserved and spent before a restart still counts against the limits after it")
    func limitsAfterRestart() {
        let ledger = BudgetLedger()
        let first = BidFacts.bid(1, micros: 600)
        let second = BidFacts.bid(2, micros: 300, at: dawn.adding(seconds: 10))
        ledger.replay(.of(.bid, first))
        ledger.replay(.of(.billing, first, after: 1, settled: 600, released: 600))
        ledger.replay(.of(.bid, second))
        let now = dawn.adding(seconds: 20)
        ledger.advance(to: now)
        let account = ledger.account(.strategy("shoes"))
        account.setLimits(total: Micros(1), daily: Micros(1), clock: .utc)
        #expect(!account.bid(Spend(nanos: 101), at: now))
        #expect(account.bid(Spend(nanos: 100), at: now))
        ledger.advance(to: dawn.adding(seconds: 10 + 360))
        #expect(account.bid(Spend(nanos: 300), at: dawn.adding(seconds: 370)))
    }

    @Test("a restart in the middle of a day in the strategy's zone does not make its daily money new")
    func dayAfterRestart() {
        // 21:00 in New York: there it is still the day on which the money was spent, in UTC the next.
        let newYork = LocalClock(transitions: [.init(from: Instant(micros: .min), offsetSeconds: -18_000)])
        let ledger = BudgetLedger()
        let afternoon = BidFacts.bid(1, micros: 900, at: dawn.adding(seconds: 20 * 3600))
        let evening = BidFacts.bid(2, micros: 100, at: dawn.adding(seconds: 25 * 3600))
        for facts in [afternoon, evening] {
            ledger.replay(.of(.bid, facts))
            ledger.replay(.of(.billing, facts, after: 1, settled: facts.reserved.nanos, released: facts.reserved.nanos))
        }
        let now = dawn.adding(seconds: 26 * 3600)
        ledger.advance(to: now)
        let account = ledger.account(.strategy("shoes"))
        account.setLimits(total: nil, daily: Micros(1), clock: newYork)
        ledger.advance(to: now.adding(seconds: 5))
        #expect(!account.bid(Spend(nanos: 1), at: now.adding(seconds: 5)))
        let tomorrow = dawn.adding(seconds: 29 * 3600)
        ledger.advance(to: tomorrow)
        #expect(account.bid(Spend(nanos: 1000), at: tomorrow))
    }
}
