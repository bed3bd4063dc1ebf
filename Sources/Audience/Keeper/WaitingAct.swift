internal import Events

/// An act in the log that is not durable yet.
struct WaitingAct {
    let sequence: UInt64
    let visitor: VisitorNumber
    let act: VisitorAct
    /// Whether its household has forgotten meanwhile what stands in the log so far.
    var householdForgot = false
}
