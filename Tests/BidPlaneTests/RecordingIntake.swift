import Audience
import Synchronization

/// Stands where the audience's thread does: keeps what is submitted, and says what became of it when a test wants.
final class RecordingIntake: AudienceIntake {
    private struct State {
        var submissions: [Submission] = []
        var held: [@Sendable (IntakeOutcome) -> Void] = []
        var isHolding = false
    }

    private let state = Mutex(State())
    private let outcome: @Sendable (Submission) -> IntakeOutcome

    /// - Parameter outcome: of every submission; by default taken, with nothing logged.
    init(_ outcome: @escaping @Sendable (Submission) -> IntakeOutcome = { _ in .taken(1) }) { self.outcome = outcome }

    func submit(_ submission: Submission, done: @escaping @Sendable (IntakeOutcome) -> Void) {
        let isHeld = state.withLock { state in
            state.submissions.append(submission)
            if state.isHolding { state.held.append(done) }
            return state.isHolding
        }
        if !isHeld { done(outcome(submission)) }
    }

    /// Keeps outcomes back until they are released.
    func hold() { state.withLock { $0.isHolding = true } }

    func release(_ outcome: IntakeOutcome = .taken(1)) {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.isHolding = false
            return state.held
        }
        for done in held { done(outcome) }
    }

    var submissions: [Submission] { state.withLock { $0.submissions } }
    var heldCount: Int { state.withLock { $0.held.count } }

    var drafts: [EventDraft] {
        submissions.compactMap { if case .act(let draft) = $0 { draft } else { nil } }
    }

    var syncs: [SyncDraft] {
        submissions.compactMap { if case .sync(let draft) = $0 { draft } else { nil } }
    }

    var bodies: [(body: String, source: EventSource)] {
        submissions.compactMap {
            if case .events(let body, let source, _) = $0 {
                (String(decoding: body, as: UTF8.self), source)
            } else {
                nil
            }
        }
    }

    var optOuts: [(who: [Audience.Identifier], isOptedOut: Bool)] {
        submissions.compactMap { if case .optOut(let who, let isOptedOut, _) = $0 { (who, isOptedOut) } else { nil } }
    }
}

extension IntakeOutcome {
    static func taken(_ count: Int, sequence: UInt64? = nil) -> IntakeOutcome {
        var outcome = IntakeOutcome()
        outcome.accepted = count
        outcome.sequence = sequence
        return outcome
    }
}
