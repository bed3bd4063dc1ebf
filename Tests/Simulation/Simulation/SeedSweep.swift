internal import Dispatch
internal import Synchronization

/// Runs of many seeds, on several threads, each run on one.
package final class SeedSweep: Sendable {
    /// A seed whose run did not keep an invariant.
    package struct Failure: Sendable {
        package let seed: UInt64
        package let violation: Violation
    }

    private struct State {
        var next: UInt64
        var seeds = 0
        var counts = RunCounts()
        var failures: [Failure] = []
    }

    private let state: Mutex<State>
    private let end: UInt64
    private let failuresMax: Int
    private let planted: PlantedFault?

    /// - Parameter failuresMax: after which no further seed is begun.
    package init(first: UInt64, count: UInt64, failuresMax: Int, planted: PlantedFault? = nil) {
        state = Mutex(State(next: first))
        end = first + count
        self.failuresMax = failuresMax
        self.planted = planted
    }

    /// Returns when all seeds have run, or enough have failed.
    package func run(jobs: Int) {
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            while let seed = take() { run(seed) }
        }
    }

    private func take() -> UInt64? {
        state.withLock { state in
            guard state.next < end, state.failures.count < failuresMax else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    private func run(_ seed: UInt64) {
        var run = SimulatedRun(seed: seed, planted: planted)
        var violation: Violation?
        do throws(Violation) { try run.run() } catch { violation = error }
        state.withLock { state in
            state.seeds += 1
            state.counts += run.counts
            if let violation { state.failures.append(Failure(seed: seed, violation: violation)) }
        }
    }

    /// Failures, by seed.
    package var failures: [Failure] { state.withLock { $0.failures.sorted { $0.seed < $1.seed } } }

    /// Seeds that have run.
    package var seeds: Int { state.withLock { $0.seeds } }

    /// What happened in them.
    package var counts: RunCounts { state.withLock { $0.counts } }
}
