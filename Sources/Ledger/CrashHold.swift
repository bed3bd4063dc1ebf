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
    /// Nanos of the limits when they were set first, and what they left; -1 before.
    private let limit = Atomic<Int64>(-1)
    private let left = Atomic<Int64>(0)
    /// What of that was to be held back, whatever has been taken out of it since.
    private let wanted = Atomic<Int64>(0)

    var nanos: Int64 { held.load(ordering: .relaxed) }

    /// Whether a crash asks for something to be held back.
    var isWanted: Bool { crashes.load(ordering: .acquiring) > 0 }

    func want(crashes count: Int, until instant: Instant, largestBid: Int64) {
        largestBidOfAll.store(largestBid, ordering: .relaxed)
        until.store(instant.micros, ordering: .relaxed)
        crashes.store(count, ordering: .releasing)
    }

    /// Holds back of what limits left when they were set first: for each crash a seventh of what the ones before left, or
    /// a bid. A slice is an eighth; bills that came late after the lost bids may have made it less than it was. Also of
    /// what the limits do not leave, for that may be released while a lost bid is still to be billed.
    ///
    /// - Parameters:
    ///   - limit: of today and in all, whichever is less.
    ///   - now: what is left.
    ///   - own: the largest bid of the account; zero where nobody knows one.
    /// - Returns: how much more than before.
    func raise(of limit: Int64, left now: Int64, largestBid own: Int64) -> Int64 {
        // Limits are set by one thread at a time.
        if self.limit.load(ordering: .relaxed) < 0 {
            self.limit.store(limit, ordering: .relaxed)
            left.store(now, ordering: .relaxed)
        }
        let limit = self.limit.load(ordering: .relaxed)
        let left = left.load(ordering: .relaxed)
        let largestBid = own > 0 ? own : largestBidOfAll.load(ordering: .relaxed)
        var sum: Int64 = 0
        for _ in 0..<crashes.load(ordering: .relaxed) where sum < limit {
            sum = min(limit, sum + max((left - sum) / (Account.slices - 1), largestBid))
        }
        let more = max(0, sum - wanted.load(ordering: .relaxed))
        wanted.add(more, ordering: .relaxed)
        held.add(more, ordering: .relaxed)
        return more
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
