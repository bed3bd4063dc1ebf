import Simulation
import Testing

@Suite("Simulation")
struct SimulationTests {
    /// Seeds of each part, so that the parts run side by side.
    private static let part: UInt64 = 50

    @Test("every invariant holds, whatever befalls the service", arguments: [1, 51, 101, 151] as [UInt64])
    func invariantsHold(first: UInt64) {
        let sweep = SeedSweep(first: first, count: Self.part, failuresMax: 3)
        sweep.run(jobs: 1)
        for failure in sweep.failures { Issue.record("seed \(failure.seed): \(failure.violation)") }
        let counts = sweep.counts
        // Runs in which nothing goes wrong show nothing.
        #expect(counts.crashes > 100 && counts.faults > 20 && counts.stops > 50)
        #expect(counts.acknowledged > 1_000 && counts.refused > 50 && counts.unavailable > 5)
        #expect(counts.comparisons > 100)
    }

    @Test("the same seed does the same", arguments: [3, 14, 159] as [UInt64])
    func repeats(seed: UInt64) {
        let runs = (0..<2).map { _ in
            var run = SimulatedRun(seed: seed, keepsSteps: true)
            try? run.run()
            return run
        }
        #expect(runs[0].steps == runs[1].steps)
        #expect(runs[0].counts == runs[1].counts)
        #expect(runs[0].steps.count > 100)
    }

    @Test("a planted mistake is found within 1,000 seeds", arguments: PlantedFault.allCases)
    func findsPlanted(fault: PlantedFault) {
        let sweep = SeedSweep(first: 1, count: 1_000, failuresMax: 1, planted: fault)
        sweep.run(jobs: 1)
        #expect(sweep.failures.first?.violation.invariant == fault.breaks, "after \(sweep.seeds) seeds")
    }

    @Test("what the service is known not to keep is still found", arguments: KnownFault.allCases)
    func findsKnown(fault: KnownFault) {
        let others = Set(KnownFault.allCases).subtracting([fault])
        let sweep = SeedSweep(first: fault.first, count: 1_000, failuresMax: 1, known: others)
        sweep.run(jobs: 1)
        // Without a failure the fault is mended, and its case goes.
        #expect(!sweep.failures.isEmpty, "\(fault.rawValue) is found by none of \(sweep.seeds) seeds")
    }
}

extension KnownFault {
    /// A seed not long before the first that shows it.
    fileprivate var first: UInt64 {
        switch self {
        case .clockJumps, .smallHold: 1
        case .zoneAfterStart: 175
        }
    }
}

extension PlantedFault {
    /// The invariant that shows it.
    fileprivate var breaks: Invariant {
        switch self {
        case .acknowledgedAtAppend, .neverSynced: .nothingIsLost
        case .registerForgotten, .deskForEachLoop: .countedOnce
        case .releaseForgotten, .reservationsForgotten: .figuresAgree
        }
    }
}
