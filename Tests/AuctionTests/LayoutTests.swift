import BidKit
import Documents
import FlatPrice
import Ledger
import Testing

@testable import Auction

@Suite("Where strategies lie changes nothing")
struct LayoutTests {
    private static func video(_ id: String, cpm: String, seconds: Int) -> String {
        """
        {"id":"\(id)","terms":{"cpm":"\(cpm)"},"creatives":[{"id":"c","adomain":["\(id).example"],
        "landing":"https://\(id).example/","video":{"mimes":["video/mp4"],"duration":\(seconds),
        "media":"https://cdn.\(id).example/s.mp4"}}]}
        """
    }

    /// The search stopped at blocks that could not bid more for the ad, although a break is given away by the second.
    @Test("in a break for one ad, who pays less but more for its time is found wherever it lies")
    func breakForOne() throws {
        let long = Self.video("long", cpm: "3", seconds: 15)
        let short = Self.video("short", cpm: "2", seconds: 5)
        let request = try AuctionKit.request(
            imps: [#"{"banner":null,"video":{"mimes":["video/mp4"],"podid":"p","poddur":15,"maxseq":1}}"#])
        for kit in [
            try AuctionKit(merged: [long, short], fresh: []), try AuctionKit(merged: [short], fresh: [long]),
            try AuctionKit(merged: [long], fresh: [short]), try AuctionKit(merged: [], fresh: [long, short]),
        ] {
            #expect(try kit.hold(request).strategies == ["short"])
        }
    }

    @Test("whether any strategy is in flight is known anew at every instant and in every snapshot")
    func flights() throws {
        let target = #""targeting":{"country":"DE"}"#
        let later = #"{"id":"later","flight":{"start":"2026-11-02T00:00:00Z","end":"2026-11-03T00:00:00Z"},\#(target)}"#
        let again = #"{"id":"again","flight":{"start":"2026-11-04T00:00:00Z"},\#(target)}"#
        let request = try AuctionKit.request()
        let kits = [
            try AuctionKit(merged: [later, again], fresh: []), try AuctionKit(merged: [later], fresh: [again]),
            try AuctionKit(merged: [], fresh: [again, later]),
        ]
        let auction = kits[0].auction()
        // From 1 November on, day by day, and back again: clocks are set.
        let days: [(Int64, NoBidReason)] = [
            (0, .noStrategies), (0, .noStrategies), (1, .noMatch), (1, .noMatch), (2, .noStrategies), (3, .noMatch),
            (9, .noMatch), (2, .noStrategies), (1, .noMatch), (0, .noStrategies),
        ]
        for kit in kits {
            for (day, reason) in days {
                let held = try kit.hold(request, at: AuctionKit.instant.adding(seconds: day * 86_400), by: auction)
                #expect(held.outcome == .noBid(reason), "day \(day)")
            }
        }
    }

    @Test("a strategy that went is not in flight")
    func gone() throws {
        let ledger = BudgetLedger()
        let builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: ledger)
        _ = builder.apply(advertisers: [try AdvertiserDocument(Node.readOne(#"{"id":"acme"}"#))])
        builder.apply(exchanges: [try ExchangeDocument(Node.readOne(#"{"id":"adx"}"#))])
        let now = #"{"id":"now","targeting":{"country":"DE"}}"#
        let later = #"{"id":"later","flight":{"start":"2026-11-02T00:00:00Z"}}"#
        _ = builder.apply(strategies: [try AuctionKit.document(now), try AuctionKit.document(later)])
        _ = builder.merge()
        let request = try AuctionKit.request()
        #expect(
            try AuctionKit(ledger: ledger, snapshot: builder.snapshot(revision: 1)).hold(request).outcome
                == .noBid(.noMatch))
        _ = builder.apply(strategies: [], removed: ["now"])
        #expect(
            try AuctionKit(ledger: ledger, snapshot: builder.snapshot(revision: 2)).hold(request).outcome
                == .noBid(.noStrategies))
    }
}
