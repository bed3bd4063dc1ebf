/// What the service is known not to keep; a run passes over these unless it is told not to.
///
/// An entry goes with the change that mends it.
package enum KnownFault: String, CaseIterable, Sendable {
    /// Until a second after a start, or until a clock that jumped back has caught up, what a day has spent is counted
    /// since midnight in UTC, whatever the zone: the log is replayed before zones are known.
    case zoneAfterStart = "zone-after-start"
    /// After a crash an account may hold back less than was lost: where its budget was lowered since the lost bids were
    /// made, or where one bid is more than a slice. The bids of some minutes may then pass the budget by the difference.
    case smallHold = "small-hold"
    /// Where clocks jump: the register forgets notices that may still be repeated, after a crash a bid of this run is
    /// taken for a lost one, and what expired is counted by a clock that was wrong.
    case clockJumps = "clock-jumps"
}
