import Audience
import Consent
import Events
import Targeting
import Testing
import Units

@testable import BidPlane

@Suite("What browsers tell of visitors")
struct VisitorRouteTests {
    private let intake = RecordingIntake()
    private static let cookie = "AAECAwQFBgcICQoLDA0ODw"
    private static let visitor: [String: String?] = ["Cookie": "a=b; vendue_id=\(cookie); c=d"]

    private func kit(
        _ mode: ConsentMode = .full, origin: String = "http://bid.example"
    ) throws -> LoopKit {
        try LoopKit(audience: intake, consent: { _ in mode }, origin: origin)
    }

    // MARK: Pixel

    @Test("a pixel is an event of the visitor who bears our cookie")
    func pixel() throws {
        let kit = try kit()
        let email = String(repeating: "0a", count: 32)
        let query =
            "event=view&id=e-1&uid=c-7&email_sha256=\(email)&p.category=shoes&p.category=boots&p.na%6De=a+b%26c&p.value=1.5"
            + "&gdpr=1&gdpr_consent=CP&gpp=DB&gpp_sid=7_8&us_privacy=1YNN"
        let answer = kit.ask("GET", "/pixel/acme?\(query)", headers: Self.visitor, address: "192.0.2.7")
        #expect(answer == Answer(status: 200, body: "pixel"))
        let draft = try #require(intake.drafts.first)
        #expect(draft.type == "view")
        #expect(draft.eventID == "e-1")
        #expect(draft.advertiser == "acme")
        #expect(draft.visitor == [.own(advertiser: "acme", id: "c-7"), .email(sha256: email), .cookie(Self.cookie)])
        #expect(
            draft.properties == [
                .init("category", .texts(["shoes", "boots"])), .init("name", .text("a b&c")),
                .init("value", .text("1.5")),
            ])
        #expect(draft.instant == kit.time.instant())
        #expect(draft.ip == IPAddress("192.0.2.7".utf8))
        #expect(draft.consent == ConsentFields(gdpr: "1", tcf: "CP", gpp: "DB", gppSID: "7,8", usPrivacy: "1YNN"))
        #expect(kit.ask("POST", "/pixel/acme?event=cart", headers: Self.visitor).status == 200)
        #expect(intake.drafts.map(\.type) == ["view", "cart"])
    }

    @Test(
        "an act is told with the browser's own address, which a trusted proxy alone may name",
        arguments: [
            ("10.0.0.1", "192.0.2.7", "192.0.2.7"), ("10.0.0.1", "198.51.100.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
            ("10.0.0.1", "hidden", nil), ("10.0.0.1", nil, nil), ("203.0.113.7", "192.0.2.7", "203.0.113.7"),
            ("203.0.113.7", nil, "203.0.113.7"),
        ] as [(String, String?, String?)])
    func forwarded(peer: String, forwardedFor: String?, client: String?) throws {
        let headers = Self.visitor.merging(["X-Forwarded-For": forwardedFor]) { $1 }
        let kit = try LoopKit(audience: intake, trustedProxies: ["10.0.0.0/8"])
        for target in ["/pixel/acme?event=view", "/conversion/acme?order=1"] {
            _ = kit.ask("GET", target, headers: headers, address: peer)
            #expect(try #require(intake.drafts.last).ip == client.flatMap { IPAddress($0.utf8) })
        }
    }

    @Test("a browser without a cookie of ours gets one, and is known by it at once")
    func fresh() throws {
        let kit = try kit()
        for header in [nil, "vendue_id=", "vendue_id=short", "vendue_id=\(Self.cookie)x", "xvendue_id=\(Self.cookie)"] {
            let answer = kit.ask("GET", "/pixel/acme?event=view", headers: ["Cookie": header])
            let cookie = try #require(answer.cookies.first)
            #expect(cookie.hasSuffix("; Max-Age=33696000; Path=/; HttpOnly; SameSite=Lax"))
            let value = String(cookie.dropFirst("vendue_id=".count).prefix { $0 != ";" })
            #expect(BrowserCookie.isVisitor(value))
            #expect(intake.drafts.last?.visitor == [.cookie(value)])
        }
        #expect(Set(intake.drafts.flatMap(\.visitor)).count == 5)
        let secure = try self.kit(origin: "https://bid.example")
        let cookie = secure.ask("GET", "/pixel/acme?event=view").cookies.first
        #expect(cookie?.hasSuffix("; HttpOnly; SameSite=None; Secure") == true)
    }

    @Test("without full consent nothing is read, kept or set", arguments: [ConsentMode.limited, .contextual, .none])
    func withheld(mode: ConsentMode) throws {
        let kit = try kit(mode)
        let pixel = Answer(status: 200, body: "pixel")
        #expect(kit.ask("GET", "/pixel/acme?event=view&uid=c", headers: Self.visitor) == pixel)
        #expect(kit.ask("GET", "/sync/match?uid=u&r=https://sync.match.example/", headers: Self.visitor) == pixel)
        let conversion = kit.ask("GET", "/conversion/acme?order=1", headers: Self.visitor)
        #expect(conversion.status == 200)
        #expect(conversion.sequence != nil)
        #expect(conversion.cookies == [])
        #expect(intake.submissions.isEmpty)
    }

    @Test("who opted out, or whose browser sends Global Privacy Control, is left alone whatever consent says")
    func optedOut() throws {
        let kit = try kit()
        let pixel = Answer(status: 200, body: "pixel")
        for headers in [
            ["Cookie": "vendue_optout=1"], ["Cookie": "vendue_id=\(Self.cookie); vendue_optout=1"], ["Sec-GPC": "1"],
        ] as [[String: String?]] {
            #expect(kit.ask("GET", "/pixel/acme?event=view", headers: headers) == pixel)
            #expect(kit.ask("GET", "/sync/match?uid=u", headers: headers) == pixel)
        }
        #expect(intake.submissions.isEmpty)
        #expect(kit.ask("GET", "/pixel/acme?event=view", headers: ["Sec-GPC": "0"]).cookies.count == 1)
    }

    @Test("the loop's consent is asked with what the URL says")
    func consent() throws {
        let kit = try LoopKit(
            audience: intake, consent: { $0.gdpr == false && $0.usPrivacy.isEmpty ? .full : .contextual })
        _ = kit.ask("GET", "/pixel/acme?event=a&gdpr=0")
        _ = kit.ask("GET", "/pixel/acme?event=b&gdpr=1")
        _ = kit.ask("GET", "/pixel/acme?event=c&gdpr=$%7BGDPR%7D")
        _ = kit.ask("GET", "/pixel/acme?event=d&gdpr=0&us_privacy=1YYN")
        #expect(intake.drafts.map(\.type) == ["a"])
    }

    @Test(
        "a pixel with a fault says which parameter",
        arguments: [
            ("uid=c", "event is missing"), ("event=", "event is missing"), ("event=%FF", "event is no percent-encoded"),
            ("event=view&email_sha256=a@b.example", "email_sha256 must be 64"),
            ("event=view&p.=1", "a property's name"),
            ("event=view&p.a=%0A", "p.a has a control character"), ("event=view&p.a=%zz", "p.a is no percent-encoded"),
            ("event=view&id=" + String(repeating: "x", count: 257), "id is longer than 256"),
            ("event=view&" + (0..<33).map { "p.a\($0)=1" }.joined(separator: "&"), "more than 32 properties"),
            ("event=view&" + (0..<17).map { "p.a=\($0)" }.joined(separator: "&"), "p.a is there more than 16"),
        ])
    func pixelFaults(query: String, detail: String) throws {
        let answer = try kit().ask("GET", "/pixel/acme?\(query)")
        #expect(answer.status == 400)
        #expect(answer.body.contains(detail))
        #expect(intake.submissions.isEmpty)
    }

    @Test("an unknown advertiser has no pixel, a taken one waits for its record, one not taken is 503")
    func pixelAnswers() throws {
        #expect(try kit().ask("GET", "/pixel/ghost?event=view").status == 404)
        let logging = try LoopKit(audience: RecordingIntake { _ in .taken(1, sequence: 9) })
        #expect(logging.ask("GET", "/pixel/acme?event=view").sequence == 9)
        let full = try LoopKit(audience: RecordingIntake { _ in .unavailable })
        #expect(full.ask("GET", "/pixel/acme?event=view").status == 503)
    }

    @Test("a macro that nobody replaced is nobody's id")
    func placeholders() throws {
        let kit = try kit()
        for uid in ["$%7BUID%7D", "%7Buid%7D", "[UID]", "%25%25UID%25%25", "null", "undefined", "0", "OptOut", ""] {
            _ = kit.ask("GET", "/pixel/acme?event=view&uid=\(uid)", headers: Self.visitor)
            _ = kit.ask("GET", "/sync/match?uid=\(uid)", headers: Self.visitor)
        }
        #expect(intake.drafts.allSatisfy { $0.visitor == [.cookie(Self.cookie)] })
        #expect(intake.syncs.isEmpty)
    }

    // MARK: Conversion

    @Test("a conversion is an act of the visitor too, and waits for both records")
    func conversion() throws {
        let kit = try LoopKit(audience: RecordingIntake { _ in .taken(1, sequence: 1_000_000) })
        #expect(kit.ask("GET", "/conversion/acme?order=1", headers: Self.visitor).sequence == 1_000_000)
        let recording = try self.kit()
        let target = "/conversion/acme?event=purchase&order=o-1&value=12.5&currency=EUR"
        for _ in 0..<2 {
            let answer = recording.ask("GET", target, headers: Self.visitor)
            #expect(answer.body == "pixel")
            #expect(answer.sequence == 1)
        }
        let draft = try #require(intake.drafts.first)
        #expect(draft.type == "purchase")
        #expect(draft.visitor == [.cookie(Self.cookie)])
        #expect(
            draft.properties == [
                .init("order", .text("o-1")), .init("value", .number(Micros(12_500_000))),
                .init("currency", .text("EUR")),
            ])
        // A repeat is told again under the same id, which makes it harmless.
        #expect(intake.drafts.map(\.eventID) == ["conversion.acme.purchase.o-1", "conversion.acme.purchase.o-1"])
        let unavailable = try LoopKit(audience: RecordingIntake { _ in .unavailable })
        #expect(unavailable.ask("GET", "/conversion/acme?order=1").sequence == 1)
    }

    // MARK: Sync

    @Test("a cookie match links both ids, and goes where the exchange is told")
    func sync() throws {
        let kit = try kit()
        let answer = kit.ask("GET", "/sync/match?uid=u-1", headers: Self.visitor)
        #expect(answer == Answer(status: 302, location: "https://match.example/in?id=\(Self.cookie)&hop=1"))
        let draft = try #require(intake.syncs.first)
        #expect(draft.exchange == "match")
        #expect(draft.uid == "u-1")
        #expect(draft.cookie == Self.cookie)
        let target = "https%3A%2F%2Fsync.match.example%2Fm%3Fid%3D%24%7BVENDUE_ID%7D%26x%3D1"
        let asked = kit.ask("GET", "/sync/match?uid=u-1&r=\(target)", headers: Self.visitor)
        #expect(asked.location == "https://sync.match.example/m?id=\(Self.cookie)&x=1")
        #expect(kit.ask("GET", "/sync/adx?uid=u-1", headers: Self.visitor) == Answer(status: 200, body: "pixel"))
        #expect(kit.ask("GET", "/sync/ghost?uid=u-1").status == 404)
        let fresh = kit.ask("GET", "/sync/match?uid=u-2")
        let value = try #require(fresh.cookies.first).dropFirst("vendue_id=".count).prefix { $0 != ";" }
        #expect(fresh.location == "https://match.example/in?id=\(value)&hop=1")
        #expect(intake.syncs.last?.cookie == String(value))
    }

    @Test("a match whose record failed or that nobody takes still goes on; a logged one waits")
    func syncAnswers() throws {
        let full = try LoopKit(audience: RecordingIntake { _ in .unavailable })
        #expect(full.ask("GET", "/sync/match?uid=u").status == 302)
        let logging = try LoopKit(audience: RecordingIntake { _ in .taken(1, sequence: 4) })
        #expect(logging.ask("GET", "/sync/match?uid=u").sequence == 4)
    }

    @Test(
        "nobody is sent to a host that is not registered",
        arguments: [
            "", "//evil.example", "https://evil.example", "https:%2F%2Fevil.example", "%2F%2Fevil.example",
            "https://sync.match.example@evil.example", "https://sync.match.example.evil.example",
            "https://sync.match.example%40evil.example", "https://sync.match.example%5C@evil.example",
            "https://sync.match.example%0D%0ASet-Cookie:%20a=b", "https://sync.match.example/%0d%0aX:%20y",
            "https://sync.match.example%2500.evil.example", "%5C%5Cevil.example", "https:%5C%5Cevil.example",
            "javascript:alert(1)", "http://sync.match.example/", "https://match.example/", "%FF", "%zz",
            "https://%7Bvendue_id%7D.evil.example/", "https://sync.match.example%E3%80%82evil.example",
        ])
    func openRedirects(target: String) throws {
        let kit = try kit()
        let answer = kit.ask("GET", "/sync/match?uid=u&r=\(target)", headers: Self.visitor)
        #expect(answer.status == 400)
        #expect(answer.location == nil)
        // The first of a name counts, wherever a second stands.
        let second = kit.ask("GET", "/sync/match?r=\(target)&r=https://sync.match.example/", headers: Self.visitor)
        #expect(second.status == 400)
        #expect(intake.submissions.isEmpty)
    }

    @Test(
        "a chain of matches ends at the third hop",
        arguments: [
            ("0", true), ("2", true), ("3", false), ("4", false), ("-1", false), ("x", false),
            ("99999999999999999999", false),
        ])
    func hops(hop: String, isRedirected: Bool) throws {
        let answer = try kit().ask("GET", "/sync/match?uid=u&hop=\(hop)", headers: Self.visitor)
        #expect(answer.status == (isRedirected ? 302 : 200))
        #expect(intake.syncs.count == 1)
        if isRedirected { #expect(answer.location?.hasSuffix("hop=\((Int(hop) ?? 0) + 1)") == true) }
    }

    // MARK: Opting out

    @Test("opting out takes the cookie, leaves another, and is told of the visitor; opting in takes that back")
    func optOut() throws {
        let kit = try kit(origin: "https://bid.example")
        let out = kit.ask("GET", "/optout", headers: Self.visitor)
        #expect(out.status == 200)
        #expect(out.body == "opted out\n")
        #expect(
            out.cookies == [
                "vendue_optout=1; Max-Age=34560000; Path=/; HttpOnly; SameSite=None; Secure",
                "vendue_id=; Max-Age=0; Path=/; HttpOnly; SameSite=None; Secure",
                "vendue_wayback=\(Self.cookie); Max-Age=34560000; Path=/optin; HttpOnly; SameSite=Lax; Secure",
            ])
        let back = kit.ask("GET", "/optin", headers: ["Cookie": "vendue_optout=1; vendue_wayback=\(Self.cookie)"])
        #expect(back.body == "opted in\n")
        #expect(
            back.cookies == [
                "vendue_optout=; Max-Age=0; Path=/; HttpOnly; SameSite=None; Secure",
                "vendue_wayback=; Max-Age=0; Path=/optin; HttpOnly; SameSite=Lax; Secure",
            ])
        _ = kit.ask("GET", "/optin", headers: Self.visitor)
        #expect(intake.optOuts.map(\.isOptedOut) == [true, false, false])
        #expect(intake.optOuts.allSatisfy { $0.who == [.cookie(Self.cookie)] })
    }

    @Test("the way back serves opting in alone, and what is no id of ours names nobody")
    func wayBack() throws {
        let kit = try kit()
        let wayBack = ["Cookie": "vendue_wayback=\(Self.cookie)"]
        _ = kit.ask("GET", "/optout", headers: wayBack)
        _ = kit.ask("GET", "/pixel/acme?event=view", headers: wayBack)
        #expect(intake.optOuts.isEmpty)
        #expect(intake.drafts.first?.visitor != [.cookie(Self.cookie)])
        #expect(kit.ask("GET", "/optout").cookies.count == 2)
        let forged = kit.ask("GET", "/optin", headers: ["Cookie": "vendue_wayback=x; vendue_id=y"])
        #expect(forged.status == 200)
        #expect(intake.optOuts.isEmpty)
    }

    @Test("opting out and in are asked for with GET", arguments: ["/optout", "/optin"])
    func optOutMethods(path: String) throws {
        let kit = try kit()
        for method in ["POST", "HEAD"] { #expect(kit.ask(method, path, headers: Self.visitor).status == 405) }
        #expect(intake.submissions.isEmpty)
    }

    @Test("an opt-out that cannot be kept is set in the browser all the same, and answered 503")
    func optOutUnavailable() throws {
        let kit = try LoopKit(audience: RecordingIntake { _ in .unavailable })
        let answer = kit.ask("GET", "/optout", headers: Self.visitor)
        #expect(answer.status == 503)
        #expect(answer.cookies.first?.hasPrefix("vendue_optout=1;") == true)
        // The way back is still there for the next try.
        let back = kit.ask("GET", "/optin", headers: ["Cookie": "vendue_wayback=\(Self.cookie)"])
        #expect(back.status == 503)
        #expect(back.cookies.allSatisfy { !$0.hasPrefix("vendue_wayback") })
    }
}
