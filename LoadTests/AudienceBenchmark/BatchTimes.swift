internal import CAllocations
internal import Units

/// What one of many alike calls takes, each too short for the clock: they are timed a batch at a time.
struct BatchTimes: Encodable {
    /// Of one call, in the median batch: a batch that another program interrupted does not count for more than any
    /// other.
    let nanos: Double
    /// The same of the batch that a tenth of them are quicker than: what the work takes where others leave the machine
    /// alone for a moment.
    let quietNanos: Double
    /// In all batches together.
    let allocations: Int

    /// Calls in a batch: some microseconds' worth, beside which reading the clock is little.
    static let size = 1000

    /// Times batches one after the other, behind one in ten that warm caches and pools and do not count.
    ///
    /// - Parameter work: makes ``size`` calls; it is told which batch it is.
    init(batches: Int, _ work: (Int) -> Void) {
        let clock = SystemTime()
        for batch in 0..<batches / 10 { work(batch) }
        var nanos: [Double] = []
        nanos.reserveCapacity(batches)
        let before = vendue_memory_counts_now().allocations
        for batch in 0..<batches {
            let start = clock.moment()
            work(batch)
            nanos.append(Double(clock.moment().nanos - start.nanos))
        }
        allocations = Int(vendue_memory_counts_now().allocations - before)
        nanos.sort()
        self.nanos = nanos[batches / 2] / Double(Self.size)
        quietNanos = nanos[batches / 10] / Double(Self.size)
    }

    /// Whether the counter of allocations sees ten arrays; if not, its zeros mean nothing.
    static var seesAllocations: Bool {
        var count = 0
        let before = vendue_memory_counts_now().allocations
        for size in 100..<110 { count += array(size).count }
        return vendue_memory_counts_now().allocations - before == 10 && count == 1_045
    }

    @inline(never)
    private static func array(_ count: Int) -> [Int] { Array(repeating: count, count: count) }
}
