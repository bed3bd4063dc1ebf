/// An amount of money in millionths of a currency unit; which currency, its owner says.
///
/// Sums are taken in ``CPM`` prices first and divided last, so that no fraction of a micro is lost on the way.
@frozen
public struct Micros: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// Millionths of one currency unit.
    public var rawValue: Int64

    @inlinable
    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    public static let zero = Micros(0)

    @inlinable
    public static func < (lhs: Micros, rhs: Micros) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A price per thousand impressions in millionths of a currency unit: OpenRTB's unit of every price and floor.
///
/// One impression at this price costs a thousandth of it, so the plain sum of CPM prices is an amount in
/// thousandths of a micro; ``Spend`` is that sum.
@frozen
public struct CPM: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// Millionths of one currency unit per thousand impressions.
    public var micros: Int64

    @inlinable
    public init(micros: Int64) { self.micros = micros }

    public static let zero = CPM(micros: 0)

    /// The greatest price that the service accepts or bids: a million currency units per thousand impressions.
    ///
    /// The bound keeps every product and sum below far from the end of `Int64`.
    public static let max = CPM(micros: 1_000_000_000_000)

    @inlinable
    public static func < (lhs: CPM, rhs: CPM) -> Bool { lhs.micros < rhs.micros }

    /// A price that arrived as a JSON number, rounded up to the next micro when it is between two.
    ///
    /// Up, because what arrives as a number is a floor, and a bid at a floor rounded down would be below it.
    /// - Returns: nil for a negative, infinite or absurd price (above ``max``).
    @inlinable
    public init?(units: Double) {
        let exact = units * 1_000_000
        guard exact >= 0, exact <= Double(CPM.max.micros) else { return nil }
        let nearest = exact.rounded()
        // A decimal such as 0.85 is not exact in binary: what is within a thousandth of a micro is that micro.
        self.init(micros: Int64(exact - nearest > 0.001 ? nearest + 1 : nearest))
    }
}

/// A sum of CPM prices of single impressions: thousandths of a micro, the unit in which the books are kept.
@frozen
public struct Spend: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// Billionths of one currency unit.
    public var nanos: Int64

    @inlinable
    public init(nanos: Int64) { self.nanos = nanos }

    /// What one impression costs at a price.
    @inlinable
    public init(oneImpressionAt price: CPM) { nanos = price.micros }

    /// What `quantity` thousandths of an impression cost at a price, rounded up to a nano.
    ///
    /// - Parameter quantity: impressions times 1,000 (a screen in a mall counts 3.5 impressions as 3,500).
    @inlinable
    public init(at price: CPM, quantity: Quantity) {
        if quantity == .one {
            nanos = price.micros
            return
        }
        let (high, low) = price.micros.multipliedFullWidth(by: Int64(quantity.thousandths))
        let (quotient, remainder) = Int64(1000).dividingFullWidth((high, low))
        nanos = remainder > 0 ? quotient + 1 : quotient
    }

    /// The amount in whole micros, rounded to nearest.
    @inlinable
    public var micros: Micros { Micros((nanos + (nanos < 0 ? -500 : 500)) / 1000) }

    public static let zero = Spend(nanos: 0)

    @inlinable
    public static func < (lhs: Spend, rhs: Spend) -> Bool { lhs.nanos < rhs.nanos }
    @inlinable
    public static func + (lhs: Spend, rhs: Spend) -> Spend { Spend(nanos: lhs.nanos &+ rhs.nanos) }
    @inlinable
    public static func - (lhs: Spend, rhs: Spend) -> Spend { Spend(nanos: lhs.nanos &- rhs.nanos) }
    @inlinable
    public static func += (lhs: inout Spend, rhs: Spend) { lhs.nanos &+= rhs.nanos }
    @inlinable
    public static func -= (lhs: inout Spend, rhs: Spend) { lhs.nanos &-= rhs.nanos }
}

/// Impressions that one play counts for, in thousandths; 1,000 everywhere but on shared screens.
///
/// Source: OpenRTB 2.6, 3.2.31 (`Qty.multiplier`).
@frozen
public struct Quantity: BitwiseCopyable, Hashable, Sendable {
    public var thousandths: UInt32

    @inlinable
    public init(thousandths: UInt32) { self.thousandths = thousandths }

    public static let one = Quantity(thousandths: 1000)

    /// - Returns: nil unless the multiplier is above 0 and at most a million.
    @inlinable
    public init?(multiplier: Double) {
        guard multiplier >= 0.001, multiplier <= 1_000_000 else { return nil }
        thousandths = UInt32((multiplier * 1000).rounded())
    }
}
