internal import Events
internal import OpenRTB
internal import Units

/// Records of a log as a running service writes them: of bids, most of which are lost, some billed and some clicked.
struct LedgerWorld {
    /// One behind the other.
    let bytes: [UInt8]
    /// Where each begins, and where the last ends.
    let places: [Int]
    let strategies: Int

    static let start = Instant(seconds: 1_788_220_800)
    /// Bids a second of the log's time.
    private static let bidsPerSecond: Int64 = 5_000
    private static let exchanges = 4

    /// - Parameters:
    ///   - events: at least so many.
    ///   - strategies: of a tenth as many advertisers, each on four exchanges.
    init(events: Int, strategies: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var out = ByteWriter(capacity: events * 320)
        var places: [Int] = []
        var number: Int64 = 0
        while places.count < events {
            let instant = Instant(micros: Self.start.micros + number * 1_000_000 / Self.bidsPerSecond)
            number += 1
            let facts = Self.facts(at: instant, strategies, &random)
            let factBytes = Self.bytes(of: facts)
            func add(_ kind: EventKind, after micros: Int64, _ change: (inout Event) -> Void = { _ in }) {
                var event = Event(kind, at: Instant(micros: instant.micros + micros), facts: facts)
                change(&event)
                places.append(out.count)
                EventCoder.write(event, factBytes: factBytes[...], into: &out)
            }
            add(.bid, after: 0) {
                $0.seed = Seed(high: random.next(), low: random.next())
                $0.revision = 7
            }
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6: add(.loss, after: 200_000) { $0.released = facts.reserved }
            case 6..<8:
                add(.win, after: 150_000) { $0.price = facts.price }
                add(.billing, after: 160_000) {
                    $0.price = facts.price
                    $0.settled = Spend(nanos: facts.reserved.nanos * 3 / 4)
                    $0.released = facts.reserved
                }
                add(.impression, after: 900_000)
            default: break
            }
        }
        self.strategies = strategies
        self.places = places + [out.count]
        bytes = out.array()
    }

    var count: Int { places.count - 1 }

    subscript(index: Int) -> ArraySlice<UInt8> { bytes[places[index]..<places[index + 1]] }

    private static func facts(at instant: Instant, _ strategies: Int, _ random: inout SplitMix64) -> BidFacts {
        var facts = BidFacts()
        facts.bidID = BidID(high: random.next(), low: random.next())
        facts.instant = instant
        facts.price = CPM(micros: Int64.random(in: 500_000...8_000_000, using: &random))
        facts.budgetPrice = facts.price
        let strategy = Int.random(in: 0..<strategies, using: &random)
        facts.exchange = "exchange-\(Int.random(in: 0..<exchanges, using: &random))"
        facts.advertiser = "advertiser-\(strategy / 10)"
        facts.strategy = "strategy-\(strategy)"
        facts.creative = "creative-\(strategy)-300x250"
        facts.seat = facts.advertiser
        facts.auction = "8f1c7a52-6d0e-4c7b-9d0e-\(random.next() % 1_000_000_000)"
        facts.imp = "1"
        facts.country = "USA"
        facts.domain = "www.news\(strategy % 50).example"
        return facts
    }

    private static func bytes(of facts: BidFacts) -> [UInt8] {
        var out = ByteWriter(capacity: 512)
        BidFactsWriter.write(
            .init(
                bidID: facts.bidID, instant: facts.instant, price: facts.price, currency: facts.currency,
                budgetPrice: facts.budgetPrice, budgetCurrency: facts.budgetCurrency, quantity: facts.quantity,
                mtype: facts.mtype, consent: facts.consent, isTest: false, billsAtImpression: false, width: 300,
                height: 250, visitorHigh: 0, visitorLow: 0),
            into: &out)
        let texts = [
            facts.exchange, facts.advertiser, facts.strategy, facts.creative, facts.seat, facts.deal, facts.auction,
            facts.imp, facts.country, facts.domain,
        ]
        for text in texts { BidFactsWriter.write(Array(text.utf8), into: &out) }
        return out.array()
    }
}
