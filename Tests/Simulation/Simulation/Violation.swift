/// What must hold after every step.
package enum Invariant: String, CaseIterable, Sendable {
    /// Of every account: reserved = settled - settled late + released + expired + outstanding, none of them below zero.
    case booksBalance = "books balance"
    /// What was acknowledged, and what was durable, is in the log.
    case nothingIsLost = "nothing acknowledged is lost"
    /// A bid has each kind of notice once in the log, its bill is spent once, its reservation ends once.
    case countedOnce = "nothing is counted twice"
    /// The log holds nothing that nobody sent, at no price that nobody told.
    case nothingIsInvented = "nothing is invented"
    /// A bid leaves only where what is spent, what is reserved and it itself are within the budgets; what exceeds a
    /// budget in the end was billed late.
    case withinBudget = "spending is within the budget and its bound"
    /// The figures of the ledger are those of whoever counted along.
    case figuresAgree = "the ledger agrees with the exchanges"
    /// Reading the log again gives the same books and counts.
    case replayIsLive = "replay of the log equals live state"
    /// A peer is told what its request deserves.
    case answers = "answers are right"
    /// After whatever crash the log opens.
    case opens = "the log opens"
}

/// An invariant that does not hold.
package struct Violation: Error, Equatable, Sendable, CustomStringConvertible {
    package let invariant: Invariant
    package let detail: String

    package var description: String { "\(invariant.rawValue): \(detail)" }
}
