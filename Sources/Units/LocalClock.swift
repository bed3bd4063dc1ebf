/// A time zone as plain data: when its offset from UTC changes, and to what.
///
/// Made ahead of use from the system's zone tables, so that an hour or a day is found without them.
public struct LocalClock: Hashable, Sendable {
    public struct Transition: Hashable, Sendable {
        /// From this instant on …
        public let from: Instant
        /// … local time is this many seconds ahead of UTC.
        public let offsetSeconds: Int32

        public init(from: Instant, offsetSeconds: Int32) {
            self.from = from
            self.offsetSeconds = offsetSeconds
        }
    }

    /// Ascending; the first covers all time before it too.
    public let transitions: [Transition]

    public static let utc = LocalClock(transitions: [])

    public init(transitions: [Transition]) { self.transitions = transitions }

    /// Seconds since 1970 on a wall clock in this zone.
    public func localSeconds(at instant: Instant) -> Int64 {
        var offset = transitions.first?.offsetSeconds ?? 0
        for transition in transitions {
            if transition.from > instant { break }
            offset = transition.offsetSeconds
        }
        // Rounded towards the past, so that instants before 1970 have hours too.
        return (instant.micros >= 0 ? instant.micros : instant.micros - 999_999) / 1_000_000 + Int64(offset)
    }

    /// Hours since Monday midnight, 0 to 167.
    public func hourOfWeek(at instant: Instant) -> Int {
        // 1 January 1970 was a Thursday: three days after a Monday.
        let hours = Self.floorDivide(localSeconds(at: instant), 3600) + 72
        return Int(((hours % 168) + 168) % 168)
    }

    /// Days since 1970, by this zone's calendar.
    public func day(at instant: Instant) -> Int32 {
        Int32(truncatingIfNeeded: Self.floorDivide(localSeconds(at: instant), 86_400))
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }
}
