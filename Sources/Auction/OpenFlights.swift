internal import BidKit
internal import Documents

/// Whether any strategy of a snapshot is in flight, without looking at all of them for each request that nobody wants.
struct OpenFlights {
    // Weak, because an old snapshot may be large and must not live until the next silence.
    private weak var snapshot: Snapshot?
    /// One that was in flight.
    private var open: Strategy?
    /// Where none was: since when, and when the next flight starts, if any does.
    private var silence: (from: Instant, to: Instant?)?

    /// - Complexity: O(1) as long as the flight that was found lasts, or until the next one starts; else O(strategies).
    mutating func isAnyOpen(in snapshot: Snapshot, at instant: Instant) -> Bool {
        if self.snapshot === snapshot {
            if let open, open.isInFlight(at: instant) { return true }
            if let silence, silence.from <= instant, silence.to.map({ instant < $0 }) ?? true { return false }
        }
        self.snapshot = snapshot
        silence = nil
        open = snapshot.first { $0.isInFlight(at: instant) }
        if open != nil { return true }
        var next: Instant?
        _ = snapshot.first { strategy in
            if let start = strategy.flight.start, instant < start { next = min(next ?? start, start) }
            return false
        }
        silence = (instant, next)
        return false
    }
}
