internal import Synchronization

/// Lets one caller at a time do what takes long; whoever comes meanwhile is to come again.
final class Turnstile: Sendable {
    private let isTaken = Atomic<Bool>(false)

    /// - Returns: false while somebody is within; else whoever called has to ``leave()``.
    func enter() -> Bool { !isTaken.exchange(true, ordering: .acquiring) }

    func leave() { isTaken.store(false, ordering: .releasing) }
}
