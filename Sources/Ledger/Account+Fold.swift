internal import Events
internal import Synchronization
package import Units

/// What the fold of the log does with an account; all of it under the ledger's lock.
extension Account {
    /// Counts that the log holds a bid of this run: it can no longer be forgotten.
    func logged(_ amount: Spend) {
        if amount.nanos == 0 { return }
        unlogged.subtract(amount.nanos, ordering: .relaxed)
        noteBid(amount)
    }

    private func noteBid(_ amount: Spend) {
        if amount.nanos > largestBid.load(ordering: .relaxed) { largestBid.store(amount.nanos, ordering: .relaxed) }
    }

    /// Counts a reservation read from the log, whatever the limits say now: it was made.
    func replayReservation(_ amount: Spend, at instant: Instant) {
        noteBid(amount)
        buckets.add(amount.nanos, at: Self.minute(instant))
        commit(amount.nanos)
        reserved.add(amount.nanos, ordering: .relaxed)
    }

    /// Counts the reservation of a bid that no record stands for, of which a notice tells: it comes out of what is held
    /// back.
    ///
    /// - Parameter run: an earlier one that made the bid; nil where it is of the run at hand.
    func recover(_ amount: Spend, at instant: Instant, of run: RunMark?) {
        if let run {
            noteBid(amount)
            carried.add(amount.nanos, of: run, at: Self.minute(instant))
            commit(amount.nanos)
            reserved.add(amount.nanos, ordering: .relaxed)
        } else {
            replayReservation(amount, at: instant)
        }
        commit(-hold.take(amount.nanos))
    }

    /// Whether a bid's reservation lives at an instant, whenever somebody looks.
    ///
    /// Loops that are behind one another differ by moments. A bid that is made later than that is of a run whose clock was
    /// wrong; its reservation ended with the run.
    package static func lives(_ bidInstant: Instant, at instant: Instant) -> Bool {
        let age = minute(instant) - minute(bidInstant)
        return -leadMinutes <= age && age <= lifetimeMinutes
    }

    /// Minutes that a bid may be ahead of the time at hand.
    static var leadMinutes: Int64 { 1 }

    /// Books an event: the reservation that it ended and what it spent.
    ///
    /// Whether it comes late is decided by its own time, not by when it is folded: so a replay decides the same.
    ///
    /// - Parameters:
    ///   - instant: of the event.
    ///   - lives: whether the bid's reservation does, by then.
    ///   - run: an earlier one that made the bid; nil where it is of the run at hand.
    func apply(
        ended: Spend, spent: Spend, bidInstant: Instant, at instant: Instant, lives: Bool, of run: RunMark?
    ) {
        let quarter = Self.quarter(instant)
        settledToday += spent.nanos
        settledByQuarter.add(spent.nanos, at: quarter)
        // What is of another day is noticed when today is counted again.
        if quarter != countedQuarter { countedQuarter = .min }
        totals.settled += spent
        if ended.nanos > 0, lives {
            totals.released += ended - spent
            if takeReservation(ended.nanos, at: Self.minute(bidInstant), of: run) {
                commit(spent.nanos - ended.nanos)
            } else {
                totals.expired -= ended
                exposure.subtract(ended.nanos, at: Self.quarter(bidInstant))
                commit(spent.nanos)
            }
        } else {
            totals.settledLate += spent
            commit(spent.nanos)
            if ended.nanos > 0 {
                exposure.subtract(ended.nanos, at: Self.quarter(bidInstant))
            } else {
                billedAfterLoss += spent.nanos
            }
        }
    }

    /// - Returns: whether it was there; false where it has been let expire before.
    private func takeReservation(_ nanos: Int64, at minute: Int64, of run: RunMark?) -> Bool {
        if let run { return carried.take(nanos, of: run, at: minute) }
        guard minute > expiredThrough.load(ordering: .relaxed) else { return buckets.take(nanos, at: minute) }
        buckets.subtract(nanos, at: minute)
        return true
    }

    private func commit(_ nanos: Int64) {
        committed.add(nanos, ordering: .relaxed)
        committedToday.add(nanos, ordering: .relaxed)
    }

    /// Begins a run, by a clock that may have been set since the one before: what was reserved is the past's from now on.
    ///
    /// Reservations that are too old by this clock expire, and those that are of its future.
    ///
    /// - Parameters:
    ///   - run: which ended.
    ///   - hasCrashed: whether it did so without being stopped.
    ///   - kept: as of ``advance(to:keeping:)``.
    func begin(after run: RunMark, hasCrashed: Bool, at now: Instant, keeping kept: Instant) {
        let first = Self.minute(now) - Self.lifetimeMinutes
        let last = Self.minute(now) + Self.leadMinutes
        buckets.expire(through: .max) { minute, amount in carried.add(amount, of: run, at: minute) }
        carried.expire(outside: first...last) { minute, amount in
            expire(amount, of: min(minute, Self.minute(now)))
        }
        expiredThrough.store(first - 1, ordering: .relaxed)
        buckets.clear()
        countedQuarter = .min
        recountToday(at: now, keeping: kept)
        crashes.removeAll { $0.instant < now.adding(seconds: -Self.lifetimeSecondsMax) }
        guard hasCrashed else { return }
        crashes.append((now, committed.load(ordering: .relaxed), committedToday.load(ordering: .relaxed)))
    }

    private func expire(_ amount: Int64, of minute: Int64) {
        totals.expired += Spend(nanos: amount)
        commit(-amount)
        exposure.add(amount, at: minute / 15)
    }

    /// Lets reservations expire and the day turn.
    ///
    /// - Parameter kept: the time by which old amounts are forgotten: earlier than now where a log is read again whose
    ///   clock was ahead.
    func advance(to now: Instant, keeping kept: Instant) {
        let last = Self.minute(now) - Self.lifetimeMinutes - 1
        let returned = hold.end(at: now)
        if returned > 0 {
            commit(-returned)
            exposure.add(returned, at: Self.quarter(now))
        }
        // Most accounts of many are never bid on: they have nothing that could expire or turn.
        if reserved.load(ordering: .relaxed) == 0, committed.load(ordering: .relaxed) == 0, settledByQuarter.isEmpty {
            expiredThrough.store(last, ordering: .relaxed)
            return
        }
        expire(through: last, keeping: kept)
        recountToday(at: now, keeping: kept)
    }

    func advance(to now: Instant) { advance(to: now, keeping: now) }

    private func expire(through minute: Int64, keeping kept: Instant) {
        // Every second, for what came late: a bid that was logged behind its time.
        let last = max(minute, expiredThrough.load(ordering: .relaxed))
        buckets.expire(through: last) { minute, amount in expire(amount, of: minute) }
        guard last > expiredThrough.load(ordering: .relaxed) else { return }
        carried.expire(outside: last + 1...Int64.max) { minute, amount in expire(amount, of: minute) }
        expiredThrough.store(last, ordering: .relaxed)
        exposure.prune(before: Self.quarter(kept) - Self.billingQuarters)
    }

    /// Quarters of an hour in which a bid can be billed, and one more for those that are cut at either end.
    private static let billingQuarters: Int64 = 24 * 4 + 1
    /// More than the longest day.
    private static let quartersKept: Int64 = 27 * 4

    /// What was settled since midnight, by the clock of now: a clock set after a restart counts the same money.
    func recountToday(at now: Instant, keeping kept: Instant) {
        let quarter = Self.quarter(now)
        let version = clockVersion.load(ordering: .acquiring)
        guard quarter != countedQuarter || version != countedClock else { return }
        (countedQuarter, countedClock) = (quarter, version)
        let clock = clock.withLock { $0 }
        let midnight = Self.quarter(clock.startOfDay(at: now))
        settledByQuarter.prune(before: Self.quarter(kept) - Self.quartersKept + 1)
        let today = settledByQuarter.sum(from: midnight)
        committedToday.add(today - settledToday, ordering: .relaxed)
        settledToday = today
    }

    // MARK: Figures

    /// Settled since midnight, as of the last ``advance(to:)``.
    var spentToday: Spend { Spend(nanos: settledToday) }

    /// The totals.
    ///
    /// A loop that reserves meanwhile is between two additions for some nanoseconds, so books that do not balance are
    /// looked at again; those that never do are wrong.
    func snapshotBooks() -> Books {
        var books = totals
        for _ in 0..<100 {
            books.reserved = Spend(nanos: reserved.load(ordering: .relaxed))
            books.outstanding = Spend(nanos: buckets.sum + carried.sum)
            if books.balance { break }
        }
        return books
    }

    /// What the limits say now, and by how much spending may pass them.
    ///
    /// Nothing is settled beyond a limit but by notices that come after their reservation ended. Of bids that expired, the
    /// log lost or not, that is at most ``lateExposure``, which is printed as the bound; of bids that an exchange called
    /// lost and bills all the same it is ``billedAfterLoss``, which no bound covers and which is counted.
    package struct Standing: Equatable, Sendable {
        /// What may be reserved now; nil without a limit.
        package var left: Spend?
        /// What bids that the log does not hold yet may reserve together; nil without a limit.
        package var slice: Spend?
        /// What they have reserved.
        package var unlogged = Spend.zero
        /// Held back after a crash, for bids that the log lost.
        package var held = Spend.zero
        /// Reserved by bids that expired unbilled and may be billed yet: the most by which spending can pass a limit.
        package var lateExposure = Spend.zero
        /// Part of what was settled late whose bid had been called lost before: beyond every bound.
        package var billedAfterLoss = Spend.zero
        /// Of all amounts; nil where nothing was ever booked.
        package var currency: Currency?

        package init() {}
    }

    func snapshotStanding() -> Standing {
        var standing = Standing()
        let left = left
        if left < .max {
            standing.left = Spend(nanos: max(0, left))
            standing.slice = Spend(nanos: Self.slice(of: left))
        }
        standing.unlogged = Spend(nanos: max(0, unlogged.load(ordering: .relaxed)))
        standing.held = Spend(nanos: hold.nanos)
        standing.lateExposure = Spend(nanos: exposure.sum())
        standing.billedAfterLoss = Spend(nanos: billedAfterLoss)
        standing.currency = currency
        return standing
    }
}
