import BidKit
import Testing

@testable import Auction

@Suite("The same request, snapshot, instant and seed")
struct DeterminismTests {
    private static func kit() throws -> AuctionKit {
        try AuctionKit(
            #"{"id":"a","terms":{"cpm":"2.00"}}"#,
            #"{"id":"b","terms":{"cpm":"2.00"},"seat":"other"}"#,
            #"{"id":"c","creatives":[{"id":"v","adomain":["c.example"],"landing":"https://c.example/","video":{"mimes":["video/mp4"],"duration":15,"media":"https://c.example/v.mp4"}}]}"#
        )
    }

    private static let twoImps = [
        "{}", #"{"id":"2","banner":null,"video":{"mimes":["video/mp4"],"protocols":[2,3]}}"#,
    ]

    @Test("give the same bytes a thousand times, by one auction and by fresh ones")
    func sameBytes() throws {
        let kit = try Self.kit()
        let request = try AuctionKit.request(imps: Self.twoImps)
        let first = try kit.hold(request)
        #expect(first.outcome == .bid(count: 2))
        let auction = kit.auction()
        var different = 0
        for _ in 0..<1000 {
            let again = try kit.hold(request, by: auction)
            let fresh = try kit.hold(request)
            if again.bytes != first.bytes || fresh.bytes != first.bytes { different += 1 }
            if again.records != first.records || fresh.records != first.records { different += 1 }
        }
        #expect(different == 0)
    }

    @Test("give the same bytes whatever else the auction was asked in between")
    func noMemory() throws {
        let kit = try Self.kit()
        let request = try AuctionKit.request(imps: Self.twoImps)
        let auction = kit.auction()
        let first = try kit.hold(request, by: auction)
        _ = try kit.hold(try AuctionKit.request(#"{"id":"x","cur":["??"]}"#), by: auction)
        _ = try kit.hold(
            try AuctionKit.request(imps: [#"{"id":"9","secure":1}"#]), seed: Seed(high: 1, low: 1), by: auction)
        _ = try kit.hold(try AuctionKit.request(imps: [#"{"bidfloor":99}"#]), by: auction)
        let again = try kit.hold(request, by: auction)
        #expect(again.bytes == first.bytes)
        #expect(again.records == first.records)
    }

    /// The response without our ids and the tokens that carry them.
    private static func masked(_ held: Held) -> String {
        held.text.replacing(/[A-Za-z0-9_\-]{100,}/, with: "TOKEN").replacing(/"b[0-9a-v]{26}"/, with: "ID")
    }

    @Test("another seed changes our ids and the tokens that carry them, and nothing else")
    func otherSeed() throws {
        let kit = try AuctionKit("{}")
        let request = try AuctionKit.request()
        let first = try kit.hold(request)
        var ids: Set<String> = [try #require(first.bids.first?["id"].string), try #require(first.json["bidid"].string)]
        for low in 100..<120 as Range<UInt64> {
            let other = try kit.hold(request, seed: Seed(high: 7, low: low))
            #expect(other.bytes != first.bytes)
            #expect(other.bytes.count == first.bytes.count)
            #expect(Self.masked(other) == Self.masked(first))
            ids.insert(try #require(other.bids.first?["id"].string))
            ids.insert(try #require(other.json["bidid"].string))
        }
        #expect(ids.count == 42)
    }

    @Test("another instant changes the tokens alone")
    func otherInstant() throws {
        let kit = try AuctionKit("{}")
        let request = try AuctionKit.request()
        let first = try kit.hold(request)
        let later = try kit.hold(request, at: AuctionKit.instant.adding(seconds: 1))
        #expect(later.bytes != first.bytes)
        #expect(Self.masked(later) == Self.masked(first))
        #expect(later.bids.first?["id"].string == first.bids.first?["id"].string)
    }

    @Test("the order in which strategies were registered does not matter")
    func order() throws {
        let a = #"{"id":"a"}"#
        let b = #"{"id":"b"}"#
        let request = try AuctionKit.request()
        for low in 0..<20 as Range<UInt64> {
            let seed = Seed(high: 1, low: low)
            #expect(
                try AuctionKit(a, b).hold(request, seed: seed).bytes == AuctionKit(b, a).hold(request, seed: seed).bytes
            )
        }
    }

    @Test("creatives that fit are shown equally often, by lot, whatever stands between them")
    func rotation() throws {
        let creative = { (id: String, h: Int) in
            #"{"id":"\#(id)","adomain":["a.example"],"landing":"https://a.example/","banner":{"w":300,"h":\#(h),"html":"x"}}"#
        }
        let list = [creative("c1", 250), creative("c2", 250), creative("no", 600), creative("c3", 250)].joined(
            separator: ",")
        let kit = try AuctionKit("{\"creatives\":[\(list)]}")
        let request = try AuctionKit.request()
        let auction = kit.auction()
        var counts: [String: Int] = [:]
        for low in 0..<2000 as Range<UInt64> {
            let held = try kit.hold(request, seed: Seed(high: 7, low: low), by: auction)
            counts[held.bids.first?["crid"].string ?? "none", default: 0] += 1
        }
        #expect(Set(counts.keys) == ["c1", "c2", "c3"])
        #expect(counts.values.allSatisfy { (550...780).contains($0) }, "\(counts)")
    }
}
