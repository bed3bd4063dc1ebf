package import OpenRTB
package import Units

/// What is true of one bid from the moment it is made: the part that its tokens carry and every event about it repeats.
///
/// Written once, when the bid is made (``BidFactsWriter``), then moved as bytes: sealed into the tokens, copied from an
/// opened token into the log. So a notice needs no table of pending bids, and bid, win and click of one impression
/// cannot disagree.
package struct BidFacts: Equatable, Sendable {
    package static let version: UInt8 = 1

    package var bidID = BidID(high: 0, low: 0)
    /// When the bid was made.
    package var instant = Instant(micros: 0)
    /// What was bid, in `currency`.
    package var price = CPM.zero
    package var currency = Currency.usd
    /// What was bid, in the strategy's own currency: what its budget reserved.
    package var budgetPrice = CPM.zero
    package var budgetCurrency = Currency.usd
    package var quantity = Quantity.one
    package var mtype = MarkupType.banner
    /// As `ConsentMode` numbers them.
    package var consent: UInt8 = 0
    package var isTest = false
    /// Whether this exchange's impressions are what it bills.
    package var billsAtImpression = false
    package var width: UInt16 = 0
    package var height: UInt16 = 0
    /// Which run of the service made the bid.
    package var run = RunMark.none
    /// Surrogate of the visitor: 16 bytes, all zero where there is none.
    package var visitorHigh: UInt64 = 0
    package var visitorLow: UInt64 = 0
    package var exchange = ""
    package var advertiser = ""
    package var strategy = ""
    package var creative = ""
    package var seat = ""
    package var deal = ""
    package var auction = ""
    package var imp = ""
    package var country = ""
    package var domain = ""
    /// Of the frequency caps that the bid reserved an impression against; its impression counts for them.
    package var caps: [CappedCounter] = []
    /// Keyed hash of the household's address, where a cap counts for that.
    package var household: IdentityKey?

    package init() {}

    /// What the bid reserved: the most that its notices can spend.
    package var reserved: Spend { Self.reserved(budgetPrice, quantity, isTest: isTest) }

    /// Nothing for test traffic, and for a price that no bid can have: such facts are not ours.
    static func reserved(_ price: CPM, _ quantity: Quantity, isTest: Bool) -> Spend {
        isTest || price < .zero || price > .max ? .zero : Spend(at: price, quantity: quantity)
    }
}

extension BidFacts {
    /// Where in the bytes of facts what ``Booking`` wants stands.
    enum Place {
        static let flags = 1
        static let consent = 2
        static let mtype = 3
        static let bidID = 4
        static let instant = 20
        static let budgetPrice = 36
        static let quantity = 44
        static let currency = 48
        static let budgetCurrency = 51
        static let strings = 74
    }

    /// - Returns: nil for bytes that ``BidFactsWriter`` of this version did not write.
    package init?(_ bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        guard reader.fixed(UInt8.self) == BidFacts.version, let flags = reader.fixed(UInt8.self),
            let consent = reader.fixed(UInt8.self), let mtype = reader.fixed(UInt8.self).flatMap(MarkupType.init),
            let high = reader.fixed(UInt64.self), let low = reader.fixed(UInt64.self),
            let instant = reader.fixed(Int64.self), let price = reader.fixed(Int64.self),
            let budgetPrice = reader.fixed(Int64.self), let quantity = reader.fixed(UInt32.self),
            let currency = reader.currency(), let budgetCurrency = reader.currency(),
            let visitorHigh = reader.fixed(UInt64.self), let visitorLow = reader.fixed(UInt64.self),
            let width = reader.fixed(UInt16.self), let height = reader.fixed(UInt16.self)
        else { return nil }
        self.consent = consent & 0xF
        self.mtype = mtype
        isTest = flags & 1 != 0
        billsAtImpression = flags & 2 != 0
        run = RunMark(flags: flags, consent: consent)
        bidID = BidID(high: high, low: low)
        self.instant = Instant(micros: instant)
        self.price = CPM(micros: price)
        self.budgetPrice = CPM(micros: budgetPrice)
        self.quantity = Quantity(thousandths: quantity)
        self.currency = currency
        self.budgetCurrency = budgetCurrency
        self.visitorHigh = visitorHigh
        self.visitorLow = visitorLow
        self.width = width
        self.height = height
        for path in BidFacts.strings {
            guard let text = reader.string() else { return nil }
            self[keyPath: path] = text
        }
        if flags & 4 != 0, !readCaps(&reader) { return nil }
        guard reader.isAtEnd else { return nil }
    }

    private mutating func readCaps(_ reader: inout ByteReader) -> Bool {
        guard let count = reader.fixed(UInt8.self), (1...CappedCounter.countMax).contains(Int(count)) else {
            return false
        }
        for _ in 0..<count {
            guard let cap = reader.fixed(UInt64.self) else { return false }
            caps.append(CappedCounter(rawValue: cap))
        }
        guard caps.contains(where: \.isHousehold) else { return true }
        guard let high = reader.fixed(UInt64.self), let low = reader.fixed(UInt64.self) else { return false }
        household = IdentityKey(high: high, low: low)
        return true
    }

    /// How many texts facts have.
    static var stringCount: Int { 10 }

    /// In the order in which they are written.
    private static var strings: [WritableKeyPath<BidFacts, String>] {
        [
            \.exchange, \.advertiser, \.strategy, \.creative, \.seat, \.deal, \.auction, \.imp, \.country, \.domain,
        ]
    }
}

/// Writes the bytes that ``BidFacts`` reads, from borrowed values: one call for the fixed part, then one a string in
/// the order of the struct's fields, then the caps where the fixed part says that there are some.
package enum BidFactsWriter {
    package struct Fixed: BitwiseCopyable {
        package var bidID: BidID
        package var instant: Instant
        package var price: CPM
        package var currency: Currency
        package var budgetPrice: CPM
        package var budgetCurrency: Currency
        package var quantity: Quantity
        package var mtype: MarkupType
        package var consent: UInt8
        package var isTest: Bool
        package var billsAtImpression: Bool
        package var width: Int32
        package var height: Int32
        package var visitorHigh: UInt64
        package var visitorLow: UInt64
        package var isCapped: Bool
        package var run: RunMark

        package init(
            bidID: BidID,
            instant: Instant,
            price: CPM,
            currency: Currency,
            budgetPrice: CPM,
            budgetCurrency: Currency,
            quantity: Quantity,
            mtype: MarkupType,
            consent: UInt8,
            isTest: Bool,
            billsAtImpression: Bool,
            width: Int32,
            height: Int32,
            visitorHigh: UInt64,
            visitorLow: UInt64,
            isCapped: Bool = false,
            run: RunMark = .none
        ) {
            self.bidID = bidID
            self.instant = instant
            self.price = price
            self.currency = currency
            self.budgetPrice = budgetPrice
            self.budgetCurrency = budgetCurrency
            self.quantity = quantity
            self.mtype = mtype
            self.consent = consent
            self.isTest = isTest
            self.billsAtImpression = billsAtImpression
            self.width = width
            self.height = height
            self.visitorHigh = visitorHigh
            self.visitorLow = visitorLow
            self.isCapped = isCapped
            self.run = run
        }
    }

    package static func write(_ fixed: Fixed, into out: inout ByteWriter) {
        out.append(BidFacts.version)
        let flags: UInt8 = (fixed.isTest ? 1 : 0) | (fixed.billsAtImpression ? 2 : 0) | (fixed.isCapped ? 4 : 0)
        out.append(flags | fixed.run.lowBits)
        out.append(fixed.consent | fixed.run.highBits)
        out.append(fixed.mtype.rawValue)
        out.appendFixed(fixed.bidID.high)
        out.appendFixed(fixed.bidID.low)
        out.appendFixed(fixed.instant.micros)
        out.appendFixed(fixed.price.micros)
        out.appendFixed(fixed.budgetPrice.micros)
        out.appendFixed(fixed.quantity.thousandths)
        out.append(fixed.currency)
        out.append(fixed.budgetCurrency)
        out.appendFixed(fixed.visitorHigh)
        out.appendFixed(fixed.visitorLow)
        out.appendFixed(UInt16(clamping: fixed.width))
        out.appendFixed(UInt16(clamping: fixed.height))
    }

    /// A string of ours, at most 65,535 bytes.
    package static func write(_ bytes: borrowing [UInt8], into out: inout ByteWriter) {
        out.appendFixed(UInt16(bytes.count))
        out.append(bytes)
    }

    /// Strings of ours as they are written one after the other: for those that every bid of a creative repeats.
    package static func written(_ strings: [UInt8]...) -> [UInt8] {
        var out = ByteWriter(capacity: 128)
        for bytes in strings { write(bytes, into: &out) }
        return out.array()
    }

    /// A string of the request; what exceeds 256 bytes is cut.
    package static func write(_ text: Text, of buffer: TextBuffer, into out: inout ByteWriter) {
        let kept = text.slice(from: 0, count: Limits.idBytesMax)
        out.appendFixed(UInt16(kept.count))
        out.append(kept, of: buffer)
    }

    /// How many caps follow, 1 to ``CappedCounter/countMax``.
    package static func write(capCount count: Int, into out: inout ByteWriter) { out.append(UInt8(count)) }

    /// A cap; behind the last, where one counts for a household, comes whose.
    package static func write(_ cap: CappedCounter, into out: inout ByteWriter) { out.appendFixed(cap.rawValue) }

    package static func write(household key: IdentityKey, into out: inout ByteWriter) {
        out.appendFixed(key.high)
        out.appendFixed(key.low)
    }
}

extension ByteReader {
    fileprivate mutating func currency() -> Currency? { take(3).flatMap { Currency($0) } }
}
