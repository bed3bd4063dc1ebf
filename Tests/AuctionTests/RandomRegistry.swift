import BidKit
import Documents
import Units

/// Random advertisers, strategies and requests that meet often: few prices, so that many are equal in one currency or
/// another, few countries and deals, and budgets of some impressions.
struct RandomRegistry {
    private var random: SplitMix64
    private var drafts: [StrategyDocument] = []

    static let advertisers = (0..<6).map { "a\($0)" }
    static let exchanges = [#"{"id":"adx"}"#, #"{"id":"several","bids_per_imp":3}"#]

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    // MARK: Drawing

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    /// - Parameter percent: how often it is true.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

    mutating func seed() -> Seed { Seed(high: random.next(), low: random.next()) }

    // MARK: Documents

    /// What US dollars cost: a pound is often a dollar and a quarter, and a yen is sometimes unknown.
    mutating func rates() throws -> CurrencyRates {
        var table = try [
            AuctionKit.currency("EUR"): Int64(900_000 + below(5) * 70_000),
            AuctionKit.currency("GBP"): Int64(chance(60) ? 1_250_000 : 1_100_000 + below(300_000)),
        ]
        if chance(60) { table[try AuctionKit.currency("JPY")] = Int64(5_000 + below(5_000)) }
        return CurrencyRates(dollarsPerUnit: table)
    }

    /// One without a budget, one whose budget has a currency, or one whose budget ends soon.
    mutating func advertiser(_ id: String) throws -> AdvertiserDocument {
        let budgets = [
            "{}", "{}", #"{"budget":{"total":"1000"}}"#, #"{"currency":"EUR","budget":{"total":"1000"}}"#,
            #"{"budget":{"total":"0.0\#(1 + below(5))"}}"#,
        ]
        return try AdvertiserDocument(AuctionKit.merged(#"{"id":"\#(id)"}"#, one(of: budgets)))
    }

    /// One of the drafts, in a version of its own.
    mutating func strategy(_ id: String) throws -> StrategyDocument {
        if drafts.isEmpty { drafts = try (0..<150).map { try draft($0) } }
        var document = one(of: drafts)
        document.id = id
        document.state = chance(10) ? .paused : .active
        document.budget.total = chance(25) ? Micros(Int64(1 + below(9)) * 1_000) : nil
        document.deals = chance(20) ? ["deal-\(below(3))"] : []
        document.isRoadblock = chance(8)
        if chance(20) { document.seat = "shared" }
        return document
    }

    /// What takes long to read: price, creatives, targeting.
    private mutating func draft(_ number: Int) throws -> StrategyDocument {
        let advertiser = one(of: Self.advertisers)
        let price = one(of: ["0.50", "1.00", "1.25", "2.00", "2.50", "3.10"])
        let currency = one(of: ["USD", "USD", "USD", "EUR", "GBP", "GBP", "JPY"])
        var members = [
            #""id":"draft","advertiser":"\#(advertiser)","currency":"\#(currency)""#,
            #""terms":{"cpm":"\#(currency == "JPY" ? "\(1 + below(400))" : price)"}"#,
            #""creatives":[\#(Self.creative(advertiser)),\#(Self.creative("other-\(number)"))]"#,
        ]
        if chance(80) { members.append(#""targeting":\#(targeting())"#) }
        return try AuctionKit.document("{\(members.joined(separator: ","))}")
    }

    private static func creative(_ name: String) -> String {
        #"{"id":"c-\#(name)","adomain":["\#(name).example"],"landing":"https://\#(name).example/","#
            + #""banner":{"w":300,"h":250,"html":"<a href=\"{click}\">\#(name)</a>"}}"#
    }

    private mutating func targeting() -> String {
        let country = #"{"country":["\#(one(of: Self.countries))"]}"#
        let domain = #"{"domain":["\#(one(of: Self.domains))"]}"#
        return one(of: [
            country, domain, #"{"not":\#(country)}"#, #"{"any":[\#(country),\#(domain)]}"#,
            #"{"all":[\#(country),{"not":\#(domain)}]}"#, #"{"any":[\#(domain),{"not":\#(country)}]}"#,
        ])
    }

    private static let countries = ["USA", "DEU", "GBR"]
    private static let domains = ["news.example", "sport.example", "www.sport.example"]

    // MARK: Requests

    /// - Parameter isTest: whether nothing is to be reserved.
    mutating func request(isTest: Bool = false) throws -> String {
        let patch = [
            #""site":{"domain":"\#(one(of: Self.domains))"}"#,
            #""device":{"geo":{"country":"\#(one(of: Self.countries))"}}"#,
            #""cur":\#(one(of: [#"["USD"]"#, #"["USD"]"#, #"["EUR"]"#, #"["GBP","USD"]"#, #"["JPY"]"#, #"["JPY","EUR"]"#]))"#,
            #""at":\#(1 + below(2)),"allimps":\#(chance(30) ? 1 : 0),"test":\#(isTest ? 1 : 0)"#,
        ]
        let imps = try (0...below(3)).map { try imp($0) }
        return try AuctionKit.request("{\(patch.joined(separator: ","))}", imps: imps)
    }

    private mutating func imp(_ number: Int) throws -> String {
        var members = [#""id":"\#(number)""#]
        if chance(60) {
            let currency = one(of: ["USD", "USD", "EUR", "GBP", "JPY"])
            members.append(#""bidfloor":\#(one(of: ["0.4", "1", "1.25", "2", "3.2"])),"bidfloorcur":"\#(currency)""#)
        }
        if chance(35) {
            let deals = (0...below(2)).map { _ in #"{"id":"deal-\#(below(4))","bidfloor":\#(one(of: [0, 1, 2]))}"# }
            members.append(
                #""pmp":{"private_auction":\#(chance(30) ? 1 : 0),"deals":[\#(deals.joined(separator: ","))]}"#)
        }
        return "{\(members.joined(separator: ","))}"
    }
}
