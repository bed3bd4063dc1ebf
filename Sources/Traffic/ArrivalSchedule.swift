internal import Units

/// How requests are spread over time.
package enum Arrivals: Sendable {
    /// The same time between any two.
    case constant
    /// Independent of each other, as those of many visitors are: exponential times between, bursts and gaps.
    case poisson
}

/// When each request of a run is due: known before the first is sent, whatever the answers do.
struct ArrivalSchedule: Sendable {
    struct Arrival: Equatable, Sendable {
        let ordinal: UInt64
        /// Since the start of the run.
        let nanos: Int64
    }

    private let arrivals: Arrivals
    private let nanosBetween: Double
    private let endNanos: Double
    private var chance: SplitMix64
    private var ordinal: UInt64 = 0
    private var nanos = 0.0

    /// A schedule that has not begun.
    ///
    /// - Parameters:
    ///   - arrivals: how they are spread.
    ///   - requestsPerSecond: above 0.
    ///   - seconds: nothing is due at or after this.
    ///   - seed: of Poisson arrivals.
    init(_ arrivals: Arrivals, requestsPerSecond: Double, seconds: Double, seed: UInt64) {
        self.arrivals = arrivals
        nanosBetween = 1e9 / requestsPerSecond
        endNanos = seconds * 1e9
        chance = SplitMix64(seed: Mix.scramble(seed ^ 0x6172_7269))
        if case .poisson = arrivals { nanos = chance.exponential() * nanosBetween }
    }

    /// The next arrival; nil once the run is over.
    mutating func next() -> Arrival? {
        guard nanos < endNanos else { return nil }
        let arrival = Arrival(ordinal: ordinal, nanos: Int64(nanos))
        ordinal += 1
        switch arrivals {
        case .constant: nanos = Double(ordinal) * nanosBetween
        case .poisson: nanos += chance.exponential() * nanosBetween
        }
        return arrival
    }
}
