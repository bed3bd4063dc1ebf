internal import Synchronization
internal import Units

/// The machine's clocks, which only the simulation moves: the monotonic one goes on, the one on the wall may jump.
final class SimulatedTime: TimeSource {
    private let wall: Atomic<Int64>
    private let elapsed = Atomic<Int64>(1_000_000_000)

    /// By how much the wall clock is wrong.
    private let ahead = Atomic<Int64>(0)

    init(_ start: Instant) { wall = Atomic(start.micros) }

    func instant() -> Instant { Instant(micros: wall.load(ordering: .relaxed)) }

    func moment() -> Moment { Moment(nanos: elapsed.load(ordering: .relaxed)) }

    func pass(micros: Int64) {
        elapsed.add(micros * 1000, ordering: .relaxed)
        wall.add(micros, ordering: .relaxed)
    }

    /// Sets the wall clock to so much more than the true time.
    ///
    /// - Returns: by how much it jumped; below zero for back.
    func jump(toMicrosAhead micros: Int64) -> Int64 {
        let change = micros - ahead.exchange(micros, ordering: .relaxed)
        wall.add(change, ordering: .relaxed)
        return change
    }
}
