/// A length of time as a document writes it: `"45s"`, `"30m"`, `"12h"`, `"7d"`, `"2w"`.
package struct TimeSpan: Hashable, Comparable, Sendable {
    package let millis: Int64

    /// The longest that a rule looks back or waits: a year and a season.
    package static let max = TimeSpan(millis: 400 * 86_400_000)

    package init(millis: Int64) { self.millis = millis }

    /// Reads a whole number of seconds, minutes, hours, days or weeks.
    ///
    /// - Returns: nil for everything else, and above ``max``.
    package init?(_ text: String) {
        guard let unit = text.utf8.last, let unitMillis = Self.unitMillis(unit) else { return nil }
        let digits = text.utf8.dropLast()
        guard let first = digits.first, first != UInt8(ascii: "0"), digits.count <= 8,
            digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        else { return nil }
        let count = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        guard count * unitMillis <= Self.max.millis else { return nil }
        millis = count * unitMillis
    }

    package static func < (lhs: TimeSpan, rhs: TimeSpan) -> Bool { lhs.millis < rhs.millis }

    private static func unitMillis(_ unit: UInt8) -> Int64? {
        switch unit {
        case UInt8(ascii: "s"): 1000
        case UInt8(ascii: "m"): 60_000
        case UInt8(ascii: "h"): 3_600_000
        case UInt8(ascii: "d"): 86_400_000
        case UInt8(ascii: "w"): 604_800_000
        default: nil
        }
    }
}

extension ObjectReader {
    /// A span of time; what is none is a fault.
    package func span(_ key: String) -> TimeSpan? {
        guard let text = string(key) else { return nil }
        if let span = TimeSpan(text) { return span }
        fault(
            "is no span of time up to 400 days: “\(text)”",
            key,
            hint: "a whole number with s, m, h, d or w; for example \"7d\", \"12h\", \"30m\""
        )
        return nil
    }
}
