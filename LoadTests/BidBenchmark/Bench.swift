internal import ArgumentParser
internal import Foundation

/// Measures the steps of a bid on one core: time, allocations, retains and releases, and, run under callgrind by
/// `scripts/count-instructions`, instructions.
///
/// Times are medians over rounds in one process, so their ratios mean something where their absolute values do not.
/// Counts are exact, and `--check` holds them to the thresholds in git.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bid-benchmark",
        abstract: "Time, allocations, retains and releases of each step of a bid.",
        discussion: """
            Prints a table and writes LoadTests/Results/bid-benchmark.json; run it from the project's folder.

            Example: bid-benchmark --strategies 100 1000 10000

            Exit status with --check: 0 all within \(Thresholds.path), 1 something is not.
            """
    )

    @Option(help: "Of the generated requests.")
    var seed: UInt64 = 7

    @Option(help: "How many requests.")
    var requests = 500

    @Option(parsing: .upToNextOption, help: "How many strategies; of each further count only growth is shown.")
    var strategies = [100]

    @Option(help: "Rounds that are timed.")
    var rounds = 15

    @Flag(help: "Holds the figures to the thresholds.")
    var check = false

    @Flag(help: "Makes the counts the new thresholds.")
    var adopt = false

    @Flag(help: "Prints step, run and the run taken off it, one step a line, and ends.")
    var list = false

    @Option(help: "Does this one run and nothing else, for a profiler.")
    var step: Run?

    @Option(name: .customLong("repeat"), help: "How many times it goes over all requests.")
    var repeats = 1

    func validate() throws {
        guard (1...100_000).contains(requests), (1...1_000).contains(rounds), (1...1_000_000).contains(repeats) else {
            throw ValidationError("--requests, --rounds or --repeat is out of bounds")
        }
        guard let first = strategies.first, strategies.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw ValidationError("--strategies must be in 1…1,000,000")
        }
        guard check || adopt else { return }
        let thresholds = try Thresholds.read()
        guard (thresholds.seed, thresholds.requests, thresholds.strategies) == (seed, requests, first) else {
            throw ValidationError("the thresholds hold for another seed, or other numbers of requests or strategies")
        }
    }

    func run() throws {
        if list {
            for step in Step.all { print(step.name, step.run.rawValue, step.less?.rawValue ?? "-", separator: "\t") }
            return
        }
        let workload = Workload(count: requests, seed: seed)
        if let step { return try goOver(workload, step) }
        try Counters.prove()
        let path = try BidPath(workload, for: Run.allCases, strategies: strategies[0])
        try refuse(path.faults(of: Run.allCases))
        var measured = Measurements(timing: Run.allCases, on: path, rounds: rounds, requests: requests)
        try measured.count(on: path)
        try refuse(measured.faultsWhereNothingIsDone())
        var report = Report(
            measured, workload, seed: seed, bids: path.bidCount(), strategies: strategies[0], rounds: rounds)
        if strategies.count > 1 { report.growth = try strategies.map { try growth(workload, $0) } }
        print(report.text)
        try report.write()
        try hold(measured)
    }

    /// One run, over and over: its instructions are the difference between two numbers of repeats.
    private func goOver(_ workload: Workload, _ run: Run) throws {
        let path = try BidPath(workload, for: [run], strategies: strategies[0])
        for _ in 0..<repeats {
            var tray = BidPath.Tray()
            path.round(run, &tray)
        }
    }

    /// - Parameter count: of strategies; the more, the fewer rounds.
    private func growth(_ workload: Workload, _ count: Int) throws -> Report.Growth {
        let runs = [Run.read, .paused, .unmatched, .bidding]
        let path = try BidPath(workload, for: runs, strategies: count)
        let fewer = max(3, min(rounds, rounds * 500 / count))
        let measured = Measurements(timing: runs, on: path, rounds: fewer, requests: requests)
        let steps = Dictionary(uniqueKeysWithValues: Step.all.map { ($0.name, measured.nanos($0).rounded()) })
        return Report.Growth(
            strategies: count, shortlistNoneNanos: steps["shortlist-none"] ?? 0, wholeNanos: steps["whole"] ?? 0)
    }

    private func hold(_ measured: Measurements) throws {
        guard check || adopt else { return }
        var thresholds = try Thresholds.read()
        if adopt {
            thresholds.adopt(measured)
            try thresholds.write()
            print("\n\(Thresholds.path) holds these counts now")
        }
        guard check else { return }
        try refuse(thresholds.faults(in: measured))
        print("\nall steps within \(Thresholds.path)")
    }

    private func refuse(_ faults: [String]) throws {
        guard !faults.isEmpty else { return }
        for fault in faults {
            try FileHandle.standardError.write(contentsOf: Data("bid-benchmark: \(fault)\n".utf8))
        }
        throw ExitCode(1)
    }
}

extension Run: ExpressibleByArgument {}
