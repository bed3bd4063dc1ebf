internal import CAllocations
internal import OpenRTB
internal import Targeting
internal import Units

/// Asks an index who wants each request, and takes the time of each.
final class Searcher {
    private let index: TargetingIndex
    private let bounds: [Int64]
    private let matcher = TargetingMatcher()
    private var listed: [UInt32] = []
    private let reader = BidRequestReader()
    private let context = TargetingContext(
        exchange: Array("bench".utf8), instant: Instant(seconds: 1_800_000_000), personalDataAllowed: true)

    /// - Parameter bounds: of the predicates that the index was made of, in their order.
    init(_ index: TargetingIndex, _ bounds: [Int64]) {
        self.index = index
        self.bounds = index.order.map { bounds[Int($0)] }
    }

    /// - Parameter stopsEarly: whether the first match's bound is what the others must be able to bid.
    func times(_ bodies: [[UInt8]], stopsEarly: Bool) throws(ReadError) -> Times {
        var nanos: [Double] = []
        nanos.reserveCapacity(bodies.count)
        var matches = 0
        // The first round warms up.
        for body in bodies.prefix(200) {
            try reader.read(copying: body)
            _ = search(stopsEarly)
        }
        var allocations = 0
        let clock = ContinuousClock()
        for body in bodies {
            try reader.read(copying: body)
            let before = vendue_memory_counts_now().allocations
            let start = clock.now
            matches += search(stopsEarly)
            let time = clock.now - start
            allocations += Int(vendue_memory_counts_now().allocations - before)
            nanos.append(TargetingBench.micros(time))
        }
        nanos.sort()
        return Times(
            p50: nanos[nanos.count / 2], p99: nanos[nanos.count * 99 / 100],
            mean: nanos.reduce(0, +) / Double(nanos.count), matches: matches, allocations: allocations)
    }

    @inline(never)
    private func search(_ stopsEarly: Bool) -> Int {
        matcher.begin(index, reader.request, context)
        var count = 0
        for imp in reader.request.imps.indices {
            matcher.start(reader.request.imps[imp], of: reader.request, context)
            guard stopsEarly else {
                listed.removeAll(keepingCapacity: true)
                matcher.list(reader.request, context, into: &listed)
                count += listed.count
                continue
            }
            var best = Int64.min
            while let strategy = matcher.next(reader.request, context, worth: best) {
                count += 1
                best = max(best, bounds[strategy])
            }
        }
        return count
    }
}
