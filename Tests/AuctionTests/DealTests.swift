import BidKit
import Events
import Ledger
import Testing

@testable import Auction

/// An impression with these deals.
private func imp(_ deals: String, _ more: String = "", isPrivate: Bool = false) -> String {
    #"{"pmp":{"private_auction":\#(isPrivate ? 1 : 0),"deals":[\#(deals)]}\#(more.isEmpty ? "" : ",\(more)")}"#
}

private let dealStrategy = #"{"deals":["other","deal-7"]}"#

@Suite("Deals")
struct DealTests {
    @Test("a strategy that names a deal bids in it, and says so")
    func dealBid() throws {
        let held = try AuctionKit(dealStrategy).hold(
            try AuctionKit.request(imps: [imp(#"{"id":"x"},{"id":"deal-7"}"#)]))
        #expect(held.bids.first?["dealid"].string == "deal-7")
        #expect(held.price == 2)
        #expect(try held.token("nurl").facts.deal == "deal-7")
    }

    @Test("a strategy that names deals does not bid where none of them is offered")
    func dealNotOffered() throws {
        let kit = try AuctionKit(dealStrategy)
        for imps in ["{}", imp(#"{"id":"x"}"#), imp(#"{"id":"DEAL-7"}"#), imp("")] {
            let held = try kit.hold(try AuctionKit.request(imps: [imps]))
            #expect(held.outcome == .noBid(.noMatch))
            #expect(held.passes(.targeting) == 1)
        }
    }

    @Test("an open strategy bids beside deals, not in a private auction")
    func privateAuction() throws {
        let kit = try AuctionKit("{}")
        let open = try kit.hold(try AuctionKit.request(imps: [imp(#"{"id":"deal-7"}"#)]))
        #expect(open.outcome == .bid(count: 1))
        #expect(open.bids.first?["dealid"].exists == false)
        let closed = try kit.hold(try AuctionKit.request(imps: [imp(#"{"id":"deal-7"}"#, isPrivate: true)]))
        #expect(closed.outcome == .noBid(.noOffer))
        #expect(closed.passes(.deal) == 1)
        let member = try AuctionKit(dealStrategy).hold(
            try AuctionKit.request(imps: [imp(#"{"id":"deal-7"}"#, isPrivate: true)])
        )
        #expect(member.bids.first?["dealid"].string == "deal-7")
    }

    @Test("a deal's bid does not lose to a higher open one of ours")
    func dealBeatsOpen() throws {
        let kit = try AuctionKit(#"{"id":"open","terms":{"cpm":"9"}}"#, #"{"id":"deal","deals":["deal-7"]}"#)
        let held = try kit.hold(try AuctionKit.request(imps: [imp(#"{"id":"deal-7","bidfloor":1}"#)]))
        #expect(held.strategies == ["deal"])
        #expect(held.price == 2)
        #expect(try kit.hold(try AuctionKit.request()).strategies == ["open"])
    }

    @Test(
        "a deal's floor is in the deal's currency, US dollars where it says none, whatever the impression's",
        arguments: [
            (#"{"id":"deal-7","bidfloor":2.00,"bidfloorcur":"EUR"}"#, "2.16", true),
            (#"{"id":"deal-7","bidfloor":2.00,"bidfloorcur":"EUR"}"#, "2.159999", false),
            (#"{"id":"deal-7","bidfloor":2.00}"#, "2", true), (#"{"id":"deal-7","bidfloor":2.00}"#, "1.999999", false),
            (#"{"id":"deal-7","bidfloor":2.00,"bidfloorcur":"JPY"}"#, "900", false),
        ])
    func dealFloor(deal: String, cpm: String, isEnough: Bool) throws {
        let kit = try AuctionKit(#"{"deals":["deal-7"],"terms":{"cpm":"\#(cpm)"}}"#)
        let held = try kit.hold(
            try AuctionKit.request(imps: [imp(deal, #""bidfloor":500,"bidfloorcur":"EUR""#)])
        )
        #expect(held.outcome == (isEnough ? .bid(count: 1) : .noBid(.noOffer)))
    }

    @Test("a deal without a floor of its own is held to the impression's")
    func dealWithoutFloor() throws {
        let kit = try AuctionKit(dealStrategy)
        let request = { (floor: String) in
            try AuctionKit.request(imps: [imp(#"{"id":"deal-7"}"#, "\"bidfloor\":\(floor)")])
        }
        #expect(try kit.hold(try request("2")).outcome == .bid(count: 1))
        #expect(try kit.hold(try request("2.01")).outcome == .noBid(.noOffer))
    }

    @Test("at a fixed price exactly the agreed price is bid and reserved")
    func fixedPrice() throws {
        let kit = try AuctionKit(#"{"deals":["deal-7"],"terms":{"cpm":"9"}}"#)
        let held = try kit.hold(
            try AuctionKit.request(imps: [imp(#"{"id":"deal-7","at":3,"bidfloor":2.00,"bidfloorcur":"EUR"}"#)])
        )
        #expect(held.price == 2.16)
        #expect(try held.token("burl").facts.price.micros == 2_160_000)
        #expect(kit.books().reserved == Spend(nanos: 2_160_000))
    }

    @Test("a fixed price in a third currency is bid exactly, whatever the strategy's")
    func fixedPriceConverted() throws {
        let kit = try AuctionKit(#"{"deals":["deal-7"],"currency":"GBP","terms":{"cpm":"9"}}"#)
        let held = try kit.hold(
            try AuctionKit.request(
                #"{"cur":["EUR"]}"#,
                imps: [imp(#"{"id":"deal-7","at":3,"bidfloor":2.01,"bidfloorcur":"EUR"}"#)]
            )
        )
        #expect(held.price == 2.01)
        // 2.01 euros are 1.73664 pounds.
        #expect(kit.books().reserved == Spend(nanos: 1_736_640))
    }

    @Test("an agreed price above what the strategy pays is not paid")
    func fixedPriceTooHigh() throws {
        let kit = try AuctionKit(dealStrategy)
        let held = try kit.hold(try AuctionKit.request(imps: [imp(#"{"id":"deal-7","at":3,"bidfloor":2.01}"#)]))
        #expect(held.outcome == .noBid(.noOffer))
    }

    @Test(
        "a deal may be for some seats alone, and closes no other",
        arguments: [
            (#"{"id":"deal-7","wseat":["acme"]}"#, "deal-7"), (#"{"id":"deal-7","wseat":["other"]}"#, nil),
            (#"{"id":"deal-7","wseat":["x"]},{"id":"other","wseat":["acme","x"]}"#, "other"),
            (#"{"id":"deal-7","wseat":[]}"#, "deal-7"),
        ] as [(String, String?)])
    func dealSeats(deals: String, expected: String?) throws {
        let held = try AuctionKit(dealStrategy).hold(try AuctionKit.request(imps: [imp(deals)]))
        #expect(held.bids.first?["dealid"].string == expected)
        let open = try AuctionKit("{}").hold(try AuctionKit.request(imps: [imp(deals)]))
        #expect(open.outcome == .bid(count: 1))
    }

    @Test(
        "a deal may be for some advertisers alone",
        arguments: [
            (#"["acme.example"]"#, true), (#"["example"]"#, true), (#"["ACME.example"]"#, true),
            (#"["other.example"]"#, false),
            (#"["shop.acme.example"]"#, false), ("[]", true),
        ])
    func dealDomains(wadomain: String, isAdmitted: Bool) throws {
        let deal = #"{"id":"deal-7","wadomain":\#(wadomain)}"#
        let held = try AuctionKit(dealStrategy).hold(try AuctionKit.request(imps: [imp(deal)]))
        #expect(held.outcome == (isAdmitted ? .bid(count: 1) : .noBid(.noOffer)))
    }

    @Test("of creatives for several advertisers one that the deal admits is shown")
    func dealPicksCreative() throws {
        let creative = { (id: String) in
            #"{"id":"\#(id)","adomain":["\#(id).example"],"landing":"https://a.example/","banner":{"html":"x"}}"#
        }
        let kit = try AuctionKit("{\"deals\":[\"deal-7\"],\"creatives\":[\(creative("a")),\(creative("b"))]}")
        let request = try AuctionKit.request(imps: [imp(#"{"id":"deal-7","wadomain":["b.example"]}"#)])
        for low in 0..<20 as Range<UInt64> {
            let held = try kit.hold(request, seed: Seed(high: 7, low: low))
            #expect(held.bids.first?["crid"].string == "b")
        }
    }

    @Test("a deal does not excuse from what the publisher blocks")
    func blocksHold() throws {
        let request = try AuctionKit.request(#"{"badv":["acme.example"]}"#, imps: [imp(#"{"id":"deal-7"}"#)])
        #expect(try AuctionKit(dealStrategy).hold(request).passes(.advertiser) == 1)
    }
}
