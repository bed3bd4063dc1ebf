internal import Documents
internal import Synchronization

/// How far the upload of an audience's members is.
struct MemberProgress: Sendable {
    enum State: String, Sendable {
        /// Lines are read; the list before holds.
        case receiving
        /// All were read; the list takes the place of the one before.
        case applying
        case ready
    }

    var state = State.ready
    /// Not blank ones.
    var lines = 0
    /// Identifiers while the list is on its way, visitors once it is there.
    var members = 0
    var refused = 0
    /// Of the first refused lines.
    var refusals: [MemberReader.Refusal] = []
    /// Why the upload after this one changed nothing; nil where there was none.
    var interrupted: String?

    var node: Node {
        var members: [(String, Node)] = [
            ("state", .text(state.rawValue)), ("lines", .number(lines)), ("members", .number(self.members)),
            ("refused", .number(refused)),
            ("reasons", .list(refusals.map { .object([("line", .number($0.line)), ("reason", .text($0.reason))]) })),
        ]
        if let interrupted { members.append(("interrupted", .text(interrupted))) }
        return .object(members)
    }
}

/// The uploads of this process: at most one at a time for each audience, and how each went.
final class MemberDesk: Sendable {
    private struct Entry {
        var last: MemberProgress?
        var current: MemberProgress?
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// - Returns: of the upload under way, else of the last; nil where there was none.
    func progress(of audience: String) -> MemberProgress? {
        entries.withLock { $0[audience] }.flatMap { $0.current ?? $0.last }
    }

    /// - Returns: false where an upload is under way already.
    func begin(_ audience: String) -> Bool {
        entries.withLock { entries in
            guard entries[audience]?.current == nil else { return false }
            entries[audience, default: Entry()].current = MemberProgress(state: .receiving)
            return true
        }
    }

    func note(_ progress: MemberProgress, of audience: String) {
        entries.withLock { $0[audience]?.current = progress }
    }

    func end(_ progress: MemberProgress, of audience: String) {
        entries.withLock { $0[audience] = Entry(last: progress) }
    }

    /// What was before holds.
    func interrupt(_ audience: String, why: String) {
        entries.withLock { entries in
            var last = entries[audience]?.last ?? MemberProgress()
            last.interrupted = why
            entries[audience] = Entry(last: last)
        }
    }

    /// After the audience was deleted.
    func forget(_ audience: String) {
        entries.withLock { entries in
            if entries[audience]?.current == nil { entries[audience] = nil }
        }
    }
}
