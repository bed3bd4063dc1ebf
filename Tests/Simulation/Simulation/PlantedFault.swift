/// A mistake in the wiring of the simulated service, for the test of the simulation: each must be found.
package enum PlantedFault: String, CaseIterable, Sendable {
    /// Notices are acknowledged when they are appended, not when they are durable.
    case acknowledgedAtAppend = "acknowledged-at-append"
    /// The log is opened for a crash of the process, on a machine whose power goes.
    case neverSynced = "never-synced"
    /// The ledger is told of losses, but not that they end reservations.
    case releaseForgotten = "release-forgotten"
    /// A start begins with an empty register of notices.
    case registerForgotten = "register-forgotten"
    /// Each loop has a desk of its own, so that none knows what the others took.
    case deskForEachLoop = "desk-for-each-loop"
    /// A start passes bids over, so that what was reserved is free again.
    case reservationsForgotten = "reservations-forgotten"
}
