import Events
import Ledger
import OpenRTB
import Sealing
import Testing
import Units

@testable import BidPlane

@Suite("What a notice books")
struct NoticeBookingTests {
    @Test("a bill spends its price and ends the reservation; win, impression and click book nothing")
    func billing() throws {
        let kit = try DeskKit()
        for kind in [EventKind.win, .billing, .impression, .click] { _ = try kit.take(kind) }
        let events = try kit.events()
        #expect(events.map(\.settled) == [nil, Spend(nanos: 1_500_000), nil, nil])
        #expect(events.map(\.released) == [nil, Spend(nanos: 2_000_000), nil, nil])
        #expect(events[1].price == CPM(micros: 1_500_000))
        #expect(events[0].price == CPM(micros: 1_500_000))
    }

    @Test("a bill at the price of the bid spends all that was reserved")
    func wholePrice() throws {
        let kit = try DeskKit()
        #expect(try kit.take(.billing, price: .price(CPM(micros: 2_000_000))) == .accepted(1))
        #expect(try kit.events().map(\.settled) == [Spend(nanos: 2_000_000)])
        let free = try DeskKit()
        #expect(try free.take(.billing, price: .price(.zero)) == .accepted(1))
        #expect(try free.events().map(\.settled) == [.zero])
    }

    @Test("a loss behind a bill releases nothing")
    func lossAfterBilling() throws {
        let kit = try DeskKit()
        #expect(try kit.take(.billing) == .accepted(1))
        #expect(try kit.take(.loss) == .accepted(2))
        let events = try kit.events()
        #expect(events.map(\.released) == [Spend(nanos: 2_000_000), nil])
        #expect(events.map(\.settled) == [Spend(nanos: 1_500_000), nil])
    }

    @Test("a bill behind a loss is spent all the same: late, as its reservation has ended")
    func billingAfterLoss() throws {
        let kit = try DeskKit()
        #expect(try kit.take(.loss) == .accepted(1))
        #expect(try kit.take(.billing) == .accepted(2))
        let events = try kit.events()
        #expect(events.map(\.released) == [Spend(nanos: 2_000_000), nil])
        #expect(events.map(\.settled) == [nil, Spend(nanos: 1_500_000)])
        let ledger = BudgetLedger()
        var bid = Event(.bid, at: kit.facts().instant, facts: kit.facts())
        bid.label = ""
        for event in [bid] + events { ledger.replay(event) }
        let books = ledger.books().first { $0.id == .strategy("shoes") }?.books
        #expect(books?.settledLate == Spend(nanos: 1_500_000))
        #expect(books?.released == Spend(nanos: 2_000_000))
        #expect(books?.balance == true)
    }

    private static func pixels(_ facts: inout BidFacts) { facts.billsAtImpression = true }

    @Test("where the impression is the bill, it spends and the other bill does not")
    func impressionBilling() throws {
        let kit = try DeskKit()
        #expect(try kit.take(.billing, change: Self.pixels) == .accepted(1))
        #expect(try kit.take(.impression, change: Self.pixels) == .accepted(2))
        let events = try kit.events()
        #expect(events.map(\.settled) == [nil, Spend(nanos: 1_500_000)])
        #expect(events.map(\.released) == [nil, Spend(nanos: 2_000_000)])
    }

    @Test(
        "where the impression is the bill, one without a sound price books nothing and leaves room for one with",
        arguments: [
            (.empty, .unpriced), (.unreplaced, .unpriced), (.invalid, .unpriced), (.audit, .audit),
            (.price(CPM(micros: 2_000_001)), .refused),
        ] as [(PriceDecoder.Outcome, NoticeDesk.Verdict)])
    func unpricedImpression(price: PriceDecoder.Outcome, expected: NoticeDesk.Verdict) throws {
        let kit = try DeskKit()
        #expect(try kit.take(.impression, price: price, change: Self.pixels) == expected)
        #expect(try kit.events().isEmpty)
        #expect(try kit.take(.impression, change: Self.pixels) == .accepted(1))
        #expect(try kit.events().map(\.settled) == [Spend(nanos: 1_500_000)])
    }

    @Test("where the exchange sends bills, an impression counts without a price")
    func unpricedImpressionElsewhere() throws {
        let kit = try DeskKit()
        #expect(try kit.take(.impression, price: .empty) == .accepted(1))
        #expect(try kit.take(.click, price: .empty) == .accepted(2))
        #expect(try kit.take(.loss, price: .empty) == .accepted(3))
    }

    @Test(
        "a screen is billed for the impressions won, never for more than were bid for",
        arguments: [(nil, 5_250_000), (2000, 3_000_000), (3500, 5_250_000), (9000, 5_250_000), (1, 1500)]
            as [(UInt32?, Int64)])
    func multiplier(thousandths: UInt32?, nanos: Int64) throws {
        let kit = try DeskKit()
        let verdict = try kit.take(.billing) {
            $0.multiplier = thousandths.map { Quantity(thousandths: $0) }
        } change: {
            $0.quantity = Quantity(thousandths: 3500)
        }
        #expect(verdict == .accepted(1))
        let event = try #require(try kit.events().first)
        #expect(event.settled == Spend(nanos: nanos))
        #expect(event.released == Spend(nanos: 7_000_000))
    }

    @Test(
        "a bill in the exchange's currency is spent in the strategy's, at the bid's own rate",
        arguments: [(2_160_000, 2_000_000), (1_080_000, 1_000_000), (1, 0), (0, 0), (2_159_999, 1_999_999)]
            as [(Int64, Int64)])
    func converted(price: Int64, nanos: Int64) throws {
        let kit = try DeskKit()
        let facts = kit.facts {
            $0.price = CPM(micros: 2_160_000)
            $0.budgetPrice = CPM(micros: 2_000_000)
            $0.budgetCurrency = Currency("EUR".utf8) ?? .usd
        }
        let verdict = try kit.take(.billing, token: facts, price: .price(CPM(micros: price)))
        #expect(verdict == .accepted(1))
        let event = try #require(try kit.events().first)
        #expect(event.settled == Spend(nanos: nanos))
        #expect(event.released == Spend(nanos: 2_000_000))
        #expect(event.price == CPM(micros: price))
    }

    @Test("the greatest prices that can be bid convert without a trap")
    func greatestPrices() throws {
        let kit = try DeskKit()
        let facts = kit.facts {
            $0.price = .max
            $0.budgetPrice = .max
            $0.budgetCurrency = Currency("EUR".utf8) ?? .usd
        }
        let verdict = try kit.take(.billing, token: facts, price: .price(.max))
        #expect(verdict == .accepted(1))
        #expect(try kit.events().map(\.settled) == [Spend(oneImpressionAt: .max)])
    }
}
