internal import Foundation
package import Traffic

/// What a run sends, how fast, and when it gives up.
package struct LoadPlan: Sendable {
    /// How the next request's time is found.
    package enum Pace: Sendable {
        /// At a rate, whatever the answers do.
        case open(Arrivals, requestsPerSecond: Double)
        /// Each connection sends its next request when the last one is answered.
        case closed
    }

    /// Where to.
    package let target: LoadTarget
    package let pace: Pace
    /// How long requests are due; an open run then waits at most ``giveUpMillis`` for answers.
    package let seconds: Double
    /// Kept open all the time; each has one request under way at most.
    package let connections: Int
    /// Of Poisson arrivals.
    package var seed: UInt64 = 1
    /// A request that waited so long for a connection is not sent; nil for its own `tmax`.
    package var timeoutMillis: Int?
    /// A connection whose answer takes so long is closed.
    package var giveUpMillis = 5_000

    /// Limits of a plan, so that a mistyped number does not take the machine.
    package enum Limits {
        package static let secondsMax = 600.0
        package static let requestsPerSecondMax = 500_000.0
        /// Below the usual limit of open files with what else is open.
        package static let connectionsMax = 10_000
    }

    /// What is wrong with a plan.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Throws: where a number is out of ``Limits``.
    package init(target: LoadTarget, pace: Pace, seconds: Double, connections: Int) throws(Fault) {
        guard seconds > 0, seconds <= Limits.secondsMax else {
            throw Fault(description: "a run takes more than 0 and at most \(Int(Limits.secondsMax)) seconds")
        }
        guard (1...Limits.connectionsMax).contains(connections) else {
            throw Fault(description: "connections are 1 to \(Limits.connectionsMax)")
        }
        if case .open(_, let rate) = pace, !(rate > 0 && rate <= Limits.requestsPerSecondMax) {
            throw Fault(description: "a rate is above 0 and at most \(Int(Limits.requestsPerSecondMax)) a second")
        }
        self.target = target
        self.pace = pace
        self.seconds = seconds
        self.connections = connections
    }

    /// The rate of an open loop.
    var offeredRps: Double? {
        if case .open(_, let rate) = pace { return rate }
        return nil
    }
}
