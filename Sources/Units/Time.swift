/// A point of wall-clock time in microseconds since 1970 in UTC: it labels what happened, it never measures.
@frozen
public struct Instant: BitwiseCopyable, Hashable, Comparable, Sendable {
    public var micros: Int64

    @inlinable
    public init(micros: Int64) { self.micros = micros }

    /// - Parameter seconds: whole seconds since 1970 in UTC.
    @inlinable
    public init(seconds: Int64) { micros = seconds * 1_000_000 }

    @inlinable
    public static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.micros < rhs.micros }

    @inlinable
    public func adding(seconds: Int64) -> Instant { Instant(micros: micros + seconds * 1_000_000) }
}

/// A point of monotonic time in nanoseconds since an unnamed start: it measures, it never labels.
@frozen
public struct Moment: BitwiseCopyable, Hashable, Comparable, Sendable {
    public var nanos: Int64

    @inlinable
    public init(nanos: Int64) { self.nanos = nanos }

    @inlinable
    public static func < (lhs: Moment, rhs: Moment) -> Bool { lhs.nanos < rhs.nanos }
}

/// The moment by which an answer must have left.
@frozen
public struct Deadline: BitwiseCopyable, Hashable, Sendable {
    public var moment: Moment

    @inlinable
    public init(_ moment: Moment) { self.moment = moment }

    /// Never reached: for explanation and replay, where a decision must not depend on how fast it is taken.
    public static let none = Deadline(Moment(nanos: .max))

    /// - Parameter millis: from `start`, above zero.
    @inlinable
    public init(_ millis: Int64, millisAfter start: Moment) {
        moment = Moment(nanos: start.nanos &+ millis &* 1_000_000)
    }

    @inlinable
    public func hasPassed(at moment: Moment) -> Bool { moment.nanos >= self.moment.nanos }
}

/// Where time comes from. The service runs on a ``RunClock`` of ``SystemTime``, a test or simulation on its own.
public protocol TimeSource: Sendable {
    /// Wall-clock time.
    func instant() -> Instant
    /// Monotonic time.
    func moment() -> Moment
    /// Monotonic time that goes on while the machine sleeps.
    func elapsed() -> Moment
}

extension TimeSource {
    public func elapsed() -> Moment { moment() }
}
