import BidKit
import Testing

@testable import Auction

/// A request for a video, with members of the slot and of the impression.
private func request(_ slot: String, _ imp: String = "") throws -> String {
    let members = #""mimes":["video/mp4"],"protocols":[2,3]"# + (slot.isEmpty ? "" : ",\(slot)")
    return try AuctionKit.request(imps: [
        "{\"banner\":null,\"video\":{\(members)}\(imp.isEmpty ? "" : ",\(imp)")}"
    ])
}

/// Whether a video of 15 seconds at a price is bid.
private func isBid(_ cpm: String, _ request: String, deals: String = "[]") throws -> Bool {
    let kit = try AuctionKit(
        """
        {"terms":{"cpm":"\(cpm)"},"deals":\(deals),"creatives":[{"id":"v","adomain":["acme.example"],
        "landing":"https://acme.example/","video":{"mimes":["video/mp4"],"duration":15,"media":"https://a.example/v"}}]}
        """
    )
    return try kit.hold(request).outcome == .bid(count: 1)
}

@Suite("Floors of videos")
struct FloorTests {
    @Test(
        "a floor by duration comes before one by second, and both before the plain one",
        arguments: [
            ("", #""bidfloor":2"#, "2", true), ("", #""bidfloor":2"#, "1.99", false),
            (#""mincpmpersec":0.1"#, "", "1.5", true), (#""mincpmpersec":0.1"#, "", "1.499999", false),
            // The plain floor does not count beside a floor by second, be it higher or lower.
            (#""mincpmpersec":0.1"#, #""bidfloor":9"#, "1.5", true),
            (#""mincpmpersec":0.1"#, #""bidfloor":1"#, "1.4", false),
            (#""durfloors":[{"mindur":0,"maxdur":15,"bidfloor":3}]"#, #""bidfloor":1"#, "3", true),
            (#""durfloors":[{"mindur":0,"maxdur":15,"bidfloor":3}]"#, #""bidfloor":1"#, "2.99", false),
            (#""durfloors":[{"mindur":16,"bidfloor":9},{"maxdur":14,"bidfloor":9}]"#, #""bidfloor":1"#, "1", true),
            (#""durfloors":[{"mindur":16,"bidfloor":9},{"maxdur":14,"bidfloor":9}]"#, #""bidfloor":1"#, "0.99", false),
            // Open at either end; of ranges that overlap the highest counts.
            (#""durfloors":[{"mindur":15,"bidfloor":3}]"#, "", "3", true),
            (#""durfloors":[{"mindur":15,"bidfloor":3}]"#, "", "2", false),
            (#""durfloors":[{"maxdur":15,"bidfloor":3},{"mindur":10,"bidfloor":4},{"bidfloor":2}]"#, "", "3.99", false),
            (#""durfloors":[{"maxdur":15,"bidfloor":3},{"mindur":10,"bidfloor":4},{"bidfloor":2}]"#, "", "4", true),
            (#""durfloors":[{"bidfloor":1e30}]"#, "", "900000", false),
            (#""mincpmpersec":1000000"#, "", "1000000", false),
        ])
    func guidance(slot: String, imp: String, cpm: String, isEnough: Bool) throws {
        #expect(try isBid(cpm, try request(slot, imp)) == isEnough)
    }

    @Test("floors by duration are in the impression's currency")
    func currency() throws {
        let slot = #""durfloors":[{"bidfloor":2}]"#
        #expect(try isBid("2.16", try request(slot, #""bidfloorcur":"EUR""#)))
        #expect(try !isBid("2.15", try request(slot, #""bidfloorcur":"EUR""#)))
    }

    @Test(
        "a deal's own guidance comes before the impression's",
        arguments: [
            (#"{"id":"d","mincpmpersec":0.2}"#, "3", true), (#"{"id":"d","mincpmpersec":0.2}"#, "2.99", false),
            (#"{"id":"d","durfloors":[{"bidfloor":4}],"bidfloor":1}"#, "4", true),
            (#"{"id":"d","durfloors":[{"bidfloor":4}],"bidfloor":1}"#, "3.99", false),
            (#"{"id":"d","bidfloor":1}"#, "1", true), (#"{"id":"d"}"#, "4.99", false), (#"{"id":"d"}"#, "5", true),
        ])
    func deals(deal: String, cpm: String, isEnough: Bool) throws {
        let text = try request(#""mincpmpersec":0.01"#, "\"pmp\":{\"deals\":[\(deal)]}")
        let floor = try request("", "\"bidfloor\":5,\"pmp\":{\"deals\":[\(deal)]}")
        #expect(try isBid(cpm, floor, deals: #"["d"]"#) == isEnough)
        if isEnough { #expect(try isBid(cpm, text, deals: #"["d"]"#)) }
    }

    @Test("a banner has no duration, so floors by duration are not its own")
    func banner() throws {
        let both = try AuctionKit.request(imps: [
            #"{"bidfloor":1,"video":{"mimes":["video/mp4"],"durfloors":[{"bidfloor":50}],"mincpmpersec":50}}"#
        ])
        #expect(try AuctionKit("{}").hold(both).outcome == .bid(count: 1))
    }
}
