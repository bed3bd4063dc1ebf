/// A factor from 0 to 1: what pacing makes of a bid, or of the chance to bid at all.
///
/// Fine enough for a strategy that takes part in one of a billion auctions.
@frozen
public struct Multiplier: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// Parts of 2^64; all ones stand for 1.
    public var bits: UInt64

    @inlinable
    public init(bits: UInt64) { self.bits = bits }

    public static let one = Multiplier(bits: .max)
    public static let zero = Multiplier(bits: 0)

    /// The nearest factor; what is no number counts as 0.
    @inlinable
    public init(_ value: Double) {
        let scaled = value * 0x1p64
        bits = scaled >= 0x1p64 ? .max : scaled > 0 ? UInt64(scaled) : 0
    }

    @inlinable
    public var value: Double { self == .one ? 1 : Double(bits) * 0x1p-64 }

    /// Whether somebody who takes part so often takes part this time.
    ///
    /// - Parameter draw: 64 random bits.
    @inlinable
    public func admits(_ draw: UInt64) -> Bool { self == .one || draw < bits }

    /// The part of a price, rounded down.
    @inlinable
    public func of(_ price: CPM) -> CPM {
        if self == .one || price.micros <= 0 { return price }
        return CPM(micros: Int64(bits.multipliedFullWidth(by: UInt64(price.micros)).high))
    }

    /// One factor after the other.
    @inlinable
    public static func * (lhs: Multiplier, rhs: Multiplier) -> Multiplier {
        if lhs == .one { return rhs }
        return rhs == .one ? lhs : Multiplier(bits: lhs.bits.multipliedFullWidth(by: rhs.bits).high)
    }

    @inlinable
    public static func < (lhs: Multiplier, rhs: Multiplier) -> Bool { lhs.bits < rhs.bits }
}
