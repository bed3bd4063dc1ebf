/// Answers that wait for their record, in the order of their records.
struct WaitingReplies {
    private var replies: [(sequence: UInt64, answer: (Bool) -> Void)] = []

    mutating func append(_ sequence: UInt64, _ answer: @escaping (Bool) -> Void) { replies.append((sequence, answer)) }

    /// Takes out the answers that need wait no longer, for the caller to give: giving one may bring the next request
    /// of its connection, and with it another answer to wait here.
    mutating func release(through sequence: UInt64, hasFailed: Bool) -> [(answer: (Bool) -> Void, isDurable: Bool)] {
        // A repeat waits for an older record than those before it: so all are looked at, not only the first.
        var kept: [(sequence: UInt64, answer: (Bool) -> Void)] = []
        var ready: [(answer: (Bool) -> Void, isDurable: Bool)] = []
        for reply in replies {
            if reply.sequence <= sequence {
                ready.append((reply.answer, true))
            } else if hasFailed {
                ready.append((reply.answer, false))
            } else {
                kept.append(reply)
            }
        }
        replies = kept
        return ready
    }
}
