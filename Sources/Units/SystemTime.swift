#if canImport(Glibc)
internal import Glibc
#endif

/// The machine's clocks.
public struct SystemTime: TimeSource {
    public init() {}

    public func instant() -> Instant {
        let time = Self.read(CLOCK_REALTIME)
        return Instant(micros: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    public func moment() -> Moment { Self.moment(of: CLOCK_MONOTONIC) }

    public func elapsed() -> Moment { Self.moment(of: CLOCK_BOOTTIME) }

    private static func moment(of clock: clockid_t) -> Moment {
        let time = read(clock)
        return Moment(nanos: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        // The pointer lives for the call; these clocks exist on every Linux, so the result needs no check.
        _ = unsafe clock_gettime(clock, &time)
        return time
    }
}
