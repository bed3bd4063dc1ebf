import BidKit
import Events
import Ledger
import Testing

@testable import Auction

@Suite("Which offer wins, and at what price")
struct PriceTests {
    @Test("the highest price wins")
    func highest() throws {
        let kit = try AuctionKit(
            #"{"id":"a","terms":{"cpm":"2.00"}}"#,
            #"{"id":"b","terms":{"cpm":"3.50"}}"#,
            #"{"id":"c","terms":{"cpm":"3.49"}}"#
        )
        let held = try kit.hold(try AuctionKit.request())
        #expect(held.outcome == .bid(count: 1))
        #expect(held.strategies == ["b"])
        #expect(held.price == 3.5)
        // Nobody asks those who cannot reach what is offered.
        #expect(held.passes(.outranked) == 2)
    }

    @Test("prices in several currencies are compared in the response's")
    func currencies() throws {
        let kit = try AuctionKit(
            #"{"id":"dollars","terms":{"cpm":"2.20"}}"#,
            #"{"id":"euros","currency":"EUR","terms":{"cpm":"2.00"}}"#,
            #"{"id":"pounds","currency":"GBP","terms":{"cpm":"1.80"}}"#
        )
        let held = try kit.hold(try AuctionKit.request())
        #expect(held.strategies == ["pounds"])
        #expect(held.price == 2.25)
        #expect(held.json["cur"].string == "USD")
    }

    @Test("equal prices are decided by lot: fair over many seeds, the same for one")
    func ties() throws {
        let kit = try AuctionKit(#"{"id":"a"}"#, #"{"id":"b"}"#)
        let request = try AuctionKit.request()
        let auction = kit.auction()
        var first = 0
        for low in 0..<2000 as Range<UInt64> {
            let seed = Seed(high: 7, low: low)
            let winner = try kit.hold(request, seed: seed, by: auction).strategies
            if winner == ["a"] { first += 1 }
            if low % 100 == 0 {
                for _ in 0..<5 { #expect(try kit.hold(request, seed: seed, by: auction).strategies == winner) }
            }
        }
        // A fair coin stays within 100 of 1,000 in all but six of a million runs.
        #expect((900...1100).contains(first))
    }

    @Test("impressions of one request are decided apart")
    func tiesPerImp() throws {
        let kit = try AuctionKit(#"{"id":"a"}"#, #"{"id":"b"}"#)
        let request = try AuctionKit.request(imps: (0..<32).map { #"{"id":"\#($0)"}"# })
        let held = try kit.hold(request)
        #expect(held.outcome == .bid(count: 32))
        #expect(Set(held.strategies) == ["a", "b"])
    }

    @Test(
        "a bid equal to the floor is enough, a micro less is not",
        arguments: [
            ("0.5", true), ("2", true), ("2.0", true), ("2.000001", false), ("1e30", false), ("\"1.5\"", true),
            ("-1", true),
            ("null", true),
        ])
    func floors(floor: String, isEnough: Bool) throws {
        let kit = try AuctionKit("{}")
        let held = try kit.hold(try AuctionKit.request(imps: [#"{"bidfloor":\#(floor)}"#]))
        #expect(held.outcome == (isEnough ? .bid(count: 1) : .noBid(.noOffer)))
        if isEnough { #expect(held.price == 2) }
    }

    @Test(
        "a floor in another currency is converted by the operator's rates",
        arguments: [("2.16", true), ("2.159999", false), ("2.160001", true)])
    func foreignFloor(cpm: String, isEnough: Bool) throws {
        let kit = try AuctionKit(#"{"terms":{"cpm":"\#(cpm)"}}"#)
        let request = try AuctionKit.request(imps: [#"{"bidfloor":2.00,"bidfloorcur":"EUR"}"#])
        #expect(try kit.hold(request).outcome == (isEnough ? .bid(count: 1) : .noBid(.noOffer)))
    }

    @Test("a floor without a rate cannot be met, a floor of nothing needs none")
    func floorWithoutRate() throws {
        let kit = try AuctionKit("{}")
        let yen = try AuctionKit.request(imps: [#"{"bidfloor":0.01,"bidfloorcur":"JPY"}"#])
        #expect(try kit.hold(yen).outcome == .noBid(.noOffer))
        let nonsense = try AuctionKit.request(imps: [#"{"bidfloor":0.01,"bidfloorcur":"€"}"#])
        #expect(try kit.hold(nonsense).outcome == .noBid(.noOffer))
        let free = try AuctionKit.request(imps: [#"{"bidfloor":0,"bidfloorcur":"JPY"}"#])
        #expect(try kit.hold(free).outcome == .bid(count: 1))
    }

    @Test(
        "a bid is in the first accepted currency that can be converted to",
        arguments: [
            (#"["USD"]"#, "USD", 2.16), (#"["EUR","USD"]"#, "EUR", 2.0), (#"["JPY","EUR"]"#, "EUR", 2.0),
            (#"["JPY","GBP"]"#, "GBP", 1.728),
            (#"["","usd"]"#, "USD", 2.16), ("null", "GBP", 1.728), ("[]", "GBP", 1.728),
        ])
    func responseCurrency(cur: String, expected: String, price: Double) throws {
        let kit = try AuctionKit(#"{"currency":"EUR"}"#, exchanges: [#"{"currency":"GBP"}"#])
        let held = try kit.hold(try AuctionKit.request("{\"cur\":\(cur)}"))
        #expect(held.json["cur"].string == expected)
        #expect(held.price == price)
        #expect(try held.token("nurl").facts.currency.description == expected)
        #expect(try held.token("nurl").facts.budgetPrice.micros == 2_000_000)
        #expect(try held.token("nurl").facts.budgetCurrency.description == "EUR")
        #expect(kit.books().reserved == Spend(nanos: 2_000_000))
    }

    @Test("without a rate a strategy bids in its own currency or not at all")
    func currencyWithoutRate() throws {
        let kit = try AuctionKit(#"{"id":"yen","currency":"JPY","terms":{"cpm":"300"}}"#, #"{"id":"dollars"}"#)
        let yen = try kit.hold(try AuctionKit.request(#"{"cur":["JPY"]}"#))
        #expect(yen.strategies == ["yen"])
        #expect(yen.json["cur"].string == "JPY")
        #expect(yen.price == 300)
        #expect(yen.passes(.currency) == 1)
        let dollars = try kit.hold(try AuctionKit.request())
        #expect(dollars.strategies == ["dollars"])
        #expect(dollars.passes(.currency) == 1)
        let other = try kit.hold(try AuctionKit.request(#"{"cur":["KRW"]}"#))
        guard case .noBid = other.outcome else {
            Issue.record("a bid in a currency that nobody has")
            return
        }
    }

    @Test("a price is rounded down to a micro, never below the floor that it met")
    func rounding() throws {
        let kit = try AuctionKit(#"{"terms":{"cpm":"1.000001"}}"#, rates: ["EUR": 1_080_001])
        let request = try AuctionKit.request(#"{"cur":["EUR"]}"#)
        #expect(try kit.hold(request).price == 0.925925)
        let floor = try AuctionKit.request(#"{"cur":["EUR"]}"#, imps: [#"{"bidfloor":0.925925,"bidfloorcur":"EUR"}"#])
        #expect(try kit.hold(floor).price == 0.925925)
        let above = try AuctionKit.request(#"{"cur":["EUR"]}"#, imps: [#"{"bidfloor":0.925926,"bidfloorcur":"EUR"}"#])
        #expect(try kit.hold(above).outcome == .noBid(.noOffer))
    }

    @Test("max_cpm caps what is bid")
    func maximum() throws {
        let kit = try AuctionKit(#"{"terms":{"cpm":"5","max_cpm":"2.5"}}"#)
        #expect(try kit.hold(try AuctionKit.request()).price == 2.5)
    }
}
