internal import Events
internal import OpenRTB

/// An act or a trait within the bytes of a history.
///
///     ┌────────────┬──────────┬─────────────────┬─ each value: ────────┬───────┬───────────────────────────┐
///     │ millis 6 B │ symbol 8 │ values' bytes 2 │ property's symbol, 4 │ tag 1 │ hash 8, number 8, or both │
///     └────────────┴──────────┴─────────────────┴──────────────────────┴───────┴───────────────────────────┘
///
/// A trait is an act whose symbol is the trait's own name, as is that of each of its values; without values it tells that
/// the trait was taken back. All integers are little-endian.
struct HistoryEntry {
    let millis: Int64
    let symbol: Symbol
    /// Where its values stand.
    let values: Range<Int>

    var end: Int { values.upperBound }

    static let headBytes = 16
    /// Instants that fit: from 1970 to the year 6429.
    static let instants: Range<Int64> = 0..<1 << 47

    private enum Tag {
        static let text: UInt8 = 0
        static let number: UInt8 = 1
        static let decimalText: UInt8 = 2
    }

    /// Reads the head at an offset.
    ///
    /// - Parameter offset: where an entry starts; beyond the bytes it traps.
    @inline(__always)
    init(_ bytes: RawSpan, at offset: Int) {
        let first: UInt64 = load(bytes, offset)
        millis = Int64(first & 0xFFFF_FFFF_FFFF)
        symbol = Symbol(rawValue: load(bytes, offset &+ 6))
        let count: UInt16 = load(bytes, offset &+ 14)
        let start = offset &+ Self.headBytes
        values = start..<(start &+ Int(count))
    }

    /// Moves to the next value of a property.
    ///
    /// - Returns: whether there is one at the offset or behind it.
    @inline(__always)
    func find(_ name: Symbol, _ bytes: RawSpan, from offset: inout Int) -> Bool {
        while offset < values.upperBound {
            let head: UInt64 = load(bytes, offset)
            if UInt32(truncatingIfNeeded: head) == name.short { return true }
            offset &+= UInt8(truncatingIfNeeded: head >> 32) == Tag.decimalText ? 21 : 13
        }
        return false
    }

    /// Reads the value at an offset and moves behind it.
    @inline(__always)
    static func value(_ bytes: RawSpan, at offset: inout Int) -> HistoryValue {
        let tag: UInt8 = load(bytes, offset &+ 4)
        let word: UInt64 = load(bytes, offset &+ 5)
        offset &+= 13
        switch tag {
        case Tag.text: return .text(word)
        case Tag.number: return .number(Int64(bitPattern: word))
        default:
            let number: Int64 = load(bytes, offset)
            offset &+= 8
            return .decimalText(word, number)
        }
    }

    /// The bytes of an entry.
    static func bytes(millis: Int64, _ symbol: Symbol, _ values: [(name: Symbol, value: HistoryValue)]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headBytes + values.count * 21)
        append(UInt64(bitPattern: millis), bytes: 6, to: &bytes)
        append(symbol.rawValue, bytes: 8, to: &bytes)
        append(0, bytes: 2, to: &bytes)
        for (name, value) in values {
            append(UInt64(name.short), bytes: 4, to: &bytes)
            switch value {
            case .text(let hash):
                bytes.append(Tag.text)
                append(hash, bytes: 8, to: &bytes)
            case .number(let micros):
                bytes.append(Tag.number)
                append(UInt64(bitPattern: micros), bytes: 8, to: &bytes)
            case .decimalText(let hash, let micros):
                bytes.append(Tag.decimalText)
                append(hash, bytes: 8, to: &bytes)
                append(UInt64(bitPattern: micros), bytes: 8, to: &bytes)
            }
        }
        let count = bytes.count - headBytes
        bytes[14] = UInt8(truncatingIfNeeded: count)
        bytes[15] = UInt8(truncatingIfNeeded: count >> 8)
        return bytes
    }

    /// Whether the bytes that a stranger could have damaged hold an entry; moves the reader behind it.
    static func isSound(_ reader: inout ByteReader) -> (millis: Int64, symbol: Symbol, values: Int)? {
        guard let low = reader.fixed(UInt32.self), let high = reader.fixed(UInt16.self),
            let symbol = reader.fixed(UInt64.self), let count = reader.fixed(UInt16.self),
            let bytes = reader.take(Int(count))
        else { return nil }
        let millis = Int64(high) << 32 | Int64(low)
        guard instants.contains(millis) else { return nil }
        var values = ByteReader(bytes)
        var number = 0
        while !values.isAtEnd {
            guard values.fixed(UInt32.self) != nil, let tag = values.fixed(UInt8.self), tag <= Tag.decimalText,
                values.take(tag == Tag.decimalText ? 16 : 8) != nil
            else { return nil }
            number += 1
        }
        return (millis, Symbol(rawValue: symbol), number)
    }
}

/// An integer at any offset; the span checks that it is there.
@inline(__always)
func load<Integer: FixedWidthInteger & BitwiseCopyable>(_ bytes: RawSpan, _ offset: Int) -> Integer {
    Integer(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
}

/// The low bytes of a word, lowest first.
func append(_ word: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
    for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift * 8))) }
}
