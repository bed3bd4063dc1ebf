import OpenRTB
import Targeting
import Testing
import Units

@Suite("Targeting by hour")
struct HourTargetingTests {
    /// New York in 2024: summer time from 10 March, 07:00 UTC.
    private static let newYork = LocalClock(transitions: [
        .init(from: Instant(seconds: 1_699_164_000), offsetSeconds: -18_000),
        .init(from: Instant(seconds: 1_710_054_000), offsetSeconds: -14_400),
    ])

    private static func hours(_ days: [Int], _ range: Range<Int>, _ clock: LocalClock) -> HoursOfWeek {
        var hours = HoursOfWeek(clock: clock)
        hours.insert(days: days, hours: range)
        return hours
    }

    private func matches(_ hours: HoursOfWeek, _ seconds: Int64) throws -> Bool {
        try verdict(
            .leaf(.hour(hours)), #"{"id":"r","imp":[{"id":"1","banner":{}}]}"#, at: Instant(seconds: seconds))
    }

    @Test(
        "weekdays from nine to five match to the second",
        arguments: [
            // Monday 3 June 2024.
            (1_717_405_199, false), (1_717_405_200, true), (1_717_433_999, true), (1_717_434_000, false),
            // Saturday 8 June 2024, 12:00, and Monday 10 June, 09:00.
            (1_717_848_000, false), (1_718_010_000, true),
        ] as [(Int64, Bool)])
    func weekdays(seconds: Int64, expected: Bool) throws {
        #expect(try matches(Self.hours(Array(0..<5), 9..<17, .utc), seconds) == expected)
    }

    @Test(
        "Sunday's third hour never comes on the day that a clock jumps over it",
        arguments: [
            // Sunday 3 March 2024, 02:30 in winter; 10 March, 01:30 and 03:30 with nothing between; 17 March, 02:30.
            (1_709_451_000, true), (1_710_052_200, false), (1_710_055_800, false), (1_710_657_000, true),
        ] as [(Int64, Bool)])
    func transition(seconds: Int64, expected: Bool) throws {
        #expect(try matches(Self.hours([6], 2..<3, Self.newYork), seconds) == expected)
    }

    @Test("the day is the zone's own: Monday in New York begins four hours into Monday by UTC")
    func zone() throws {
        // Monday 3 June 2024, 00:00 UTC.
        let monday: Int64 = 1_717_372_800
        let hours = Self.hours([0], 0..<24, Self.newYork)
        #expect(try matches(hours, monday + 3 * 3600) == false)
        #expect(try matches(hours, monday + 4 * 3600))
        #expect(try matches(hours, monday + 28 * 3600 - 1))
        #expect(try matches(hours, monday + 28 * 3600) == false)
    }

    @Test("every hour inserted is contained and no other", arguments: 0..<168)
    func each(hour: Int) {
        let hours = Self.hours([hour / 24], hour % 24..<hour % 24 + 1, .utc)
        #expect(hours.hours.count == 168)
        #expect(hours.hours.enumerated().filter(\.element).map(\.offset) == [hour])
        // Monday 1 January 2024.
        #expect(hours.contains(Instant(seconds: 1_704_067_200 + Int64(hour) * 3600)))
        #expect(!hours.contains(Instant(seconds: 1_704_067_200 + Int64(hour + 1) * 3600)))
    }

    @Test("hours add up, and an empty range adds none")
    func union() {
        var hours = Self.hours([0], 0..<2, .utc)
        hours.insert(days: [0], hours: 1..<3)
        hours.insert(days: [6], hours: 23..<24)
        hours.insert(days: [], hours: 0..<24)
        hours.insert(days: [3], hours: 5..<5)
        #expect(hours.hours.enumerated().filter(\.element).map(\.offset) == [0, 1, 2, 167])
    }
}
