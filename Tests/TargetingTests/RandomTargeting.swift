import OpenRTB
import Targeting
import Units

/// Random predicates over the whole language and random requests, from small vocabularies that both share, so that
/// they meet about as often as not.
struct RandomTargeting {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    // MARK: Drawing

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    /// - Parameter percent: how often it is true.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

    /// One to `most` of them, perhaps one twice.
    mutating func some<Value>(of values: [Value], most: Int = 3) -> [Value] {
        (0...below(most)).map { _ in one(of: values) }
    }

    /// Letters in any case.
    private mutating func scrambled(_ text: String) -> String { chance(30) ? text.uppercased() : text }

    private static func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    // MARK: Vocabulary

    private static let exchanges = ["exchange-1", "exchange-2", "Exchange-1"]
    private static let countries = ["usa", "deu", "gbr"]
    private static let regions = ["ca", "be", "ny", "eng"]
    private static let cities = ["berlin", "london", "köln"]
    private static let zips = ["10115", "10117", "94105", "sw1a 1aa", "1"]
    private static let metros = ["501", "803"]
    private static let systems = ["ios", "android", "windows"]
    private static let versions = ["14", "14.2", "14.2.1", "13", "14.", "140"]
    private static let carriers = ["example mobile", "310-005", "262-01"]
    private static let languages = ["en", "en-gb", "de", "de-ch-1996"]
    private static let domains = [
        "example.com", "www.example.com", "news.www.example.com", "example.org", "com", "ample.com", "b.test",
    ]
    private static let bundles = ["com.example.app", "123456"]
    private static let publishers = ["pub-1", "pub-2", "pub-10"]
    private static let categories = ["iab7", "iab7-3", "iab1", "iab1-2", "iab19", "7"]
    private static let keywords = ["sport", "cars", "travel", "été"]
    private static let deals = ["Deal-1", "deal-1", "deal-2"]
    private static let sellers = [("exchange.test", "1"), ("exchange.test", "A"), ("reseller.test", "1"), ("", "")]
    private static let providers = ["dmp", "dmp:a", ""]
    private static let segments = ["1", "a:1", "sports", "Sports", "acme-only"]
    private static let sizes = [Size(w: 300, h: 250), Size(w: 320, h: 50), Size(w: 640, h: 360), Size(w: 0, h: 0)]
    private static let addresses = ["192.0.2.7", "192.0.2.200", "198.51.100.1", "2001:db8::7", "2001:db8:1::7", "junk"]
    private static let ranges = ["192.0.2.0/24", "192.0.2.7", "198.51.0.0/16", "2001:db8::/32", "2001:db8::7"]
    private static let agents = [
        "Mozilla/5.0 (X11) Chrome/126.0 Safari/537.36", "Mozilla/5.0 (X11; rv:127.0) Firefox/127.0",
        "Mozilla/5.0 Chrome/126.0 Safari/537.36 Edg/126.0", "Mozilla/5.0 Version/17.5 Safari/605.1", "curl/8",
    ]

    /// Values of the one key that has more of them than rows.
    private static let manyCount = 700
    private static func site(_ number: Int) -> String { "site\(number).test" }

    // MARK: Predicates

    mutating func predicate(depth: Int = 3) -> Predicate {
        let kind = depth == 0 ? 9 : below(10)
        switch kind {
        case 0, 1, 2: return .all((0..<below(4)).map { _ in predicate(depth: depth - 1) })
        case 3, 4: return .any((0..<below(4)).map { _ in predicate(depth: depth - 1) })
        case 5: return .not(predicate(depth: depth - 1))
        default: return chance(25) ? .not(.leaf(leaf())) : .leaf(leaf())
        }
    }

    /// What strategies mostly are: conditions on several keys, all of which must hold.
    mutating func typical() -> Predicate {
        .all((0...below(5)).map { _ in chance(20) ? .not(.leaf(leaf())) : .leaf(leaf()) })
    }

    /// A predicate whose conjunctions are too many to hold one slot each.
    mutating func wide() -> Predicate {
        .all((0..<4).map { _ in .any((0..<3).map { _ in chance(50) ? .leaf(leaf()) : .not(predicate(depth: 1)) }) })
    }

    mutating func leaf() -> Leaf {
        if chance(3) {
            let size = one(of: Self.sizes)
            return .slot(some(of: [.banner(size), .flexibleBanner, .anyBanner, .video, .audio, .native]))
        }
        if chance(2) { return .city([Array(repeating: 0x61, count: 300)] + Self.bytes(some(of: Self.cities))) }
        return chance(50) ? deviceOrPlace() : inventoryOrSlot()
    }

    private mutating func deviceOrPlace() -> Leaf {
        switch below(16) {
        case 0: return .exchange(Self.bytes(some(of: Self.exchanges)))
        case 1: return .country(Self.bytes(some(of: Self.countries)))
        case 2:
            return .region(
                some(of: Self.regions).map { code in
                    Region(country: chance(50) ? Array(one(of: Self.countries).utf8) : nil, code: Array(code.utf8))
                })
        case 3: return .city(Self.bytes(some(of: Self.cities)))
        case 4:
            return .zip(
                some(of: Self.zips).map { zip in
                    let isPrefix = chance(60)
                    let text = isPrefix ? Array(zip.utf8.prefix(below(4))) : Array(zip.utf8)
                    return Wildcard(text: text, isPrefix: isPrefix)
                })
        case 5: return .metro(Self.bytes(some(of: Self.metros)))
        case 6: return .near([Circle(lat: 52.5, lon: 13.4, km: Double(below(400)))])
        case 7: return .device(Set(some(of: [1, 2, 4, 5])))
        case 8: return .os(Self.bytes(some(of: Self.systems)))
        case 9: return .osv(Self.bytes(some(of: Self.versions)))
        case 10: return .browser(some(of: Browser.allCases))
        case 11: return .connection(Set(some(of: [1, 2, 6])))
        case 12: return .carrier(Self.bytes(some(of: Self.carriers)))
        case 13: return .language(Self.bytes(some(of: Self.languages)))
        case 14: return .ip(some(of: Self.ranges).compactMap { AddressRange($0) })
        default: return .hour(hours())
        }
    }

    private mutating func inventoryOrSlot() -> Leaf {
        switch below(15) {
        case 0: return .environment(some(of: [.unknown, .site, .app]))
        case 1: return .domain(Self.bytes(some(of: Self.domains)))
        case 2:
            let first = below(Self.manyCount)
            return .domain(Self.bytes((0..<(1 + below(300))).map { Self.site((first + $0) % Self.manyCount) }))
        case 3: return .bundle(Self.bytes(some(of: Self.bundles)))
        case 4: return .publisher(Self.bytes(some(of: Self.publishers)))
        case 5: return .category(Self.bytes(some(of: Self.categories)))
        case 6: return .keyword(Self.bytes(some(of: Self.keywords)))
        case 7: return .format(some(of: MarkupType.allCases))
        case 8: return .size(some(of: Self.sizes))
        case 9: return .position(Set(some(of: [0, 1, 3])))
        case 10: return .interstitial(chance(50))
        case 11: return .rewarded(chance(50))
        case 12:
            let ids = some(of: Self.segments).map { id in
                chance(50) ? id.lowercased() : "\(one(of: Self.providers)):\(id.lowercased())"
            }
            let leaf = Leaf.segment(Self.bytes(ids))
            guard chance(60), case .leaf(let named) = Predicate.leaf(leaf).naming(audiencesOf: "acme") else {
                return leaf
            }
            return named
        case 13: return .deal(Self.bytes(some(of: Self.deals)))
        default:
            return .seller(
                some(of: Self.sellers).map { asi, sid in
                    Seller(asi: Array(asi.utf8), sid: chance(50) ? Array(sid.utf8) : nil)
                })
        }
    }

    private mutating func hours() -> HoursOfWeek {
        let clocks = [
            LocalClock.utc,
            LocalClock(transitions: [
                .init(from: Instant(seconds: 0), offsetSeconds: 3600),
                .init(from: Instant(seconds: 1_717_000_000), offsetSeconds: 7200),
                .init(from: Instant(seconds: 1_719_000_000), offsetSeconds: 3600),
            ]),
            LocalClock(transitions: [.init(from: Instant(seconds: 1_718_000_000), offsetSeconds: -19_800)]),
        ]
        var hours = HoursOfWeek(clock: one(of: clocks))
        for _ in 0..<below(3) {
            let first = below(24)
            hours.insert(days: 0...below(7), hours: first..<(first + 1 + below(24 - first)))
        }
        return hours
    }

    // MARK: Requests

    mutating func context() -> TargetingContext {
        var context = TargetingContext(
            exchange: Array(one(of: Self.exchanges).utf8),
            instant: Instant(micros: 1_716_500_000_000_000 + Int64(below(4_000_000)) * 999_983),
            personalDataAllowed: chance(60),
            preciseGeoAllowed: chance(70))
        context.names = Self.names
        context.audiences = (0..<below(4)).map { _ in UInt32(below(6)) }
        return context
    }

    /// Two of them are somebody else's, one is everybody's, and 3 is nobody's.
    private static let names = AudienceNames([
        0: ("acme", "Sports"), 1: (nil, "1"), 2: ("other", "sports"), 4: ("other", "1"), 5: ("acme", "acme-only"),
    ])

    /// JSON of a request with one to three impressions.
    mutating func request() -> String {
        let imps = (0...below(3)).map { imp($0) }.joined(separator: ",")
        var members = [#""id":"r""#, #""imp":[\#(imps)]"#, #""device":{\#(device())}"#]
        if chance(70) {
            members.append(#""site":{\#(inventory())}"#)
        } else if chance(70) {
            members.append(#""app":{\#(inventory())}"#)
        }
        if chance(60) { members.append(#""user":{\#(user())}"#) }
        if chance(60) { members.append(#""source":{"schain":{"ver":"1.0","complete":1,"nodes":[\#(nodes())]}}"#) }
        return "{\(members.joined(separator: ","))}"
    }

    private mutating func text(_ name: String, _ values: [String], percent: Int = 70) -> [String] {
        guard chance(percent) else { return [] }
        // Sometimes what nobody asks for, sometimes longer than any key.
        if chance(5) { return [#""\#(name)":"\#(String(repeating: "x.-", count: 200))""#] }
        return [#""\#(name)":"\#(chance(10) ? "elsewhere" : scrambled(one(of: values)))""#]
    }

    private mutating func texts(_ name: String, _ values: [String]) -> [String] {
        guard chance(50) else { return [] }
        let list = some(of: values, most: 4).map { "\"\(scrambled($0))\"" }.joined(separator: ",")
        return [#""\#(name)":[\#(list)]"#]
    }

    private mutating func number(_ name: String, _ values: [Int]) -> [String] {
        chance(70) ? [#""\#(name)":\#(one(of: values))"#] : []
    }

    private mutating func device() -> String {
        var geo = text("country", Self.countries) + text("region", Self.regions) + text("city", Self.cities)
        geo += text("zip", Self.zips) + text("metro", Self.metros)
        if chance(60) { geo.append(#""lat":52.\#(below(10)),"lon":13.\#(below(10))"#) }
        var members = [#""geo":{\#(geo.joined(separator: ","))}"#]
        members += number("devicetype", [1, 2, 4, 5, 7]) + number("connectiontype", [1, 2, 6, 7])
        members += text("os", Self.systems) + text("osv", Self.versions + ["14.2.1.7", "13-beta", "14.."])
        members += text("ua", Self.agents) + text("carrier", Self.carriers) + text("mccmnc", Self.carriers)
        members += text("language", Self.languages + ["en-US", "eng"]) + text("ip", Self.addresses)
        members += text("ipv6", Self.addresses)
        return members.joined(separator: ",")
    }

    private mutating func inventory() -> String {
        let hosts = Self.domains + ["sub.b.test", "b.test.", "nob.test", "x.\(Self.site(3))"]
        let many = (0..<30).map { _ in Self.site(below(Self.manyCount)) }
        var members = text("domain", chance(50) ? hosts : many) + text("bundle", Self.bundles)
        members += texts("cat", Self.categories) + texts("sectioncat", Self.categories + ["iab7-3-1"])
        members += texts("pagecat", Self.categories)
        if chance(40) { members.append(#""keywords":"\#(some(of: Self.keywords).joined(separator: ","))""#) }
        members.append(#""publisher":{\#(text("id", Self.publishers).joined())}"#)
        let content = texts("cat", Self.categories) + texts("kwarray", Self.keywords)
        members.append(#""content":{\#(content.joined(separator: ","))}"#)
        return members.joined(separator: ",")
    }

    private mutating func user() -> String {
        let data = some(of: Self.providers).map { provider in
            let list = some(of: Self.segments).map { #"{"id":"\#(scrambled($0))"}"# }.joined(separator: ",")
            return #"{"name":"\#(provider)","segment":[\#(list)]}"#
        }
        let words = some(of: Self.keywords).joined(separator: ",")
        return #""keywords":"\#(words)","data":[\#(data.joined(separator: ","))]"#
    }

    private mutating func nodes() -> String {
        some(of: Self.sellers).map { #"{"asi":"\#(scrambled($0.0))","sid":"\#($0.1)","hp":1}"# }.joined(separator: ",")
    }

    private mutating func imp(_ number: Int) -> String {
        var members = [#""id":"\#(number)""#]
        if chance(60) {
            let formats = some(of: Self.sizes).map { #"{"w":\#($0.w),"h":\#($0.h)}"# }.joined(separator: ",")
            members.append(#""banner":{"format":[\#(formats)]\#(chance(50) ? #","pos":\#(below(4))"# : "")}"#)
        }
        if chance(40) { members.append(#""video":{"mimes":["video/mp4"],"w":640,"h":360,"pos":\#(below(4))}"#) }
        if chance(20) { members.append(#""audio":{"mimes":["audio/mp4"]}"#) }
        if members.count == 1 || chance(20) { members.append(#""native":{"request":{"assets":[{"id":1}]}}"#) }
        if chance(50) { members.append(#""instl":\#(below(2)),"rwdd":\#(below(2))"#) }
        if chance(50) {
            let deals = some(of: Self.deals).map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
            members.append(#""pmp":{"deals":[\#(deals)]}"#)
        }
        return "{\(members.joined(separator: ","))}"
    }
}
