internal import Audience
internal import Synchronization

/// An answer that another thread's word decides: asked for and given on one loop.
final class PendingReply {
    private let make: (IntakeOutcome) -> Reply
    private var reply: Reply?
    private var waiter: ((Reply) -> Void)?

    /// - Parameter make: the answer to an outcome, which may itself have to wait for the log.
    init(_ make: @escaping (IntakeOutcome) -> Reply) { self.make = make }

    func resolve(_ outcome: IntakeOutcome) {
        let reply = make(outcome)
        guard let waiter else {
            self.reply = reply
            return
        }
        self.waiter = nil
        waiter(reply)
    }

    /// Calls back with the answer, at once where it is known; to be called once.
    func whenKnown(_ body: @escaping (Reply) -> Void) {
        if let reply { body(reply) } else { waiter = body }
    }
}

/// What became of a loop's submissions, left here by other threads for the loop to take.
///
/// The loop is woken for the first that comes into an empty inbox, and takes all that are there by then.
final class OutcomeInbox: Sendable {
    private struct State {
        var outcomes: [(number: UInt64, outcome: IntakeOutcome)] = []
        var wake: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// - Parameter wake: called on whatever thread leaves something.
    func onArrival(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }

    func put(_ number: UInt64, _ outcome: IntakeOutcome) {
        let wake = state.withLock { state in
            state.outcomes.append((number, outcome))
            return state.outcomes.count == 1 ? state.wake : nil
        }
        wake?()
    }

    func take() -> [(number: UInt64, outcome: IntakeOutcome)] {
        state.withLock { state in
            defer { state.outcomes = [] }
            return state.outcomes
        }
    }

    /// Wakes nobody any more: the loop is about to end.
    func close() { state.withLock { $0.wake = nil } }
}
