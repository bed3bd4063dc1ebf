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
    // Unchecked because its lock is another's. Invariant: `books`, `settledToday` and `settledByQuarter` are touched by
    // ``BudgetLedger`` alone, always under its lock; everything that loops touch, the buckets among it, is atomic.

    /// Minutes that a reservation lives; bids say so in `exp`.
    package static let lifetimeMinutes: Int64 = 5
    /// Minutes in the ring: more than live at a time.
    private static let bucketCount = 16

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
    /// Settled in each quarter of an hour since 1970: every zone's midnight falls between two of them.
    private var settledByQuarter: [Int64: Int64] = [:]
    /// More than the longest day.
    private static let quartersKept: Int64 = 27 * 4
    private let clock = Mutex(LocalClock.utc)

    init(expiredThrough minute: Int64) {
        expiredThrough = Atomic(minute)
        buckets = Buckets(count: Self.bucketCount)
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
        buckets.add(amount.nanos, at: Self.minute(instant))
        reserved.add(amount.nanos, ordering: .relaxed)
        return true
    }

    /// Takes back a reservation whose bid was never sent.
    package func cancel(_ amount: Spend, at instant: Instant) {
        if amount.nanos == 0 { return }
        buckets.subtract(amount.nanos, at: Self.minute(instant))
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
        buckets.add(amount.nanos, at: Self.minute(instant))
        committed.add(amount.nanos, ordering: .relaxed)
        committedToday.add(amount.nanos, ordering: .relaxed)
        reserved.add(amount.nanos, ordering: .relaxed)
    }

    /// Books an event: the reservation that it ended and what it spent.
    ///
    /// - Parameter instant: of the event; nil for that of the bid.
    func apply(ended: Spend, spent: Spend, bidInstant: Instant, at instant: Instant? = nil) {
        settledToday += spent.nanos
        settledByQuarter[Self.quarter(instant ?? bidInstant), default: 0] += spent.nanos
        books.settled += spent
        let minute = Self.minute(bidInstant)
        if ended.nanos > 0, minute > expiredThrough.load(ordering: .relaxed) {
            buckets.subtract(ended.nanos, at: minute)
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
        // Most accounts of many are never bid on: they have nothing that could expire or turn.
        if reserved.load(ordering: .relaxed) == 0, committed.load(ordering: .relaxed) == 0, settledByQuarter.isEmpty {
            expiredThrough.store(Self.minute(now) - Self.lifetimeMinutes - 1, ordering: .relaxed)
            return
        }
        let last = Self.minute(now) - Self.lifetimeMinutes - 1
        if last > expiredThrough.load(ordering: .relaxed) {
            let amount = buckets.expire(through: last)
            books.expired += Spend(nanos: amount)
            committed.subtract(amount, ordering: .relaxed)
            committedToday.subtract(amount, ordering: .relaxed)
            expiredThrough.store(last, ordering: .relaxed)
        }
        recountToday(at: now)
    }

    /// What was settled since midnight, by the clock of now: a clock set after a restart counts the same money.
    private func recountToday(at now: Instant) {
        let clock = clock.withLock { $0 }
        let midnight = Self.quarter(clock.startOfDay(at: now))
        settledByQuarter = settledByQuarter.filter { $0.key > Self.quarter(now) - Self.quartersKept }
        let today = settledByQuarter.reduce(Int64(0)) { $1.key >= midnight ? $0 + $1.value : $0 }
        committedToday.add(today - settledToday, ordering: .relaxed)
        settledToday = today
    }

    private static func quarter(_ instant: Instant) -> Int64 { instant.micros / 900_000_000 }

    /// Settled since midnight, as of the last ``advance(to:)``.
    var spentToday: Spend { Spend(nanos: settledToday) }

    /// The totals; exact when no loop is reserving.
    func snapshotBooks() -> Books {
        var books = books
        books.reserved = Spend(nanos: reserved.load(ordering: .relaxed))
        books.outstanding = Spend(nanos: buckets.sum)
        return books
    }
}

/// Amounts by minute, in a ring whose places know which minute they hold.
///
/// A minute that finds an older one in its place moves what is left of it to `stale`, which expires with the next sweep:
/// so a late sweep never takes a living reservation for a dead one.
@safe
private final class Buckets {
    // Invariant: `cells` holds 2 × `count` initialised atomics from `init` to `deinit`: amounts, then minutes.
    private let cells: UnsafeMutablePointer<Atomic<Int64>>
    private let count: Int
    private let stale = Atomic<Int64>(0)

    init(count: Int) {
        self.count = count
        unsafe cells = .allocate(capacity: 2 * count)
        for index in 0..<2 * count { unsafe (cells + index).initialize(to: Atomic(index < count ? 0 : .min)) }
    }

    deinit {
        unsafe cells.deinitialize(count: 2 * count)
        unsafe cells.deallocate()
    }

    /// From any loop.
    func add(_ amount: Int64, at minute: Int64) {
        let place = Int(minute.magnitude % UInt64(count))
        let held = unsafe cells[count + place].load(ordering: .relaxed)
        if held > minute {
            stale.add(amount, ordering: .relaxed)
            return
        }
        if held < minute,
            unsafe cells[count + place].compareExchange(expected: held, desired: minute, ordering: .relaxed).exchanged
        {
            unsafe stale.add(cells[place].exchange(0, ordering: .relaxed), ordering: .relaxed)
        }
        unsafe cells[place].add(amount, ordering: .relaxed)
    }

    func subtract(_ amount: Int64, at minute: Int64) {
        let place = Int(minute.magnitude % UInt64(count))
        if unsafe cells[count + place].load(ordering: .relaxed) == minute {
            unsafe cells[place].subtract(amount, ordering: .relaxed)
        } else {
            stale.subtract(amount, ordering: .relaxed)
        }
    }

    /// Takes out everything up to and including a minute.
    func expire(through minute: Int64) -> Int64 {
        var sum = stale.exchange(0, ordering: .relaxed)
        for place in 0..<count where unsafe cells[count + place].load(ordering: .relaxed) <= minute {
            unsafe sum += cells[place].exchange(0, ordering: .relaxed)
        }
        return sum
    }

    var sum: Int64 {
        (0..<count).reduce(stale.load(ordering: .relaxed)) { sum, place in
            unsafe sum + cells[place].load(ordering: .relaxed)
        }
    }
}
