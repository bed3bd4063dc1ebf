import BidKit
import Testing

@testable import Auction

@Suite("Why there is no bid")
struct NoBidTests {
    private static func outcome(
        _ kit: AuctionKit, _ request: String = "{}", imps: [String] = ["{}"]
    ) throws -> AuctionOutcome {
        let held = try kit.hold(try AuctionKit.request(request, imps: imps))
        #expect(held.bytes.isEmpty == (held.outcome != .bid(count: 1)))
        #expect(held.records.isEmpty == (held.outcome != .bid(count: 1)))
        return held.outcome
    }

    @Test("a paused exchange gets none, before anything else is looked at")
    func paused() throws {
        let kit = try AuctionKit("{}", exchanges: [#"{"state":"paused"}"#])
        #expect(try Self.outcome(kit) == .noBid(.exchangePaused))
        #expect(try Self.outcome(kit, imps: [#"{"banner":null}"#]) == .noBid(.exchangePaused))
    }

    @Test("a request none of whose impressions can be read is invalid")
    func invalid() throws {
        let kit = try AuctionKit("{}")
        #expect(try Self.outcome(kit, imps: [#"{"banner":null}"#]) == .noBid(.invalidRequest))
        #expect(try Self.outcome(kit, imps: [#"{"id":null}"#, #"{"banner":5}"#]) == .noBid(.invalidRequest))
    }

    @Test("where nothing is registered there are no strategies")
    func none() throws {
        #expect(try Self.outcome(try AuctionKit()) == .noBid(.noStrategies))
    }

    @Test(
        "where none is active now there are no strategies either",
        arguments: [
            #"{"state":"paused"}"#, #"{"flight":{"start":"2026-11-02T00:00:00Z"}}"#,
            #"{"flight":{"end":"2026-11-01T00:00:00Z"}}"#,
        ])
    func noneActive(patch: String) throws {
        let kit = try AuctionKit(patch)
        #expect(try Self.outcome(kit) == .noBid(.noStrategies))
        #expect(try kit.hold(try AuctionKit.request()).passes(.notInFlight) <= 1)
    }

    @Test(
        "where transparency is demanded that we cannot give, none",
        arguments: [(0, true), (1, true), (2, false), (3, false)])
    func transparency(required: Int, isBid: Bool) throws {
        let outcome = try Self.outcome(try AuctionKit("{}"), #"{"regs":{"ext":{"dsa":{"dsarequired":\#(required)}}}}"#)
        #expect(outcome == (isBid ? .bid(count: 1) : .noBid(.privacy)))
    }

    @Test("where no accepted currency is one, none", arguments: [#"["??"]"#, #"["US","EURO","1"]"#])
    func currency(cur: String) throws {
        #expect(try Self.outcome(try AuctionKit("{}"), "{\"cur\":\(cur)}") == .noBid(.currency))
    }

    @Test("where no strategy reaches the request, none matches")
    func noMatch() throws {
        let kit = try AuctionKit(#"{"id":"a","targeting":{"country":"DE"}}"#, #"{"id":"b","seat":"x"}"#)
        let held = try kit.hold(try AuctionKit.request(#"{"wseat":["acme"]}"#))
        #expect(held.outcome == .noBid(.noMatch))
        #expect(held.passes(.targeting) == 1)
        #expect(held.passes(.seat) == 1)
    }

    @Test(
        "who cannot reach the floor is not asked, which is no answer about currencies, and none about flights that are over"
    )
    func belowTheFloor() throws {
        let floor = [#"{"bidfloor":2}"#]
        let yen = #"{"id":"yen","currency":"JPY"}"#
        #expect(try Self.outcome(try AuctionKit(yen), imps: floor) == .noBid(.currency))
        #expect(try Self.outcome(try AuctionKit(yen, #"{"terms":{"cpm":"1"}}"#), imps: floor) == .noBid(.noOffer))
        let over = #"{"terms":{"cpm":"1"},"flight":{"end":"2026-11-01T00:00:00Z"}}"#
        #expect(try Self.outcome(try AuctionKit(over), imps: floor) == .noBid(.noStrategies))
    }

    @Test("one impression that is reached is enough for an offer to be missed")
    func noOffer() throws {
        let kit = try AuctionKit(
            #"{"targeting":{"size":"728x90"},"creatives":[{"id":"c","adomain":["a.example"],"landing":"https://a.example/","banner":{"html":"x"}}]}"#
        )
        let imps = ["{}", #"{"id":"2","banner":{"w":728,"h":90},"bidfloor":9}"#]
        #expect(try Self.outcome(kit, imps: imps) == .noBid(.noOffer))
        #expect(try Self.outcome(kit) == .noBid(.noMatch))
    }

    @Test("a flight holds from its start to before its end")
    func flight() throws {
        let kit = try AuctionKit(#"{"flight":{"start":"2026-11-01T00:00:00Z","end":"2026-11-02T00:00:00Z"}}"#)
        let request = try AuctionKit.request()
        let start = Instant(seconds: 1_793_491_200)
        #expect(try kit.hold(request, at: start).outcome == .bid(count: 1))
        #expect(try kit.hold(request, at: start.adding(seconds: 86_399)).outcome == .bid(count: 1))
        for instant in [start.adding(seconds: -1), start.adding(seconds: 86_400)] {
            #expect(try kit.hold(request, at: instant).passes(.notInFlight) == 1)
        }
    }

    @Test(
        "each strategy that passes is counted under the first rule that stopped it",
        arguments: [
            (#"{"flight":{"start":"2027-01-01T00:00:00Z"}}"#, "{}", "{}", .notInFlight),
            ("{}", #"{"bseat":["acme"]}"#, "{}", .seat),
            (#"{"targeting":{"not":{"country":"US"}}}"#, "{}", "{}", .targeting),
            ("{}", "{}", #"{"banner":{"w":300,"h":250,"api":[],"btype":[2]}}"#, .format),
            (
                #"{"creatives":[{"id":"c","adomain":["a.example"],"cat":["IAB7-1"],"landing":"https://a.example/","banner":{"html":"x"}}]}"#,
                #"{"bcat":["IAB7"]}"#, "{}", .category
            ),
            ("{}", #"{"acat":["IAB1"]}"#, "{}", .category), ("{}", #"{"badv":["acme.example"]}"#, "{}", .advertiser),
            (
                #"{"creatives":[{"id":"c","adomain":["a.example"],"bundle":"com.a","landing":"https://a.example/","banner":{"html":"x"}}]}"#,
                #"{"bapp":["com.a"]}"#, "{}", .app
            ),
            (
                #"{"creatives":[{"id":"c","adomain":["a.example"],"attr":[8],"landing":"https://a.example/","banner":{"html":"x"}}]}"#,
                "{}",
                #"{"banner":{"battr":[8]}}"#, .attribute
            ),
            (
                #"{"creatives":[{"id":"c","adomain":["a.example"],"language":"en","landing":"https://a.example/","banner":{"html":"x"}}]}"#,
                #"{"wlang":["de"]}"#, "{}", .language
            ),
            (
                #"{"creatives":[{"id":"c","adomain":["a.example"],"landing":"https://a.example/","banner":{"html":"http://x"}}]}"#,
                "{}",
                #"{"secure":1}"#, .notSecure
            ),
            ("{}", "{}", #"{"pmp":{"private_auction":1}}"#, .deal), (#"{"currency":"JPY"}"#, "{}", "{}", .currency),
            ("{}", "{}", #"{"bidfloor":1,"bidfloorcur":"JPY"}"#, .floor),
            (#"{"budget":{"total":"0"}}"#, "{}", "{}", .budget),
        ] as [(String, String, String, PassReason)])
    func passReasons(strategy: String, request: String, imp: String, reason: PassReason) throws {
        let held = try AuctionKit(strategy).hold(try AuctionKit.request(request, imps: [imp]))
        #expect(held.passes(reason) == 1)
        #expect(held.passes.reduce(0, +) == 1)
        guard case .noBid = held.outcome else {
            Issue.record("a bid in spite of \(reason)")
            return
        }
    }

    @Test("of several creatives the one that came closest says why")
    func closest() throws {
        let creatives = #"""
            [{"id":"a","adomain":["a.example"],"landing":"https://a.example/","banner":{"w":1,"h":1,"html":"x"}},
            {"id":"b","adomain":["b.example"],"landing":"https://a.example/","banner":{"html":"x"}}]
            """#
        let kit = try AuctionKit("{\"creatives\":\(creatives)}")
        for low in 0..<10 as Range<UInt64> {
            let held = try kit.hold(try AuctionKit.request(#"{"badv":["b.example"]}"#), seed: Seed(high: 1, low: low))
            #expect(held.passes(.advertiser) == 1)
        }
    }

    @Test("counts go on until they are forgotten")
    func forgetting() throws {
        let kit = try AuctionKit(#"{"targeting":{"country":"DE"}}"#)
        let auction = kit.auction()
        _ = try kit.hold(try AuctionKit.request(imps: ["{}", #"{"id":"2"}"#]), by: auction)
        #expect(auction.passes[Int(PassReason.targeting.rawValue)] == 2)
        auction.forgetPasses()
        #expect(auction.passes.allSatisfy { $0 == 0 })
    }
}
