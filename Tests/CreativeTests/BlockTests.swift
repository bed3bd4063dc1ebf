import Creative
import OpenRTB
import Testing

/// A slot that every test creative fits.
private let slot = #""banner":{"w":300,"h":250}"#

private func ruled(_ more: String, _ change: (inout Creative.Identity) -> Void) throws -> Ruling {
    try ruling(.banner(change: change), imp: slot, more)
}

private let fits = Ruling.fits(.banner, w: 300, h: 250)

@Suite("What a publisher blocks")
struct BlockTests {
    @Test(
        "an advertiser's domain is blocked with all that is below it",
        arguments: [
            ("acme.example", #"["acme.example"]"#, true), ("shop.acme.example", #"["acme.example"]"#, true),
            ("acme.example", #"["ACME.Example"]"#, true), ("ACME.example", #"["acme.example"]"#, true),
            ("acme.example", #"["shop.acme.example"]"#, false), ("notacme.example", #"["acme.example"]"#, false),
            ("acme.example", #"["example"]"#, true), ("acme.example", #"["other.example","acme.example"]"#, true),
            ("acme.example", "[]", false), ("acme.example", #"[""]"#, false),
            ("acme.example", #"["cme.example"]"#, false),
        ])
    func domains(domain: String, badv: String, isBlocked: Bool) throws {
        let expected = isBlocked ? Ruling.refused(.advertiser) : fits
        #expect(try ruled("\"badv\":\(badv)") { $0.adomain = [domain] } == expected)
    }

    @Test("one blocked domain of several is enough")
    func severalDomains() throws {
        #expect(
            try ruled(#""badv":["b.example"]"#) { $0.adomain = ["a.example", "b.example"] } == .refused(.advertiser))
    }

    @Test(
        "a category is blocked with all that is below it",
        arguments: [
            ("IAB7", #"["IAB7"]"#, true), ("IAB7-3", #"["IAB7"]"#, true), ("IAB7", #"["IAB7-3"]"#, false),
            ("IAB7-3", #"["IAB7-3"]"#, true), ("IAB7-39", #"["IAB7-3"]"#, false), ("IAB17", #"["IAB1"]"#, false),
            ("IAB7", #"["IAB1","IAB7"]"#, true), ("IAB7", "[]", false),
        ])
    func categories(category: String, bcat: String, isBlocked: Bool) throws {
        let expected = isBlocked ? Ruling.refused(.category) : fits
        #expect(try ruled("\"bcat\":\(bcat)") { $0.cat = [category] } == expected)
        #expect(try ruled("\"bcat\":\(bcat)") { $0.cat = ["IAB22", category] } == expected)
    }

    @Test(
        "where categories are listed that may advertise, one of them it is",
        arguments: [
            (["IAB7"], #"["IAB7"]"#, true), (["IAB7-3"], #"["IAB7"]"#, true), (["IAB8", "IAB7"], #"["IAB7"]"#, true),
            (["IAB8"], #"["IAB7"]"#, false), ([], #"["IAB7"]"#, false), (["IAB8"], "[]", true),
            (["IAB7"], #"["IAB7-3"]"#, false),
        ])
    func allowedCategories(own: [String], acat: String, isAllowed: Bool) throws {
        #expect(try ruled("\"acat\":\(acat)") { $0.cat = own } == (isAllowed ? fits : .refused(.category)))
    }

    @Test("an advertised app is blocked by its store id alone")
    func apps() throws {
        #expect(try ruled(#""bapp":["com.acme.app"]"#) { $0.bundle = "com.acme.app" } == .refused(.app))
        #expect(try ruled(#""bapp":["com.acme"]"#) { $0.bundle = "com.acme.app" } == fits)
        #expect(try ruled(#""bapp":["com.acme.app"]"#) { $0.bundle = "" } == fits)
    }

    @Test("an attribute that the slot blocks is refused, whichever format it is of")
    func attributes() throws {
        let blocking = #""banner":{"w":300,"h":250,"battr":[8,14]}"#
        #expect(try ruling(.banner { $0.attr = [1, 14] }, imp: blocking) == .refused(.attribute))
        #expect(try ruling(.banner { $0.attr = [1, 2] }, imp: blocking) == fits)
        #expect(try ruling(.banner { $0.attr = [1, 14] }, imp: slot) == fits)
        // Of the slot that is filled, not of another format in the same impression.
        let other = slot + #","video":{"mimes":["video/mp4"],"battr":[14]}"#
        #expect(try ruling(.banner { $0.attr = [14] }, imp: other) == fits)
    }

    @Test(
        "a creative speaks a language that is allowed, or none",
        arguments: [
            ("en", #""wlang":["en","de"]"#, true), ("fr", #""wlang":["en","de"]"#, false),
            ("", #""wlang":["de"]"#, true),
            ("xx", #""wlang":["de"]"#, true), ("EN", #""wlang":["En"]"#, true), ("en-us", #""wlang":["en"]"#, true),
            ("en", #""wlangb":["en-GB"]"#, true), ("en-us", #""wlangb":["en-GB"]"#, false),
            ("e", #""wlang":["en"]"#, false),
            ("english", #""wlang":["en"]"#, false), ("en", #""wlang":[]"#, true), ("en", "\"wlang\":null", true),
        ])
    func languages(own: String, more: String, isAllowed: Bool) throws {
        #expect(try ruled(more) { $0.language = own } == (isAllowed ? fits : .refused(.language)))
    }

    @Test(
        "where https is demanded, no address in the markup is http",
        arguments: [
            (#"<img src="https://a.example/i.png">"#, true), (#"<img src="//a.example/i.png">"#, true),
            (#"<img src="http://a.example/i.png">"#, false), (#"<img src="HTTP://a.example/i.png">"#, false),
            ("<b>no address at all</b>", true),
        ])
    func secure(html: String, isSecure: Bool) throws {
        #expect(try ruling(.banner(html), imp: slot + #","secure":1"#) == (isSecure ? fits : .refused(.notSecure)))
        #expect(try ruling(.banner(html), imp: slot + #","secure":0"#) == fits)
        #expect(try ruling(.banner(html), imp: slot) == fits)
    }

    @Test("the addresses of media files count as well")
    func secureMedia() throws {
        let video = #""secure":1,"video":{"mimes":["video/mp4"],"protocols":[3]}"#
        let plain = Creative.linear { $0.source = .media(url: "http://cdn.example/v.mp4") }
        #expect(try ruling(plain, imp: video) == .refused(.notSecure))
        #expect(try ruling(.linear(), imp: video) == .fits(.video, dur: 15, vast: "3.0"))
    }

    @Test(
        "a deal's domains admit the advertiser and what is below them",
        arguments: [
            (["acme.example"], #"["acme.example"]"#, true), (["shop.acme.example"], #"["acme.example"]"#, true),
            (["acme.example"], #"["shop.acme.example"]"#, false),
            (["a.example", "b.example"], #"["b.example"]"#, true),
            (["acme.example"], #"["other.example"]"#, false),
        ])
    func dealDomains(own: [String], domains: String, isAdmitted: Bool) throws {
        let reader = try reader(imp: slot + #","pmp":{"deals":[{"id":"d","wadomain":\#(domains)}]}"#)
        let deal = reader.request.element(0, of: reader.request.imps[0].deals)
        let creative = Creative.banner { $0.adomain = own }
        #expect(creative.advertises(within: deal.wadomain, reader.request) == isAdmitted)
    }
}
