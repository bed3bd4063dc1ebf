internal import ArgumentParser
internal import Foundation
internal import Simulation
internal import Synchronization

/// Runs the whole service in simulated time, seed by seed, and says of each failure how to see it again.
@main
struct VendueSimulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vendue-simulate",
        abstract:
            "The whole service in simulated time: exchanges that err, disks that fail, crashes, clocks that jump.",
        discussion: """
            Example: vendue-simulate --seeds 10000
            Example: vendue-simulate --seed 17

            Exit status: 0 every invariant held, 1 one did not.
            """
    )

    @Option(help: "How many seeds.")
    var seeds = 1_000

    @Option(help: "The first of them.")
    var first: UInt64 = 1

    @Option(help: "This seed alone, every step of it printed.")
    var seed: UInt64?

    @Option(
        help: "Plants a mistake that is to be found: \(PlantedFault.allCases.map(\.rawValue).joined(separator: ", ")).")
    var plant: PlantedFault?

    @Option(help: "Threads.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Ends after so many failures.")
    var failures = 10

    private static let stepsShown = 25

    func validate() throws {
        guard (1...100_000_000).contains(seeds), (1...1024).contains(jobs), failures > 0 else {
            throw ValidationError("--seeds, --jobs or --failures is out of bounds")
        }
    }

    func run() throws {
        if let seed { return try replay(seed) }
        let start = ContinuousClock.now
        let sweep = SeedSweep(first: first, count: UInt64(seeds), failuresMax: failures, planted: plant)
        sweep.run(jobs: jobs)
        let failed = sweep.failures
        for failure in failed { show(failure) }
        let seconds = start.duration(to: .now).components.seconds
        print("\(sweep.seeds) seeds, \(failed.count) failed, \(seconds) s: \(sweep.counts)")
        if !failed.isEmpty { throw ExitCode(1) }
    }

    private func show(_ failure: SeedSweep.Failure) {
        print("seed \(failure.seed): \(failure.violation)")
        var run = SimulatedRun(seed: failure.seed, planted: plant, keepsSteps: true)
        try? run.run()
        for step in run.steps.suffix(Self.stepsShown) { print("    \(step)") }
        print("    replay it: vendue-simulate --seed \(failure.seed)\(options)\n")
    }

    /// The options that a replay needs as well.
    private var options: String { plant.map { " --plant \($0.rawValue)" } ?? "" }

    private func replay(_ seed: UInt64) throws {
        var run = SimulatedRun(seed: seed, planted: plant, keepsSteps: true)
        var violation: Violation?
        do throws(Violation) { try run.run() } catch { violation = error }
        for step in run.steps { print(step) }
        print(run.counts)
        guard let violation else { return print("seed \(seed): every invariant held") }
        print("seed \(seed): \(violation)")
        throw ExitCode(1)
    }
}

extension PlantedFault: ExpressibleByArgument {}
