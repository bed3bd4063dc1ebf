import ControlPlane
import Synchronization

/// Who is known, kept in memory.
final class KnownPeople: Sendable {
    struct DiskFull: Error {}

    private let known = Mutex<Set<VisitorQuery>>([])
    private let isFailing = Mutex(false)
    private let fault = Mutex<String?>(nil)
    private let within = Mutex<(@Sendable () async -> Void)?>(nil)

    var count: Int { known.withLock { $0.count } }

    func add(_ query: VisitorQuery) { known.withLock { _ = $0.insert(query) } }

    func fail() { isFailing.withLock { $0 = true } }

    /// Made with a damaged log, or while somebody waits within.
    func export(_ query: VisitorQuery, scope: String?) async throws(ExportFault) -> String? {
        if let fault = fault.withLock({ $0 }) { throw ExportFault(fault) }
        await within.withLock { $0 }?()
        guard known.withLock({ $0.contains(query) }) else { return nil }
        return "{\"known\":true\(scope.map { ",\"scope\":\"\($0)\"" } ?? "")}"
    }

    func damage(_ detail: String) { fault.withLock { $0 = detail } }

    /// - Parameter body: awaited within every export.
    func whileExporting(_ body: (@Sendable () async -> Void)?) { within.withLock { $0 = body } }

    func erase(_ query: VisitorQuery) throws -> Bool {
        if isFailing.withLock({ $0 }) { throw DiskFull() }
        return known.withLock { $0.remove(query) != nil }
    }
}
