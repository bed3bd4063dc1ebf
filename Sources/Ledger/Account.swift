internal import Synchronization
package import Units

/// The money of one strategy or advertiser: what it may spend, what is reserved, what is spent.
///
/// Reserving is done by event loops, without waiting and without a lock; everything else by one thread, the fold of
/// the log. Reservations are not kept one by one: each stands in the bucket of the minute of its bid, and what a
/// bucket still holds ``lifetimeMinutes`` later expires at once. The books hold at every moment:
///
///     reserved = settled - settled late + released + expired + outstanding
package final class Account: @unchecked Sendable {
    // Invariant of the unchecked parts: `books`, `day` and `settledToday` are touched by the folding thread alone, or
    // under the ledger's lock; the rest is atomic.

    /// Minutes that a reservation lives; bids say so in `exp`.
    package static let lifetimeMinutes: Int64 = 5
    /// Minutes in the ring: those that live, and as many again, so that a late sweep never meets a new reservation.
    private static let bucketCount: Int64 = 16

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
    }

    private let totalLimit = Atomic<Int64>(.max)
    private let dailyLimit = Atomic<Int64>(.max)
    /// Settled since the log began, and outstanding.
    private let committed = Atomic<Int64>(0)
    /// The same of today.
    private let committedToday = Atomic<Int64>(0)
    private let reserved = Atomic<Int64>(0)
    private let expiredThrough: Atomic<Int64>
    private let buckets: Buckets
    private var books = Books()
    private var settledToday: Int64 = 0
    private var day: Int32?
    private let clock = Mutex(LocalClock.utc)

    init(expiredThrough minute: Int64) {
        expiredThrough = Atomic(minute)
        buckets = Buckets(count: Int(Self.bucketCount))
    }

    // MARK: Any thread

    /// Sets what may be spent; nil for no limit. Takes effect on the next reservation.
    package func setLimits(total: Micros?, daily: Micros?, clock: LocalClock) {
        totalLimit.store(Self.nanos(total), ordering: .relaxed)
        dailyLimit.store(Self.nanos(daily), ordering: .relaxed)
        self.clock.withLock { $0 = clock }
    }

    private static func nanos(_ micros: Micros?) -> Int64 {
        guard let micros else { return .max }
        let (nanos, overflow) = micros.rawValue.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : nanos
    }

    /// Sets an amount aside for a bid, if the limits allow it.
    ///
    /// - Complexity: a few atomic additions. Allocates nothing, waits for nobody.
    package func reserve(_ amount: Spend, at instant: Instant) -> Bool {
        if amount.nanos == 0 { return true }
        guard Self.add(amount.nanos, to: committed, limit: totalLimit) else { return false }
        guard Self.add(amount.nanos, to: committedToday, limit: dailyLimit) else {
            committed.subtract(amount.nanos, ordering: .relaxed)
            return false
        }
        buckets[Self.minute(instant)].add(amount.nanos, ordering: .relaxed)
        reserved.add(amount.nanos, ordering: .relaxed)
        return true
    }

    /// Takes back a reservation whose bid was never sent.
    package func cancel(_ amount: Spend, at instant: Instant) {
        if amount.nanos == 0 { return }
        buckets[Self.minute(instant)].subtract(amount.nanos, ordering: .relaxed)
        committed.subtract(amount.nanos, ordering: .relaxed)
        committedToday.subtract(amount.nanos, ordering: .relaxed)
        reserved.subtract(amount.nanos, ordering: .relaxed)
    }

    private static func add(_ amount: Int64, to sum: borrowing Atomic<Int64>, limit: borrowing Atomic<Int64>) -> Bool {
        let after = sum.add(amount, ordering: .relaxed).newValue
        if after <= limit.load(ordering: .relaxed) { return true }
        sum.subtract(amount, ordering: .relaxed)
        return false
    }

    static func minute(_ instant: Instant) -> Int64 { instant.micros / 60_000_000 }

    // MARK: The folding thread

    /// Counts a reservation read from the log, whatever the limits say now: it was made.
    func replayReservation(_ amount: Spend, at instant: Instant) {
        buckets[Self.minute(instant)].add(amount.nanos, ordering: .relaxed)
        committed.add(amount.nanos, ordering: .relaxed)
        committedToday.add(amount.nanos, ordering: .relaxed)
        reserved.add(amount.nanos, ordering: .relaxed)
    }

    /// Books an event: the reservation that it ended and what it spent.
    func apply(ended: Spend, spent: Spend, bidInstant: Instant) {
        settledToday += spent.nanos
        books.settled += spent
        let minute = Self.minute(bidInstant)
        if ended.nanos > 0, minute > expiredThrough.load(ordering: .relaxed) {
            buckets[minute].subtract(ended.nanos, ordering: .relaxed)
            books.released += ended - spent
            committed.add(spent.nanos - ended.nanos, ordering: .relaxed)
            committedToday.add(spent.nanos - ended.nanos, ordering: .relaxed)
        } else {
            books.settledLate += spent
            committed.add(spent.nanos, ordering: .relaxed)
            committedToday.add(spent.nanos, ordering: .relaxed)
        }
    }

    /// Lets reservations expire and the day turn.
    func advance(to now: Instant) {
        let last = Self.minute(now) - Self.lifetimeMinutes - 1
        let before = expiredThrough.load(ordering: .relaxed)
        if last > before {
            // After a pause longer than the ring nothing in it lives; else the minutes since the last sweep, less those
            // whose places the living minutes have taken.
            let living = Self.lifetimeMinutes + 2
            let from =
                last - before > Self.bucketCount
                ? last - Self.bucketCount + 1 : max(before + 1, last - Self.bucketCount + living + 1)
            for minute in from...last {
                let amount = buckets[minute].exchange(0, ordering: .relaxed)
                books.expired += Spend(nanos: amount)
                committed.subtract(amount, ordering: .relaxed)
                committedToday.subtract(amount, ordering: .relaxed)
            }
            expiredThrough.store(last, ordering: .relaxed)
        }
        let today = clock.withLock { $0 }.day(at: now)
        if let day, day != today {
            committedToday.subtract(settledToday, ordering: .relaxed)
            settledToday = 0
        }
        day = today
    }

    /// The totals; exact when no loop is reserving.
    func snapshotBooks() -> Books {
        var books = books
        books.reserved = Spend(nanos: reserved.load(ordering: .relaxed))
        books.outstanding = Spend(nanos: buckets.sum)
        return books
    }
}

/// Amounts by minute, in a ring.
@safe
private final class Buckets: @unchecked Sendable {
    // Invariant: `cells` holds `count` initialised atomics from `init` to `deinit`.
    private let cells: UnsafeMutablePointer<Atomic<Int64>>
    private let count: Int

    init(count: Int) {
        self.count = count
        unsafe cells = .allocate(capacity: count)
        for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe cells.deinitialize(count: count)
        unsafe cells.deallocate()
    }

    subscript(minute: Int64) -> Atomic<Int64> {
        @inline(__always)
        unsafeAddress { unsafe UnsafePointer(cells + Int(minute.magnitude % UInt64(count))) }
    }

    var sum: Int64 { (0..<count).reduce(0) { $0 + self[Int64($1)].load(ordering: .relaxed) } }
}
