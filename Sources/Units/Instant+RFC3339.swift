extension Instant {
    /// Reads `2026-11-01T00:00:00Z`, also with fractions and offsets, and nothing that the standard would not write.
    ///
    /// - Source: RFC 3339, 5.6.
    public init?(rfc3339 text: String) {
        var digits = DigitReader(text)
        guard let year = digits.number(4), digits.take("-"), let month = digits.number(2), digits.take("-"),
            let day = digits.number(2), digits.take("T") || digits.take("t"), let hour = digits.number(2),
            digits.take(":"), let minute = digits.number(2), digits.take(":"), let second = digits.number(2),
            let micros = digits.fraction(), let offset = digits.offsetSeconds(), digits.isAtEnd,
            (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year), hour < 24, minute < 60,
            second < 60
        else { return nil }
        let seconds = Self.days(to: year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(micros: seconds * 1_000_000 + micros)
    }

    /// Goes over a time as RFC 3339 writes it; a regular expression took a hundred times as long.
    private struct DigitReader {
        private let bytes: [UInt8]
        private var index = 0

        init(_ text: String) { bytes = Array(text.utf8) }

        var isAtEnd: Bool { index == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        /// Exactly so many digits.
        mutating func number(_ count: Int) -> Int64? {
            var number: Int64 = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                number = number * 10 + digit
            }
            return number
        }

        /// Millionths of the second, 0 where none are written; of nine digits the last three do not count.
        mutating func fraction() -> Int64? {
            guard take(".") else { return 0 }
            guard var micros = digit() else { return nil }
            var count = 1
            while count < 9, let digit = digit() {
                if count < 6 { micros = micros * 10 + digit }
                count += 1
            }
            while count < 6 {
                micros *= 10
                count += 1
            }
            return micros
        }

        mutating func offsetSeconds() -> Int64? {
            if take("Z") || take("z") { return 0 }
            let isWest = take("-")
            guard isWest || take("+"), let hours = number(2), take(":"), let minutes = number(2), hours < 24,
                minutes < 60
            else { return nil }
            return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
        }

        private mutating func digit() -> Int64? {
            guard index < bytes.count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") else {
                return nil
            }
            defer { index += 1 }
            return Int64(bytes[index] - UInt8(ascii: "0"))
        }
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
    public var rfc3339: String {
        let date = civil
        let two = { (number: Int) in (number < 10 ? "0" : "") + "\(number)" }
        let fraction = String(micros - Self.floorDivide(micros, 1_000_000) * 1_000_000)
        return "\(date.year)-\(two(date.month))-\(two(date.day))T"
            + "\(two(date.hour)):\(two(date.minute)):\(two(date.second))."
            + String(repeating: "0", count: 6 - fraction.count) + fraction + "Z"
    }

    /// A point of time as the calendar and the clock of UTC name it.
    public struct Civil: Equatable, Sendable {
        /// Of the common era.
        public let year: Int
        /// 1 to 12.
        public let month: Int
        /// 1 to 31.
        public let day: Int
        /// 0 is Monday.
        public let weekday: Int
        /// 0 to 23.
        public let hour: Int
        /// 0 to 59, as is `second`: leap seconds do not exist here.
        public let minute: Int
        public let second: Int
    }

    /// Date and time in UTC, by the Gregorian calendar.
    public var civil: Civil {
        let seconds = Self.floorDivide(micros, 1_000_000)
        let days = Self.floorDivide(seconds, 86_400)
        let (year, month, day) = Self.date(ofDay: days)
        let rest = Int(seconds - days * 86_400)
        // 1 January 1970 was a Thursday.
        let weekday = Int(days + 3 - Self.floorDivide(days + 3, 7) * 7)
        return Civil(
            year: Int(year),
            month: Int(month),
            day: Int(day),
            weekday: weekday,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60
        )
    }

    /// The date of a day counted from 1 January 1970: the inverse of ``days(to:_:_:)``.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }
}
