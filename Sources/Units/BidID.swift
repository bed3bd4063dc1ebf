/// The identity of one bid of ours: 128 bits, written as `b` and 26 characters of base 32.
///
/// The letter in front keeps readers that guess types from taking an id for a number.
@frozen
public struct BidID: BitwiseCopyable, Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The id of the bid on the `index`th impression of an auction.
    @inlinable
    public init(seed: Seed, index: Int) {
        high = seed.number(0x6269_6400 &+ UInt64(truncatingIfNeeded: index) &* 2)
        low = seed.number(0x6269_6401 &+ UInt64(truncatingIfNeeded: index) &* 2)
    }

    /// Characters in the written form.
    public static let textCount = 27

    /// Calls `body` with each of the ``textCount`` ASCII characters in turn.
    @inlinable
    public func forEachCharacter(_ body: (UInt8) -> Void) {
        body(UInt8(ascii: "b"))
        // 130 bits in 26 groups of five, the first group two bits short.
        for group in 0..<26 {
            let shift = 125 - group * 5
            var digit: UInt64
            if shift >= 64 {
                digit = high >> UInt64(shift - 64)
            } else {
                digit = low >> UInt64(shift)
                if shift > 59 { digit |= high << UInt64(64 - shift) }
            }
            digit &= 31
            body(digit < 10 ? UInt8(ascii: "0") + UInt8(digit) : UInt8(ascii: "a") + UInt8(digit - 10))
        }
    }
}

extension BidID: CustomStringConvertible {
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.textCount)
        forEachCharacter { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads the written form back.
    public init?(_ text: some Sequence<UInt8>) {
        var count = 0
        var id = BidID(high: 0, low: 0)
        for byte in text {
            defer { count += 1 }
            if count == 0 {
                guard byte == UInt8(ascii: "b") else { return nil }
                continue
            }
            let digit: UInt64
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "v"): digit = UInt64(byte - UInt8(ascii: "a")) + 10
            default: return nil
            }
            guard count < Self.textCount, count > 1 || digit < 8 else { return nil }
            id.high = id.high << 5 | id.low >> 59
            id.low = id.low << 5 | digit
        }
        guard count == Self.textCount else { return nil }
        self = id
    }
}
