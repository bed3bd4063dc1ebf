import Audience
import ControlPlane
import Synchronization

/// Keeps uploaded lists in memory, and fails or waits where a test wants it to.
final class RecordingIntake: MemberIntake {
    struct Full: Error {}

    private struct State {
        var lists: [String: [Audience.Identifier]] = [:]
        var cancelled = 0
        var batches: [Int] = []
        var failsAfter: Int?
    }

    private let state = Mutex(State())

    var cancelled: Int { state.withLock { $0.cancelled } }
    /// Sizes, in order.
    var batches: [Int] { state.withLock { $0.batches } }

    func list(of audience: String) -> [Audience.Identifier]? { state.withLock { $0.lists[audience] } }

    /// Refuses the batch after so many.
    func fail(after batches: Int?) { state.withLock { $0.failsAfter = batches } }

    func begin(audience: String, advertiser: String) async throws -> any MemberUpload {
        RecordingUpload(audience: audience, intake: self)
    }

    fileprivate func note(batch count: Int) throws {
        try state.withLock { state in
            if let limit = state.failsAfter, state.batches.count >= limit { throw Full() }
            state.batches.append(count)
        }
    }

    fileprivate func put(_ list: [Audience.Identifier], of audience: String) {
        state.withLock { $0.lists[audience] = list }
    }

    fileprivate func cancel() { state.withLock { $0.cancelled += 1 } }
}

private final class RecordingUpload: MemberUpload {
    private let audience: String
    private let intake: RecordingIntake
    private let list = Mutex<[Audience.Identifier]>([])

    init(audience: String, intake: RecordingIntake) {
        self.audience = audience
        self.intake = intake
    }

    func add(_ identifiers: [Audience.Identifier]) async throws {
        try intake.note(batch: identifiers.count)
        list.withLock { $0 += identifiers }
    }

    func finish() async throws -> MemberSummary {
        let list = list.withLock { $0 }
        intake.put(list, of: audience)
        return MemberSummary(members: Set(list).count)
    }

    func cancel() async { intake.cancel() }
}
