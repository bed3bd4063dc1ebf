internal import Synchronization

/// The clocks of one run of the service: wall-clock time that never jumps.
///
/// Reservations live for minutes and notices are known for a day, so a wall clock that somebody sets an hour forth and
/// back again would set money free, or have a repeat taken for a first. A run reads the wall once, when it starts, and
/// counts elapsed time from there; ``steer()`` then leads it to the wall at a sixteenth of the time's own pace, which
/// follows a clock that drifts and makes a jump last. Who sets a clock by hours restarts the service.
public final class RunClock<Base: TimeSource>: TimeSource {
    private let base: Base
    /// Micros between elapsed time and the time of this run.
    private let offset: Atomic<Int64>
    /// When this was steered last, in micros of elapsed time.
    private let steered: Atomic<Int64>

    /// What a second of elapsed time may be lengthened or shortened by.
    private static var pace: Int64 { 16 }

    /// Takes the time from the wall, once.
    public init(_ base: Base) {
        self.base = base
        let elapsed = base.elapsed().nanos / 1000
        offset = Atomic(base.instant().micros - elapsed)
        steered = Atomic(elapsed)
    }

    /// The time of this run: that of the wall, unless it was set meanwhile.
    public func instant() -> Instant {
        Instant(micros: base.elapsed().nanos / 1000 + offset.load(ordering: .relaxed))
    }

    public func moment() -> Moment { base.moment() }

    public func elapsed() -> Moment { base.elapsed() }

    /// By how many seconds the wall is ahead of this run; below zero where it is behind.
    public var secondsBehindWall: Double {
        Double(base.instant().micros - instant().micros) / 1_000_000
    }

    /// Leads this run's time to the wall's; to be called many times a second, from one thread.
    ///
    /// Steered back, time is then at most a sixteenth of the time between two calls earlier than it was told before.
    public func steer() {
        let elapsed = base.elapsed().nanos / 1000
        let most = (elapsed - steered.exchange(elapsed, ordering: .relaxed)) / Self.pace
        let error = base.instant().micros - elapsed - offset.load(ordering: .relaxed)
        offset.add(min(max(error, -most), most), ordering: .relaxed)
    }
}
