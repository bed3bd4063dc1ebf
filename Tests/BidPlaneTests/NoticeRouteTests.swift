import EventLog
import Events
import OpenRTB
import Testing
import Units

@testable import BidPlane

@Suite("URLs of a bid, called")
struct NoticeRouteTests {
    /// A loop and a bid that it made.
    private static func bid(to exchange: String = "adx", startsLog: Bool = true) throws -> (LoopKit, HeldBid) {
        let kit = try LoopKit(startsLog: startsLog)
        return (kit, try HeldBid(kit.post(World.request(), to: exchange).body))
    }

    private static let price = ["AUCTION_PRICE": "1.5", "AUCTION_CURRENCY": "USD"]

    /// Events but the bid itself.
    private static func notices(_ kit: LoopKit) throws -> [Event] { try kit.events().filter { $0.kind != .bid } }

    @Test(
        "a win is recorded with its price and the price to win, and answered when that is durable",
        arguments: ["GET", "POST"])
    func win(method: String) throws {
        let (kit, bid) = try Self.bid()
        let target = try bid.target("nurl", Self.price.merging(["AUCTION_MIN_TO_WIN": "1.25"]) { $1 })
        let answer = kit.ask(method, target)
        #expect(answer.status == 204)
        #expect(answer.sequence != nil)
        let event = try #require(try Self.notices(kit).first)
        #expect(event.kind == .win)
        #expect(event.price == CPM(micros: 1_500_000))
        #expect(event.minToWin == CPM(micros: 1_250_000))
        #expect(event.facts.auction == "r-1")
        #expect(event.facts.strategy == "shoes")
        #expect(kit.count(.win, .accepted) == 1)
        #expect(kit.ask(method, target) == answer)
        #expect(kit.count(.win, .repeated) == 1)
        #expect(try Self.notices(kit).count == 1)
    }

    @Test("a bill settles, a loss says why and releases")
    func billAndLoss() throws {
        let (kit, bid) = try Self.bid()
        let lost = try HeldBid(kit.post(World.request("r-2")).body)
        #expect(
            kit.ask("GET", try bid.target("burl", Self.price.merging(["AUCTION_MULTIPLIER": "1"]) { $1 })).status == 204
        )
        #expect(
            kit.ask(
                "GET",
                try lost.target("lurl", ["AUCTION_PRICE": "3", "AUCTION_LOSS": "102", "AUCTION_MIN_TO_WIN": "3"])
            ).status == 204)
        let events = try Self.notices(kit)
        #expect(events.map(\.kind) == [.billing, .loss])
        #expect(events[0].settled == Spend(nanos: 1_500_000))
        #expect(events[0].released == Spend(nanos: 2_000_000))
        #expect(events[1].reason == 102)
        #expect(events[1].released == Spend(nanos: 2_000_000))
        #expect(events[1].price == CPM(micros: 3_000_000))
    }

    @Test(
        "what books nothing is answered 204 too, and counted",
        arguments: [
            (["AUCTION_PRICE": ""], .unpriced), (["AUCTION_PRICE": "AUDIT"], .audit), ([:], .unpriced),
            (["AUCTION_PRICE": "free"], .unpriced), (["AUCTION_PRICE": "%zz"], .unpriced),
            (["AUCTION_PRICE": "2.000001"], .refused),
            (["AUCTION_PRICE": "1.5", "AUCTION_CURRENCY": "EUR"], .refused),
        ] as [([String: String], BidMeters.NoticeOutcome)])
    func nothingBooked(macros: [String: String], outcome: BidMeters.NoticeOutcome) throws {
        let (kit, bid) = try Self.bid()
        for (name, kind) in [("nurl", EventKind.win), ("burl", .billing)] {
            #expect(kit.ask("GET", try bid.target(name, macros)) == Answer(status: 204))
            #expect(kit.count(kind, outcome) == 1)
        }
        #expect(try Self.notices(kit).isEmpty)
    }

    @Test(
        "a price is understood as the exchange writes it",
        arguments: [
            ("adx", "1.5", 1_500_000), ("adx", "1%2E5", 1_500_000), ("adx", "1.50000000", 1_500_000),
            ("adx", "MS41", 1_500_000),
            ("b64", "MS41", 1_500_000), ("b64", "Mg%3D%3D", 2_000_000), ("b64", "Mg==", 2_000_000),
        ] as [(String, String, Int64)])
    func encodings(exchange: String, text: String, micros: Int64) throws {
        let (kit, bid) = try Self.bid(to: exchange)
        #expect(kit.ask("GET", try bid.target("burl", ["AUCTION_PRICE": text])).sequence != nil)
        #expect(try Self.notices(kit).map(\.price) == [CPM(micros: micros)])
    }

    @Test("a macro that was left in place says nothing of currency or quantity")
    func unreplacedOthers() throws {
        let (kit, bid) = try Self.bid()
        #expect(kit.ask("GET", try bid.target("burl", ["AUCTION_PRICE": "2"])).sequence != nil)
        #expect(try Self.notices(kit).map(\.settled) == [Spend(nanos: 2_000_000)])
    }

    @Test("a loss that is an audit books nothing")
    func auditedLoss() throws {
        let (kit, bid) = try Self.bid()
        #expect(kit.ask("GET", try bid.target("lurl", ["AUCTION_LOSS": "AUDIT"])) == Answer(status: 204))
        #expect(kit.count(.loss, .audit) == 1)
        #expect(try Self.notices(kit).isEmpty)
    }

    @Test("an impression is answered with a pixel, a click leads to the landing page with its own id")
    func browser() throws {
        let (kit, bid) = try Self.bid()
        let impression = kit.ask("GET", try bid.target("imp"))
        #expect(impression.status == 200)
        #expect(impression.body == "pixel")
        #expect(impression.sequence != nil)
        let target = try bid.target("click")
        let click = kit.ask("GET", target)
        let token = target.dropFirst("/click/".count)
        #expect(click.status == 302)
        #expect(click.location == "https://acme.example/shoes?a=1&vclick=\(token)#top")
        #expect(click.sequence != nil)
        let again = kit.ask("GET", target)
        #expect(again.location == click.location)
        let events = try Self.notices(kit)
        #expect(events.map(\.kind) == [.impression, .click])
        // What a browser says of a price is not believed where the exchange sends bills.
        #expect(events.map(\.price) == [nil, nil])
        #expect(events.map(\.settled) == [nil, nil])
    }

    @Test("where impressions are the bill the pixel settles, and an audit's rendering does not")
    func impressionBilling() throws {
        let (kit, bid) = try Self.bid(to: "pixels")
        #expect(kit.ask("GET", try bid.target("imp", ["AUCTION_PRICE": "AUDIT"])) == Answer(status: 200, body: "pixel"))
        #expect(kit.count(.impression, .audit) == 1)
        #expect(kit.ask("GET", try bid.target("imp")) == Answer(status: 200, body: "pixel"))
        #expect(kit.count(.impression, .unpriced) == 1)
        #expect(kit.ask("GET", try bid.target("imp", Self.price)).sequence != nil)
        #expect(kit.ask("GET", try bid.target("burl", Self.price)).sequence != nil)
        let events = try Self.notices(kit)
        #expect(events.map(\.kind) == [.impression, .billing])
        #expect(events.map(\.settled) == [Spend(nanos: 1_500_000), nil])
    }

    @Test("a token that nobody here made, or that is for another purpose, is answered 400 and does nothing")
    func forged() throws {
        let (kit, bid) = try Self.bid()
        let exchange = try bid.target("nurl", Self.price).dropFirst("/win/".count)
        let browser = try bid.target("imp").dropFirst("/imp/".count)
        var altered = Array(exchange)
        altered[40] = altered[40] == "A" ? "B" : "A"
        let targets = [
            "/win/\(browser)", "/bill/\(browser)", "/loss/\(browser)", "/imp/\(exchange)", "/click/\(exchange)",
            "/win/\(String(altered))",
            "/win/", "/bill/x", "/imp/\(String(repeating: "A", count: 8170))",
            "/click/\(String(repeating: "A", count: 8000))",
            "/win/\(exchange.prefix(60))", "/win/A\(exchange)", "/bill/%00",
        ]
        for target in targets { #expect(kit.ask("GET", target).status == 400, "\(target.prefix(60))") }
        #expect(try Self.notices(kit).isEmpty)
        let counted = [EventKind.win, .billing, .loss, .impression, .click].map { kit.count($0, .forged) }
        #expect(counted.reduce(0, +) == UInt64(targets.count))
    }

    @Test("the query does not enter the identity of a notice")
    func queryIsFree() throws {
        let (kit, bid) = try Self.bid()
        let path = try bid.target("nurl").prefix { $0 != "?" }
        let first = kit.ask("GET", "\(path)?x=1&p=1.5&x=2")
        #expect(first.sequence != nil)
        #expect(kit.ask("GET", "\(path)?p=1.4").sequence == first.sequence)
        #expect(kit.count(.win, .repeated) == 1)
    }

    @Test("behind its window a notice is gone")
    func expired() throws {
        let (kit, bid) = try Self.bid()
        kit.time.advance(seconds: 86_401)
        for name in ["nurl", "burl", "lurl", "imp"] {
            #expect(kit.ask("GET", try bid.target(name, Self.price)).status == 410)
        }
        #expect(kit.ask("GET", try bid.target("click")).status == 302)
        kit.time.advance(seconds: 29 * 86_400)
        #expect(kit.ask("GET", try bid.target("click")).status == 410)
        #expect(try Self.notices(kit).map(\.kind) == [.click])
        #expect(kit.count(.billing, .expired) == 1)
    }

    @Test("a log that takes nothing is answered 503")
    func unavailable() throws {
        let (kit, bid) = try Self.bid()
        kit.log.stop()
        #expect(kit.ask("GET", try bid.target("burl", Self.price)).status == 503)
        #expect(kit.ask("GET", try bid.target("click")).status == 503)
        #expect(kit.ask("GET", "/conversion/acme?order=1").status == 503)
        #expect(kit.count(.billing, .unavailable) == 1)
    }

    // MARK: Conversions

    @Test("a conversion knows its event, order and value; the same order counts once")
    func conversion() throws {
        let kit = try LoopKit()
        let target = "/conversion/acme?event=purchase&order=o%201&value=59.90&currency=EUR"
        let first = kit.ask("GET", target)
        #expect(first.status == 200)
        #expect(first.body == "pixel")
        #expect(first.sequence == 1)
        #expect(kit.ask("POST", target).sequence == 1)
        #expect(kit.ask("GET", "/conversion/acme?event=purchase&order=o%202").sequence == 2)
        // Another advertiser's order of the same name is another order.
        #expect(kit.ask("GET", "/conversion/other?event=purchase&order=o%201").sequence == 3)
        let events = try kit.events()
        #expect(events.map(\.order) == ["o 1", "o 2", "o 1"])
        #expect(events[0].label == "purchase")
        #expect(events[0].value == Micros(59_900_000))
        #expect(events[0].valueCurrency?.description == "EUR")
        #expect(events[0].facts.advertiser == "acme")
        #expect(events[1].value == nil)
    }

    @Test("conversions without an order and without a click count each")
    func anonymousConversions() throws {
        let kit = try LoopKit()
        let sequences = (0..<3).map { _ in kit.ask("GET", "/conversion/acme").sequence }
        #expect(sequences == [1, 2, 3])
        #expect(try kit.events().map(\.label) == ["conversion", "conversion", "conversion"])
    }

    @Test("a click that comes back credits its strategy, another advertiser's or an old one nobody")
    func credited() throws {
        let (kit, bid) = try Self.bid()
        let click = try bid.target("click").dropFirst("/click/".count)
        #expect(kit.ask("GET", "/conversion/acme?order=1&click=\(click)").sequence != nil)
        #expect(kit.ask("GET", "/conversion/other?order=2&click=\(click)").sequence != nil)
        #expect(kit.ask("GET", "/conversion/acme?order=3&click=forged").sequence != nil)
        kit.time.advance(seconds: 30 * 86_400 + 1)
        #expect(kit.ask("GET", "/conversion/acme?order=4&click=\(click)").sequence != nil)
        let events = try Self.notices(kit)
        #expect(events.map(\.facts.strategy) == ["shoes", "", "", ""])
        #expect(events.map(\.facts.advertiser) == ["acme", "other", "acme", "acme"])
    }

    @Test("an unknown advertiser is answered 404")
    func unknownAdvertiser() throws {
        let kit = try LoopKit()
        #expect(kit.ask("GET", "/conversion/ghost?order=1").status == 404)
        #expect(try kit.events().isEmpty)
    }

    @Test("texts of a conversion are cut to what the log keeps")
    func longTexts() throws {
        let kit = try LoopKit()
        let long = String(repeating: "x", count: 1000)
        #expect(kit.ask("GET", "/conversion/acme?event=\(long)&order=\(long)").sequence == 1)
        #expect(kit.ask("GET", "/conversion/acme?event=\(long)&order=\(long)").sequence == 1)
        let event = try #require(try kit.events().first)
        #expect(event.label.utf8.count <= 256)
        #expect(event.order.utf8.count <= 256)
    }

    @Test("a text of one endless character is cut as well")
    func combiningText() throws {
        let kit = try LoopKit()
        let marks = "e" + String(repeating: "%CC%81", count: 600)
        #expect(kit.ask("GET", "/conversion/acme?event=\(marks)&order=\(marks)").sequence == 1)
        let event = try #require(try kit.events().first)
        #expect(event.label.utf8.count <= 256)
        #expect(event.order.utf8.count <= 256)
    }
}
