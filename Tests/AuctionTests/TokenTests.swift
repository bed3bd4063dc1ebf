import BidKit
import Consent
import Events
import Sealing
import Testing

@testable import Auction

@Suite("What a bid's tokens and record carry")
struct TokenTests {
    @Test("the facts of the bid, the same in every token and in the record")
    func facts() throws {
        let kit = try AuctionKit(#"{"currency":"EUR","seat":"s-1"}"#, exchanges: [#"{"bill_at":"impression"}"#])
        let held = try kit.hold(try AuctionKit.request())
        var expected = BidFacts()
        expected.bidID = BidID(seed: AuctionKit.seed, index: 0)
        expected.instant = AuctionKit.instant
        expected.price = CPM(micros: 2_160_000)
        expected.currency = .usd
        expected.budgetPrice = CPM(micros: 2_000_000)
        expected.budgetCurrency = try AuctionKit.currency("EUR")
        expected.consent = ConsentMode.full.rawValue
        expected.billsAtImpression = true
        expected.width = 300
        expected.height = 250
        expected.exchange = "adx"
        expected.advertiser = "acme"
        expected.strategy = "shoes"
        expected.creative = "s-300"
        expected.seat = "s-1"
        expected.auction = "auction-1"
        expected.imp = "1"
        expected.country = "USA"
        expected.domain = "news.example"
        let token = try held.token("nurl")
        expected.visitorHigh = token.facts.visitorHigh
        expected.visitorLow = token.facts.visitorLow
        #expect(token.facts == expected)
        #expect(try held.token("burl") == token)
        #expect(try held.token("lurl") == token)
        let event = try #require(held.events.first)
        #expect(event.kind == .bid)
        #expect(event.instant == AuctionKit.instant)
        #expect(event.facts == expected)
        #expect(event.seed == AuctionKit.seed)
        #expect(event.revision == 42)
    }

    @Test("what the exchange calls and what a browser sees are sealed for different purposes")
    func purposes() throws {
        let held = try AuctionKit("{}").hold(try AuctionKit.request())
        let adm = try #require(held.bids.first?["adm"].string)
        let urls = adm.matches(of: /http:\/\/bid\.example:8080\/(imp|click)\/[^"?]*/).map { String($0.output.0) }
        #expect(urls.count == 2)
        for url in urls {
            let token = try Held.token(url)
            #expect(token.purpose == .browser)
            #expect(token.landing == "https://acme.example/shoes")
            #expect(token.facts == (try held.token("nurl").facts))
        }
        #expect(try held.token("nurl").purpose == .exchange)
        #expect(try held.token("nurl").landing == "")
    }

    @Test("a token of another ring does not open")
    func foreignRing() throws {
        let held = try AuctionKit("{}").hold(try AuctionKit.request())
        let url = try #require(held.bids.first?["nurl"].string)
        let text = try #require(url.prefix { $0 != "?" }.split(separator: "/").last)
        let other = KeyRing(
            keys: [SealingKey(id: 3, created: AuctionKit.instant, bytes: [UInt8](repeating: 1, count: 64))]
        )
        #expect(Sealer(ring: other).open(text.utf8) == nil)
        #expect(Sealer(ring: AuctionKit.ring).open(text.utf8) != nil)
    }

    @Test("an app is named by its bundle, a place that nobody names is empty")
    func inventory() throws {
        let kit = try AuctionKit("{}")
        let app = try kit.hold(try AuctionKit.request(#"{"site":null,"app":{"bundle":"com.game"}}"#))
        #expect(try app.token("nurl").facts.domain == "com.game")
        let page = try kit.hold(
            try AuctionKit.request(#"{"site":{"domain":null,"page":"https://www.news.example/a?b"}}"#))
        #expect(try page.token("nurl").facts.domain == "www.news.example")
        let nothing = try kit.hold(try AuctionKit.request(#"{"site":null,"device":null}"#))
        #expect(try nothing.token("nurl").facts.domain == "")
        #expect(try nothing.token("nurl").facts.country == "")
    }

    // MARK: Visitors

    private static func visitor(_ patch: String, exchange: Int = 0) throws -> [UInt64] {
        let kit = try AuctionKit("{}", exchanges: [#"{"id":"adx"}"#, #"{"id":"ssp"}"#])
        let facts = try kit.hold(try AuctionKit.request(patch), exchange: exchange).token("nurl").facts
        return [facts.visitorHigh, facts.visitorLow]
    }

    @Test(
        "where the visitor's signals forbid identifiers there is none, and the bid says so",
        arguments: [
            (#"{"regs":{"gdpr":1},"user":{"buyeruid":"b-1"}}"#, ConsentMode.contextual),
            (#"{"regs":{"coppa":1}}"#, .contextual),
            (#"{"device":{"lmt":1}}"#, .contextual), (#"{"regs":{"us_privacy":"1YYN"}}"#, .contextual), ("{}", .full),
        ])
    func consent(patch: String, mode: ConsentMode) throws {
        let held = try AuctionKit("{}").hold(try AuctionKit.request(patch))
        let facts = try held.token("nurl").facts
        #expect(facts.consent == mode.rawValue)
        #expect((facts.visitorHigh == 0 && facts.visitorLow == 0) == (mode < .limited))
        #expect(held.events.first?.facts == facts)
        #expect(!held.text.contains("aaaaaaaa-bbbb"))
    }

    /// Under the GDPR, by vendor 42: agreed to all; to ads and measuring alone.
    private static let agreed = "CQrdYgAQrdYgAAfAEBENCOFsAP_gAEPgAAYgAZAAAAAAAQAAMgAAAAAAIAAA.IAZAAAAAAAQA"
    private static let adsAlone = "CQrdYgAQrdYgAAfAEBENCOFsAMIAAEPgAAYgAZAAAAAAAQAAMgAAAAAAIAAA.IAZAAAAAAAQA"

    @Test(
        "a consent string decides whether there is a pseudonym",
        arguments: [(agreed, ConsentMode.full), (adsAlone, .limited), ("CQrd", .contextual)])
    func consentString(text: String, mode: ConsentMode) throws {
        let kit = try AuctionKit("{}")
        var policy = ConsentPolicy()
        policy.vendorID = 42
        let request = try AuctionKit.request(#"{"regs":{"gdpr":1},"user":{"consent":"\#(text)"}}"#)
        let facts = try kit.hold(request, by: kit.auction(consent: policy)).token("nurl").facts
        #expect(facts.consent == mode.rawValue)
        #expect((facts.visitorHigh == 0 && facts.visitorLow == 0) == (mode < .limited))
        // Without a vendor id nobody agreed to us.
        #expect(try kit.hold(request).token("nurl").facts.consent == ConsentMode.contextual.rawValue)
    }

    @Test("an advertising id that the device denied is not read, and the exchange's own is")
    func deniedID() throws {
        let denied = #"{"device":{"os":"ios","ext":{"atts":2}}}"#
        #expect(try Self.visitor(denied) == Self.visitor(#"{"device":{"ifa":null}}"#))
        #expect(try Self.visitor(denied) != Self.visitor("{}"))
        #expect(try Self.visitor(#"{"device":{"os":"ios","ext":{"atts":3}}}"#) == Self.visitor("{}"))
    }

    @Test("a contextual bid and its record hold no identifier and no place finer than a country")
    func planted() throws {
        let identifiers =
            #""user":{"id":"plant-user","buyeruid":"plant-buyer","eids":[{"source":"plant-eid.example","uids":[{"id":"plant-uid"}]}]}"#
        let device =
            #""device":{"ip":"203.0.113.77","ipv6":"2001:db8::77","ifa":"plant-ifa","geo":{"country":"USA","zip":"plant-zip","city":"plant-city","lat":40.7501,"lon":-73.9801}}"#
        let request = try AuctionKit.request("{\"regs\":{\"coppa\":1},\(identifiers),\(device)}")
        let held = try AuctionKit("{}").hold(request)
        let facts = try held.token("nurl").facts
        #expect((facts.visitorHigh, facts.visitorLow, facts.country) == (0, 0, "USA"))
        // Tokens are sealed, so that what is in them is looked for in what they open to.
        let texts = held.records + [held.bytes] + [Array("\(facts)".utf8)]
        for text in texts.map({ String(decoding: $0, as: UTF8.self) }) {
            for planted in ["plant", "203.0.113", "2001:db8", "40.7", "73.98"] {
                #expect(!text.contains(planted), "\(planted)")
            }
        }
    }

    @Test("an explanation tells the mode and the signal that decided")
    func explained() throws {
        let kit = try AuctionKit(#"{"targeting":{"segment":"runners"}}"#)
        let reader = BidRequestReader()
        try reader.read(copying: Array(try AuctionKit.request(#"{"device":{"lmt":1}}"#).utf8))
        let context = AuctionContext(
            snapshot: kit.snapshot, exchange: 0, instant: AuctionKit.instant, seed: AuctionKit.seed, deadline: .none)
        let explanation = kit.auction().explain(reader.request, context)
        #expect(explanation.consent == ConsentDecision(.contextual, because: .lmt))
        #expect(explanation.verdicts.first?.theirs == "without consent it is not looked at (lmt)")
    }

    @Test("without consent a strategy for segments is not reached, one for pages is")
    func contextual() throws {
        let kit = try AuctionKit(
            #"{"id":"people","targeting":{"segment":"runners"},"terms":{"cpm":"9"}}"#,
            #"{"id":"pages","targeting":{"domain":"news.example"}}"#
        )
        let user = #""user":{"data":[{"name":"dmp","segment":[{"id":"runners"}]}]}"#
        #expect(try kit.hold(try AuctionKit.request("{\(user)}")).strategies == ["people"])
        #expect(try kit.hold(try AuctionKit.request("{\(user),\"regs\":{\"gdpr\":1}}")).strategies == ["pages"])
    }

    @Test("our own id for a visitor comes first and is the same at every exchange")
    func buyeruid() throws {
        let patch = #"{"user":{"buyeruid":"b-1"}}"#
        let visitor = try Self.visitor(patch)
        #expect(visitor != [0, 0])
        #expect(try Self.visitor(patch, exchange: 1) == visitor)
        #expect(try Self.visitor(#"{"user":{"buyeruid":"b-1","id":"other"},"device":{"ifa":"other"}}"#) == visitor)
        #expect(try Self.visitor(#"{"user":{"buyeruid":"b-2"}}"#) != visitor)
    }

    @Test("an advertising id is next, in any letters; zeros are none")
    func ifa() throws {
        let visitor = try Self.visitor("{}")
        #expect(try Self.visitor("{}", exchange: 1) == visitor)
        #expect(try Self.visitor(#"{"device":{"ifa":"AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"}}"#) == visitor)
        #expect(try Self.visitor(#"{"device":{"ifa":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeef"}}"#) != visitor)
        let zeros = #"{"device":{"ifa":"00000000-0000-0000-0000-000000000000"},"user":null}"#
        #expect(try Self.visitor(zeros) == [0, 0])
    }

    @Test("an exchange's own id means nothing at another exchange")
    func exchangeUser() throws {
        let patch = #"{"device":{"ifa":null}}"#
        #expect(try Self.visitor(patch) != [0, 0])
        #expect(try Self.visitor(patch) != Self.visitor(patch, exchange: 1))
        #expect(try Self.visitor(#"{"device":{"ifa":null},"user":{"id":null}}"#) == [0, 0])
    }

    @Test("a pseudonym cannot be told from the id without the key")
    func visitorKey() throws {
        let kit = try AuctionKit("{}")
        let other = Auction(ring: AuctionKit.ring, visitorKey: [UInt8](repeating: 6, count: 32), time: ScriptedTime())
        let request = try AuctionKit.request()
        let facts = try kit.hold(request, by: other).token("nurl").facts
        #expect(facts.visitorHigh != (try kit.hold(request).token("nurl").facts.visitorHigh))
    }
}
