import Testing
import Traffic

@testable import LoadKit

@Suite("Arrival clock")
struct ArrivalClockTests {
    private static func all(_ arrivals: Arrivals, rate: Double = 1_000, seed: UInt64 = 1) -> [UInt64] {
        var clock = ArrivalClock(arrivals, requestsPerSecond: rate, seconds: 2, seed: seed)
        var all: [UInt64] = []
        while let due = clock.dueNanos {
            all.append(due)
            clock.advance()
        }
        return all
    }

    @Test("constant arrivals are evenly spaced and as many as asked for")
    func constant() {
        #expect(Self.all(.constant) == (0..<2_000).map { $0 * 1_000_000 })
    }

    @Test("a rate whose gap is no whole number of nanoseconds does not drift")
    func drift() {
        let all = Self.all(.constant, rate: 300_000)
        #expect(all.count == 600_000)
        #expect(all.last == 1_999_996_666)
    }

    @Test("Poisson arrivals come at the rate, unevenly, the same for the same seed")
    func poisson() {
        let arrivals = Self.all(.poisson)
        #expect((1_800...2_200).contains(arrivals.count))
        #expect(arrivals == Self.all(.poisson))
        #expect(arrivals != Self.all(.poisson, seed: 2))
        #expect(zip(arrivals, arrivals.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(arrivals.allSatisfy { $0 < 2_000_000_000 })
        // A share of 1 - 1/e of exponential gaps is below their mean.
        let short = zip(arrivals, arrivals.dropFirst()).count { $1 - $0 < 1_000_000 }
        #expect((0.58...0.68).contains(Double(short) / Double(arrivals.count - 1)))
    }
}
