internal import Histogram
internal import Units

/// The figures of one event loop while they grow.
struct SimulationTally: Sendable {
    var counts = SimulationCounts()
    private let currency: Currency
    private var latency = Self.histogram()
    private var sendLag = Self.histogram()
    private var seconds: [SecondCounts] = []
    private var firstErrors: [String] = []

    /// How many errors are kept in words.
    static let errorsKept = 10

    init(currency: Currency) { self.currency = currency }

    /// - Parameter nanos: since the request was due.
    mutating func recordLatency(nanos: Int64) { Self.record(nanos, in: &latency) }

    /// - Parameter nanos: from the moment at which the request was due to that at which it was written.
    mutating func recordSendLag(nanos: Int64) { Self.record(nanos, in: &sendLag) }

    /// An error of an answer.
    mutating func recordError(_ description: @autoclosure () -> String) {
        counts.errors += 1
        keep(description)
    }

    /// An error of a notice.
    mutating func recordNoticeError(_ description: @autoclosure () -> String) {
        counts.noticeErrors += 1
        keep(description)
    }

    /// An error of a batch of events.
    mutating func recordEventError(_ description: @autoclosure () -> String) {
        counts.eventErrors += 1
        keep(description)
    }

    /// Adds what a billed notice costs.
    mutating func bill(_ spend: Spend, in currency: Currency) {
        counts.billed += 1
        if currency == self.currency {
            counts.spend += spend
        } else {
            counts.otherSpend[currency, default: .zero] += spend
        }
    }

    /// Adds to the series at a second since the start; below zero counts as zero.
    mutating func record(at second: Int, _ change: (inout SecondCounts) -> Void) {
        let index = max(0, second)
        while seconds.count <= index { seconds.append(SecondCounts()) }
        change(&seconds[index])
    }

    static func += (lhs: inout SimulationTally, rhs: SimulationTally) {
        lhs.counts += rhs.counts
        lhs.latency.add(rhs.latency)
        lhs.sendLag.add(rhs.sendLag)
        for (second, counts) in rhs.seconds.enumerated() { lhs.record(at: second) { $0 += counts } }
        lhs.firstErrors.append(contentsOf: rhs.firstErrors.prefix(errorsKept - lhs.firstErrors.count))
    }

    func report(seed: UInt64) -> SimulationReport {
        SimulationReport(
            counts: counts, currency: currency, latency: Self.summary(of: latency), sendLag: Self.summary(of: sendLag),
            seconds: seconds, firstErrors: firstErrors, seed: seed)
    }

    private mutating func keep(_ description: () -> String) {
        if firstErrors.count < Self.errorsKept { firstErrors.append(description()) }
    }

    /// A microsecond to a minute.
    private static func histogram() -> Histogram<UInt64> {
        Histogram(highestTrackableValue: highestMicros, numberOfSignificantValueDigits: .three)
    }

    private static let highestMicros: UInt64 = 60_000_000

    private static func record(_ nanos: Int64, in histogram: inout Histogram<UInt64>) {
        // Rounded up: a latency is never reported better than it was.
        _ = histogram.record(min(UInt64(max(0, nanos) + 999) / 1000, highestMicros))
    }

    private static func summary(of histogram: Histogram<UInt64>) -> LatencySummary {
        guard histogram.totalCount > 0 else {
            return LatencySummary(count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0)
        }
        return LatencySummary(
            count: histogram.totalCount, p50: histogram.valueAtPercentile(50), p90: histogram.valueAtPercentile(90),
            p99: histogram.valueAtPercentile(99), p999: histogram.valueAtPercentile(99.9),
            max: histogram.maxRecorded)
    }
}
