internal import Synchronization
package import Units

/// The money of one strategy or advertiser: what it may spend, what is reserved, what is spent.
///
/// Reserving is done by event loops, without waiting and without a lock; everything else by one thread, the fold of
/// the log. Reservations are not kept one by one: each stands in the bucket of the minute of its bid, and what a
/// bucket still holds ``lifetimeMinutes`` later expires at once. The books hold at every moment:
///
///     reserved = settled - settled late + released + expired + outstanding
///
/// Of what a limit leaves, at most one *slice* is in bids that the log does not hold yet: that is all that a crash can
/// make this service forget, and after one it is held back until nobody can bill such bids any more.
package final class Account: @unchecked Sendable {
    // Unchecked because its lock is another's. Invariant: what “the fold alone knows” is touched by ``BudgetLedger``
    // alone, always under its lock, `crashes` excepted, which nobody changes once the log has been read; everything that
    // loops touch, the buckets among it, is atomic.

    /// Minutes that a reservation lives; bids say so in `exp`.
    package static let lifetimeMinutes: Int64 = 5
    /// Seconds after which none lives, of whatever part of a minute it is.
    static let lifetimeSecondsMax = (lifetimeMinutes + 1) * 60
    /// Minutes in the ring: more than live at a time.
    private static let bucketCount = 16
    /// Slices in what a limit leaves.
    package static let slices: Int64 = 8

    /// Totals since the log began.
    package struct Books: Equatable, Sendable {
        package var reserved = Spend.zero
        package var settled = Spend.zero
        /// Part of `settled` whose reservation had ended before.
        package var settledLate = Spend.zero
        package var released = Spend.zero
        package var expired = Spend.zero
        package var outstanding = Spend.zero

        package init() {}

        /// Whether every reservation is accounted for.
        package var balance: Bool {
            reserved == settled - settledLate + released + expired + outstanding
        }

        package static func += (lhs: inout Books, rhs: Books) {
            lhs.reserved += rhs.reserved
            lhs.settled += rhs.settled
            lhs.settledLate += rhs.settledLate
            lhs.released += rhs.released
            lhs.expired += rhs.expired
            lhs.outstanding += rhs.outstanding
        }
    }

    let totalLimit = Atomic<Int64>(.max)
    let dailyLimit = Atomic<Int64>(.max)
    /// Settled since the log began, outstanding, and held back.
    let committed = Atomic<Int64>(0)
    /// The same of today.
    let committedToday = Atomic<Int64>(0)
    let reserved = Atomic<Int64>(0)
    /// In bids that the log does not hold yet.
    let unlogged = Atomic<Int64>(0)
    let expiredThrough: Atomic<Int64>
    let buckets: MinuteBuckets
    let clock = Mutex(LocalClock.utc)
    /// Counts changes of the clock, so that a turn of the day is looked for only when there may be one.
    let clockVersion = Atomic<UInt32>(0)
    let hold = CrashHold()
    /// The most that one bid reserved, as far as the log and the strategies registered now tell.
    let largestBid = Atomic<Int64>(0)

    // What the fold alone knows.
    /// Reserved by bids of earlier runs.
    var carried = CarriedReservations()
    /// What was committed when runs began that found the one before them crashed, as far as its bids may be billed in time.
    /// Not changed once the log has been read, so that others read it too.
    var crashes: [(instant: Instant, committed: Int64, committedToday: Int64)] = []
    var totals = Books()
    var settledToday: Int64 = 0
    /// Every zone's midnight falls between two quarters of an hour.
    var settledByQuarter = QuarterSums()
    /// Reserved by bids that expired unbilled and may be billed yet, by the quarter of the bid.
    var exposure = QuarterSums()
    var billedAfterLoss: Int64 = 0
    var currency: Currency?
    /// The quarter and the clock by which today was counted last.
    var countedQuarter: Int64 = .min
    var countedClock: UInt32 = .max

    init(expiredThrough minute: Int64) {
        expiredThrough = Atomic(minute)
        buckets = MinuteBuckets(count: Self.bucketCount)
    }

    // MARK: Any thread

    /// Sets what may be spent; nil for no limit. Takes effect on the next reservation.
    ///
    /// What is spent today by this clock is counted with the next ``BudgetLedger/advance(to:)``; who registers uses
    /// ``BudgetLedger/setLimits(of:total:daily:clock:)``, which counts it first.
    package func setLimits(total: Micros?, daily: Micros?, clock: LocalClock) {
        set(clock)
        setLimits(total: total, daily: daily)
    }

    func set(_ clock: LocalClock) {
        self.clock.withLock { $0 = clock }
        clockVersion.add(1, ordering: .releasing)
    }

    func setLimits(total: Micros?, daily: Micros?) {
        totalLimit.store(Self.nanos(total), ordering: .relaxed)
        dailyLimit.store(Self.nanos(daily), ordering: .relaxed)
        holdBack()
    }

    /// Takes note that a strategy may bid so much: the log need not know of such a bid, for a crash may have taken it.
    package func expect(bid: Spend) {
        if bid.nanos > largestBid.load(ordering: .relaxed) { largestBid.store(bid.nanos, ordering: .relaxed) }
        holdBack()
    }

    /// Holds back what a crash may have made this account forget, once there are limits to hold it back from.
    private func holdBack() {
        let limit = min(totalLimit.load(ordering: .relaxed), dailyLimit.load(ordering: .relaxed))
        guard hold.isWanted, limit < .max else { return }
        // A slice of the lost bids' time was of what was left then, however much has been spent since.
        let left = crashes.reduce(left) { max($0, self.left(beside: $1.committed, today: $1.committedToday)) }
        let more = hold.raise(of: limit, left: left, largestBid: largestBid.load(ordering: .relaxed))
        committed.add(more, ordering: .relaxed)
        committedToday.add(more, ordering: .relaxed)
    }

    /// What may be reserved in all now.
    var left: Int64 {
        left(beside: committed.load(ordering: .relaxed), today: committedToday.load(ordering: .relaxed))
    }

    private func left(beside committed: Int64, today: Int64) -> Int64 {
        min(
            Self.left(of: totalLimit.load(ordering: .relaxed), committed),
            Self.left(of: dailyLimit.load(ordering: .relaxed), today))
    }

    private static func nanos(_ micros: Micros?) -> Int64 {
        guard let micros else { return .max }
        let (nanos, overflow) = micros.rawValue.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : nanos
    }

    /// Sets an amount aside for a bid, if the limits allow it and the log keeps up.
    ///
    /// Refused beyond the slice, one bid excepted that a start would hold back for: what the log does not hold yet is then
    /// less than a slice, or one bid of a size that is known.
    ///
    /// - Complexity: a few atomic additions. Allocates nothing, waits for nobody.
    package func reserve(_ amount: Spend, at instant: Instant) -> Bool {
        let nanos = amount.nanos
        if nanos == 0 { return true }
        let total = totalLimit.load(ordering: .relaxed)
        let before = committed.add(nanos, ordering: .relaxed).oldValue
        let daily = dailyLimit.load(ordering: .relaxed)
        let beforeToday = committedToday.add(nanos, ordering: .relaxed).oldValue
        let left = min(Self.left(of: total, before), Self.left(of: daily, beforeToday))
        let waiting = unlogged.add(nanos, ordering: .relaxed).oldValue
        guard nanos <= left, nanos <= Self.slice(of: left) - max(0, waiting) || waiting <= 0 && isKnown(nanos) else {
            unlogged.subtract(nanos, ordering: .relaxed)
            committedToday.subtract(nanos, ordering: .relaxed)
            committed.subtract(nanos, ordering: .relaxed)
            return false
        }
        buckets.add(nanos, at: Self.minute(instant))
        reserved.add(nanos, ordering: .relaxed)
        return true
    }

    /// Whether a strategy may bid as much for one impression, or has bid it before.
    private func isKnown(_ nanos: Int64) -> Bool { nanos <= largestBid.load(ordering: .relaxed) }

    /// Whether bids that the log does not hold yet take up half of the slice: time that it does.
    package var waitsForLog: Bool {
        let left = left
        return left < .max && unlogged.load(ordering: .relaxed) > Self.slice(of: left) / 2
    }

    /// Takes back a reservation whose bid was never sent.
    package func cancel(_ amount: Spend, at instant: Instant) {
        if amount.nanos == 0 { return }
        buckets.subtract(amount.nanos, at: Self.minute(instant))
        unlogged.subtract(amount.nanos, ordering: .relaxed)
        committed.subtract(amount.nanos, ordering: .relaxed)
        committedToday.subtract(amount.nanos, ordering: .relaxed)
        reserved.subtract(amount.nanos, ordering: .relaxed)
    }

    /// What a limit leaves; all that there is where there is none.
    static func left(of limit: Int64, _ used: Int64) -> Int64 { limit == .max ? .max : limit - max(0, used) }

    /// What bids that the log does not hold yet may reserve together.
    static func slice(of left: Int64) -> Int64 { left == .max ? .max : max(0, left / slices) }

    static func minute(_ instant: Instant) -> Int64 { instant.micros / 60_000_000 }

    static func quarter(_ instant: Instant) -> Int64 { instant.micros / 900_000_000 }
}
