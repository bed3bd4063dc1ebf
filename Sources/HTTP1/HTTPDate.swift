package import Units

/// The time of an answer as its `Date` field states it: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// - Source: RFC 9110, sections 5.6.7 and 6.6.1.
package enum HTTPDate {
    /// Bytes of every such text, for years of four digits.
    package static let bytes = 29

    /// The text of a point of time, to the second.
    package static func text(_ instant: Instant) -> String {
        let date = instant.civil
        let two = { (number: Int) in (number < 10 ? "0" : "") + "\(number)" }
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(days[date.weekday]), \(two(date.day)) \(months[date.month - 1]) \(date.year) "
            + "\(two(date.hour)):\(two(date.minute)):\(two(date.second)) GMT"
    }
}
