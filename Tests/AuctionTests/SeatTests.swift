import BidKit
import Events
import Testing

@testable import Auction

@Suite("Seats and several impressions")
struct SeatTests {
    @Test(
        "a request may be for some seats alone, or not for some",
        arguments: [
            (#"{"wseat":["acme"]}"#, true), (#"{"wseat":["x","acme"]}"#, true), (#"{"wseat":["x"]}"#, false),
            (#"{"wseat":["ACME"]}"#, false), (#"{"wseat":[]}"#, true), (#"{"bseat":["acme"]}"#, false),
            (#"{"bseat":["x"]}"#, true),
            // Sending both is a fault of the exchange; then both hold.
            (#"{"wseat":["acme"],"bseat":["acme"]}"#, false), (#"{"wseat":["acme"],"bseat":["x"]}"#, true),
        ])
    func seats(members: String, isAllowed: Bool) throws {
        let held = try AuctionKit("{}").hold(try AuctionKit.request(members))
        #expect(held.outcome == (isAllowed ? .bid(count: 1) : .noBid(.noMatch)))
        #expect(held.passes(.seat) == (isAllowed ? 0 : 1))
    }

    @Test("a seat is the strategy's own, or its advertiser's id")
    func seatName() throws {
        let own = try AuctionKit(#"{"seat":"s-9"}"#).hold(try AuctionKit.request(#"{"wseat":["s-9"]}"#))
        #expect(own.json["seatbid"].elements.first?["seat"].string == "s-9")
        let advertisers = try AuctionKit("{}").hold(try AuctionKit.request())
        #expect(advertisers.json["seatbid"].elements.first?["seat"].string == "acme")
    }

    private static let wide =
        #"[{"id":"w","adomain":["a.example"],"landing":"https://a.example/","banner":{"w":728,"h":90,"html":"x"}}]"#
    private static let tall =
        #"[{"id":"t","adomain":["a.example"],"landing":"https://a.example/","banner":{"w":160,"h":600,"html":"x"}}]"#

    @Test("bids are grouped by seat, each for its own impression")
    func grouped() throws {
        let kit = try AuctionKit(
            #"{"id":"a","seat":"one"}"#,
            #"{"id":"b","seat":"two","creatives":\#(Self.wide)}"#,
            #"{"id":"c","seat":"one","creatives":\#(Self.tall)}"#
        )
        let held = try kit.hold(
            try AuctionKit.request(imps: [
                #"{"id":"first"}"#, #"{"id":"second","banner":{"w":728,"h":90}}"#,
                #"{"id":"third","banner":{"w":160,"h":600}}"#,
                #"{"id":"fourth","banner":{"w":1,"h":1}}"#, #"{"id":"fifth"}"#,
            ])
        )
        #expect(held.outcome == .bid(count: 4))
        let seats = held.json["seatbid"].elements
        #expect(seats.map { $0["seat"].string } == ["one", "two"])
        #expect(
            seats.map { $0["bid"].elements.map { $0["impid"].string } } == [["first", "third", "fifth"], ["second"]])
        #expect(held.strategies == ["a", "c", "a", "b"])
        // The id of a bid is that of its impression's place in the request.
        let ids = held.bids.map { $0["id"].string }
        let expected = [0, 2, 4, 1].map { BidID(seed: AuctionKit.seed, index: $0).description }
        #expect(ids == expected)
        // Records come in the order of the impressions, each with its own facts.
        #expect(held.events.map(\.facts.imp) == ["first", "second", "third", "fifth"])
        #expect(
            held.events.map(\.facts.bidID.description)
                == [0, 1, 2, 4].map { BidID(seed: AuctionKit.seed, index: $0).description })
        for (index, bid) in held.bids.enumerated() {
            #expect(try held.token("nurl", bid: index).facts.imp == bid["impid"].string)
            #expect(try held.token("nurl", bid: index).facts.bidID.description == bid["id"].string)
        }
    }

    @Test("an impression that cannot be read does not keep the others from being bought")
    func badImp() throws {
        let held = try AuctionKit("{}").hold(try AuctionKit.request(imps: [#"{"banner":null}"#, #"{"id":"2"}"#]))
        #expect(held.bids.map { $0["impid"].string } == ["2"])
    }

    @Test("a seat with characters that JSON escapes stands in the response as it is")
    func escapedSeat() throws {
        let held = try AuctionKit(#"{"seat":"a\"b\\c"}"#).hold(try AuctionKit.request())
        #expect(held.json["seatbid"].elements.first?["seat"].string == #"a"b\c"#)
    }
}
