import Testing
import Units

@testable import Audience

@Suite("Counters of frequency caps")
struct FrequencyCounterTests {
    private static let cases: [(cap: Int, hours: Int)] = [(1, 1), (3, 24), (2, 168), (1000, 24), (7, 8760)]

    @Test("whoever keeps a cap at every moment keeps it in every window, wherever it begins", arguments: cases)
    func neverMore(cap: Int, hours: Int) {
        let window = hours * 3600
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var counter = FrequencyCounter(name: FrequencyCounter.name(1, UInt32(window)), state: 0)
            var shown: [Int] = []
            var now = 1_793_500_000 + Int(seed) * 977
            for _ in 0..<20_000 {
                // Faster than the cap allows, and now and then as slow as a window.
                let isPause = random.next() % UInt64(8 * cap) == 0
                now += Int.random(in: 0...max(1, isPause ? window / 3 : window / (4 * cap)), using: &random)
                guard counter.count(at: UInt64(now)) < cap else { continue }
                counter.increment(at: UInt64(now))
                shown.append(now)
            }
            let worst = shown.indices.map { first in
                shown[first...].prefix { $0 < shown[first] + window }.count
            }.max()
            #expect(worst == cap, "seed \(seed)")
        }
    }

    @Test("what was counted holds for the window, and a quarter longer at most", arguments: cases.map(\.hours))
    func holds(hours: Int) {
        let window = UInt64(hours) * 3600
        for start in stride(from: 1_793_500_000 as UInt64, to: 1_793_500_000 + window, by: Int(window) / 50) {
            let counter = FrequencyCounter(name: FrequencyCounter.name(1, UInt32(window)), at: start)
            #expect(counter.count(at: start) == 1)
            #expect(counter.count(at: start + window - 1) == 1)
            #expect(counter.count(at: start + window + window / 4) == 0)
            #expect(!counter.isLive(at: start + window + window / 4))
            #expect(counter.end(near: start) > Int64(start + window - 1))
            #expect(counter.end(near: start + window) <= Int64(start + window + window / 4))
        }
    }

    @Test("a clock that was put back counts too much rather than too little")
    func clockPutBack() {
        var counter = FrequencyCounter(name: FrequencyCounter.name(1, 3600), at: 1_793_500_000)
        let back: UInt64 = 1_793_500_000 - 10 * 3600
        #expect(counter.count(at: back) == 1)
        for _ in 0..<3 { counter.increment(at: back) }
        #expect(counter.count(at: back) == 4)
    }

    @Test("more than a slice can tell stays at its greatest")
    func saturates() {
        var counter = FrequencyCounter(name: FrequencyCounter.name(1, 3600), at: 1_793_500_000)
        for _ in 0..<3000 { counter.increment(at: 1_793_500_000) }
        #expect(counter.count(at: 1_793_500_000) == 1023)
        counter.increment(at: 1_793_500_000 + 900)
        #expect(counter.count(at: 1_793_500_000 + 900) == 1024)
    }

    @Test("two visitors found to be one have counted together, whichever is told first")
    func unites() {
        let name = FrequencyCounter.name(1, 3600)
        for later in [0, 900, 1800, 3600, 4500, 9000] as [UInt64] {
            let first = FrequencyCounter(name: name, at: 1_793_499_300)
            let second = FrequencyCounter(name: name, at: 1_793_499_300 + later)
            var (one, other) = (first, second)
            one.unite(second)
            other.unite(first)
            #expect(one == other)
            let now = 1_793_499_300 + later
            #expect(one.count(at: now) == first.count(at: now) + second.count(at: now))
        }
    }
}
