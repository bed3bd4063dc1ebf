internal import OpenRTB
internal import Targeting
internal import Units

/// Strategies and requests whose values are drawn from the same popularity curves, so that they meet as in practice: a
/// few countries, sizes and sites are in most of both, and most are rare.
///
/// About one strategy in a hundred matches a request.
struct TargetingWorld {
    private var random: SplitMix64
    private let segments = Zipf(50_000, exponent: 0.9)
    private let domains = Zipf(100_000, exponent: 1)
    private let cities = Zipf(5_000, exponent: 1)
    private let countries = Zipf(60, exponent: 1.1)
    private let categories = Zipf(300, exponent: 0.8)
    private let languages = Zipf(30, exponent: 1.2)
    private let keywords = Zipf(20_000, exponent: 1)

    private static let sizes = [
        (300, 250), (728, 90), (320, 50), (160, 600), (300, 600), (970, 250), (320, 100), (336, 280), (468, 60),
        (250, 250), (970, 90), (120, 600), (640, 360), (300, 50), (320, 480),
    ]
    private static let systems = ["android", "ios", "windows", "macos", "linux", "tvos", "roku"]

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// One to `most` different draws.
    private mutating func some(_ most: Int, of zipf: Zipf, _ spell: (Int) -> String) -> [[UInt8]] {
        var drawn: Set<Int> = []
        for _ in 0...below(most) { drawn.insert(zipf.draw(&random)) }
        return drawn.sorted().map { Array(spell($0).utf8) }
    }

    /// Three letters.
    private static func country(_ rank: Int) -> String {
        String(decoding: [0x78, UInt8(0x61 + rank / 26), UInt8(0x61 + rank % 26)], as: UTF8.self)
    }

    // MARK: Strategies

    /// What a strategy wants: conditions on some keys, all of which must hold.
    mutating func predicate() -> Predicate {
        var parts: [Predicate] = [.leaf(.size(sizes(1 + below(4))))]
        if chance(90) { parts.append(.leaf(.country(some(3, of: countries, Self.country)))) }
        if chance(30) { parts.append(.leaf(.device(Set((0...below(2)).map { _ in Int32(1 + below(7)) })))) }
        if chance(25) {
            parts.append(.leaf(.os((0...below(2)).map { _ in Array(Self.systems[min(below(7), below(7))].utf8) })))
        }
        if chance(20) { parts.append(.leaf(.environment([chance(60) ? .site : .app]))) }
        if chance(15) { parts.append(.leaf(.language(some(2, of: languages) { "l\($0)" }))) }
        if chance(20) { parts.append(.leaf(.category(some(6, of: categories) { "iab\($0)" }))) }
        if chance(10) { parts.append(.leaf(.city(some(10, of: cities) { "city \($0)" }))) }
        if chance(10) { parts.append(.leaf(.domain(some(20, of: domains) { "site\($0).example" }))) }
        if chance(15) { parts.append(.not(.leaf(.domain(some(20, of: domains) { "site\($0).example" })))) }
        if chance(35) { parts.append(.leaf(.segment(some(12, of: segments) { "s\($0)" }))) }
        if chance(10) { parts.append(.not(.leaf(.segment(some(4, of: segments) { "s\($0)" })))) }
        if chance(5) { parts.append(.leaf(.keyword(some(5, of: keywords) { "word\($0)" }))) }
        if chance(10) { parts.append(.leaf(.hour(hours()))) }
        if chance(10) { parts.append(.leaf(.connection([Int32(2 + below(2) * 4)]))) }
        if chance(8) {
            let other = Predicate.leaf(.keyword(some(3, of: keywords) { "word\($0)" }))
            parts.append(.any([.leaf(.segment(some(5, of: segments) { "s\($0)" })), other]))
        }
        return .all(parts)
    }

    private mutating func sizes(_ count: Int) -> [Size] {
        (0..<count).map { _ in
            let size = Self.sizes[min(below(Self.sizes.count), below(Self.sizes.count))]
            return Size(w: Int32(size.0), h: Int32(size.1))
        }
    }

    private mutating func hours() -> HoursOfWeek {
        var hours = HoursOfWeek(clock: .utc)
        let first = below(20)
        hours.insert(days: 0..<(5 + below(3)), hours: first..<(first + 1 + below(24 - first)))
        return hours
    }

    // MARK: Requests

    private mutating func identifier() -> String { "\(below(1_000_000_000))-\(below(1_000_000_000))" }

    /// JSON of a request with one impression and 30 segments, about 1.6 kB.
    mutating func request() -> String {
        let segments = (0..<30).map { _ in #"{"id":"s\#(self.segments.draw(&random))"}"# }.joined(separator: ",")
        let size = Self.sizes[min(below(Self.sizes.count), below(Self.sizes.count))]
        let categories = (0...below(3)).map { _ in "\"IAB\(self.categories.draw(&random))\"" }.joined(separator: ",")
        let words = (0..<3).map { _ in "word\(keywords.draw(&random))" }.joined(separator: ",")
        let inventory = """
            "domain":"site\(domains.draw(&random)).example","cat":[\(categories)],"keywords":"\(words)",\
            "publisher":{"id":"pub-\(below(5000))"},"page":"https://site.example/an/article/\(below(1_000_000))?from=\(identifier())",\
            "ref":"https://www.search.example/find?q=\(identifier())","content":{"language":"en","title":"An article of some length, as articles have","url":"https://site.example/an/article"}
            """
        return """
            {"id":"auction-\(below(1_000_000_000))","at":1,"tmax":120,"cur":["USD"],\
            "imp":[{"id":"1","tagid":"top","bidfloor":0.1,"secure":1,"banner":{"format":[{"w":\(size.0),"h":\(size.1)}],\
            "pos":1,"api":[3,5,7],"battr":[1,2,8]}}],"\(chance(60) ? "site" : "app")":{\(inventory)},\
            "device":{"devicetype":\(1 + below(7)),"os":"\(Self.systems[min(below(7), below(7))])","osv":"14.2",\
            "ip":"192.0.2.\(below(250))","ifa":"\(identifier())","make":"Pixel","model":"Pixel 8 Pro","w":1344,"h":2992,"js":1,\
            "language":"l\(languages.draw(&random))","connectiontype":\(2 + below(2) * 4),\
            "ua":"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",\
            "geo":{"country":"\(Self.country(countries.draw(&random)))","region":"R\(below(10))",\
            "city":"city \(cities.draw(&random))"},"carrier":"carrier \(below(20))"},\
            "source":{"tid":"\(identifier())","schain":{"ver":"1.0","complete":1,"nodes":\
            [{"asi":"exchange.example","sid":"\(below(5000))","hp":1}]}},"regs":{"coppa":0},\
            "user":{"id":"u\(below(1_000_000))","data":[{"name":"dmp.example","segment":[\(segments)]}]}}
            """
    }
}
