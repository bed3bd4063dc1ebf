import Events
import OpenRTB
import Testing
import Units

@Suite("Bid facts")
struct BidFactsTests {
    @Test("what the writer wrote is read back, every field of it")
    func roundTrips() {
        let facts = BidFacts.test()
        #expect(BidFacts(facts.bytes()[...]) == facts)
        #expect(BidFacts(BidFacts().bytes()[...]) == BidFacts())
    }

    @Test("each format and each pair of flags comes back", arguments: MarkupType.allCases, [0, 1, 2, 3])
    func flags(mtype: MarkupType, flags: Int) {
        var facts = BidFacts.test()
        facts.mtype = mtype
        facts.isTest = flags & 1 != 0
        facts.billsAtImpression = flags & 2 != 0
        #expect(BidFacts(facts.bytes()[...]) == facts)
    }

    @Test("frequency caps come back, with the household where one counts for that", arguments: 1...12)
    func caps(count: Int) {
        var facts = BidFacts.test()
        for index in 0..<count {
            facts.caps.append(
                CappedCounter(counter: UInt32(index) << 20, windowSeconds: 3600, isHousehold: index % 3 == 1))
        }
        if count > 1 { facts.household = IdentityKey(high: 5, low: .max) }
        let bytes = facts.bytes()
        #expect(BidFacts(bytes[...]) == facts)
        #expect(facts.caps.allSatisfy { $0.windowSeconds == 3600 })
        for cut in 1...bytes.count { #expect(BidFacts(bytes.dropLast(cut)) == nil) }
        #expect(BidFacts((bytes + [0])[...]) == nil)
    }

    @Test("more caps than a bid can have are not what the writer wrote")
    func tooManyCaps() {
        var facts = BidFacts.test()
        let cap = CappedCounter(counter: 1, windowSeconds: 3600, isHousehold: false)
        facts.caps = Array(repeating: cap, count: CappedCounter.countMax + 1)
        #expect(BidFacts(facts.bytes()[...]) == nil)
    }

    @Test("the greatest and the least numbers come back")
    func extremes() {
        var facts = BidFacts.test()
        facts.bidID = BidID(high: .max, low: .max)
        facts.instant = Instant(micros: .min)
        facts.price = CPM(micros: .max)
        facts.quantity = Quantity(thousandths: .max)
        facts.width = .max
        facts.consent = 15
        facts.run = RunRecord(.start, at: facts.instant, number: 511).mark
        #expect(BidFacts(facts.bytes()[...]) == facts)
    }

    @Test("runs are told apart, by their bids and in the log, and no run is that of a bid which does not tell")
    func runs() throws {
        var marks: [RunMark] = []
        for number: UInt32 in 1...511 {
            let run = RunRecord(.start, at: Instant(micros: 7), number: number)
            var facts = BidFacts.test()
            facts.run = run.mark
            facts.consent = UInt8(number % 4)
            facts.isTest = number % 2 == 0
            let bytes = facts.bytes()
            #expect(BidFacts(bytes[...]) == facts)
            #expect(!marks.contains(run.mark) && run.mark != .none)
            marks.append(run.mark)
            #expect(RunRecord(run.bytes[...]) == run)
        }
        #expect(RunRecord(.start, at: Instant(micros: 7), number: 512).mark == marks[0])
        #expect(RunRecord(.start, at: Instant(micros: 7)).mark == .none)
    }

    @Test("strings of 65,535 bytes come back")
    func longestStrings() {
        var facts = BidFacts.test()
        facts.creative = String(repeating: "c", count: 65_535)
        facts.domain = String(repeating: "é", count: 32_767)
        #expect(BidFacts(facts.bytes()[...]) == facts)
    }

    @Test("a text of the request longer than 256 bytes is cut, the next one is not")
    func cutsTexts() throws {
        let reader = BidRequestReader()
        let domain = String(repeating: "d", count: 300)
        let json = #"{"id":"auction","imp":[{"id":"1","banner":{}}],"site":{"domain":"\#(domain)","id":"after"}}"#
        try reader.read(copying: Array(json.utf8))
        var out = ByteWriter()
        BidFactsWriter.write(reader.request.site.domain, of: reader.request.text, into: &out)
        BidFactsWriter.write(reader.request.site.id, of: reader.request.text, into: &out)
        BidFactsWriter.write(Text.absent, of: reader.request.text, into: &out)
        var bytes = ByteReader(out.array()[...])
        #expect(bytes.string() == String(repeating: "d", count: 256))
        #expect(bytes.string() == "after")
        #expect(bytes.string() == "")
        #expect(bytes.isAtEnd)
    }

    @Test("sizes beyond 16 bits are written as the greatest, negative ones as none")
    func clampsSizes() throws {
        var out = ByteWriter()
        let facts = BidFacts.test()
        BidFactsWriter.write(
            .init(
                bidID: facts.bidID, instant: facts.instant, price: facts.price, currency: facts.currency,
                budgetPrice: facts.budgetPrice, budgetCurrency: facts.budgetCurrency, quantity: facts.quantity,
                mtype: facts.mtype, consent: 0, isTest: false, billsAtImpression: false, width: 70_000, height: -1,
                visitorHigh: 0, visitorLow: 0), into: &out)
        for _ in 0..<10 { BidFactsWriter.write([], into: &out) }
        let read = try #require(BidFacts(out.array()[...]))
        #expect(read.width == 65_535)
        #expect(read.height == 0)
    }

    @Test("bytes cut short at any length are no facts")
    func truncated() {
        let bytes = BidFacts.test().bytes()
        for count in 0..<bytes.count { #expect(BidFacts(bytes[..<count]) == nil, "\(count) bytes") }
    }

    @Test("bytes behind the last string are not what the writer of this version wrote")
    func trailing() {
        #expect(BidFacts((BidFacts.test().bytes() + [0])[...]) == nil)
    }

    @Test("facts of another version, or of no known format, are none")
    func unknown() {
        var version = BidFacts.test().bytes()
        version[0] = 2
        #expect(BidFacts(version[...]) == nil)
        var format = BidFacts.test().bytes()
        format[3] = 9
        #expect(BidFacts(format[...]) == nil)
    }

    @Test("changed bytes are read as other facts or none, never a trap", arguments: 1...4 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        let original = BidFacts.test().bytes()
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            var bytes = original
            for _ in 0...random.next() % 4 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if let facts = BidFacts(bytes[...]) { #expect(facts.exchange.utf8.count < 200_000) }
        }
    }

    @Test("a bid reserves its price in its budget's currency times its quantity, a test bid nothing")
    func reserved() {
        var facts = BidFacts.test()
        #expect(facts.reserved == Spend(nanos: 2_700_000 * 35 / 10))
        facts.isTest = true
        #expect(facts.reserved == .zero)
    }
}
