internal import Auction
internal import BidKit
internal import Documents
internal import FlatPrice
internal import Units

/// What is registered: it survives every crash, as the registry's file does.
struct SimulatedRegistry {
    private(set) var advertisers: [AdvertiserDocument] = []
    private(set) var strategies: [StrategyDocument] = []
    let exchanges = Self.exchanges

    static let bills = "burl"
    static let shows = "shows"

    private static let exchanges: [ExchangeDocument] = read {
        try [
            #"{"id":"\#(bills)","bids_per_imp":2}"#,
            #"{"id":"\#(shows)","bill_at":"impression","price_encoding":"base64"}"#,
        ].map { try ExchangeDocument(Node.readOne($0)) }
    }

    private static let strategy: StrategyDocument = read {
        try StrategyDocument(
            Node.readOne(
                #"""
                {"id":"s","advertiser":"a","bidder":"flat-price","terms":{"cpm":"1.00"},"creatives":[{"id":"c",
                "adomain":["a.example"],"landing":"https://a.example/","banner":{
                "html":"<a href=\"{click}\">a</a><img src=\"{impression}\">"}}]}
                """#), kinds: [FlatPrice.kind])
    }

    private static let advertiser: AdvertiserDocument = read { try AdvertiserDocument(Node.readOne(#"{"id":"a"}"#)) }

    /// Zones whose midnights are hours apart.
    private static let clocks: [LocalClock] = ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"].map {
        guard let clock = LocalClock(timezone: $0) else { preconditionFailure("no time zone \($0)") }
        return clock
    }

    private static func read<Document>(_ body: () throws -> Document) -> Document {
        do {
            return try body()
        } catch {
            preconditionFailure("a document of ours is refused: \(error)")
        }
    }

    init(_ plan: RunPlan, _ chance: inout Chance) {
        for number in 0..<plan.advertisers {
            var document = Self.advertiser
            document.id = "a\(number)"
            document.clock = chance.pick(Self.clocks)
            if chance.happens(perMille: 500) { document.budget = Self.budget(bids: 4...60, &chance) }
            advertisers.append(document)
        }
        for number in 0..<plan.strategies {
            var document = Self.strategy
            document.id = "s\(number)"
            document.advertiser = "a\(chance.below(plan.advertisers))"
            document.seat = document.advertiser
            document.clock = chance.pick(Self.clocks)
            document.terms["cpm"] = .string(DecimalText.string(micros: Int64(chance.within(50...1_500)) * 10_000))
            if chance.happens(perMille: 900) { document.budget = Self.budget(bids: 1...30, &chance) }
            strategies.append(document)
        }
    }

    /// A budget that so many bids of some price use up; the total, the day's, or both.
    private static func budget(bids: ClosedRange<Int>, _ chance: inout Chance) -> Budget {
        var budget = Budget()
        budget.pacing = .asap
        let amount = Micros(Int64(chance.within(bids)) * Int64(chance.within(500...15_000)))
        let kind = chance.below(3)
        if kind != 0 { budget.total = amount }
        if kind != 1 { budget.daily = Micros(max(1, amount.rawValue / Int64(chance.within(1...4)))) }
        return budget
    }

    /// Changes the budget of one strategy or advertiser, perhaps to none.
    mutating func changeBudget(_ chance: inout Chance) -> SnapshotChanges {
        var changes = SnapshotChanges(revision: 1)
        let budget = chance.happens(perMille: 100) ? Budget() : Self.budget(bids: 1...60, &chance)
        if chance.happens(perMille: 300) {
            let index = chance.below(advertisers.count)
            advertisers[index].budget = budget
            changes.advertisers = [advertisers[index]]
        } else {
            let index = chance.below(strategies.count)
            strategies[index].budget = budget
            changes.strategies = [strategies[index]]
        }
        return changes
    }

    var all: SnapshotChanges {
        var changes = SnapshotChanges(revision: 1)
        changes.advertisers = advertisers
        changes.exchanges = exchanges
        changes.strategies = strategies
        return changes
    }
}
