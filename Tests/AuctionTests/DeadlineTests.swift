import BidKit
import Ledger
import Testing

@testable import Auction

private let deadline = Deadline(50, millisAfter: Moment(nanos: 0))

@Suite("An auction that runs out of time")
struct DeadlineTests {
    @Test("what comes after its deadline is not begun")
    func tooLateAtOnce() throws {
        let kit = try AuctionKit("{}")
        for millis in [50, 51, 1000] as [Int64] {
            let held = try kit.hold(
                try AuctionKit.request(),
                deadline: deadline,
                by: kit.auction(time: ScriptedTime(millis))
            )
            #expect(held.outcome == .noBid(.insufficientTime))
        }
        #expect(kit.books() == Account.Books())
        let inTime = try kit.hold(try AuctionKit.request(), deadline: deadline, by: kit.auction(time: ScriptedTime(49)))
        #expect(inTime.outcome == .bid(count: 1))
    }

    @Test("an answer that is ready after its deadline is not sent: nothing stays reserved, written or recorded")
    func tooLateAtTheEnd() throws {
        let kit = try AuctionKit(
            #"{"id":"a"}"#,
            #"{"id":"b","seat":"b","creatives":[{"id":"w","adomain":["a.example"],"landing":"https://a.example/","banner":{"w":728,"h":90,"html":"x"}}]}"#
        )
        // The last reading is the one behind the reply.
        let auction = kit.auction(time: ScriptedTime(0, 0, 50))
        let request = try AuctionKit.request(imps: ["{}", #"{"id":"2","banner":{"w":728,"h":90}}"#])
        let held = try kit.hold(request, deadline: deadline, by: auction)
        #expect(held.outcome == .noBid(.insufficientTime))
        #expect(held.bytes.isEmpty)
        #expect(held.records.isEmpty)
        for id in [AccountID.strategy("a"), .strategy("b"), .advertiser("acme")] {
            #expect(kit.books(of: id) == Account.Books())
        }
        // The next request is served as if nothing had happened.
        let next = try kit.hold(request, deadline: .none, by: auction)
        #expect(next.outcome == .bid(count: 2))
        #expect(next.bytes == (try kit.hold(request, deadline: .none)).bytes)
    }

    @Test("an impression is not begun when the time is over, whatever came before")
    func tooLateForTheNext() throws {
        let kit = try AuctionKit("{}", #"{"id":"over","flight":{"end":"2026-11-01T00:00:00Z"}}"#)
        let request = try AuctionKit.request(imps: ["{}", #"{"id":"2"}"#, #"{"id":"3"}"#])
        let held = try kit.hold(request, deadline: deadline, by: kit.auction(time: ScriptedTime(0, 0, 50)))
        #expect(held.outcome == .noBid(.insufficientTime))
        #expect(held.passes(.notInFlight) == 2)
        #expect(kit.books() == Account.Books())
        #expect(try kit.hold(request, deadline: deadline).passes(.notInFlight) == 3)
    }

    @Test("among many strategies the clock is looked at on the way")
    func tooLateOnTheWay() throws {
        let near = AuctionKit.manyStrategies(40, #""targeting":{"country":"US"}"#)
        let kit = try AuctionKit(strategies: near)
        let held = try kit.hold(
            try AuctionKit.request(),
            deadline: deadline,
            by: kit.auction(time: ScriptedTime(0, 50))
        )
        #expect(held.outcome == .noBid(.insufficientTime))
        #expect(held.passes(.deadline) == 1)
        #expect(held.passes(.outbid) < 20)
    }
}
