internal import Synchronization
internal import Units

/// What an account holds back after a crash for bids that the log lost, until nobody can bill them in time any more.
///
/// The amount is known when the account's limits are, which is after the log has been read.
final class CrashHold: Sendable {
    /// Crashes that bids may still be billed of.
    private let crashes = Atomic<Int>(0)
    /// Micros since 1970 up to which is held back; zero where nothing is.
    private let until = Atomic<Int64>(0)
    /// The most that any bid in the log reserved: of an account without one nobody knows better.
    private let largestBidOfAll = Atomic<Int64>(0)
    /// Nanos held back now.
    private let held = Atomic<Int64>(0)
    private let isSet = Atomic<Bool>(false)

    var nanos: Int64 { held.load(ordering: .relaxed) }

    /// Whether an amount is to be held back, and none has been.
    var isWanted: Bool { crashes.load(ordering: .acquiring) > 0 && !isSet.load(ordering: .relaxed) }

    func want(crashes count: Int, until instant: Instant, largestBid: Int64) {
        largestBidOfAll.store(largestBid, ordering: .relaxed)
        until.store(instant.micros, ordering: .relaxed)
        crashes.store(count, ordering: .releasing)
    }

    /// What is to be held of what limits leave: a slice for each crash, each of what the ones before left, or a bid.
    ///
    /// - Parameter largestBid: of the account, as far as the log tells; zero where it has none.
    func amount(of left: Int64, largestBid own: Int64) -> Int64 {
        let largestBid = own > 0 ? own : largestBidOfAll.load(ordering: .relaxed)
        var sum: Int64 = 0
        for _ in 0..<crashes.load(ordering: .relaxed) where sum < left {
            sum = min(left, sum + max(Account.slice(of: left - sum), largestBid))
        }
        return max(0, sum)
    }

    /// - Returns: whether this call was the first.
    func set(_ nanos: Int64) -> Bool {
        guard isSet.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            return false
        }
        held.store(nanos, ordering: .relaxed)
        return true
    }

    /// Takes out up to an amount: a bid that it was held back for has turned up.
    ///
    /// - Returns: what was taken out.
    func take(_ nanos: Int64) -> Int64 {
        // One thread takes, and what is set is set once: nothing comes between that matters.
        let taken = min(nanos, held.load(ordering: .relaxed))
        held.subtract(taken, ordering: .relaxed)
        return taken
    }

    /// Takes out everything once its time is over.
    func end(at now: Instant) -> Int64 {
        guard crashes.load(ordering: .relaxed) > 0, now.micros >= until.load(ordering: .relaxed) else { return 0 }
        crashes.store(0, ordering: .relaxed)
        return held.exchange(0, ordering: .relaxed)
    }
}
