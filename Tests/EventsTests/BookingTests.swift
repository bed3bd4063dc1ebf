import Events
import OpenRTB
import Testing
import Units

/// Facts of chance, texts of many lengths among them.
private func facts(_ random: inout SplitMix64) -> BidFacts {
    var facts = BidFacts()
    facts.bidID = BidID(high: random.next(), low: random.next())
    facts.instant = Instant(micros: Int64.random(in: 0...2_000_000_000_000_000, using: &random))
    facts.price = CPM(micros: Int64.random(in: 0...CPM.max.micros, using: &random))
    facts.budgetPrice = CPM(micros: Int64.random(in: 0...CPM.max.micros, using: &random))
    facts.budgetCurrency = Currency(["USD", "EUR", "JPY"].randomElement(using: &random)?.utf8 ?? "USD".utf8) ?? .usd
    facts.quantity = Quantity(thousandths: UInt32.random(in: 1...100_000, using: &random))
    facts.isTest = Bool.random(using: &random)
    facts.billsAtImpression = Bool.random(using: &random)
    facts.visitorLow = random.next()
    facts.run = RunMark(run: UInt32.random(in: 0...511, using: &random))
    func text(_ random: inout SplitMix64) -> String {
        String(repeating: "ö", count: Int.random(in: 0...40, using: &random))
    }
    facts.exchange = text(&random)
    facts.advertiser = text(&random)
    facts.strategy = text(&random)
    facts.creative = text(&random)
    facts.auction = text(&random)
    facts.domain = text(&random)
    return facts
}

private func bytes(of facts: BidFacts) -> [UInt8] {
    var out = ByteWriter(capacity: 512)
    BidFactsWriter.write(
        .init(
            bidID: facts.bidID, instant: facts.instant, price: facts.price, currency: facts.currency,
            budgetPrice: facts.budgetPrice, budgetCurrency: facts.budgetCurrency, quantity: facts.quantity,
            mtype: facts.mtype, consent: facts.consent, isTest: facts.isTest,
            billsAtImpression: facts.billsAtImpression, width: 0, height: 0, visitorHigh: facts.visitorHigh,
            visitorLow: facts.visitorLow, run: facts.run),
        into: &out)
    let texts = [
        facts.exchange, facts.advertiser, facts.strategy, facts.creative, facts.seat, facts.deal, facts.auction,
        facts.imp, facts.country, facts.domain,
    ]
    for text in texts { BidFactsWriter.write(Array(text.utf8), into: &out) }
    return out.array()
}

private func record(_ event: Event) -> [UInt8] {
    var out = ByteWriter(capacity: 512)
    EventCoder.write(event, factBytes: bytes(of: event.facts)[...], into: &out)
    return out.array()
}

private func event(_ random: inout SplitMix64) -> Event {
    let kind = EventKind.allCases.randomElement(using: &random) ?? .bid
    var event = Event(kind, at: Instant(micros: Int64(random.next() >> 12)), facts: facts(&random))
    if Bool.random(using: &random) { event.settled = Spend(nanos: Int64(random.next() >> 20)) }
    if Bool.random(using: &random) { event.released = Spend(nanos: Int64(random.next() >> 20)) }
    if Bool.random(using: &random) { event.label = "purchase" }
    if Bool.random(using: &random) { event.seed = Seed(high: random.next(), low: random.next()) }
    event.isUnlogged = Bool.random(using: &random)
    return event
}

private func expectSame(_ booking: Booking?, _ event: Event) {
    #expect(booking?.kind == event.kind)
    #expect(booking?.instant == event.instant)
    #expect(booking?.bidID == event.facts.bidID)
    #expect(booking?.bidInstant == event.facts.instant)
    #expect(booking?.reserved == event.facts.reserved)
    #expect(booking?.budgetCurrency == event.facts.budgetCurrency)
    #expect(booking?.isTest == event.facts.isTest)
    #expect(booking?.run == event.facts.run)
    #expect(booking?.settled == event.settled)
    #expect(booking?.released == event.released)
    #expect(booking?.isUnlogged == event.isUnlogged)
    #expect(booking?.parties?.exchange == event.facts.exchange)
    #expect(booking?.parties?.advertiser == event.facts.advertiser)
    #expect(booking?.parties?.strategy == event.facts.strategy)
}

@Suite("What of an event concerns money")
struct BookingTests {
    @Test("bytes are an event for whoever reads all of it and for whoever reads what concerns money, or for neither")
    func sameBounds() {
        var random = SplitMix64(seed: 8)
        var refused = 0
        for round in 0..<300 {
            var event = event(&random)
            if round % 3 == 0 {
                event.facts.caps = (1...UInt32.random(in: 1...3, using: &random)).map {
                    CappedCounter(counter: $0, windowSeconds: 60, isHousehold: round % 2 == 0)
                }
                if round % 2 == 0 { event.facts.household = IdentityKey(high: 1, low: 2) }
            }
            let record = event.bytes()
            #expect(EventCoder.read(record[...]) == event)
            #expect(LoggedEvent(record[...])?.booking.isCapped == (round % 3 == 0))
            for _ in 0..<40 {
                var other = record
                if Bool.random(using: &random) { other.removeLast(Int.random(in: 1...80, using: &random)) }
                other[Int.random(in: 0..<other.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
                let whole = EventCoder.read(other[...])
                let logged = LoggedEvent(other[...])
                #expect((whole == nil) == (logged == nil), "\(other)")
                #expect(logged == nil || logged?.event == whole)
                refused += whole == nil ? 1 : 0
            }
        }
        #expect(refused > 1000)
    }

    @Test("read from bytes it is what the whole event says, and the same as of the event")
    func agrees() throws {
        var random = SplitMix64(seed: 6)
        for _ in 0..<500 {
            let event = event(&random)
            let record = record(event)
            #expect(EventCoder.read(record[...]) == event)
            expectSame(Booking(record[...]), event)
            expectSame(Booking(event), event)
            #expect(Booking(event).names.elementsEqual(try #require(Booking(record[...])).names))
            // Anywhere in a larger array.
            let shifted = [1, 2, 3] + record + [4]
            expectSame(Booking(shifted[3..<3 + record.count]), event)
        }
    }

    @Test("whatever is cut off or changed, reading ends without a trap, and what is an event has a booking")
    func damage() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<20 {
            let record = record(event(&random))
            for count in 0..<record.count where EventCoder.read(record.prefix(count)) != nil {
                #expect(Booking(record.prefix(count)) != nil)
            }
            for count in 0..<record.count { _ = Booking(record.prefix(count)) }
            for _ in 0..<500 {
                var changed = record
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
                let event = EventCoder.read(changed[...])
                let booking = Booking(changed[...])
                if let event { #expect(booking?.settled == event.settled && booking?.released == event.released) }
            }
        }
    }
}
