import Testing
import Units

/// Central European time in 2026: summer from 29 March, winter from 25 October, both at 01:00 UTC.
private let berlin = LocalClock(transitions: [
    .init(from: Instant(micros: .min), offsetSeconds: 3600),
    .init(from: Instant(seconds: 1_774_746_000), offsetSeconds: 7200),
    .init(from: Instant(seconds: 1_792_890_000), offsetSeconds: 3600),
])

/// A zone whose clocks go from 00:00 to 01:00 on 29 March 2026, so that this day has no midnight.
private let skipping = LocalClock(transitions: [
    .init(from: Instant(micros: .min), offsetSeconds: 3600),
    .init(from: Instant(seconds: 1_774_738_800), offsetSeconds: 7200),
])

@Suite("Days by a local clock")
struct LocalDayTests {
    @Test(
        "a day is as long as its clocks make it, whatever instant of it is asked",
        arguments: [
            (.utc, 1_774_656_000, 24), (berlin, 1_774_652_400, 24), (berlin, 1_774_738_800, 23),
            (berlin, 1_774_821_600, 24), (berlin, 1_792_879_200, 25), (skipping, 1_774_738_800, 23),
        ] as [(LocalClock, Int64, Int64)])
    func days(clock: LocalClock, start: Int64, hours: Int64) {
        for seconds in stride(from: Int64(0), to: hours * 3600, by: 600) {
            let instant = Instant(seconds: start + seconds)
            #expect(clock.startOfDay(at: instant) == Instant(seconds: start))
            #expect(clock.endOfDay(at: instant) == Instant(seconds: start + hours * 3600))
        }
    }
}
