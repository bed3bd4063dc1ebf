/// Decimal text to millionths and back, without a floating-point number on the way.
public enum DecimalText {
    public enum Fault: Error, Equatable, Sendable {
        /// Empty, a sign alone, or a character that is not of a decimal number.
        case notADecimal
        /// More than six digits after the point, some of them not zero.
        case tooFine
        /// 9,223,372,036,854 units and above.
        case tooLarge
    }

    /// Reads `12`, `12.5` or `0.000001`; no exponent, no thousands separator, no sign but `-`.
    ///
    /// - Returns: millionths.
    public static func micros(_ text: some Sequence<UInt8>) throws(Fault) -> Int64 { try micros(bytes: Array(text)) }

    private static func micros(bytes text: [UInt8]) throws(Fault) -> Int64 {
        var whole: Int64 = 0
        var fraction: Int64 = 0
        var digits = 0
        var scale: Int64 = 1_000_000
        var afterPoint = false
        var negative = false
        var first = true
        for byte in text {
            defer { first = false }
            switch byte {
            case UInt8(ascii: "-") where first:
                negative = true
            case UInt8(ascii: ".") where !afterPoint && digits > 0:
                afterPoint = true
                digits = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                let digit = Int64(byte - UInt8(ascii: "0"))
                if afterPoint {
                    if scale == 1 {
                        if digit != 0 { throw .tooFine }
                    } else {
                        scale /= 10
                        fraction += digit * scale
                    }
                } else {
                    guard whole <= 922_337_203_685 else { throw .tooLarge }
                    whole = whole * 10 + digit
                }
            default:
                throw .notADecimal
            }
        }
        guard digits > 0 else { throw .notADecimal }
        guard whole <= 9_223_372_036_853 else { throw .tooLarge }
        let value = whole * 1_000_000 + fraction
        return negative ? -value : value
    }

    /// `1234500` millionths as `1.2345`: no trailing zeros, at least one digit before the point.
    public static func string(micros: Int64) -> String {
        string(micros, digits: 6)
    }

    /// Billionths as decimal text, no trailing zeros.
    public static func string(nanos: Int64) -> String {
        string(nanos, digits: 9)
    }

    /// Millionths with all six digits after the point: `12.345678`.
    public static func fixed(micros: Int64) -> String {
        let magnitude = micros.magnitude
        let fraction = String(magnitude % 1_000_000)
        return (micros < 0 ? "-" : "") + "\(magnitude / 1_000_000)."
            + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    private static func string(_ value: Int64, digits: Int) -> String {
        let one = (0..<digits).reduce(UInt64(1)) { power, _ in power * 10 }
        var fraction = String(value.magnitude % one)
        fraction = String(repeating: "0", count: digits - fraction.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + "\(value.magnitude / one)" + (fraction.isEmpty ? "" : "." + fraction)
    }
}
