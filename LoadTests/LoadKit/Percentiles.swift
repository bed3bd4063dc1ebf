internal import Histogram

/// Percentiles of a run, in microseconds.
package struct Percentiles: Codable, Sendable {
    package let count: UInt64
    package let p50Micros: UInt64
    package let p90Micros: UInt64
    package let p99Micros: UInt64
    package let p999Micros: UInt64
    package let maxMicros: UInt64
}

/// Latencies with three significant digits, from a microsecond to a minute.
struct LatencyRecorder: Sendable {
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: Self.highestMicros, numberOfSignificantValueDigits: .three)
    private static let highestMicros: UInt64 = 60_000_000

    /// Rounded up: a latency is never reported better than it was.
    mutating func record(nanos: UInt64) {
        _ = histogram.record(min((nanos + 999) / 1_000, Self.highestMicros))
    }

    var percentiles: Percentiles {
        guard histogram.totalCount > 0 else {
            return Percentiles(count: 0, p50Micros: 0, p90Micros: 0, p99Micros: 0, p999Micros: 0, maxMicros: 0)
        }
        return Percentiles(
            count: histogram.totalCount, p50Micros: histogram.valueAtPercentile(50),
            p90Micros: histogram.valueAtPercentile(90), p99Micros: histogram.valueAtPercentile(99),
            p999Micros: histogram.valueAtPercentile(99.9), maxMicros: histogram.maxRecorded)
    }
}
