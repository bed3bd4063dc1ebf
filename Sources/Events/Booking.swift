internal import OpenRTB
package import Units

/// What of an event concerns money, read at known places, without its texts.
///
/// The ledger folds millions of events at a start; making ten strings of each would take most of that time.
package struct Booking: Sendable {
    package let kind: EventKind
    /// Of the event.
    package let instant: Instant
    package let bidID: BidID
    /// When the bid was made.
    package let bidInstant: Instant
    /// What the bid reserved.
    package let reserved: Spend
    package let budgetCurrency: Currency
    package let isTest: Bool
    /// Whether the bid reserved an impression against frequency caps.
    package let isCapped: Bool
    /// Which run of the service made the bid.
    package let run: RunMark
    package fileprivate(set) var settled: Spend?
    package fileprivate(set) var released: Spend?
    /// Whether the log lost the bid's own record.
    package fileprivate(set) var isUnlogged = false
    /// Exchange, advertiser and strategy, each behind its length in two bytes: whose money it is.
    package let names: ArraySlice<UInt8>

    /// The ids that ``names`` stands for.
    package var parties: (exchange: String, advertiser: String, strategy: String)? {
        var reader = ByteReader(names)
        guard let exchange = reader.string(), let advertiser = reader.string(), let strategy = reader.string() else {
            return nil
        }
        return (exchange, advertiser, strategy)
    }
}

extension Booking {
    package init(_ event: Event) {
        let facts = event.facts
        kind = event.kind
        instant = event.instant
        bidID = facts.bidID
        bidInstant = facts.instant
        reserved = facts.reserved
        budgetCurrency = facts.budgetCurrency
        isTest = facts.isTest
        isCapped = !facts.caps.isEmpty
        run = facts.run
        settled = event.settled
        released = event.released
        isUnlogged = event.isUnlogged
        var names: [UInt8] = []
        for text in [facts.exchange, facts.advertiser, facts.strategy] {
            let count = UInt16(truncatingIfNeeded: text.utf8.count)
            names.append(UInt8(truncatingIfNeeded: count))
            names.append(UInt8(truncatingIfNeeded: count >> 8))
            names.append(contentsOf: text.utf8.prefix(Int(count)))
        }
        self.names = names[...]
    }

    /// Reads an event as ``EventCoder`` writes it; texts are passed over unread.
    ///
    /// - Parameter record: of a log whose checksum was right.
    /// - Returns: nil for bytes that are not an event of a version that this service knows.
    /// - Complexity: O(tags). Allocates nothing.
    package init?(_ record: ArraySlice<UInt8>) {
        let parsed: Booking? = unsafe record.withUnsafeBytes { bytes in
            let places = unsafe Places(bytes)
            guard let places else { return nil }
            return unsafe Booking(places, bytes, record)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    /// - Parameter bytes: those of `record`.
    private init?(_ places: Places, _ bytes: UnsafeRawBufferPointer, _ record: ArraySlice<UInt8>) {
        let facts = places.facts
        kind = places.kind
        instant = Instant(micros: unsafe bytes.word(at: 2))
        bidID = BidID(
            high: unsafe bytes.word(at: facts + BidFacts.Place.bidID),
            low: unsafe bytes.word(at: facts + BidFacts.Place.bidID + 8))
        bidInstant = Instant(micros: unsafe bytes.word(at: facts + BidFacts.Place.instant))
        let flags = unsafe bytes[facts + BidFacts.Place.flags]
        isTest = flags & 1 != 0
        isCapped = flags & 4 != 0
        run = RunMark(flags: flags, consent: unsafe bytes[facts + BidFacts.Place.consent])
        let price = CPM(micros: unsafe bytes.word(at: facts + BidFacts.Place.budgetPrice))
        let quantity = Quantity(thousandths: unsafe bytes.word(at: facts + BidFacts.Place.quantity))
        reserved = BidFacts.reserved(price, quantity, isTest: isTest)
        let currency = facts + BidFacts.Place.budgetCurrency
        guard let code = unsafe Currency(bytes[currency..<currency + 3]) else { return nil }
        budgetCurrency = code
        names = record[record.startIndex + places.names.lowerBound..<record.startIndex + places.names.upperBound]
        guard unsafe readFields(bytes, from: places.fields) else { return nil }
    }

    private mutating func readFields(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
        var position = start
        while position < bytes.count {
            guard position + 3 <= bytes.count else { return false }
            let tag = unsafe bytes[position]
            let count = Int(unsafe bytes.word(at: position + 1) as UInt16)
            let value = position + 3
            guard value + count <= bytes.count else { return false }
            let amount = count >= 8 ? Spend(nanos: unsafe bytes.word(at: value)) : nil
            switch tag {
            case EventCoder.Tag.settled.rawValue: settled = amount
            case EventCoder.Tag.released.rawValue: released = amount
            case EventCoder.Tag.unlogged.rawValue: isUnlogged = true
            default: break
            }
            position = value + count
        }
        return true
    }
}

/// Where the parts of an event's record begin, every bound checked.
private struct Places {
    let kind: EventKind
    let facts: Int
    let names: Range<Int>
    let fields: Int

    init?(_ bytes: UnsafeRawBufferPointer) {
        let head = 12
        guard bytes.count >= head, let kind = unsafe EventKind(rawValue: bytes[0]),
            unsafe bytes[1] == EventCoder.version
        else { return nil }
        self.kind = kind
        facts = head
        fields = head + Int(unsafe bytes.word(at: 10) as UInt16)
        guard bytes.count >= fields, fields >= head + BidFacts.Place.strings,
            unsafe bytes[head] == BidFacts.version
        else { return nil }
        var end = head + BidFacts.Place.strings
        var namesEnd = end
        for number in 1...BidFacts.stringCount {
            guard end + 2 <= fields else { return nil }
            end += 2 + Int(unsafe bytes.word(at: end) as UInt16)
            if number == 3 { namesEnd = end }
        }
        guard end <= fields, unsafe MarkupType(rawValue: bytes[head + BidFacts.Place.mtype]) != nil,
            unsafe Currency(bytes[head + BidFacts.Place.currency..<head + BidFacts.Place.currency + 3]) != nil,
            unsafe Self.endsWithCaps(
                bytes, from: end, to: fields, isCapped: bytes[head + BidFacts.Place.flags] & 4 != 0)
        else { return nil }
        names = head + BidFacts.Place.strings..<namesEnd
    }

    /// Whether nothing stands behind the texts but the caps, where there are some.
    private static func endsWithCaps(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, isCapped: Bool
    ) -> Bool {
        guard isCapped else { return start == end }
        guard start < end else { return false }
        let count = unsafe Int(bytes[start])
        guard (1...CappedCounter.countMax).contains(count), start + 1 + 8 * count <= end else { return false }
        let hasHousehold = (0..<count).contains { index in
            CappedCounter(rawValue: unsafe bytes.word(at: start + 1 + 8 * index)).isHousehold
        }
        return start + 1 + 8 * count + (hasHousehold ? 16 : 0) == end
    }
}

extension UnsafeRawBufferPointer {
    /// An integer in little-endian order, at a place that was checked before.
    @inline(__always)
    fileprivate func word<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Integer {
        Integer(littleEndian: unsafe loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
}
