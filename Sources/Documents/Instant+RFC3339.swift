internal import Foundation
package import Units

extension Instant {
    /// Reads `2026-11-01T00:00:00Z`, also with fractions and offsets, and nothing that the standard would not write.
    ///
    /// - Source: RFC 3339, 5.6.
    package init?(rfc3339 text: String) {
        let pattern =
            /([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(Z|z|[+-][0-9]{2}:[0-9]{2})/
        guard let match = text.wholeMatch(of: pattern)?.output, let year = Int64(match.1), let month = Int64(match.2),
            let day = Int64(match.3), let hour = Int64(match.4), let minute = Int64(match.5),
            let second = Int64(match.6),
            (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year), hour < 24, minute < 60,
            second < 60, let offset = Self.offsetSeconds(match.8)
        else { return nil }
        let digits = (match.7.map(String.init) ?? "") + "000000"
        let seconds = Self.days(to: year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(micros: seconds * 1_000_000 + (Int64(digits.prefix(6)) ?? 0))
    }

    private static func offsetSeconds(_ text: Substring) -> Int64? {
        if text.count == 1 { return 0 }
        let parts = text.dropFirst().split(separator: ":")
        guard let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours < 24, minutes < 60 else { return nil }
        return (text.first == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1 January 1970, in the Gregorian calendar; years are counted from March, so that leap days end them.
    private static func days(to year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// `2026-11-01T00:00:00.123456Z`.
    package var rfc3339: String {
        let seconds = micros >= 0 ? micros / 1_000_000 : (micros - 999_999) / 1_000_000
        let fraction = String(micros - seconds * 1_000_000)
        let date = Date(timeIntervalSince1970: Double(seconds)).formatted(Date.ISO8601FormatStyle())
        return date.dropLast() + "." + String(repeating: "0", count: 6 - fraction.count) + fraction + "Z"
    }
}
