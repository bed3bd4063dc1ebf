import Events
import OpenRTB
import Units

extension BidFacts {
    /// Facts with another value in every field.
    static func test() -> BidFacts {
        var facts = BidFacts()
        facts.bidID = BidID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        facts.instant = Instant(micros: 1_717_171_717_123_456)
        facts.price = CPM(micros: 2_500_000)
        facts.currency = Currency("EUR".utf8) ?? .usd
        facts.budgetPrice = CPM(micros: 2_700_000)
        facts.budgetCurrency = Currency("GBP".utf8) ?? .usd
        facts.quantity = Quantity(thousandths: 3500)
        facts.mtype = .video
        facts.consent = 3
        facts.isTest = false
        facts.billsAtImpression = true
        facts.width = 300
        facts.height = 250
        facts.visitorHigh = 0x1111_2222_3333_4444
        facts.visitorLow = 0x5555_6666_7777_8888
        facts.exchange = "exchange-1"
        facts.advertiser = "advertiser-2"
        facts.strategy = "Frühling 🌷"
        facts.creative = "クリエイティブ"
        facts.seat = "seat-5"
        facts.deal = "deal \"6\""
        facts.auction = "auction-7"
        facts.imp = "imp-8"
        facts.country = "DEU"
        facts.domain = "www.example.com"
        return facts
    }

    /// The bytes of these facts, as the bid path writes them.
    func bytes() -> [UInt8] {
        var out = ByteWriter(capacity: 16)
        write(into: &out)
        return out.array()
    }

    func write(into out: inout ByteWriter) {
        BidFactsWriter.write(
            .init(
                bidID: bidID, instant: instant, price: price, currency: currency, budgetPrice: budgetPrice,
                budgetCurrency: budgetCurrency, quantity: quantity, mtype: mtype, consent: consent, isTest: isTest,
                billsAtImpression: billsAtImpression, width: Int32(width), height: Int32(height),
                visitorHigh: visitorHigh, visitorLow: visitorLow, isCapped: !caps.isEmpty, run: run), into: &out)
        for text in [exchange, advertiser, strategy, creative, seat, deal, auction, imp, country, domain] {
            BidFactsWriter.write(Array(text.utf8), into: &out)
        }
        guard !caps.isEmpty else { return }
        BidFactsWriter.write(capCount: caps.count, into: &out)
        for cap in caps { BidFactsWriter.write(cap, into: &out) }
        if let household { BidFactsWriter.write(household: household, into: &out) }
    }
}

extension Event {
    /// The bytes of this event, as the notice path writes them.
    func bytes() -> [UInt8] {
        var out = ByteWriter(capacity: 16)
        EventCoder.write(self, factBytes: facts.bytes()[...], into: &out)
        return out.array()
    }
}
