/// A currency's three ISO 4217 letters, packed: comparing two is comparing two integers.
@frozen
public struct Currency: BitwiseCopyable, Hashable, Sendable {
    /// The letters in the low 24 bits, first letter highest.
    public var rawValue: UInt32

    @inlinable
    init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let usd = Currency(rawValue: 0x555344)

    /// - Parameter letters: exactly three ASCII letters, any case.
    @inlinable
    public init?(_ letters: some Sequence<UInt8>) {
        var packed: UInt32 = 0
        var count = 0
        for byte in letters {
            let upper = byte & 0xDF
            guard upper >= 0x41, upper <= 0x5A, count < 3 else { return nil }
            packed = packed << 8 | UInt32(upper)
            count += 1
        }
        guard count == 3 else { return nil }
        rawValue = packed
    }

    /// The three letters as bytes.
    @inlinable
    public var letters: (UInt8, UInt8, UInt8) {
        (
            UInt8(truncatingIfNeeded: rawValue >> 16), UInt8(truncatingIfNeeded: rawValue >> 8),
            UInt8(truncatingIfNeeded: rawValue)
        )
    }
}

extension Currency: CustomStringConvertible {
    public var description: String {
        String(decoding: [letters.0, letters.1, letters.2], as: UTF8.self)
    }
}

/// What one unit of each currency is worth, as the operator loaded it: an immutable part of a snapshot.
public struct CurrencyRates: Sendable, Equatable {
    /// Micros of the reference currency (US dollars) per unit; sorted by nothing, a handful of entries.
    private var rates: [(currency: Currency, micros: Int64)]

    /// - Parameter dollarsPerUnit: micros of a US dollar that one unit of the currency is worth, each above zero.
    public init(dollarsPerUnit: [Currency: Int64] = [:]) {
        rates = [(.usd, 1_000_000)]
        for (currency, micros) in dollarsPerUnit.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where currency != .usd && micros > 0 {
            rates.append((currency, micros))
        }
    }

    public static func == (lhs: CurrencyRates, rhs: CurrencyRates) -> Bool {
        lhs.rates.elementsEqual(rhs.rates) { $0 == $1 }
    }

    /// Whether the table can convert this currency at all.
    public func knows(_ currency: Currency) -> Bool { rate(of: currency) != nil }

    /// By how much any currency has gained on the reference since other rates held: a factor in millionths, rounded up
    /// and at least one.
    ///
    /// What was reckoned by those rates, times this, is no less than what is reckoned by these.
    public func gain(since earlier: CurrencyRates) -> Int64 {
        var gain: Int64 = 1_000_000
        for entry in rates {
            guard let before = earlier.rate(of: entry.currency), entry.micros > before else { continue }
            let product = UInt64(entry.micros).multipliedFullWidth(by: 1_000_000)
            guard product.high < UInt64(before) else { return .max }
            let (quotient, remainder) = UInt64(before).dividingFullWidth(product)
            guard quotient < UInt64(Int64.max) else { return .max }
            gain = max(gain, Int64(quotient) + (remainder == 0 ? 0 : 1))
        }
        return gain
    }

    /// A price in another currency; nil where a rate is missing or the result would exceed ``CPM/max``.
    ///
    /// - Parameter rounding: `.down` for a price that we pay, `.up` for a floor that we must reach.
    public func convert(
        _ price: CPM,
        from: Currency,
        to: Currency,
        rounding: FloatingPointRoundingRule
    ) -> CPM? {
        if from == to { return price }
        guard let source = rate(of: from), let target = rate(of: to) else { return nil }
        guard price >= .zero else { return nil }
        // Unsigned, because a product of two large numbers may need the sign bit; and a quotient that would not fit is
        // refused before it is taken, because taking it traps.
        let divisor = UInt64(target)
        let product = UInt64(price.micros).multipliedFullWidth(by: UInt64(source))
        guard product.high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth(product)
        guard quotient < UInt64(CPM.max.micros) else {
            return quotient == UInt64(CPM.max.micros) && (remainder == 0 || rounding != .up) ? .max : nil
        }
        return CPM(micros: Int64(quotient) + (rounding == .up && remainder != 0 ? 1 : 0))
    }

    private func rate(of currency: Currency) -> Int64? {
        for entry in rates where entry.currency == currency { return entry.micros }
        return nil
    }
}
