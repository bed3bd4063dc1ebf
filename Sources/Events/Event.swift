package import OpenRTB
package import Units

/// One entry of the log.
package struct Event: Equatable, Sendable {
    package var kind: EventKind
    /// When it was taken by this service; for a bid, when it was made.
    package var instant: Instant
    /// What it is about; for a conversion without a click, only the advertiser is known.
    package var facts: BidFacts
    /// The clearing price that the notice told, in `facts.currency`.
    package var price: CPM?
    /// What this event spent of the strategy's budget, in `facts.budgetCurrency`.
    package var settled: Spend?
    /// What of the bid's reservation this event ended.
    package var released: Spend?
    /// Whether the log lost the record of the bid whose reservation this event ends: it then counts that first.
    package var isUnlogged = false
    /// Loss reason code, or nil.
    package var reason: Int32?
    /// `${AUCTION_MIN_TO_WIN}`.
    package var minToWin: CPM?
    /// The strategy's own label of its offer, or what a conversion event is called.
    package var label = ""
    /// Of a conversion.
    package var order = ""
    package var value: Micros?
    package var valueCurrency: Currency?
    /// What decided chance in the auction, and which snapshot it ran on.
    package var seed: Seed?
    package var revision: UInt64?
    /// By which pacing held the bid: its chance to be made, or its part of the value; nil for all of it.
    package var pacing: Multiplier?

    package init(_ kind: EventKind, at instant: Instant, facts: BidFacts) {
        self.kind = kind
        self.instant = instant
        self.facts = facts
    }

    /// Unique in the log, the same however often the notice came: kind and bid id, for conversions a digest.
    package var id: String {
        guard kind == .conversion else { return "\(kind.label).\(facts.bidID)" }
        // As the log keeps them, so that an id is the same before and after.
        let label = EventCoder.kept(label)
        let order = EventCoder.kept(order)
        return order.isEmpty ? "conversion.\(label).\(facts.bidID)" : "conversion.\(facts.advertiser).\(label).\(order)"
    }
}

/// An event's bytes: kind, version, instant, the facts behind their length, then tagged fields.
///
///     0  kind            1  version (1)      2  instant, 8 bytes      10  length of the facts, 2 bytes
///     12 facts …         then any number of: tag 1, length 2, value
///
/// A reader passes over tags that it does not know, so that an older one reads a newer log.
package enum EventCoder {
    package static let version: UInt8 = 1

    enum Tag: UInt8 {
        case price = 1
        case settled = 2
        case released = 3
        case reason = 4
        case minToWin = 5
        case label = 6
        case order = 7
        case value = 8
        case valueCurrency = 9
        case seed = 10
        case revision = 11
        case pacing = 20
        /// Its value is empty.
        case unlogged = 14
    }

    package static func writeHead(_ kind: EventKind, at instant: Instant, into out: inout ByteWriter) {
        out.append(kind.rawValue)
        out.append(version)
        out.appendFixed(instant.micros)
    }

    /// The record of a bid, from the facts as bytes: the bid path's way, without an `Event`.
    package static func writeBid(
        at instant: Instant,
        facts: borrowing ByteWriter,
        label: StaticString,
        seed: Seed,
        revision: UInt64,
        pacing: Multiplier = .one,
        into out: inout ByteWriter
    ) {
        writeHead(.bid, at: instant, into: &out)
        out.appendFixed(UInt16(facts.count))
        out.append(facts)
        write(seed, into: &out)
        out.append(Tag.revision.rawValue)
        out.appendFixed(UInt16(8))
        out.appendFixed(revision)
        if pacing != .one { field(.pacing, Int64(bitPattern: pacing.bits), into: &out) }
        if label.utf8CodeUnitCount > 0 {
            out.append(Tag.label.rawValue)
            out.appendFixed(UInt16(label.utf8CodeUnitCount))
            out.append(label)
        }
    }

    /// - Parameter factBytes: the bytes of `event.facts`.
    package static func write(_ event: Event, factBytes: ArraySlice<UInt8>, into out: inout ByteWriter) {
        writeHead(event.kind, at: event.instant, into: &out)
        out.appendFixed(UInt16(factBytes.count))
        for byte in factBytes { out.append(byte) }
        field(.price, event.price?.micros, into: &out)
        field(.settled, event.settled?.nanos, into: &out)
        field(.released, event.released?.nanos, into: &out)
        field(.reason, event.reason.map(Int64.init), into: &out)
        field(.minToWin, event.minToWin?.micros, into: &out)
        field(.value, event.value?.rawValue, into: &out)
        field(.label, event.label, into: &out)
        field(.order, event.order, into: &out)
        field(.valueCurrency, event.valueCurrency?.description ?? "", into: &out)
        if let seed = event.seed { write(seed, into: &out) }
        field(.revision, event.revision.map { Int64(bitPattern: $0) }, into: &out)
        field(.pacing, event.pacing.map { Int64(bitPattern: $0.bits) }, into: &out)
        if event.isUnlogged {
            out.append(Tag.unlogged.rawValue)
            out.appendFixed(UInt16(0))
        }
    }

    private static func field(_ tag: Tag, _ value: Int64?, into out: inout ByteWriter) {
        guard let value else { return }
        out.append(tag.rawValue)
        out.appendFixed(UInt16(8))
        out.appendFixed(value)
    }

    /// A text as it is stored: whole characters, at most 256 bytes of them.
    static func kept(_ text: String) -> String {
        guard text.utf8.count > Limits.idBytesMax else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: Limits.idBytesMax)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text.unicodeScalars[..<end])
    }

    private static func write(_ seed: Seed, into out: inout ByteWriter) {
        out.append(Tag.seed.rawValue)
        out.appendFixed(UInt16(16))
        out.appendFixed(seed.high)
        out.appendFixed(seed.low)
    }

    private static func field(_ tag: Tag, _ value: String, into out: inout ByteWriter) {
        if value.isEmpty { return }
        let bytes = Array(kept(value).utf8)
        out.append(tag.rawValue)
        out.appendFixed(UInt16(bytes.count))
        out.append(bytes)
    }

    /// - Returns: nil for bytes that are not an event of a version that this service knows.
    package static func read(_ bytes: ArraySlice<UInt8>) -> Event? {
        var reader = ByteReader(bytes)
        guard let kind = reader.fixed(UInt8.self).flatMap(EventKind.init), reader.fixed(UInt8.self) == version,
            let instant = reader.fixed(Int64.self), let count = reader.fixed(UInt16.self),
            let facts = reader.take(Int(count)).flatMap({ BidFacts($0) })
        else { return nil }
        var event = Event(kind, at: Instant(micros: instant), facts: facts)
        while !reader.isAtEnd {
            guard let tag = reader.fixed(UInt8.self), let count = reader.fixed(UInt16.self),
                let value = reader.take(Int(count))
            else { return nil }
            if let tag = Tag(rawValue: tag) { set(tag, ByteReader(value), value, on: &event) }
        }
        return event
    }

    private static func set(_ tag: Tag, _ reader: ByteReader, _ value: ArraySlice<UInt8>, on event: inout Event) {
        var reader = reader
        switch tag {
        case .price: event.price = reader.fixed(Int64.self).map { CPM(micros: $0) }
        case .settled: event.settled = reader.fixed(Int64.self).map { Spend(nanos: $0) }
        case .released: event.released = reader.fixed(Int64.self).map { Spend(nanos: $0) }
        case .reason: event.reason = reader.fixed(Int64.self).flatMap { Int32(exactly: $0) }
        case .minToWin: event.minToWin = reader.fixed(Int64.self).map { CPM(micros: $0) }
        case .value: event.value = reader.fixed(Int64.self).map { Micros($0) }
        case .label: event.label = String(decoding: value, as: UTF8.self)
        case .order: event.order = String(decoding: value, as: UTF8.self)
        case .valueCurrency: event.valueCurrency = Currency(value)
        case .seed:
            if let high = reader.fixed(UInt64.self), let low = reader.fixed(UInt64.self) {
                event.seed = Seed(high: high, low: low)
            }
        case .revision: event.revision = reader.fixed(UInt64.self)
        case .pacing: event.pacing = reader.fixed(UInt64.self).map { Multiplier(bits: $0) }
        case .unlogged: event.isUnlogged = true
        }
    }
}
