import BidKit
import Events
import Ledger
import Testing

@testable import Auction

@Suite("Even spending in an auction")
struct PacingTests {
    private static let daily = #"{"budget":{"daily":"0.004"}}"#

    @Test("a day's money is not spent at once: one bid, and then the plan says when")
    func daily() throws {
        let kit = try AuctionKit(Self.daily)
        let request = try AuctionKit.request()
        #expect(try kit.hold(request).outcome == .bid(count: 1))
        let second = try kit.hold(request)
        #expect(second.outcome == .noBid(.noOffer))
        #expect(second.passes(.pacing) == 1)
        #expect(second.passes(.budget) == 0)
        // Half a day later the second of the day's two impressions is due.
        var later = AuctionKit.instant
        for _ in 0..<720 {
            later = later.adding(seconds: 60)
            kit.ledger.advance(to: later)
        }
        #expect(try kit.hold(request, at: later).outcome == .bid(count: 1))
    }

    @Test(
        "nothing is held back by “asap”, by a total without an end, or in test traffic",
        arguments: [
            (#"{"budget":{"daily":"0.02","pacing":"asap"}}"#, "{}"), (#"{"budget":{"total":"0.02"}}"#, "{}"),
            (#"{"budget":{"daily":"0.004"}}"#, #"{"test":1}"#),
        ])
    func free(strategy: String, request: String) throws {
        let kit = try AuctionKit(strategy)
        let request = try AuctionKit.request(request)
        for _ in 0..<5 { #expect(try kit.hold(request).outcome == .bid(count: 1)) }
    }

    @Test("an advertiser's money is paced over its strategies")
    func advertiser() throws {
        let kit = try AuctionKit(#"{"id":"a"}"#, #"{"id":"b"}"#, advertisers: [Self.daily])
        let request = try AuctionKit.request()
        #expect(try kit.hold(request).outcome == .bid(count: 1))
        let second = try kit.hold(request)
        #expect(second.outcome == .noBid(.noOffer))
        #expect(second.passes(.pacing) == 2)
    }

    @Test("by one seed a throttled strategy takes part or does not, and its record bears the multiplier")
    func throttled() throws {
        let kit = try AuctionKit(#"{"budget":{"daily":"400"}}"#)
        let request = try AuctionKit.request()
        let auction = kit.auction()
        var seeds = SeedGenerator(root: AuctionKit.seed, stream: 1)
        var now = AuctionKit.instant
        for _ in 0..<60 {
            for _ in 0..<100 { _ = try kit.hold(request, seed: seeds.next(), at: now, by: auction) }
            now = now.adding(seconds: 1)
            kit.ledger.advance(to: now)
        }
        // Nobody asks for a while: the multiplier stays, and there is credit again for all that follow.
        for _ in 0..<30 {
            now = now.adding(seconds: 1)
            kit.ledger.advance(to: now)
        }
        let multiplier = kit.ledger.pacer(.strategy("shoes")).multiplier
        #expect(multiplier < .one)
        var bids = 0
        var throttled = 0
        for _ in 0..<20 {
            let seed = seeds.next()
            let first = try kit.hold(request, seed: seed, at: now, by: auction)
            let again = try kit.hold(request, seed: seed, at: now)
            #expect(first.outcome == again.outcome)
            if first.outcome == .bid(count: 1) {
                bids += 1
                #expect(first.events.map(\.pacing) == [multiplier])
            } else {
                throttled += Int(first.passes(.pacing))
            }
        }
        #expect(bids + throttled == 20)
        #expect(throttled > 0)
    }

    @Test("a held bid is explained with participation and draw")
    func explained() throws {
        let kit = try AuctionKit(Self.daily)
        let request = try AuctionKit.request()
        _ = try kit.hold(request)
        let reader = BidRequestReader()
        try reader.read(copying: Array(request.utf8))
        let context = AuctionContext(
            snapshot: kit.snapshot, exchange: 0, instant: AuctionKit.instant, seed: AuctionKit.seed, deadline: .none)
        let verdict = try #require(kit.auction().explain(reader.request, context).verdicts.first)
        #expect(verdict.reason == .pacing)
        #expect(verdict.rule == "budget.pacing")
        #expect(verdict.ours == "the strategy takes part below 1")
        #expect(verdict.theirs.hasPrefix("drew 0."))
        #expect(verdict.theirs.hasSuffix("what the plan has for now is reserved"))
    }
}
