import Audience
import BidKit
import Dispatch
import Events
import Sealing
import Synchronization
import Testing

@testable import Auction

@Suite("Frequency caps in an auction")
struct FrequencyTests {
    private static let capped = #"{"frequency":[{"impressions":3,"hours":24}]}"#

    private static func tables() -> AudienceTables { AudienceTables(visitors: 10, identities: 10) }

    /// What the keeper does with an impression: the visitor is made where it is unknown, counted, and no longer waited for.
    private static func show(_ held: Held, _ tables: AudienceTables, at instant: Instant = AuctionKit.instant) throws {
        let facts = try held.token("burl").facts
        let key = IdentityKey(high: facts.visitorHigh, low: facts.visitorLow)
        let number = SurrogateCipher(directoryKey: AuctionKit.visitorKey).number(high: key.high, low: key.low)
        var visitor = number.map { VisitorNumber($0) } ?? tables.find(key)
        if visitor == nil {
            visitor = tables.makeVisitor()
            if let visitor { tables.link(key, kind: .bid, to: visitor) }
        }
        for cap in facts.caps where !cap.isHousehold {
            if let visitor {
                tables.count(
                    visitor, counter: cap.counter, windowSeconds: cap.windowSeconds, at: instant.micros / 1000)
            }
        }
        tables.pending.release(facts)
    }

    private static func later(hours: Int64 = 0, minutes: Int64 = 0) -> Instant {
        Instant(micros: AuctionKit.instant.micros + (hours * 60 + minutes) * 60_000_000)
    }

    @Test(
        "who was shown it three times is not bid on, another visitor is, and a day and a quarter later so is the first")
    func cap() throws {
        let kit = try AuctionKit(Self.capped)
        let tables = Self.tables()
        let auction = kit.auction(audience: tables)
        let request = try AuctionKit.request()
        for _ in 0..<3 { try Self.show(try kit.hold(request, by: auction), tables) }
        let held = try kit.hold(request, by: auction)
        #expect(held.outcome == .noBid(.noOffer))
        #expect(held.passes(.frequency) == 1)
        let other = try AuctionKit.request(
            #"{"device":{"ifa":"bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"},"user":{"id":"u-2"}}"#)
        #expect(try kit.hold(other, by: auction).outcome == .bid(count: 1))
        #expect(try kit.hold(request, at: Self.later(hours: 24), by: auction).outcome == .noBid(.noOffer))
        #expect(try kit.hold(request, at: Self.later(hours: 30), by: auction).outcome == .bid(count: 1))
    }

    @Test("bids whose outcome is not known count, until they are lost or their time is over")
    func pending() throws {
        let kit = try AuctionKit(Self.capped)
        let tables = Self.tables()
        let auction = kit.auction(audience: tables)
        let request = try AuctionKit.request()
        let held = try (0..<3).map { _ in try kit.hold(request, by: auction) }
        #expect(try kit.hold(request, by: auction).passes(.frequency) == 1)
        tables.pending.release(try held[0].token("lurl").facts)
        #expect(try kit.hold(request, by: auction).outcome == .bid(count: 1))
        #expect(try kit.hold(request, at: Self.later(minutes: 5), by: auction).passes(.frequency) == 1)
        #expect(try kit.hold(request, at: Self.later(minutes: 6), by: auction).outcome == .bid(count: 1))
    }

    @Test("what was bid before anybody knew the visitor still counts when it is known")
    func becomesKnown() throws {
        let kit = try AuctionKit(Self.capped)
        let tables = Self.tables()
        let auction = kit.auction(audience: tables)
        let request = try AuctionKit.request()
        let held = try (0..<3).map { _ in try kit.hold(request, by: auction) }
        try Self.show(held[0], tables)
        let explained = try kit.hold(request, by: auction)
        #expect(explained.passes(.frequency) == 1)
    }

    @Test("each impression of a request takes one, of several creatives those that are left are shown")
    func creatives() throws {
        let creative = { (id: String) in
            #"""
            {"id":"\#(id)","adomain":["acme.example"],"landing":"https://acme.example/","frequency":{"impressions":1,"hours":1},
            "banner":{"w":300,"h":250,"html":"<a href=\"{click}\">x</a>"}}
            """#
        }
        let kit = try AuctionKit(#"{"creatives":[\#(creative("a")),\#(creative("b"))]}"#)
        let auction = kit.auction(audience: Self.tables())
        let imps = (1...3).map { #"{"id":"\#($0)"}"# }
        let held = try kit.hold(try AuctionKit.request(imps: imps), by: auction)
        #expect(held.bids.compactMap { $0["crid"].string }.sorted() == ["a", "b"])
        #expect(held.passes(.frequency) == 1)
    }

    @Test("an advertiser's cap holds for all its strategies, and several windows at once")
    func advertiser() throws {
        let caps = #"{"frequency":[{"impressions":2,"hours":1},{"impressions":3,"hours":24}]}"#
        let kit = try AuctionKit(
            #"{"id":"a","terms":{"cpm":"3.00"}}"#, #"{"id":"b","terms":{"cpm":"2.00"}}"#,
            #"{"id":"c","terms":{"cpm":"1.00"},"advertiser":"other"}"#, advertisers: [caps, #"{"id":"other"}"#])
        let tables = Self.tables()
        let auction = kit.auction(audience: tables)
        let request = try AuctionKit.request()
        for hours in [0, 0, 0, 2, 2] as [Int64] {
            let held = try kit.hold(request, at: Self.later(hours: hours), by: auction)
            try Self.show(held, tables, at: Self.later(hours: hours))
        }
        #expect(try kit.hold(request, by: auction).strategies == ["c"])
        #expect(try kit.hold(request, at: Self.later(hours: 2), by: auction).passes(.frequency) == 2)
        let facts = try kit.hold(request, at: Self.later(hours: 40), by: auction).token("burl").facts
        #expect(facts.strategy == "a")
        #expect(facts.caps.map(\.windowSeconds).sorted() == [3600, 86_400])
    }

    @Test("a cap for each household needs an address, and is shared by who lives there")
    func household() throws {
        let kit = try AuctionKit(#"{"frequency":{"impressions":1,"hours":1,"per":"household"}}"#)
        let auction = kit.auction(audience: Self.tables())
        #expect(try kit.hold(try AuctionKit.request(), by: auction).passes(.frequency) == 1)
        let at = { (ip: String, user: String) in
            try AuctionKit.request(#"{"device":{"ip":"\#(ip)","ifa":null},"user":{"id":"\#(user)"}}"#)
        }
        let held = try kit.hold(try at("192.0.2.7", "u-1"), by: auction)
        #expect(try held.token("burl").facts.household != nil)
        #expect(try kit.hold(try at("192.0.2.7", "u-2"), by: auction).passes(.frequency) == 1)
        #expect(try kit.hold(try at("192.0.2.8", "u-1"), by: auction).outcome == .bid(count: 1))
    }

    @Test(
        "where nobody may or can be counted, what is capped does not bid, and its bids are not marked",
        arguments: [
            #"{"regs":{"gdpr":1}}"#, #"{"regs":{"us_privacy":"1YYN"}}"#, #"{"regs":{"coppa":1}}"#,
            #"{"device":{"ifa":null},"user":{"id":null}}"#,
        ])
    func nobody(patch: String) throws {
        let kit = try AuctionKit(Self.capped, #"{"id":"free","terms":{"cpm":"1.00"}}"#)
        let held = try kit.hold(try AuctionKit.request(patch), by: kit.auction(audience: Self.tables()))
        #expect(held.strategies == ["free"])
        #expect(held.passes(.frequency) == 1)
        #expect(try held.token("burl").facts.caps.isEmpty)
    }

    @Test("test traffic is shown nothing beyond a cap, and takes nothing of it")
    func testTraffic() throws {
        let kit = try AuctionKit(#"{"frequency":{"impressions":1,"hours":1}}"#)
        let auction = kit.auction(audience: Self.tables())
        for _ in 0..<3 {
            let held = try kit.hold(try AuctionKit.request(#"{"test":1}"#), by: auction)
            #expect(held.outcome == .bid(count: 1))
            #expect(try held.token("burl").facts.caps.isEmpty)
        }
        #expect(try kit.hold(try AuctionKit.request(), by: auction).outcome == .bid(count: 1))
        #expect(try kit.hold(try AuctionKit.request(#"{"test":1}"#), by: auction).passes(.frequency) == 1)
    }

    @Test("who has no money left reserves no impression, and neither does a reply that came too late")
    func givenBack() throws {
        let poor = try AuctionKit(#"{"budget":{"total":"0"},"frequency":{"impressions":1,"hours":1}}"#)
        let tables = Self.tables()
        let request = try AuctionKit.request()
        for _ in 0..<3 {
            #expect(try poor.hold(request, by: poor.auction(audience: tables)).passes(.budget) == 1)
        }
        let kit = try AuctionKit(#"{"frequency":{"impressions":1,"hours":1}}"#)
        for _ in 0..<3 {
            let late = kit.auction(time: ScriptedTime(0, 90), audience: tables)
            #expect(try kit.hold(request, by: late).outcome == .noBid(.insufficientTime))
        }
        #expect(try kit.hold(request, by: kit.auction(audience: tables)).outcome == .bid(count: 1))
    }

    @Test("an explanation says which cap it is, and what stands against it")
    func explanation() throws {
        let kit = try AuctionKit(Self.capped)
        let tables = Self.tables()
        let auction = kit.auction(audience: tables)
        let request = try AuctionKit.request()
        for round in 0..<3 {
            let held = try kit.hold(request, by: auction)
            if round < 2 { try Self.show(held, tables) }
        }
        let reader = BidRequestReader()
        try reader.read(copying: Array(request.utf8))
        let context = AuctionContext(
            snapshot: kit.snapshot, exchange: 0, instant: AuctionKit.instant, seed: AuctionKit.seed, deadline: .none)
        let verdict = try #require(auction.explain(reader.request, context).verdicts.first)
        #expect(verdict.reason == .frequency)
        #expect(verdict.rule == "frequency")
        #expect(verdict.ours == "3 in 24 h for each visitor")
        #expect(verdict.theirs == "2 counted, 1 pending")
    }

    @Test("two loops that bid on one visitor at once never pass the cap", arguments: [1, 3])
    func parallel(cap: Int) throws {
        let kit = try AuctionKit(#"{"frequency":{"impressions":\#(cap),"hours":24}}"#)
        let request = try AuctionKit.request()
        for _ in 0..<20 {
            let tables = Self.tables()
            let bids = Mutex<[BidFacts]>([])
            let auctions = Mutex([kit.auction(audience: tables), kit.auction(audience: tables)])
            DispatchQueue.concurrentPerform(iterations: 2) { _ in
                guard let auction = auctions.withLock({ $0.popLast() }) else { return }
                for _ in 0..<20 {
                    guard let held = try? kit.hold(request, by: auction), held.outcome == .bid(count: 1) else {
                        continue
                    }
                    guard let facts = try? held.token("burl").facts else { continue }
                    bids.withLock { $0.append(facts) }
                }
            }
            // Two who reserve at once may both step back; afterwards nobody is in the way.
            let made = bids.withLock { $0.count }
            #expect(made <= cap)
            let last = kit.auction(audience: tables)
            let rest = try (0..<cap + 1).filter { _ in try kit.hold(request, by: last).outcome == .bid(count: 1) }
            #expect(made + rest.count == cap)
        }
    }
}
