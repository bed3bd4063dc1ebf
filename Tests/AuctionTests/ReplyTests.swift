import BidKit
import Events
import Foundation
import Testing

@testable import Auction

@Suite("The bid response")
struct ReplyTests {
    @Test(
        "an auction's id comes back as it was sent, whatever it holds",
        arguments: [
            "auction-1", #"quo"te"#, #"back\slash"#, "tab\tnew\nline\r", "\u{1}\u{1F}\u{7F}", "Größe 早く 😀 \u{2028}",
            "</script>", "12345",
            String(repeating: "x", count: 256),
        ])
    func echo(id: String) throws {
        let quoted = JSONText.quoted(id)
        let request = try AuctionKit.request().replacing("\"auction-1\"", with: quoted)
            .replacing("\"id\":\"1\"", with: "\"id\":\(quoted)")
        let held = try AuctionKit("{}").hold(request)
        #expect(held.json["id"].string == id)
        #expect(held.bids.first?["impid"].string == id)
        #expect(held.events.map(\.facts.auction) == [id])
        #expect(held.events.map(\.facts.imp) == [id])
    }

    @Test("a bid says all that an exchange needs to accept it")
    func members() throws {
        let kit = try AuctionKit(
            #"""
            {"terms":{"cpm":"2.50"},"creatives":[{"id":"s-300","adomain":["acme.example"],"cat":["IAB17"],"attr":[1],
            "language":"en","landing":"https://acme.example/","banner":{"w":300,"h":250,"html":"<b>{click}</b>","api":[5]}}]}
            """#
        )
        let held = try kit.hold(try AuctionKit.request(imps: [#"{"banner":{"api":[5]}}"#]))
        #expect(held.json["cur"].string == "USD")
        #expect(held.json["bidid"].string == BidID(seed: AuctionKit.seed, index: -1).description)
        #expect(held.json["seatbid"].elements.count == 1)
        let bid = try #require(held.bids.first)
        #expect(bid["id"].string == BidID(seed: AuctionKit.seed, index: 0).description)
        #expect(bid["impid"].string == "1")
        #expect(bid["price"].number == 2.5)
        #expect(held.text.contains(#""price":2.5,"#))
        #expect(bid["mtype"].number == 1)
        #expect(bid["adid"].string == "s-300")
        #expect(bid["crid"].string == "s-300")
        #expect(bid["cid"].string == "shoes")
        #expect(bid["adomain"].strings == ["acme.example"])
        #expect(bid["cat"].strings == ["IAB17"])
        #expect(bid["attr"].elements.map(\.number) == [1])
        #expect(bid["apis"].elements.map(\.number) == [5])
        #expect(bid["language"].string == "en")
        #expect(bid["w"].number == 300)
        #expect(bid["h"].number == 250)
        #expect(bid["exp"].number == 300)
        #expect(bid["dur"].exists == false)
        #expect(bid["dealid"].exists == false)
        #expect(bid["adm"].string?.contains("/imp/") == true)
    }

    @Test(
        "each format says which it is",
        arguments: [
            ("banner", #"{"w":300,"h":250,"html":"x"}"#, "{}", 1),
            (
                "video", #"{"mimes":["video/mp4"],"duration":15,"media":"https://a.example/v.mp4"}"#,
                #"{"banner":null,"video":{"mimes":["video/mp4"],"protocols":[3],"w":640,"h":360}}"#, 2
            ),
            (
                "audio", #"{"mimes":["audio/mpeg"],"duration":30,"media":"https://a.example/a.mp3"}"#,
                #"{"banner":null,"audio":{"mimes":["audio/mpeg"],"protocols":[3]}}"#, 3
            ),
            (
                "native", #"{"title":"Run"}"#,
                #"{"banner":null,"native":{"request":"{\"assets\":[{\"id\":1,\"required\":1,\"title\":{\"len\":9}}]}"}}"#,
                4
            ),
        ])
    func formats(name: String, creative: String, imp: String, mtype: Double) throws {
        let kit = try AuctionKit(
            """
            {"creatives":[{"id":"c","adomain":["a.example"],"landing":"https://a.example/","\(name)":\(creative)}]}
            """
        )
        let held = try kit.hold(try AuctionKit.request(imps: [imp]))
        let bid = try #require(held.bids.first)
        #expect(bid["mtype"].number == mtype)
        #expect(bid["dur"].number == [2: 15, 3: 30][mtype])
        #expect(bid["w"].number == [1: 300, 2: 640][mtype])
        #expect(bid["adm"].string?.isEmpty == false)
        #expect(held.events.map { Double($0.facts.mtype.rawValue) } == [mtype])
    }

    @Test("an exchange's formats are the only ones bid there")
    func exchangeFormats() throws {
        let creatives = #"""
            [{"id":"b","adomain":["a.example"],"landing":"https://a.example/","banner":{"html":"x"}},{"id":"v","adomain":["a.example"],
            "landing":"https://a.example/","video":{"mimes":["video/mp4"],"duration":15,"media":"https://a.example/v.mp4"}}]
            """#
        let kit = try AuctionKit(
            "{\"creatives\":\(creatives)}",
            exchanges: [#"{"id":"a","formats":["video"]}"#, #"{"id":"b","formats":["audio"]}"#, #"{"id":"c"}"#]
        )
        let request = try AuctionKit.request(imps: [#"{"video":{"mimes":["video/mp4"],"protocols":[3]}}"#])
        for low in 0..<10 as Range<UInt64> {
            let seed = Seed(high: 1, low: low)
            #expect(try kit.hold(request, exchange: 0, seed: seed).bids.first?["crid"].string == "v")
            #expect(try kit.hold(request, exchange: 1, seed: seed).outcome == .noBid(.noOffer))
            #expect(try kit.hold(request, exchange: 2, seed: seed).outcome == .bid(count: 1))
        }
    }

    /// Every URL in a bid that leads to us.
    private static func urls(_ bid: JSON) -> [String] {
        let adm = bid["adm"].string ?? ""
        let inMarkup = adm.matches(of: /https?:\/\/bid\.example[^"]*/).map { String($0.output) }
        return ["nurl", "burl", "lurl"].compactMap { bid[$0].string } + inMarkup
    }

    @Test(
        "our URLs start with the public one, and with https where the impression demands it",
        arguments: [
            ("http://bid.example:8080", "{}", "http://bid.example:8080/"),
            ("http://bid.example:8080", #"{"secure":1}"#, "https://bid.example:8080/"),
            ("https://bid.example", "{}", "https://bid.example/"),
            ("https://bid.example/", #"{"secure":1}"#, "https://bid.example/"),
            ("http://bid.example/vendue/", #"{"secure":1}"#, "https://bid.example/vendue/"),
        ])
    func origins(origin: String, imp: String, start: String) throws {
        let kit = try AuctionKit("{}")
        let held = try kit.hold(try AuctionKit.request(imps: [imp]), by: kit.auction(origin: origin))
        let urls = Self.urls(try #require(held.bids.first))
        #expect(urls.count == 5)
        for url in urls { #expect(url.hasPrefix(start)) }
        let paths = urls.map { $0.dropFirst(start.count).prefix { $0 != "/" } }
        #expect(paths == ["win", "bill", "loss", "click", "imp"])
    }

    @Test("where https is demanded a creative with http in it is not shown")
    func insecureCreative() throws {
        let kit = try AuctionKit(
            #"{"creatives":[{"id":"c","adomain":["a.example"],"landing":"http://a.example/","banner":{"html":"<img src='http://a.example/i'>"}}]}"#
        )
        #expect(try kit.hold(try AuctionKit.request()).outcome == .bid(count: 1))
        let secure = try kit.hold(try AuctionKit.request(imps: [#"{"secure":1}"#]))
        #expect(secure.outcome == .noBid(.noOffer))
        #expect(secure.passes(.notSecure) == 1)
    }

    @Test("notice URLs carry the exchange's macros for price, currency, quantity, loss and price to win")
    func macros() throws {
        let bid = try #require(try AuctionKit("{}").hold(try AuctionKit.request()).bids.first)
        let query = { (name: String) in
            bid[name].string?.drop { $0 != "?" }.dropFirst().split(separator: "&").map(String.init)
        }
        #expect(query("nurl") == ["p=${AUCTION_PRICE}", "c=${AUCTION_CURRENCY}", "m=${AUCTION_MIN_TO_WIN}"])
        #expect(query("burl") == ["p=${AUCTION_PRICE}", "c=${AUCTION_CURRENCY}", "q=${AUCTION_MULTIPLIER}"])
        #expect(query("lurl") == ["p=${AUCTION_PRICE}", "r=${AUCTION_LOSS}", "m=${AUCTION_MIN_TO_WIN}"])
    }

    @Test("no URL of ours is longer than 2,000 characters, however long the request's ids are")
    func lengths() throws {
        let long = String(repeating: "x", count: 256)
        let request = try AuctionKit.request(
            "{\"id\":\"\(long)\",\"site\":{\"domain\":\"\(long)\"}}",
            imps: ["{\"id\":\"\(long)\",\"pmp\":{\"deals\":[{\"id\":\"\(long)\"}]}}"]
        )
        let held = try AuctionKit("{\"deals\":[\"\(long)\"]}").hold(request)
        let urls = Self.urls(try #require(held.bids.first))
        #expect(urls.count == 5)
        for url in urls { #expect(url.utf8.count <= 2000) }
    }
}
