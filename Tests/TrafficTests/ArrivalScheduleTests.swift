import Testing

@testable import Traffic

@Suite("Arrivals")
struct ArrivalScheduleTests {
    private static func all(_ arrivals: Arrivals, seed: UInt64 = 1) -> [ArrivalSchedule.Arrival] {
        var schedule = ArrivalSchedule(arrivals, requestsPerSecond: 1_000, seconds: 2, seed: seed)
        var all: [ArrivalSchedule.Arrival] = []
        while let arrival = schedule.next() { all.append(arrival) }
        return all
    }

    @Test("constant arrivals are evenly spaced and as many as asked for")
    func constant() {
        let arrivals = Self.all(.constant)
        #expect(arrivals.count == 2_000)
        #expect(arrivals.map(\.nanos) == (0..<2_000).map { $0 * 1_000_000 })
        #expect(arrivals.map(\.ordinal) == (0..<2_000).map { $0 })
    }

    @Test("Poisson arrivals come at the rate, unevenly, the same for the same seed")
    func poisson() {
        let arrivals = Self.all(.poisson)
        #expect((1_800...2_200).contains(arrivals.count))
        #expect(arrivals == Self.all(.poisson))
        #expect(arrivals != Self.all(.poisson, seed: 2))
        let gaps = zip(arrivals.dropFirst(), arrivals).map { $0.nanos - $1.nanos }
        #expect(gaps.allSatisfy { $0 >= 0 })
        // A share of 1 - 1/e of exponential gaps is below their mean.
        #expect((0.58...0.68).contains(Double(gaps.count { $0 < 1_000_000 }) / Double(gaps.count)))
        #expect(arrivals.allSatisfy { $0.nanos < 2_000_000_000 })
    }
}
