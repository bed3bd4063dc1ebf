internal import Units

/// How far an event loop is behind: since when what it reads now may have been waiting.
///
/// A loop works in turns: it asks the kernel which connections have bytes, serves them one after the other, and asks
/// again. Bytes that are read in a turn came after the turn before had begun, else they would have been served in
/// that; where the loop had to sleep in between, they came when it woke. That moment is taken for a request's arrival:
/// too early by a turn and the work behind it at most, and too late only where more connections were ready than the
/// kernel names in one answer.
///
/// A value without clock or I/O; the loop tells it the time.
struct LoopPace {
    /// When the last turn that read something began, and when the loop last ended any work.
    private var turnBegan = Moment(nanos: .min)
    private var workEnded = Moment(nanos: .min)
    /// A lower bound of the arrival of whatever is read in this turn.
    private(set) var earliestArrival = Moment(nanos: .min)
    private var isInTurn = false

    /// A pause this long between turns means that nothing was waiting: asking the kernel takes a tenth of it.
    private static let sleepNanos: Int64 = 100_000

    /// Tells that bytes have been read.
    ///
    /// - Returns: whether this begins a turn, whose end the caller must then tell.
    mutating func read(at now: Moment) -> Bool {
        guard !isInTurn else { return false }
        isInTurn = true
        earliestArrival = hasSlept(until: now) ? now : turnBegan
        turnBegan = now
        return true
    }

    /// Tells that every connection that had bytes in this turn has been served.
    mutating func endTurn(at now: Moment) {
        isInTurn = false
        workEnded = now
    }

    /// Tells of other work of the loop: bytes may have come while it was done, and before it where the loop had no rest.
    mutating func worked(from start: Moment, until end: Moment) {
        if hasSlept(until: start) { turnBegan = start }
        workEnded = end
    }

    private func hasSlept(until now: Moment) -> Bool {
        workEnded.nanos == .min || now.nanos - workEnded.nanos >= Self.sleepNanos
    }
}
