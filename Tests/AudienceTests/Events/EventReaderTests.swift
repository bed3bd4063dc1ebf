import Audience
import Events
import Targeting
import Testing
import Units

@Suite("Events as they are sent")
struct EventReaderTests {
    static let now = Instant(micros: 1_793_500_000_123_456)

    /// Reads a body with the token of the advertiser `acme`, or of the operator.
    static func read(_ body: String, advertiser: String? = "acme") -> EventBatch {
        EventReader(retentionSeconds: 395 * 86_400).read(
            Array(body.utf8), from: EventSource(advertiser: advertiser), at: now)
    }

    /// The one event of a body.
    static func draft(_ body: String, advertiser: String? = "acme") throws -> EventDraft {
        let batch = read(body, advertiser: advertiser)
        #expect(batch.refused == [])
        return try #require(batch.entries.first).draft
    }

    /// Why the one event of a body is refused.
    static func reason(_ body: String, advertiser: String? = "acme") throws -> String {
        let batch = read(body, advertiser: advertiser)
        #expect(batch.entries == [])
        return try #require(batch.refused.first).reason
    }

    @Test("an event is read whole")
    func whole() throws {
        let email = String(repeating: "aB", count: 32)
        let draft = try Self.draft(
            """
            {"event_id":"e-1","visitor":{"id":"c-7","ifa":"AB-1","email_sha256":"\(email)","cookie":"k",
            "eids":[{"source":"id.example","uids":[{"id":"a","atype":1},{"id":"b"}]},{"source":"x.example","id":"c"}],
            "exchange_user":{"exchange":"adx","id":"u"}},"type":"purchase","time":"2026-10-31T19:06:39.9996Z",
            "properties":{"category":["shoes","boots"],"amount":12.345678,"value":"12.50","new":true,"size":9,"no":null},
            "consent":{"gdpr":1,"tcf":"CP","gpp":"DB","gpp_sid":[2,7],"us_privacy":"1YNN"},"ip":"2001:db8::1",
            "click":"t0ken"}
            """.replacing("\n", with: ""))
        #expect(draft.eventID == "e-1")
        #expect(draft.advertiser == "acme")
        #expect(
            draft.visitor == [
                .own(advertiser: "acme", id: "c-7"), .email(sha256: email), .cookie("k"), .ifa("AB-1"),
                .eid(source: "id.example", id: "a"), .eid(source: "id.example", id: "b"),
                .eid(source: "x.example", id: "c"), .exchangeUser(exchange: "adx", id: "u"),
            ])
        #expect(draft.type == "purchase")
        #expect(draft.instant == Instant(rfc3339: "2026-10-31T19:06:39.999Z"))
        #expect(
            draft.properties == [
                .init("category", .texts(["shoes", "boots"])), .init("amount", .number(Micros(12_345_678))),
                .init("value", .text("12.50")), .init("new", .flag(true)), .init("size", .number(Micros(9_000_000))),
            ])
        var consent = ConsentFields()
        consent.gdpr = true
        consent.tcf = Array("CP".utf8)
        consent.gpp = Array("DB".utf8)
        consent.gppSID = [2, 7]
        consent.usPrivacy = Array("1YNN".utf8)
        #expect(draft.consent == consent)
        #expect(draft.ip == IPAddress("2001:db8::1".utf8))
        #expect(draft.click == "t0ken")
        #expect(draft.surrogate == nil)
    }

    @Test("an event needs a type and somebody, and everything else may be left out")
    func least() throws {
        let draft = try Self.draft(#"{"type":"view","visitor":{"id":"c"}}"#)
        #expect(draft.eventID == nil)
        #expect(draft.instant == Instant(micros: 1_793_500_000_123_000))
        #expect(draft.properties == [])
        #expect(draft.consent == ConsentFields())
        #expect(try Self.draft(#"{"type":"view","ip":"192.0.2.7"}"#).visitor == [])
        #expect(try Self.draft(#"{"type":"view","click":"t"}"#).visitor == [])
    }

    @Test(
        "what is wrong is told by its member",
        arguments: [
            (#"{"visitor":{"id":"c"}}"#, "/type: required"), (#"{"type":"","visitor":{"id":"c"}}"#, "/type: must not"),
            (#"{"type":7,"visitor":{"id":"c"}}"#, "/type: must be a string"),
            (#"{"type":"view"}"#, "/visitor: names nobody"),
            (#"{"type":"view","visitor":{}}"#, "/visitor: names nobody"),
            (#"{"type":"view","visitor":[]}"#, "/visitor: must be an object"),
            (#"{"type":"view","visitor":{"id":""}}"#, "/visitor/id: must not be empty"),
            (#"{"type":"view","visitor":{"id":5}}"#, "/visitor/id: must be a string"),
            (#"{"type":"view","visitor":{"email":"a@b.example"}}"#, "/visitor/email: unknown key"),
            (#"{"type":"view","visitor":{"email_sha256":"a@b.example"}}"#, "/visitor/email_sha256: must be 64"),
            (#"{"type":"view","visitor":{"eids":[{"uids":[{"id":"a"}]}]}}"#, "/visitor/eids/0/source: required"),
            (#"{"type":"view","visitor":{"eids":[{"source":"a"}]}}"#, "/visitor/eids/0/uids: names no id"),
            (#"{"type":"view","visitor":{"exchange_user":{"id":"a"}}}"#, "/visitor/exchange_user/exchange: required"),
            (#"{"typ":"view","visitor":{"id":"c"}}"#, "/typ: unknown key “typ” (did you mean “type”?)"),
            (#"{"type":"view","visitor":{"id":"c"},"time":"yesterday"}"#, "/time: must be a time"),
            (#"{"type":"view","visitor":{"id":"c"},"time":1793500000}"#, "/time: must be a string"),
            (#"{"type":"view","visitor":{"id":"c"},"properties":[]}"#, "/properties: must be an object"),
            (#"{"type":"view","visitor":{"id":"c"},"properties":{"a":{}}}"#, "/properties/a: must be a text"),
            (#"{"type":"view","visitor":{"id":"c"},"properties":{"a":[true]}}"#, "/properties/a: must be a list"),
            (#"{"type":"view","visitor":{"id":"c"},"properties":{"a":1e40}}"#, "/properties/a: is too large"),
            (#"{"type":"view","visitor":{"id":"c"},"consent":{"gdpr":2}}"#, "/consent/gdpr: must be 0 or 1"),
            (#"{"type":"view","visitor":{"id":"c"},"consnt":{"gdpr":1}}"#, "/consnt: unknown key"),
            (#"{"type":"view","visitor":{"id":"c"},"ip":"here"}"#, "/ip: is no IP address"),
            (#"{"type":"view","visitor":{"id":"c"},"advertiser":"bolt"}"#, "/advertiser: is another than the token's"),
            (#"{"type":"view","type":"cart","visitor":{"id":"c"}}"#, "is not well-formed JSON"),
            (#"{"type":"view""#, "is not well-formed JSON"), ("7", "is not well-formed JSON"),
        ])
    func faults(body: String, reason: String) throws {
        #expect(try Self.reason(body).hasPrefix(reason))
    }

    @Test("an id is the token's advertiser's; the operator names whose it is")
    func advertisers() throws {
        let own = #"{"type":"view","visitor":{"id":"c"}}"#
        #expect(try Self.draft(own, advertiser: "bolt").visitor == [.own(advertiser: "bolt", id: "c")])
        #expect(try Self.reason(own, advertiser: nil).hasPrefix("/visitor/id: is an advertiser's own"))
        let named = try Self.draft(#"{"type":"view","advertiser":"acme","visitor":{"id":"c"}}"#, advertiser: nil)
        #expect(named.visitor == [.own(advertiser: "acme", id: "c")])
        #expect(named.advertiser == "acme")
        #expect(try Self.draft(#"{"type":"view","visitor":{"ifa":"x"}}"#, advertiser: nil).advertiser == nil)
    }

    @Test("a device id of zeros and hashed hardware ids are nobody")
    func nobody() throws {
        let zeros = "00000000-0000-0000-0000-000000000000"
        #expect(try Self.reason(#"{"type":"view","visitor":{"ifa":"\#(zeros)"}}"#).contains("names nobody"))
        for text in ["null", "undefined", "$" + "{UID}", "0"] {
            for visitor in [
                #""id":"\#(text)""#, #""cookie":"\#(text)""#, #""exchange_user":[{"exchange":"adx","id":"\#(text)"}]"#,
            ] {
                let reason = try Self.reason(#"{"type":"view","visitor":{\#(visitor)}}"#)
                #expect(reason.contains("names nobody"), "\(visitor)")
            }
        }
        let hashed = #"{"type":"view","visitor":{"didsha1":"a","didmd5":"b","dpidsha1":"c","macsha1":5}}"#
        #expect(try Self.reason(hashed).contains("names nobody"))
        let both = #"{"type":"view","visitor":{"didsha1":"a","id":"c"}}"#
        #expect(try Self.draft(both).visitor == [.own(advertiser: "acme", id: "c")])
    }

    @Test("a time may be five minutes ahead and counts as now, or as old as events are kept")
    func times() throws {
        let event = { (instant: Instant) in
            #"{"type":"view","visitor":{"id":"c"},"time":"\#(instant.rfc3339)"}"#
        }
        let now = Instant(micros: 1_793_500_000_123_000)
        #expect(try Self.draft(event(Self.now.adding(seconds: 300))).instant == now)
        #expect(try Self.reason(event(Self.now.adding(seconds: 301))).contains("5 minutes ahead"))
        let oldest = Self.now.adding(seconds: -395 * 86_400)
        #expect(try Self.draft(event(oldest)).instant.micros == oldest.micros - 456)
        #expect(try Self.reason(event(Instant(micros: oldest.micros - 1))).contains("older than events are kept, 395"))
    }

    @Test("what is beyond a limit is refused, what just fits is taken")
    func limits() throws {
        let visitor = #""visitor":{"id":"c"}"#
        let long = { (count: Int) in String(repeating: "x", count: count) }
        let texts = { (count: Int) in (0..<count).map { "\"\($0)\"" }.joined(separator: ",") }
        let properties = { (count: Int) in (0..<count).map { "\"p\($0)\":1" }.joined(separator: ",") }
        let rows: [((Int) -> String, Int)] = [
            ({ #"{"type":"\#(long($0))",\#(visitor)}"# }, 64),
            ({ #"{"type":"view","event_id":"\#(long($0))",\#(visitor)}"# }, 256),
            ({ #"{"type":"view",\#(visitor),"properties":{"\#(long($0))":1}}"# }, 64),
            ({ #"{"type":"view",\#(visitor),"properties":{"a":"\#(long($0))"}}"# }, 256),
            ({ #"{"type":"view",\#(visitor),"properties":{"a":[\#(texts($0))]}}"# }, 16),
            ({ #"{"type":"view",\#(visitor),"properties":{\#(properties($0))}}"# }, 32),
            ({ #"{"type":"view","visitor":{"id":"\#(long($0))"}}"# }, 1024),
            ({ #"{"type":"view",\#(visitor),"consent":{"tcf":"\#(long($0))"}}"# }, 4096),
        ]
        for (event, most) in rows {
            _ = try Self.draft(event(most))
            #expect(try Self.reason(event(most + 1)).utf8.count <= EventLimits.reasonBytesMax)
        }
    }

    @Test("numbers are millionths, rounded where they are finer")
    func numbers() throws {
        for (text, micros) in [
            ("0.1", 100_000), ("19.999999999998", 20_000_000), ("1e3", 1_000_000_000), ("-2.5", -2_500_000),
            ("9223372036853", 9_223_372_036_853_000_000),
        ] as [(String, Int64)] {
            let draft = try Self.draft(#"{"type":"view","visitor":{"id":"c"},"properties":{"a":\#(text)}}"#)
            #expect(draft.properties == [.init("a", .number(Micros(micros)))])
        }
    }

    @Test("a trait is taken back by null")
    func traits() throws {
        let draft = try Self.draft(#"{"type":"traits","visitor":{"id":"c"},"properties":{"tier":null,"city":"Bonn"}}"#)
        #expect(draft.properties == [.init("tier", .text("")), .init("city", .text("Bonn"))])
    }

    @Test("bytes that are no UTF-8 spoil their line alone")
    func encoding() {
        var body = Array(#"{"type":"view","visitor":{"id":"c"}}"#.utf8) + [0x0A]
        let sound = body
        body += Array(#"{"type":"view","visitor":{"id":""#.utf8) + [0xFF] + Array(#""}}"#.utf8) + [0x0A] + sound
        let batch = EventReader(retentionSeconds: 1).read(
            body, from: EventSource(advertiser: "acme"), at: Self.now)
        #expect(batch.entries.map(\.line) == [1, 3])
        #expect(batch.refused == [RefusedEvent(line: 2, reason: "is not UTF-8")])
    }

    @Test("events beyond the ten thousandth are refused together")
    func many() {
        let event = #"{"type":"view","visitor":{"id":"c"}}"#
        let fits = Self.read(String(repeating: event + "\n", count: 10_000))
        #expect(fits.entries.count == 10_000)
        #expect(fits.refused == [])
        let beyond = Self.read("[" + String(repeating: event + ",", count: 12_000) + event + "]")
        #expect(beyond.entries.count == 10_000)
        #expect(beyond.refused.map(\.line) == [10_001])
    }
}
