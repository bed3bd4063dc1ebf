internal import Units

/// What each run took and asked for.
struct Measurements {
    /// Nanoseconds of all requests together, one entry a round.
    private var nanos: [Run: [Double]] = [:]
    private var memory: [Run: MemoryCounts] = [:]
    private var retains: [Run: MemoryCounts] = [:]
    private let runs: [Run]
    /// Requests in a round.
    private let requests: Double

    /// Rounds before the first that is timed: they warm caches, pools and buffers.
    static let warmRounds = 3

    /// Times the runs, which take turns in every round, so that what else the machine does falls on all of them.
    init(timing runs: [Run], on path: BidPath, rounds: Int, requests: Int) {
        self.runs = runs
        self.requests = Double(requests)
        let clock = SystemTime()
        for round in 0..<Self.warmRounds + rounds {
            for run in runs {
                var tray = BidPath.Tray()
                let start = clock.moment()
                path.round(run, &tray)
                let nanos = Double(clock.moment().nanos - start.nanos)
                if round >= Self.warmRounds { self.nanos[run, default: []].append(nanos) }
            }
        }
    }

    /// Counts what the same runs ask for: allocations in one pass, retains and releases in another.
    mutating func count(on path: BidPath) throws {
        for run in runs {
            var tray = BidPath.Tray()
            memory[run] = MemoryCounts.of { path.round(run, &tray) }
        }
        for run in runs {
            var tray = BidPath.Tray()
            try Counters.countingRetains { retains[run] = MemoryCounts.of { path.round(run, &tray) } }
        }
    }

    /// Median over the rounds of what a step took in each, for one request.
    func nanos(_ step: Step) -> Double {
        guard let all = nanos[step.run] else { return 0 }
        let less = step.less.flatMap { nanos[$0] } ?? Array(repeating: 0, count: all.count)
        return Self.median(zip(all, less).map { $0 - $1 }) / requests
    }

    /// Median over the rounds of how many times as long one run takes as another.
    func ratio(_ run: Run, to other: Run) -> Double {
        guard let above = nanos[run], let below = nanos[other] else { return 0 }
        return Self.median(zip(above, below).map { $0 / $1 })
    }

    /// Allocations of one request; exact, the same in every run of the program.
    func allocations(_ step: Step) -> Double { perRequest(step, memory) { $0.allocations } }

    /// Bytes that one request asks for in them.
    func bytes(_ step: Step) -> Double { perRequest(step, memory) { $0.bytes } }

    /// Calls of one request that retain or release.
    func retainsAndReleases(_ step: Step) -> Double { perRequest(step, retains) { $0.retainsAndReleases } }

    /// The empty run must count nothing; else the measuring counts itself.
    func faultsWhereNothingIsDone() -> [String] {
        let memory = memory[.empty]?.allocations ?? 0
        let retains = retains[.empty]?.retainsAndReleases ?? 0
        return memory == 0 && retains == 0
            ? [] : ["doing nothing counts \(memory) allocations and \(retains) retains and releases"]
    }

    private func perRequest(
        _ step: Step,
        _ counts: [Run: MemoryCounts],
        _ figure: (MemoryCounts) -> UInt64
    ) -> Double {
        let all = counts[step.run].map(figure) ?? 0
        let less = step.less.flatMap { counts[$0] }.map(figure) ?? 0
        return (Double(all) - Double(less)) / requests
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}
