/// How often something was counted for a visitor within a window that began with the first time.
///
///     word 0: [ counter 32 | window's seconds 32 ]      word 1: [ begin 32, seconds since 1970 | count 32 ]
struct FrequencyCounter: Equatable {
    /// Which counter, and how long its window is.
    var name: UInt64
    /// When the window began, and how often.
    var state: UInt64

    init(name: UInt64, state: UInt64) {
        self.name = name
        self.state = state
    }

    static func name(_ counter: UInt32, _ windowSeconds: UInt32) -> UInt64 {
        UInt64(counter) << 32 | UInt64(windowSeconds)
    }

    init(_ counter: UInt32, _ windowSeconds: UInt32, begin: UInt32, count: UInt32) {
        name = Self.name(counter, windowSeconds)
        state = UInt64(begin) << 32 | UInt64(count)
    }

    var begin: UInt64 { state >> 32 }
    var count: UInt32 { UInt32(truncatingIfNeeded: state) }

    /// The second at which its window is over.
    private var end: UInt64 { begin + (name & 0xFFFF_FFFF) }

    @inline(__always)
    func isLive(at second: UInt64) -> Bool { second < end }

    /// Counts once more; a window that is over begins anew. What is told late counts in the window there is.
    ///
    /// - Parameter swept: what was over by then is over, however late something is told.
    mutating func increment(at second: UInt64, swept: UInt64) {
        if isLive(at: max(second, swept)) {
            if count < .max { state += 1 }
        } else {
            state = second << 32 | 1
        }
    }

    /// Adds the same counter of somebody found to be the same visitor.
    ///
    /// Of two windows that overlap the later holds for both, which caps too long rather than too short; of two that do
    /// not the earlier is over.
    mutating func unite(_ other: FrequencyCounter) {
        let earlier = begin <= other.begin ? self : other
        let later = begin <= other.begin ? other : self
        guard earlier.isLive(at: later.begin) else {
            self = later
            return
        }
        let (sum, overflow) = count.addingReportingOverflow(other.count)
        state = later.begin << 32 | UInt64(overflow ? .max : sum)
    }

    /// Milliseconds since 1970 as the counters know them.
    static func second(_ millis: Int64) -> UInt64 { UInt64(min(max(millis / 1000, 0), Int64(UInt32.max))) }
}
