import OpenRTB
import Targeting
import Testing

@Suite("Targeting without consent")
struct ConsentGatingTests {
    private static func ranges(_ texts: String...) -> Leaf { .ip(texts.compactMap { AddressRange($0) }) }
    private static let user = #""user":{"keywords":"roses","data":[{"name":"dmp.example","segment":[{"id":"S1"}]}]}"#

    /// What matches with consent and must not without.
    private static let personal: [Case] = [
        Case(.segment(texts("s1")), user, true), Case(.segment(texts("dmp.example:s1")), user, true),
        Case(.keyword(texts("roses")), user, true),
        Case(.zip([Wildcard(text: Array("101".utf8), isPrefix: true)]), geo(#""zip":"10115""#), true),
        Case(.near([Circle(lat: 52.5, lon: 13.4, km: 50)]), geo(#""lat":52.5,"lon":13.4"#), true),
        Case(ranges("192.0.2.7"), device(#""ip":"192.0.2.7""#), true),
        Case(ranges("192.0.2.0/25"), device(#""ip":"192.0.2.7""#), true),
        Case(ranges("2001:db8::/49"), device(#""ipv6":"2001:db8::7""#), true),
    ]

    @Test("segments, precise places, full addresses and the visitor's keywords match with consent", arguments: personal)
    func allowed(_ item: Case) throws { try item.check() }

    @Test("without consent they do not match, as if they had not been sent", arguments: personal)
    func gated(_ item: Case) throws {
        #expect(try verdict(item.predicate, item.json, personalDataAllowed: false) == false)
        #expect(try verdict(.not(item.predicate), item.json, personalDataAllowed: false))
    }

    @Test("without consent to precise places these alone do not match", arguments: personal)
    func places(_ item: Case) throws {
        let isPlace = if case .leaf(let leaf) = item.predicate { leaf.isPrecisePlace } else { false }
        #expect(try verdict(item.predicate, item.json, preciseGeoAllowed: false) == !isPlace)
    }

    @Test("consent to precise places is none without consent to personal data", arguments: personal)
    func placesAlone(_ item: Case) throws {
        #expect(try verdict(item.predicate, item.json, personalDataAllowed: false, preciseGeoAllowed: true) == false)
    }

    @Test(
        "what tells nothing of a person matches without consent",
        arguments: [
            Case(.country(texts("usa")), geo(#""country":"USA""#), true),
            Case(.region([Region(country: nil, code: Array("ca".utf8))]), geo(#""region":"CA""#), true),
            Case(.city(texts("berlin")), geo(#""city":"Berlin""#), true),
            Case(.device([4]), device(#""devicetype":4"#), true), Case(.os(texts("ios")), device(#""os":"iOS""#), true),
            Case(.domain(texts("a.example")), site(#""domain":"a.example""#), true),
            Case(.keyword(texts("roses")), site(#""keywords":"roses""#), true),
            Case(.keyword(texts("roses")), site(#""content":{"keywords":"roses"}"#), true),
            Case(.category(texts("iab1")), site(#""cat":["IAB1"]"#), true),
            Case(ranges("192.0.2.0/24"), device(#""ip":"192.0.2.7""#), true),
            Case(ranges("2001:db8::/48"), device(#""ipv6":"2001:db8::7""#), true),
            // A narrow block is passed over, a coarse one beside it still counts.
            Case(ranges("192.0.2.7", "192.0.0.0/16"), device(#""ip":"192.0.2.7""#), true),
        ])
    func impersonal(_ item: Case) throws { try item.check(personalDataAllowed: false) }

    @Test(
        "a segment is known by its id, or by its provider and id",
        arguments: [
            Case(.segment(texts("s1")), user, true), Case(.segment(texts("x", "s1")), user, true),
            Case(.segment(texts("dmp.example:s1")), user, true), Case(.segment(texts("other.example:s1")), user, false),
            Case(.segment(texts("dmp.example:s2")), user, false), Case(.segment(texts("dmp.example")), user, false),
            Case(.segment(texts("dmp.examples1")), user, false), Case(.segment(texts(":s1")), user, false),
            Case(.segment(texts("s1")), #""user":{"data":[{"segment":[{"id":"s1"}]}]}"#, true),
            Case(.segment(texts(":s1")), #""user":{"data":[{"segment":[{"id":"s1"}]}]}"#, false),
            Case(.segment(texts("s1")), site(#""content":{"data":[{"segment":[{"id":"s1"}]}]}"#), false),
        ])
    func segment(_ item: Case) throws { try item.check() }
}
