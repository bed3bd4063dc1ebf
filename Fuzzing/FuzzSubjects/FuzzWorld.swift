internal import Auction
internal import Documents
internal import Events
internal import FlatPrice
internal import Ledger
internal import OpenRTB
internal import Sealing
internal import Targeting
package import Units

/// What every input meets: the same clock, keys, strategies and exchanges.
package enum FuzzWorld {
    /// 1 November 2026, 02:26:40 UTC.
    package static let instant = Instant(seconds: 1_793_500_000)
    package static let seed = Seed(high: 7, low: 9)
    package static let revision: UInt64 = 42
    static let origin = "http://bid.example:8080"
    static let rates: CurrencyRates = {
        var table: [Currency: Int64] = [:]
        for (code, micros) in [("EUR", 1_080_000), ("GBP", 1_250_000), ("JPY", 6_700)] as [(String, Int64)] {
            if let currency = Currency(code.utf8) { table[currency] = micros }
        }
        return CurrencyRates(dollarsPerUnit: table)
    }()

    /// A clock that stands still.
    package struct Time: TimeSource {
        package func instant() -> Instant { FuzzWorld.instant }
        package func moment() -> Moment { Moment(nanos: 0) }
    }

    static func makeAuction() -> Auction {
        let auction = Auction(ring: TokenSubject.ring, visitorKey: [UInt8](repeating: 5, count: 32), time: Time())
        auction.use(Origin(origin))
        return auction
    }

    /// Strategies of every format, with deals, in two currencies, one of them nearly out of money; three exchanges.
    static func makeSnapshot(_ ledger: BudgetLedger) -> Snapshot {
        do {
            return SnapshotBuilder.compile(
                kinds: [FlatPrice.kind], ledger: ledger, rates: rates,
                revision: revision,
                advertisers: try advertisers.map { try AdvertiserDocument(Node.readOne($0)) },
                strategies: try strategies.map { try StrategyDocument(Node.readOne($0), kinds: [FlatPrice.kind]) },
                exchanges: try exchanges.map { try ExchangeDocument(Node.readOne($0)) })
        } catch {
            preconditionFailure("a document of ours is refused: \(error)")
        }
    }

    /// One predicate for each key of the targeting language and each way to join them.
    static func makePredicates() -> [Predicate] {
        predicates.map { text in
            let faults = FaultList()
            guard let node = try? Node.readOne(text) else { preconditionFailure("no document: \(text)") }
            let predicate = TargetingReader(clock: .utc, faults).read(node, at: "")
            precondition(faults.faults.isEmpty, "a predicate of ours is refused: \(text)")
            return predicate
        }
    }

    // MARK: Events

    /// Facts with another value in every field.
    static let facts: BidFacts = {
        var facts = BidFacts()
        facts.bidID = BidID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        facts.instant = instant
        facts.price = CPM(micros: 2_500_000)
        facts.currency = Currency("EUR".utf8) ?? .usd
        facts.budgetPrice = CPM(micros: 2_700_000)
        facts.budgetCurrency = Currency("GBP".utf8) ?? .usd
        facts.quantity = Quantity(thousandths: 3500)
        facts.mtype = .video
        facts.consent = 3
        facts.billsAtImpression = true
        facts.width = 300
        facts.height = 250
        facts.visitorHigh = 0x1111_2222_3333_4444
        facts.visitorLow = 0x5555_6666_7777_8888
        facts.exchange = "adx"
        facts.advertiser = "acme"
        facts.strategy = "Frühling 🌷"
        facts.creative = "creative-4"
        facts.seat = "seat-5"
        facts.deal = "deal \"6\""
        facts.auction = "auction-7"
        facts.imp = "imp-8"
        facts.country = "DEU"
        facts.domain = "www.example.com"
        return facts
    }()

    /// `facts` as the bid path writes them.
    package static let factBytes = bytes(of: facts)

    static func bytes(of facts: BidFacts) -> [UInt8] {
        var out = ByteWriter(capacity: 512)
        BidFactsWriter.write(
            .init(
                bidID: facts.bidID, instant: facts.instant, price: facts.price, currency: facts.currency,
                budgetPrice: facts.budgetPrice, budgetCurrency: facts.budgetCurrency, quantity: facts.quantity,
                mtype: facts.mtype, consent: facts.consent, isTest: facts.isTest,
                billsAtImpression: facts.billsAtImpression, width: Int32(facts.width), height: Int32(facts.height),
                visitorHigh: facts.visitorHigh, visitorLow: facts.visitorLow, isCapped: !facts.caps.isEmpty,
                run: facts.run),
            into: &out)
        let texts = [
            facts.exchange, facts.advertiser, facts.strategy, facts.creative, facts.seat, facts.deal, facts.auction,
            facts.imp, facts.country, facts.domain,
        ]
        for text in texts { BidFactsWriter.write(Array(text.utf8), into: &out) }
        if !facts.caps.isEmpty { BidFactsWriter.write(capCount: facts.caps.count, into: &out) }
        for cap in facts.caps { BidFactsWriter.write(cap, into: &out) }
        if let household = facts.household { BidFactsWriter.write(household: household, into: &out) }
        return out.array()
    }

    /// Facts that could be read can be written, and are the same when read again.
    static func checkFacts(_ facts: BidFacts) {
        Property.holds(BidFacts(bytes(of: facts)[...]) == facts, "facts are the same after they were written and read")
        // What a bid of ours can cost can be reckoned.
        if facts.budgetPrice >= .zero, facts.budgetPrice <= .max {
            Property.holds(facts.reserved >= .zero, "a reservation is not negative")
        }
    }

    /// Records of the log, one of each kind and one with every field.
    static let records: [[UInt8]] = {
        var events = EventKind.allCases.map { Event($0, at: instant, facts: facts) }
        var whole = Event(.conversion, at: instant.adding(seconds: 60), facts: facts)
        whole.price = CPM(micros: 1_900_000)
        whole.settled = Spend(nanos: 1_900_000)
        whole.released = Spend(nanos: 2_700_000)
        whole.reason = 102
        whole.minToWin = CPM(micros: 2_000_000)
        whole.label = "purchase"
        whole.order = "order-17"
        whole.value = Micros(49_900_000)
        whole.valueCurrency = .usd
        whole.seed = seed
        whole.revision = revision
        events.append(whole)
        return events.map { event in
            var out = ByteWriter(capacity: 512)
            EventCoder.write(event, factBytes: factBytes[...], into: &out)
            return out.array()
        }
    }()
}
