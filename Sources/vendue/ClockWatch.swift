internal import Logging
internal import Synchronization
internal import Units

/// Keeps the run's clock by the machine's, and says so where somebody set that while the service runs.
final class ClockWatch: Sendable {
    let clock: RunClock<SystemTime>
    private let logger: Logger
    private let told = Atomic<Int64>(.min)

    /// Seconds that the clocks may differ by before it is worth a line.
    private static let toleratedSeconds = 10.0
    /// Seconds between two lines about it.
    private static let patienceSeconds: Int64 = 600

    init(_ clock: RunClock<SystemTime>, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    /// To be called many times a second, from one thread.
    func look() {
        clock.steer()
        let seconds = clock.secondsBehindWall
        guard abs(seconds) > Self.toleratedSeconds else { return }
        let now = clock.elapsed().nanos / 1_000_000_000
        let last = told.load(ordering: .relaxed)
        guard last == .min || now - last >= Self.patienceSeconds else { return }
        told.store(now, ordering: .relaxed)
        let direction = seconds > 0 ? "ahead of" : "behind"
        logger.warning(
            "the machine's clock was set while the service ran: it is \(Int(abs(seconds))) s \(direction) this run's, which follows it by a sixteenth of the time that passes; restart the service if it is to take it at once"
        )
    }

    /// Prometheus' text, without its last line's end.
    var prometheus: String {
        """
        # HELP vendue_clock_behind_seconds By how much the run's clock is behind the machine's; below zero where it is ahead.
        # TYPE vendue_clock_behind_seconds gauge
        vendue_clock_behind_seconds \(clock.secondsBehindWall)
        """
    }
}
