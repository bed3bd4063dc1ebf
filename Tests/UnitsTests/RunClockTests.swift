import Synchronization
import Testing
import Units

/// A machine whose clocks are set by hand.
private final class Machine: TimeSource {
    private let wall = Atomic<Int64>(1_788_220_800_000_000)
    private let monotonic = Atomic<Int64>(5_000_000_000)
    private let asleep = Atomic<Int64>(0)

    func instant() -> Instant { Instant(micros: wall.load(ordering: .relaxed)) }
    func moment() -> Moment { Moment(nanos: monotonic.load(ordering: .relaxed)) }
    func elapsed() -> Moment { Moment(nanos: moment().nanos + asleep.load(ordering: .relaxed)) }

    func pass(micros: Int64) {
        wall.add(micros, ordering: .relaxed)
        monotonic.add(micros * 1000, ordering: .relaxed)
    }

    func sleep(micros: Int64) {
        wall.add(micros, ordering: .relaxed)
        asleep.add(micros * 1000, ordering: .relaxed)
    }

    func set(microsAhead micros: Int64) { wall.add(micros, ordering: .relaxed) }
}

@Suite("The clock of a run")
struct RunClockTests {
    private static let hour: Int64 = 3_600_000_000

    @Test("a run's time is that of the wall, also when the machine has slept")
    func follows() {
        let machine = Machine()
        let clock = RunClock(machine)
        #expect(clock.instant() == machine.instant())
        machine.pass(micros: 1_234_567)
        machine.sleep(micros: 8 * Self.hour)
        #expect(clock.instant() == machine.instant())
        #expect(clock.secondsBehindWall == 0)
        #expect(clock.moment() == machine.moment())
    }

    @Test("a wall clock that is set moves nothing at once", arguments: [40, -40] as [Int64])
    func jumps(hours: Int64) {
        let machine = Machine()
        let clock = RunClock(machine)
        let before = clock.instant()
        machine.set(microsAhead: hours * Self.hour)
        #expect(clock.instant() == before)
        clock.steer()
        #expect(clock.instant() == before)
        #expect(clock.secondsBehindWall == Double(hours * 3600))
        machine.set(microsAhead: -hours * Self.hour)
        machine.pass(micros: 20_000)
        clock.steer()
        #expect(clock.instant() == machine.instant())
    }

    @Test(
        "it is led to the wall by a sixteenth of the time that passes, and never runs back",
        arguments: [60, -60] as [Int64])
    func steered(seconds: Int64) {
        let machine = Machine()
        let clock = RunClock(machine)
        machine.set(microsAhead: seconds * 1_000_000)
        var last = clock.instant()
        for turn in 1...48_000 {
            machine.pass(micros: 20_000)
            clock.steer()
            #expect(clock.instant() > last)
            last = clock.instant()
            if turn == 24_000 { #expect(abs(clock.secondsBehindWall) == 30) }
        }
        #expect(clock.instant() == machine.instant())
    }
}
