import BidKit
import Events
import Ledger
import Testing

@testable import Auction

@Suite("Money that a bid reserves")
struct BudgetTests {
    @Test("a bid reserves what it would cost in its strategy's and its advertiser's account")
    func reserved() throws {
        let kit = try AuctionKit("{}")
        let held = try kit.hold(try AuctionKit.request())
        #expect(held.outcome == .bid(count: 1))
        for id in [AccountID.strategy("shoes"), .advertiser("acme")] {
            #expect(kit.books(of: id).reserved == Spend(nanos: 2_000_000))
            #expect(kit.books(of: id).outstanding == Spend(nanos: 2_000_000))
        }
        #expect(held.events.map(\.facts.reserved) == [Spend(nanos: 2_000_000)])
    }

    @Test("who cannot pay makes way for the next")
    func exhausted() throws {
        let kit = try AuctionKit(
            #"{"id":"rich","terms":{"cpm":"5.00"},"budget":{"total":"0.005"}}"#,
            #"{"id":"poor","terms":{"cpm":"3.00"},"budget":{"total":"0.002999"}}"#,
            #"{"id":"last","terms":{"cpm":"1.00"}}"#
        )
        let request = try AuctionKit.request()
        #expect(try kit.hold(request).strategies == ["rich"])
        let second = try kit.hold(request)
        #expect(second.strategies == ["last"])
        #expect(second.passes(.budget) == 2)
        #expect(kit.books("rich").reserved == Spend(nanos: 5_000_000))
        #expect(kit.books("poor").reserved == .zero)
        #expect(kit.books("last").reserved == Spend(nanos: 1_000_000))
    }

    @Test("a day's money is a limit as the total is")
    func daily() throws {
        let kit = try AuctionKit(#"{"budget":{"total":"100","daily":"0.004","pacing":"asap"}}"#)
        let request = try AuctionKit.request()
        let outcomes = try (0..<3).map { _ in try kit.hold(request).outcome }
        #expect(outcomes == [.bid(count: 1), .bid(count: 1), .noBid(.noOffer)])
    }

    @Test("an advertiser's money is shared by its strategies, and what it refuses is given back to the strategy")
    func advertiser() throws {
        let kit = try AuctionKit(
            #"{"id":"a","terms":{"cpm":"5.00"}}"#,
            #"{"id":"b","terms":{"cpm":"2.00"}}"#,
            #"{"id":"c","terms":{"cpm":"1.00"},"advertiser":"other"}"#,
            advertisers: [#"{"budget":{"total":"0.006"}}"#, #"{"id":"other"}"#]
        )
        let request = try AuctionKit.request()
        #expect(try kit.hold(request).strategies == ["a"])
        let second = try kit.hold(request)
        #expect(second.strategies == ["c"])
        #expect(second.passes(.budget) == 2)
        #expect(kit.books("a").reserved == Spend(nanos: 5_000_000))
        #expect(kit.books("b").reserved == .zero)
        #expect(kit.books("b").outstanding == .zero)
        #expect(kit.books(of: .advertiser("acme")).reserved == Spend(nanos: 5_000_000))
    }

    @Test("each impression of a request reserves for itself, as far as a slice of the money goes")
    func severalImps() throws {
        // Of 0.036 a slice is 0.0045, of the 0.034 that one bid leaves 0.00425, of 0.032 then 0.004.
        let kit = try AuctionKit(#"{"budget":{"total":"0.036"}}"#)
        let held = try kit.hold(try AuctionKit.request(imps: (1...4).map { #"{"id":"\#($0)"}"# }))
        #expect(held.outcome == .bid(count: 2))
        #expect(held.bids.map { $0["impid"].string } == ["1", "2"])
        #expect(kit.books().reserved == Spend(nanos: 4_000_000))
    }

    @Test("a roadblock reserves for all its impressions at once, out of the slice")
    func roadblock() throws {
        let imps = (1...3).map { #"{"id":"\#($0)"}"# }
        let request = try AuctionKit.request(#"{"allimps":1}"#, imps: imps)
        let kit = try AuctionKit(#"{"roadblock":true,"budget":{"total":"0.048"}}"#)
        #expect(try kit.hold(request).outcome == .bid(count: 3))
        #expect(kit.books().reserved == Spend(nanos: 6_000_000))
        #expect(try kit.hold(request).passes(.budget) == 3)
        #expect(kit.books().reserved == Spend(nanos: 6_000_000))
        let poor = try AuctionKit(#"{"roadblock":true,"budget":{"total":"0.047"}}"#)
        #expect(try poor.hold(request).passes(.budget) == 3)
        #expect(poor.books().reserved == .zero)
    }

    @Test("a bid for many impressions at once reserves out of the slice, where one impression's need not")
    func multiplied() throws {
        let kit = try AuctionKit(#"{"budget":{"total":"0.006"}}"#)
        #expect(try kit.hold(try AuctionKit.request(imps: [#"{"qty":{"multiplier":2}}"#])).passes(.budget) == 1)
        #expect(try kit.hold(try AuctionKit.request(imps: ["{}"])).outcome == .bid(count: 1))
        let rich = try AuctionKit(#"{"budget":{"total":"0.032"}}"#)
        let request = try AuctionKit.request(imps: [#"{"qty":{"multiplier":2}}"#])
        #expect(try rich.hold(request).outcome == .bid(count: 1))
        #expect(rich.books().reserved == Spend(nanos: 4_000_000))
    }

    @Test("a bid whose record finds no room in the log is not made, and its money is free again")
    func logBehind() throws {
        let kit = try AuctionKit(#"{"budget":{"total":"1"}}"#)
        let (auction, reader) = (kit.auction(), BidRequestReader())
        try reader.read(copying: Array(try AuctionKit.request(imps: ["{}", #"{"id":"2"}"#]).utf8))
        let context = AuctionContext(
            snapshot: kit.snapshot, exchange: 0, instant: AuctionKit.instant, seed: Seed(high: 1, low: 2),
            deadline: .none)
        for room in 0..<2 {
            var response = ByteWriter(capacity: 64)
            var records = 0
            let outcome = auction.hold(reader.request, context, into: &response) { _ in
                records += 1
                return records <= room
            }
            #expect(outcome == .noBid(.logBehind))
            #expect(response.count == 0)
            #expect(records == room + 1)
            #expect(kit.books() == Account.Books())
            #expect(kit.books(of: .advertiser("acme")) == Account.Books())
        }
    }

    @Test(
        "a screen that counts for several impressions reserves for all of them",
        arguments: [("3.5", 7_000_000), ("1", 2_000_000), ("0.001", 2000), ("0", 2_000_000)] as [(String, Int64)])
    func quantity(multiplier: String, nanos: Int64) throws {
        let kit = try AuctionKit("{}")
        let held = try kit.hold(try AuctionKit.request(imps: [#"{"qty":{"multiplier":\#(multiplier)}}"#]))
        #expect(kit.books().reserved == Spend(nanos: nanos))
        #expect(held.events.map(\.facts.reserved) == [Spend(nanos: nanos)])
    }

    @Test("test traffic takes the normal path, is marked and reserves nothing")
    func testTraffic() throws {
        let kit = try AuctionKit(#"{"budget":{"total":"0.001"}}"#)
        let request = try AuctionKit.request(#"{"test":1}"#)
        for _ in 0..<10 {
            let held = try kit.hold(request)
            #expect(held.outcome == .bid(count: 1))
            #expect(held.events.map(\.facts.isTest) == [true])
            #expect(try held.token("burl").facts.isTest)
            #expect(try held.token("burl").facts.reserved == .zero)
        }
        #expect(kit.books() == Account.Books())
        #expect(kit.books(of: .advertiser("acme")) == Account.Books())
    }

    @Test("nothing is reserved for a request without a bid")
    func noBid() throws {
        let kit = try AuctionKit("{}")
        _ = try kit.hold(try AuctionKit.request(imps: [#"{"bidfloor":5}"#]))
        #expect(kit.books() == Account.Books())
    }

    @Test("a budget of nothing buys nothing")
    func emptyBudget() throws {
        for budget in [#"{"total":"0"}"#, #"{"daily":"0"}"#] {
            let held = try AuctionKit("{\"budget\":\(budget)}").hold(try AuctionKit.request())
            #expect(held.outcome == .noBid(.noOffer))
            #expect(held.passes(.budget) == 1)
        }
    }
}
