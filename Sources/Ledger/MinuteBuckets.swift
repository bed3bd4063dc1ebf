internal import Synchronization

/// Amounts by minute, in a ring whose places know which minute they hold.
///
/// A minute that finds an older one in its place moves what is left of it to `stale`, which expires with the next sweep:
/// so a late sweep never takes a living reservation for a dead one.
@safe
final class MinuteBuckets: @unchecked Sendable {
    // Unchecked because of the pointer. Invariant: `cells` holds 2 × `count` initialised atomics from `init` to `deinit`:
    // amounts, then minutes.
    private let cells: UnsafeMutablePointer<Atomic<Int64>>
    private let count: Int
    private let stale = Atomic<Int64>(0)

    /// - Parameter count: a power of two.
    init(count: Int) {
        precondition(count > 0 && count & (count - 1) == 0)
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
        let place = Int(truncatingIfNeeded: minute) & (count - 1)
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

    /// From any loop; also before what it is taken from was added.
    func subtract(_ amount: Int64, at minute: Int64) { add(-amount, at: minute) }

    /// Takes out an amount that nobody has swept yet, if it is there; on the sweeping thread.
    func take(_ amount: Int64, at minute: Int64) -> Bool {
        let place = Int(truncatingIfNeeded: minute) & (count - 1)
        if unsafe cells[count + place].load(ordering: .relaxed) == minute,
            unsafe cells[place].load(ordering: .relaxed) >= amount
        {
            unsafe cells[place].subtract(amount, ordering: .relaxed)
            return true
        }
        guard stale.load(ordering: .relaxed) >= amount else { return false }
        stale.subtract(amount, ordering: .relaxed)
        return true
    }

    /// Takes out everything up to and including a minute.
    ///
    /// - Parameter body: is given each minute's amount; what lost its place counts as the last minute's.
    func expire(through minute: Int64, _ body: (_ minute: Int64, _ amount: Int64) -> Void) {
        let lost = stale.exchange(0, ordering: .relaxed)
        if lost != 0 { body(minute, lost) }
        for place in 0..<count {
            let held = unsafe cells[count + place].load(ordering: .relaxed)
            guard held <= minute else { continue }
            let amount = unsafe cells[place].exchange(0, ordering: .relaxed)
            if amount != 0 { body(held, amount) }
        }
    }

    /// Forgets which minutes its places held, so that earlier ones find room again; while nobody reserves.
    func clear() {
        for place in 0..<count { unsafe cells[count + place].store(.min, ordering: .relaxed) }
    }

    var sum: Int64 {
        (0..<count).reduce(stale.load(ordering: .relaxed)) { sum, place in
            unsafe sum + cells[place].load(ordering: .relaxed)
        }
    }
}

/// What a checkpoint keeps of the buckets; while nobody reserves.
extension MinuteBuckets {
    /// What lost its place.
    var staleAmount: Int64 { stale.load(ordering: .relaxed) }

    func restoreStale(_ amount: Int64) { stale.store(amount, ordering: .relaxed) }

    /// Every place that holds a minute, with what is in it.
    var places: [(minute: Int64, amount: Int64)] {
        (0..<count).compactMap { place in
            let minute = unsafe cells[count + place].load(ordering: .relaxed)
            return minute == .min ? nil : (minute, unsafe cells[place].load(ordering: .relaxed))
        }
    }

    func restore(_ minute: Int64, _ amount: Int64) {
        let place = Int(truncatingIfNeeded: minute) & (count - 1)
        unsafe cells[count + place].store(minute, ordering: .relaxed)
        unsafe cells[place].store(amount, ordering: .relaxed)
    }
}
