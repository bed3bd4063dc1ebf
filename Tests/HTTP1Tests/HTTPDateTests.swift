import HTTP1
import Testing
import Units

@Suite("The date of an answer")
struct HTTPDateTests {
    @Test(
        "known dates",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_704_067_199, "Sun, 31 Dec 2023 23:59:59 GMT"), (1_704_067_200, "Mon, 01 Jan 2024 00:00:00 GMT"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)])
    func known(seconds: Int64, text: String) {
        #expect(HTTPDate.text(Instant(seconds: seconds)) == text)
    }

    @Test("a second that has begun is not rounded up")
    func withinASecond() {
        let last = Instant(micros: 784_111_777_999_999)
        #expect(HTTPDate.text(last) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test("every day of 200 years has its weekday, its month's name, and the same length")
    func everyDay() throws {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var wrong: [Int64] = []
        for day in 0..<Int64(73_048) {
            // Another time each day.
            let instant = Instant(seconds: day * 86_400 + day * 7919 % 86_400)
            let text = HTTPDate.text(instant)
            let parts = instant.rfc3339.split { "-T.".contains($0) }
            let month = try #require(Int(parts[1]))
            let expected = "\(days[Int(day % 7)]), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]) GMT"
            if text != expected || text.utf8.count != HTTPDate.bytes { wrong.append(day) }
        }
        #expect(wrong.isEmpty)
    }
}
