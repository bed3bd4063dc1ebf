internal import ArgumentParser
internal import CAllocations
internal import Foundation
internal import OpenRTB
internal import Targeting
internal import Units

/// Measures the targeting index on one core: how long it takes to find who wants a request, with and without stopping
/// early, what it occupies, and how long it takes to build.
@main
struct TargetingBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "targeting-benchmark",
        abstract: "Time and memory of the targeting index at several numbers of strategies.",
        discussion: """
            Requests of 1.6 kB with 30 segments and values by Zipf's law; about one strategy in a hundred matches.

            Example: targeting-benchmark --strategies 1000 10000 100000 1000000
            """
    )

    @Option(parsing: .upToNextOption, help: "How many strategies.")
    var strategies = [1_000, 10_000, 100_000]

    @Option(help: "How many requests.")
    var requests = 2_000

    @Option(help: "Of strategies and requests.")
    var seed: UInt64 = 7

    @Option(
        help: "Bytes a strategy that the index may occupy at 100,000 strategies and more; else the exit status is 1.")
    var bytesMax: Int?

    func validate() throws {
        guard strategies.allSatisfy({ (1...4_000_000).contains($0) }), (10...100_000).contains(requests) else {
            throw ValidationError("--strategies must be in 1…4,000,000 and --requests in 10…100,000")
        }
    }

    func run() throws {
        var world = TargetingWorld(seed: seed)
        let bodies = (0..<requests).map { _ in Array(world.request().utf8) }
        let bytes = bodies.reduce(0) { $0 + $1.count } / bodies.count
        print("\(requests) requests of \(bytes) bytes; seed \(seed); one core; microseconds")
        print(Row.heading)
        var rows: [Row] = []
        for count in strategies {
            let row = try measure(count, bodies)
            print(row.text)
            rows.append(row)
        }
        try write(rows)
        if let bytesMax, let heavy = rows.first(where: { $0.strategies >= 100_000 && $0.bytes > bytesMax }) {
            print("\(heavy.strategies) strategies take \(heavy.bytes) bytes each, at most \(bytesMax) are allowed")
            throw ExitCode(1)
        }
    }

    private func measure(_ count: Int, _ bodies: [[UInt8]]) throws -> Row {
        var world = TargetingWorld(seed: seed ^ 0x5EED)
        let predicates = (0..<count).map { _ in world.predicate() }
        // Prices as they are: most low, a few high. No two alike, so that the best is one.
        let bounds = (0..<count).map { Int64(20_000_000 / (1 + 20 * $0 / count) + (count - $0)) }
        let clock = ContinuousClock()
        let start = clock.now
        let index = TargetingIndex(predicates, bounds: bounds, seed: Seed(high: seed, low: 1))
        let built = clock.now - start
        let searcher = Searcher(index, bounds)
        let all = try searcher.times(bodies, stopsEarly: false)
        let early = try searcher.times(bodies, stopsEarly: true)
        return Row(
            strategies: count, slots: index.slots, bytes: index.bytes / count,
            build: Self.micros(built) / Double(count), matches: Double(all.matches) / Double(bodies.count),
            all: all, early: early)
    }

    static func micros(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e6 + Double(duration.components.attoseconds) / 1e12
    }

    private func write(_ rows: [Row]) throws {
        let folder = URL(filePath: "LoadTests/Results")
        guard FileManager.default.fileExists(atPath: "LoadTests") else { return }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(rows).write(to: folder.appending(path: "targeting-benchmark.json"))
    }
}

/// What one number of strategies costs.
struct Row: Encodable {
    let strategies: Int
    let slots: Int
    /// A strategy.
    let bytes: Int
    /// Microseconds a strategy.
    let build: Double
    /// A request.
    let matches: Double
    let all: Times
    let early: Times

    static let heading = """
        strategies  build each  bytes each   matches | all matches: p50       p99 | best only: p50       p99  allocations
        """

    var text: String {
        String(
            format: "%10d  %10.2f  %10d  %8.0f  %18.1f  %8.1f  %16.2f  %8.2f  %11d", strategies, build, bytes, matches,
            all.p50, all.p99, early.p50, early.p99, all.allocations + early.allocations)
    }
}

/// Microseconds of a search over many requests.
struct Times: Encodable {
    let p50: Double
    let p99: Double
    let mean: Double
    let matches: Int
    /// Once warm, in all requests together.
    let allocations: Int
}
