import Testing
import Units

@testable import Traffic

@Suite("Figures of a run")
struct SimulationTallyTests {
    @Test("the figures of two loops add up")
    func merging() {
        var first = SimulationTally(currency: .usd)
        first.counts.requests = 3
        first.bill(Spend(nanos: 5), in: .usd)
        first.bill(Spend(nanos: 7), in: .eur)
        first.recordLatency(nanos: 1_000_000)
        first.record(at: 0) { $0.sent += 1 }
        for number in 0..<8 { first.recordError("first \(number)") }
        var second = SimulationTally(currency: .usd)
        second.counts.requests = 4
        second.bill(Spend(nanos: 11), in: .usd)
        second.bill(Spend(nanos: 13), in: .eur)
        second.recordLatency(nanos: 3_000_000)
        second.record(at: 2) { $0.sent += 2 }
        for number in 0..<8 { second.recordNoticeError("second \(number)") }

        first += second
        let report = first.report(seed: 9)
        #expect(report.counts.requests == 7)
        #expect(report.counts.billed == 4)
        #expect(report.counts.spend == Spend(nanos: 16))
        #expect(report.counts.otherSpend == [.eur: Spend(nanos: 20)])
        #expect(report.counts.errors == 8)
        #expect(report.counts.noticeErrors == 8)
        #expect(report.firstErrors.count == 10)
        #expect(report.seconds.map(\.sent) == [1, 0, 2])
        #expect(report.latency.count == 2)
        #expect(report.latency.max == 3_000)
        #expect(report.seed == 9)
    }

    @Test("nothing measured is all zero, and no latency is too long to count")
    func extremes() {
        var tally = SimulationTally(currency: .usd)
        #expect(tally.report(seed: 0).latency.p99 == 0)
        tally.recordLatency(nanos: 1)
        tally.recordLatency(nanos: .max / 2)
        let summary = tally.report(seed: 0).latency
        #expect(summary.p50 == 1)
        #expect(summary.max == 60_000_000)
    }
}
