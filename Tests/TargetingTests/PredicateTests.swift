import OpenRTB
import Targeting
import Testing
import Units

@Suite("Predicates")
struct PredicateTests {
    private static let yes = Predicate.leaf(.country(texts("usa")))
    private static let no = Predicate.leaf(.country(texts("deu")))
    /// On a value that the request does not tell.
    private static let untold = Predicate.leaf(.city(texts("berlin")))

    @Test(
        "all, any and not combine as they read",
        arguments: [
            (yes, true), (no, false), (untold, false), (.everything, true), (.all([]), true), (.any([]), false),
            (.not(.all([])), false), (.not(.any([])), true), (.not(yes), false), (.not(no), true), (.not(untold), true),
            (.not(.not(yes)), true), (.all([yes]), true), (.all([yes, yes]), true), (.all([yes, no]), false),
            (.all([no, yes]), false), (.all([yes, untold]), false), (.all([yes, .not(untold)]), true),
            (.any([no]), false), (.any([no, yes]), true), (.any([yes, no]), true), (.any([no, untold]), false),
            (.any([no, .not(untold)]), true), (.all([.any([no, yes]), .not(.all([yes, no]))]), true),
            (.any([.all([yes, no]), .all([yes, .not(no)])]), true), (.all([.any([]), yes]), false),
            (.any([.all([]), no]), true),
        ] as [(Predicate, Bool)])
    func combine(predicate: Predicate, matches: Bool) throws {
        try Case(predicate, geo(#""country":"USA""#), matches).check()
    }

    @Test("a predicate is as deep as it is written")
    func deep() throws {
        var predicate = Self.yes
        for level in 0..<200 { predicate = level % 2 == 0 ? .all([predicate]) : .any([Self.no, predicate]) }
        try Case(predicate, geo(#""country":"USA""#), true).check()
        for _ in 0..<201 { predicate = .not(predicate) }
        try Case(predicate, geo(#""country":"USA""#), false).check()
    }

    @Test(
        "a leaf without values matches nothing",
        arguments: [
            .exchange([]), .country([]), .region([]), .city([]), .zip([]), .metro([]), .near([]), .device([]), .os([]),
            .osv([]), .browser([]), .connection([]), .carrier([]), .language([]), .environment([]), .domain([]),
            .bundle([]), .publisher([]), .category([]), .keyword([]), .format([]), .size([]), .position([]),
            .segment([]),
            .ip([]), .hour(HoursOfWeek(clock: .utc)), .deal([]), .seller([]),
        ] as [Leaf])
    func empty(leaf: Leaf) throws {
        let members = #"""
            "device":{"geo":{"country":"USA","region":"CA","city":"x","zip":"1","metro":"2","lat":1,"lon":1},
            "devicetype":1,"os":"a","osv":"1","ua":"Firefox","connectiontype":1,"carrier":"c","language":"en",
            "ip":"192.0.2.1"},
            "site":{"domain":"a.example","cat":["IAB1"],"keywords":"k","publisher":{"id":"p"}},
            "user":{"data":[{"name":"n","segment":[{"id":"s"}]}]},"source":{"schain":{"nodes":[{"asi":"a","sid":"1"}]}}
            """#
        try Case(leaf, members, false).check()
    }

    @Test(
        "a request that tells nothing matches no leaf but those whose absence has a meaning",
        arguments: [
            (.country(texts("usa")), false), (.region([Region(country: nil, code: Array("ca".utf8))]), false),
            (.city(texts("x")), false), (.zip([Wildcard(text: [], isPrefix: true)]), false),
            (.metro(texts("1")), false),
            (.near([Circle(lat: 0, lon: 0, km: 30_000)]), false), (.device([1, 2, 3, 4, 5, 6, 7, 8]), false),
            (.os(texts("ios")), false), (.osv(texts("1")), false), (.browser(Browser.allCases), false),
            (.connection([0, 1, 2]), false), (.carrier(texts("c")), false), (.language(texts("en")), false),
            (.environment([.unknown]), true), (.environment([.site, .app, .dooh]), false),
            (.domain(texts("com")), false),
            (.bundle(texts("b")), false), (.publisher(texts("p")), false), (.category(texts("iab1")), false),
            (.keyword(texts("k")), false), (.segment(texts("s")), false), (.position([0, 1]), false),
            (.interstitial(false), true), (.interstitial(true), false), (.rewarded(false), true),
            (.rewarded(true), false),
            (.deal(texts("d")), false), (.seller([Seller(asi: Array("a".utf8), sid: nil)]), false),
            (.ip([AddressRange("0.0.0.0/0"), AddressRange("::/0")].compactMap { $0 }), false),
        ] as [(Leaf, Bool)])
    func absent(leaf: Leaf, matches: Bool) throws {
        try Case(leaf, "", matches).check()
    }
}
