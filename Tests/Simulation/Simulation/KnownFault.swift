/// What the service is known not to keep; a run passes over these unless it is told not to.
///
/// An entry goes with the change that mends it.
package enum KnownFault: String, CaseIterable, Sendable {
    /// Bids whose records a crash or a full ring lost are in nobody's books: what they reserved may be spent again, and
    /// what their notices end was never reserved.
    case lostBids = "lost-bids"
    /// A notice's record may stand in the log before its bid's, which waits in a ring: a replay ends a reservation
    /// before it is made, so that what expired is below zero for some minutes.
    case overtakenBids = "overtaken-bids"
    /// Whether a bill is late, and when a reservation expires, a replay decides by the times of events and the service
    /// by its clock: the two may divide the same sum differently.
    case lateSplit = "late-split"
    /// Until a second after a start, or until a clock that jumped back has caught up, what a day has spent is counted
    /// since midnight in UTC, whatever the zone: the log is replayed before zones are known.
    case zoneAfterStart = "zone-after-start"
    /// A clock that jumps ahead by hours and back has the register forget notices that may still be repeated.
    case farJump = "far-jump"
}
