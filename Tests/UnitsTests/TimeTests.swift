import Testing
import Units

@Suite("Time")
struct TimeTests {
    @Test("a deadline has passed from its very moment on")
    func deadline() {
        let deadline = Deadline(80, millisAfter: Moment(nanos: 1_000))
        #expect(!deadline.hasPassed(at: Moment(nanos: 1_000)))
        #expect(!deadline.hasPassed(at: Moment(nanos: 80_000_999)))
        #expect(deadline.hasPassed(at: Moment(nanos: 80_001_000)))
        #expect(deadline.hasPassed(at: Moment(nanos: 80_001_001)))
    }

    @Test("the deadline of explanation and replay never passes in the life of a machine")
    func none() {
        #expect(!Deadline.none.hasPassed(at: Moment(nanos: .max - 1)))
    }

    @Test("seconds are added to an instant, also backwards")
    func adding() {
        #expect(Instant(seconds: 10).adding(seconds: 5) == Instant(micros: 15_000_000))
        #expect(Instant(seconds: 10).adding(seconds: -15) == Instant(seconds: -5))
        #expect(Instant(seconds: -5) < Instant(seconds: 10))
    }

    @Test("the machine's monotonic clock never runs backwards and its wall clock is past 2024")
    func systemTime() {
        let time = SystemTime()
        var last = time.moment()
        for _ in 0..<1000 {
            let next = time.moment()
            #expect(last <= next)
            last = next
        }
        #expect(time.instant() > Instant(seconds: 1_704_067_200))
    }
}
