package import Units

/// What is to be spent evenly, and until when: the limits of a budget and the flight that they are for.
package struct PacingGoal: Equatable, Sendable {
    package var total: Micros?
    /// Of each day by `clock`.
    package var daily: Micros?
    package var start: Instant?
    package var end: Instant?
    package var clock: LocalClock

    /// - Returns: nil where nothing says by when to spend: no limit at all, or a total without an end.
    package init?(total: Micros?, daily: Micros?, start: Instant? = nil, end: Instant? = nil, clock: LocalClock) {
        guard daily != nil || (total != nil && end != nil) else { return nil }
        self.total = total
        self.daily = daily
        self.start = start
        self.end = end
        self.clock = clock
    }
}
