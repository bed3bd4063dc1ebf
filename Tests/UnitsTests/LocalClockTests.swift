import Testing
import Units

@Suite("Local clock")
struct LocalClockTests {
    /// Central European time from October 2023 on: winter, summer, winter.
    private let berlin = LocalClock(transitions: [
        .init(from: Instant(seconds: 1_698_541_200), offsetSeconds: 3600),
        .init(from: Instant(seconds: 1_711_846_800), offsetSeconds: 7200),
        .init(from: Instant(seconds: 1_729_990_800), offsetSeconds: 3600),
    ])

    @Test(
        "hours of the week count from Monday midnight, before 1970 as well",
        arguments: [
            // 1 January 1970 was a Thursday.
            (0, 72), (3_599_999_999, 72), (3_600_000_000, 73), (-1, 71), (-3_600_000_000, 71), (-3_600_000_001, 70),
            // Monday 29 December 1969, and the microsecond before it.
            (-259_200_000_000, 0), (-259_200_000_001, 167),
            // Monday 1 January 2024.
            (1_704_067_200_000_000, 0), (1_704_067_199_999_999, 167),
            // Thursday 29 February 2024, 23:30.
            (1_709_249_400_000_000, 95),
        ] as [(Int64, Int)])
    func hourOfWeek(micros: Int64, hour: Int) {
        #expect(LocalClock.utc.hourOfWeek(at: Instant(micros: micros)) == hour)
    }

    @Test(
        "days count from 1970, before it downwards",
        arguments: [
            (0, 0), (86_399_999_999, 0), (86_400_000_000, 1), (-1, -1), (-86_400_000_000, -1), (-86_400_000_001, -2),
            (1_704_067_200_000_000, 19723),
        ] as [(Int64, Int32)])
    func day(micros: Int64, day: Int32) {
        #expect(LocalClock.utc.day(at: Instant(micros: micros)) == day)
    }

    @Test(
        "the hour jumps in spring and repeats in autumn",
        arguments: [
            // Sunday 31 March 2024: 01:59:59, then 03:00.
            (1_711_846_799, 6 * 24 + 1), (1_711_846_800, 6 * 24 + 3),
            // Sunday 27 October 2024: 02:59:59, then 02:00 again, then 03:00.
            (1_729_990_799, 6 * 24 + 2), (1_729_990_800, 6 * 24 + 2), (1_729_994_400, 6 * 24 + 3),
        ] as [(Int64, Int)])
    func transitions(seconds: Int64, hour: Int) {
        #expect(berlin.hourOfWeek(at: Instant(seconds: seconds)) == hour)
    }

    @Test("a day begins at local midnight")
    func localDay() {
        // Saturday 30 March 2024 ends at 23:00 UTC.
        let midnight = Instant(seconds: 1_711_839_600)
        #expect(berlin.day(at: Instant(micros: midnight.micros - 1)) == 19812)
        #expect(berlin.day(at: midnight) == 19813)
    }

    @Test("the first transition covers all time before it")
    func beforeFirst() {
        #expect(berlin.localSeconds(at: Instant(seconds: 0)) == 3600)
    }

    @Test("a microsecond before a transition its second is still counted by the old offset")
    func justBefore() {
        #expect(berlin.localSeconds(at: Instant(micros: 1_711_846_799_999_999)) == 1_711_846_799 + 3600)
        #expect(berlin.localSeconds(at: Instant(micros: 1_711_846_800_000_000)) == 1_711_846_800 + 7200)
    }
}
