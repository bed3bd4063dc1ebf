internal import Foundation
package import Traffic
internal import Units

/// When each request of an open-loop run is due, as nanoseconds since its start: known whatever the answers do.
package struct ArrivalClock: Sendable {
    /// When the next request is due; nil once the run is over.
    package private(set) var dueNanos: UInt64?

    private let arrivals: Arrivals
    private let nanosBetween: Double
    private let endNanos: Double
    private var chance: SplitMix64
    private var ordinal = 0.0
    private var nanos = 0.0

    /// A clock that stands before the first arrival.
    ///
    /// - Parameters:
    ///   - arrivals: how requests are spread.
    ///   - requestsPerSecond: above 0.
    ///   - seconds: nothing is due at or after this.
    ///   - seed: of Poisson arrivals.
    package init(_ arrivals: Arrivals, requestsPerSecond: Double, seconds: Double, seed: UInt64) {
        precondition(requestsPerSecond > 0 && seconds > 0)
        self.arrivals = arrivals
        nanosBetween = 1e9 / requestsPerSecond
        endNanos = seconds * 1e9
        chance = SplitMix64(seed: Mix.scramble(seed ^ 0x6C6F_6164))
        if case .poisson = arrivals { nanos = drawGap() }
        dueNanos = nanos < endNanos ? UInt64(nanos) : nil
    }

    /// Goes on to the next arrival.
    package mutating func advance() {
        ordinal += 1
        switch arrivals {
        // A product, not a sum: rounding must not shift the rate.
        case .constant: nanos = ordinal * nanosBetween
        case .poisson: nanos += drawGap()
        }
        dueNanos = nanos < endNanos ? UInt64(nanos) : nil
    }

    private mutating func drawGap() -> Double {
        -log(1 - Double(chance.next() >> 11) * 0x1p-53) * nanosBetween
    }
}
