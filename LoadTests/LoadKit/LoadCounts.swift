/// What became of the requests of a run; every due request is in exactly one of `bids`, `noBids`, `otherStatus`,
/// `unsent` and `failed`.
package struct LoadCounts: Codable, Equatable, Sendable {
    /// Requests whose time had come.
    package var due = 0
    /// Requests written to a connection.
    package var sent = 0
    /// Answered 200.
    package var bids = 0
    /// Answered 204.
    package var noBids = 0
    /// Answered with any other status.
    package var otherStatus = 0
    /// Never sent: no connection became free in time.
    package var unsent = 0
    /// Sent, and the connection was lost, the answer no HTTP, or none came before the request was given up.
    package var failed = 0
    /// Answered later than `tmax` after the request was due.
    package var lateFromDue = 0
    /// Answered later than `tmax` after the request was written.
    package var lateFromSent = 0
    /// 200 and 204 that were in time, counted from when the request was due.
    package var inTime = 0
    /// Answers of any status that came before the run's end.
    package var answeredInWindow = 0
    /// Connections that could not be opened.
    package var connectsFailed = 0
    /// Connections that the server closed while nothing was under way, or with an answer.
    package var closedIdle = 0
    /// Of the bodies of 200.
    package var bidBytes = 0

    /// No request yet.
    package init() {}

    /// Answers of any status.
    package var answered: Int { bids + noBids + otherStatus }

    /// Whether every due request has one fate.
    package var balance: Bool { due == answered + unsent + failed }
}

/// Counts and latencies while they grow.
struct LoadTally: Sendable {
    var counts = LoadCounts()
    private(set) var fromDue = LatencyRecorder()
    private(set) var fromSent = LatencyRecorder()

    /// The moments of one answered request, in nanoseconds of the monotonic clock.
    struct Times {
        let due: UInt64
        let sent: UInt64
        let answered: UInt64
        let allowance: UInt64
    }

    mutating func record(_ frame: HTTPFrame, _ times: Times, windowEnd: UInt64) {
        let isBidOrNot: Bool
        switch frame.status {
        case 200:
            counts.bids += 1
            counts.bidBytes += frame.bodyCount
            isBidOrNot = true
        case 204:
            counts.noBids += 1
            isBidOrNot = true
        default:
            counts.otherStatus += 1
            isBidOrNot = false
        }
        let fromDue = times.answered - times.due
        let fromSent = times.answered - times.sent
        self.fromDue.record(nanos: fromDue)
        self.fromSent.record(nanos: fromSent)
        if fromDue > times.allowance {
            counts.lateFromDue += 1
        } else if isBidOrNot {
            counts.inTime += 1
        }
        if fromSent > times.allowance { counts.lateFromSent += 1 }
        if times.answered <= windowEnd { counts.answeredInWindow += 1 }
    }
}
