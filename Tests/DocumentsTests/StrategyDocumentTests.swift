import BidKit
import FlatPrice
import Targeting
import Testing
import Units

@testable import Documents

@Suite("A strategy's document")
struct StrategyDocumentTests {
    @Test("the strategy of the public interface is read whole")
    func contract() throws {
        let read = try StrategyDocument(try node(contractStrategy), kinds: [FlatPrice.kind])
        #expect(read.id == "acme-shoes")
        #expect(read.advertiser == "acme")
        #expect(read.name == "Running shoes, US")
        #expect(read.state == .active)
        #expect(read.bidder == "flat-price")
        #expect(read.terms == ["cpm": .string("2.50")])
        #expect(read.currency == .usd)
        #expect(read.seat == "acme")
        #expect(read.flight == Flight(start: Instant(seconds: 1_793_491_200), end: nil))
        #expect(read.budget.total == Micros(1_000_000_000))
        #expect(read.budget.daily == Micros(100_000_000))
        #expect(read.budget.pacing == .even)
        #expect(read.frequency == [FrequencyCap(impressions: 3, hours: 24, per: .visitor)])
        #expect(read.timezone == "UTC")
        #expect(
            read.targeting
                == .all([
                    .leaf(.country([bytes("usa")])),
                    .any([.leaf(.segment([bytes("runners")])), .leaf(.keyword([bytes("running shoes")]))]),
                    .not(.leaf(.domain([bytes("example.com")]))),
                ]).naming(audiencesOf: "acme")
        )
        #expect(read.deals == ["deal-7"])
        #expect(read.holdout == 0)
        #expect(read.arms.isEmpty)
        var creative = CreativeDocument()
        creative.id = "s-300"
        creative.name = "s-300"
        creative.adomain = ["acme.example"]
        creative.cat = ["IAB17"]
        creative.language = "en"
        creative.landing = "https://acme.example/shoes"
        var banner = CreativeDocument.Banner()
        banner.w = 300
        banner.h = 250
        banner.html = #"<a href="{click}"><img src="https://cdn.acme.example/s.png"></a>"#
        creative.format = .banner(banner)
        #expect(read.creatives == [creative])
    }

    @Test("what is registered but not enforced is said")
    func notes() throws {
        #expect(try StrategyDocument(try node(contractStrategy), kinds: [FlatPrice.kind]).notes.isEmpty)
        #expect(try strategy().notes.isEmpty)
        #expect(try strategy(#"{"budget":{"daily":"1","pacing":"asap"}}"#).notes.isEmpty)
        #expect(try strategy(#"{"budget":{"daily":"1"}}"#).notes.isEmpty)
        #expect(try strategy(#"{"budget":{"total":"1"}}"#).notes.count == 1)
        #expect(try strategy(#"{"budget":{"total":"1"},"flight":{"end":"2030-01-01T00:00:00Z"}}"#).notes.isEmpty)
        #expect(try strategy(#"{"holdout":0.1}"#).notes.count == 1)
        #expect(try strategy(#"{"arms":[{"id":"a","creatives":["c"]}]}"#).notes.count == 1)
    }

    @Test("everything but id, advertiser, bidder, terms and creatives has a default")
    func defaults() throws {
        let read = try strategy()
        #expect(read.name == "s")
        #expect(read.state == .active)
        #expect(read.currency == .usd)
        #expect(read.seat == "acme")
        #expect(read.flight == Flight())
        #expect(read.budget == Budget())
        #expect(read.targeting == .everything)
        #expect(read.clock == .utc)
        #expect(read.deals.isEmpty)
    }

    @Test(
        "what a strategy must say is asked for by name",
        arguments: ["id", "advertiser", "bidder", "terms", "creatives"])
    func required(key: String) throws {
        let found = try strategyFaults("{\"\(key)\":null}")
        #expect(found.map(\.pointer) == ["/\(key)"])
        #expect(found.first?.message == "required, but missing")
        #expect(found.first?.hint.hasPrefix("for example ") == true)
    }

    @Test("an empty document lacks all of it at once")
    func empty() throws {
        let found = faults { () throws(DocumentError) in
            _ = try StrategyDocument(Node(.map([])), kinds: [FlatPrice.kind])
        }
        #expect(Set(pointers(found)) == ["/id", "/advertiser", "/bidder", "/creatives"])
        let notOne = faults { () throws(DocumentError) in
            _ = try StrategyDocument(Node(.list([])), kinds: [FlatPrice.kind])
        }
        #expect(notOne.first?.message == "must be an object, is a list")
    }

    private static let faulty = """
        id: "12345"
        advertiser: acme!
        nme: Shoes
        state: activ
        bidder: flat-prize
        currency: dollars
        flight: { start: "2026-11-02T00:00:00Z", end: "2026-11-01T00:00:00Z" }
        budget: { total: 1000, daily: "10.1234567", pacing: evn }
        timezone: Mars/Olympus
        holdout: 0.9
        targeting:
          all:
            - contry: [USA]
            - size: [300by250]
        creatives:
          - id: a
            adomain: [acme.example]
            landing: acme.example
            banner: { w: 300, html: "<b>" }
          - id: a
            adomain: []
            landing: https://acme.example/

        """

    @Test("every fault of a document is named at once, each with its place and a hint")
    func allFaultsAtOnce() throws {
        let found = faults { () throws(DocumentError) in
            _ = try StrategyDocument(try Node.readOne(Self.faulty), kinds: [FlatPrice.kind])
        }
        let expected: Set = [
            "1:5: /id: “12345” is digits only, which readers of the log would take for a number "
                + "(letters, digits, dot, dash, underscore; for example \"acme-shoes\")",
            "2:13: /advertiser: “acme!” has a character that identifiers do not have "
                + "(letters, digits, dot, dash, underscore; for example \"acme-shoes\")",
            "3:1: /nme: unknown key “nme” (did you mean “name”?)",
            "4:8: /state: must be one of active, paused; is “activ” (did you mean “active”?)",
            "5:9: /bidder: unknown bidder “flat-prize” (did you mean “flat-price”?)",
            "6:11: /currency: must be a currency's three letters (ISO 4217), is “dollars” (for example \"USD\")",
            "7:47: /flight/end: is not after the start",
            "8:18: /budget/total: money must be a decimal string (write \"1000\")",
            "8:31: /budget/daily: has more than six digits after the point: “10.1234567”",
            "8:53: /budget/pacing: must be one of even, asap; is “evn” (did you mean “even”?)",
            "9:11: /timezone: unknown time zone “Mars/Olympus” (an IANA name, for example \"Europe/Berlin\")",
            "10:10: /holdout: must be between 0.0 and 0.5, is 0.9",
            "13:7: /targeting/all/0/contry: unknown key “contry” (did you mean “country”?)",
            "14:14: /targeting/all/1/size/0: is no size: “300by250” (for example \"300x250\")",
            "18:14: /creatives/0/landing: must be an absolute http or https URL, is “acme.example” "
                + "(for example \"https://acme.example/\")",
            "19:13: /creatives/0/banner: has one of w and h (both, or neither for markup that fits any size)",
            "20:5: /creatives/1: has no format (exactly one of banner, video, audio, native)",
            "20:5: /creatives/1/id: a second creative “a”",
            "21:14: /creatives/1/adomain: must name the advertiser's domain",
        ]
        let described = Set(found.map(\.description))
        #expect(described.subtracting(expected).isEmpty)
        #expect(expected.subtracting(described).isEmpty)
        #expect(found.count == expected.count)
    }

    @Test("faults of the terms are the bidder kind's, under /terms")
    func terms() throws {
        let found = try strategyFaults(#"{"terms":{"cpm":2.5,"cpn":"1"}}"#)
        #expect(pointers(found) == ["/terms/cpm", "/terms/cpn"])
        #expect(found.map(\.message) == ["money must be a decimal string", "unknown term “cpn”"])
        #expect(found.map(\.hint) == ["write \"2.5\"", "known: cpm, max_cpm"])
        #expect(try strategyFaults(#"{"terms":"2.50"}"#).map(\.pointer) == ["/terms"])
    }

    @Test("a bidder that is like none of ours is answered with all of them")
    func unknownBidder() throws {
        let found = try strategyFaults(#"{"bidder":"oracle"}"#)
        #expect(found.map(\.message) == ["unknown bidder “oracle”"])
        #expect(found.map(\.hint) == ["known: flat-price"])
    }

    @Test(
        "a flight ends after it starts",
        arguments: [
            (#"{"start":"2026-11-01T00:00:00Z","end":"2026-11-01T00:00:01Z"}"#, true),
            (#"{"start":"2026-11-01T00:00:00Z","end":"2026-11-01T00:00:00Z"}"#, false),
            (#"{"start":"2026-11-01T02:00:00+02:00","end":"2026-11-01T00:00:00Z"}"#, false),
            (#"{"start":"2026-11-01T00:00:00+02:00","end":"2026-11-01T00:00:00Z"}"#, true),
            (#"{"end":"2026-11-01T00:00:00Z"}"#, true), (#"{"start":"2026-11-01T00:00:00Z"}"#, true), ("{}", true),
        ])
    func flightOrder(flight: String, isSound: Bool) throws {
        #expect(try strategyFaults("{\"flight\":\(flight)}").map(\.pointer) == (isSound ? [] : ["/flight/end"]))
    }

    @Test("a flight holds from its start to before its end")
    func flightBounds() throws {
        let flight = Flight(start: Instant(seconds: 100), end: Instant(seconds: 200))
        #expect(
            [99, 100, 199, 200].map { flight.contains(Instant(seconds: $0)) } == [false, true, true, false])
        #expect(Flight().contains(Instant(micros: .min)))
    }

    @Test(
        "an IANA time zone gives the clock of its days and hours",
        arguments: [
            ("UTC", 1_782_907_200, 0), ("Europe/Berlin", 1_782_907_200, 7200), ("Europe/Berlin", 1_774_745_999, 3600),
            ("Europe/Berlin", 1_774_746_000, 7200), ("Europe/Berlin", 1_792_890_000, 3600),
            ("America/New_York", 1_782_907_200, -14_400), ("Asia/Kolkata", 1_782_907_200, 19_800),
        ])
    func timezones(name: String, seconds: Int64, offset: Int64) throws {
        let read = try strategy("{\"timezone\":\"\(name)\"}")
        #expect(read.timezone == name)
        #expect(read.clock.localSeconds(at: Instant(seconds: seconds)) == seconds + offset)
    }

    @Test("a time zone that nobody knows is refused", arguments: ["Mars/Olympus", "", "Berlin", "+02:00"])
    func unknownTimezones(name: String) throws {
        #expect(try strategyFaults("{\"timezone\":\"\(name)\"}").map(\.pointer) == ["/timezone"])
    }

    @Test("hours are those of the strategy's own time zone")
    func hoursInZone() throws {
        let read = try strategy(#"{"timezone":"Europe/Berlin","targeting":{"hour":"mon-fri 08-20"}}"#)
        guard case .leaf(.hour(let hours)) = read.targeting else {
            Issue.record("no hours: \(read.targeting)")
            return
        }
        // Wednesday, 1 July 2026, 05:59 and 06:00 in UTC: 07:59 and 08:00 in Berlin.
        #expect(!hours.contains(Instant(seconds: 1_782_885_540)))
        #expect(hours.contains(Instant(seconds: 1_782_885_600)))
    }

    @Test("an owner has four frequency caps at most")
    func frequencies() throws {
        let list = { (count: Int) in
            #"{"frequency":[\#((1...count).map { #"{"impressions":1,"hours":\#($0)}"# }.joined(separator: ","))]}"#
        }
        #expect(try strategy(list(4)).frequency.map(\.hours) == [1, 2, 3, 4])
        #expect(pointers(try strategyFaults(list(5))) == ["/frequency"])
    }

    @Test("a frequency cap says how many, in how long, and for whom")
    func frequency() throws {
        let read = try strategy(#"{"frequency":{"impressions":1,"hours":168,"per":"household"}}"#)
        #expect(read.frequency == [FrequencyCap(impressions: 1, hours: 168, per: .household)])
        let found = try strategyFaults(
            #"{"frequency":[{"hours":24},{"impressions":0,"hours":24},{"impressions":1,"hours":1,"per":"visitr"}]}"#
        )
        #expect(pointers(found) == ["/frequency/0/impressions", "/frequency/1/impressions", "/frequency/2/per"])
    }

    @Test("a part that lacks several members is told all of them at once")
    func severalMissing() throws {
        #expect(
            Set(pointers(try strategyFaults(#"{"frequency":{"per":"x"}}"#)))
                == ["/frequency/impressions", "/frequency/hours", "/frequency/per"]
        )
        #expect(
            Set(pointers(try strategyFaults(#"{"targeting":{"near":{"lat":1}}}"#)))
                == ["/targeting/near/lon", "/targeting/near/km"]
        )
    }

    @Test("arms name creatives that are there, and have weights")
    func arms() throws {
        let read = try strategy(#"{"arms":[{"id":"a","weight":3,"creatives":["c"]},{"id":"b"}]}"#)
        #expect(read.arms == [Arm(id: "a", weight: 3, creatives: ["c"]), Arm(id: "b", weight: 1, creatives: [])])
        let found = try strategyFaults(#"{"arms":[{"id":"a","weight":0,"creatives":["x"]},{"weight":1}]}"#)
        #expect(Set(pointers(found)) == ["/arms/0/weight", "/arms/0/creatives", "/arms/1/id"])
    }

    @Test("a strategy has at least one creative and at most 256, each with its own id")
    func creativeCount() throws {
        #expect(try strategyFaults(#"{"creatives":[]}"#).map(\.message) == ["must hold at least one creative"])
        let one = #"{"adomain":["a.example"],"landing":"https://a.example/","banner":{"html":"x"},"id":"c"#
        let many = (0..<257).map { "\(one)\($0)\"}" }.joined(separator: ",")
        #expect(try strategyFaults("{\"creatives\":[\(many)]}").map(\.message) == ["holds more than 256 creatives"])
    }

    @Test("a seat fits into a URL, as every identifier of ours does", arguments: [1000, 70_000])
    func seatLength(count: Int) throws {
        let seat = String(repeating: "s", count: count)
        #expect(try strategyFaults("{\"seat\":\"\(seat)\"}").map(\.pointer) == ["/seat"])
    }
}
