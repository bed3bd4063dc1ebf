import ControlPlane
import Synchronization

/// Who is known, kept in memory.
final class KnownPeople: Sendable {
    struct DiskFull: Error {}

    private let known = Mutex<Set<VisitorQuery>>([])
    private let isFailing = Mutex(false)

    var count: Int { known.withLock { $0.count } }

    func add(_ query: VisitorQuery) { known.withLock { _ = $0.insert(query) } }

    func fail() { isFailing.withLock { $0 = true } }

    func export(_ query: VisitorQuery) -> String? {
        known.withLock { $0.contains(query) } ? "{\"known\":true}" : nil
    }

    func erase(_ query: VisitorQuery) throws -> Bool {
        if isFailing.withLock({ $0 }) { throw DiskFull() }
        return known.withLock { $0.remove(query) != nil }
    }
}
