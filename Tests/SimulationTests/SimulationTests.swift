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
        #expect(counts.comparisons > 100 && counts.jumps > 20 && counts.gone > 0)
    }

    /// What they showed: clocks set back, more runs in some minutes than bids told apart, bills between a bid and the crash
    /// that took it, a budget spent further before a second start, many impressions in one lost bid.
    @Test("seeds that once failed hold", arguments: [158, 238, 287, 324, 1923, 3024, 5874, 6173] as [UInt64])
    func mended(seed: UInt64) {
        var run = SimulatedRun(seed: seed)
        do throws(Violation) { try run.run() } catch { Issue.record("seed \(seed): \(error)") }
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
        let found = sweep.failures.first?.violation.invariant
        #expect(found.map { fault.breaks.contains($0) } == true, "\(String(describing: found)), \(sweep.seeds) seeds")
    }

}

extension PlantedFault {
    /// The invariants that show it, one of them first.
    fileprivate var breaks: Set<Invariant> {
        switch self {
        case .acknowledgedAtAppend: [.nothingIsLost]
        case .neverSynced: [.nothingIsLost, .figuresAgree]
        case .registerForgotten, .deskForEachLoop: [.countedOnce]
        case .releaseForgotten: [.figuresAgree]
        case .reservationsForgotten: [.figuresAgree, .booksBalance]
        }
    }
}
