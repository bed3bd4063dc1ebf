package import Units

/// What one run of the simulator found: the exchange's own truth, to be held against the service's books.
package struct SimulationReport: Sendable {
    /// The figures of the whole run, its drain included.
    package let counts: SimulationCounts
    /// The currency of ``SimulationCounts/spend``.
    package let currency: Currency
    /// From the moment at which a request was due to the last byte of its answer; what never was answered counts with
    /// the time that it was waited for.
    package let latency: LatencySummary
    /// From the moment at which a request was due to that at which it was written.
    ///
    /// Where this is not small, the simulator or its connections were the bottleneck, and ``latency`` says so rather
    /// than how fast the service is.
    package let sendLag: LatencySummary
    /// One entry a second from the start, those of the drain included.
    package let seconds: [SecondCounts]
    /// The first ten errors, of answers, notices and events, for a person to read.
    package let firstErrors: [String]
    /// With the same seed, rate and strategies the run can be repeated.
    package let seed: UInt64
}

/// Where a run stands.
package struct SimulationProgress: Sendable {
    /// Whole seconds since the start.
    package let elapsedSeconds: Int
    /// How long requests are sent; the drain follows.
    package let totalSeconds: Int
    /// The figures so far.
    package let report: SimulationReport
}

/// The figures of a run, or of a part of it.
///
/// Every request is answered or an error, but for those still on the way; a fault in an answer is an error too, on
/// top. Figures of notices count what was acknowledged, each once however often it was sent.
package struct SimulationCounts: Sendable, Equatable {
    /// Requests that fell due.
    package var requests = 0
    /// Answers with status 200 or 204.
    package var answered = 0
    /// Bids that took part in an auction; answers may hold several.
    package var bids = 0
    /// Answers with at least one such bid.
    package var bidAnswers = 0
    /// Answers that declined: 204, or a 200 without a bid.
    package var noBids = 0
    /// Failed connections, requests never answered, other statuses, and each fault in an answer.
    package var errors = 0
    /// Answers that took longer than `tmax`, counted from the actual sending.
    package var timeouts = 0
    /// Bids on requests with `test` 1, which are in no other figure of bids.
    package var testBids = 0
    /// Acknowledged win notices.
    package var wins = 0
    /// Acknowledged notices that billed.
    package var billed = 0
    /// Acknowledged loss notices.
    package var losses = 0
    /// Bids of which an impression pixel was acknowledged.
    package var impressions = 0
    /// Acknowledged clicks.
    package var clicks = 0
    /// Acknowledged conversions.
    package var conversions = 0
    /// Acknowledged notices of bids on test requests, which are in no figure above.
    package var testNotices = 0
    /// Notices sent although the same was sent before, on purpose.
    package var repeats = 0
    /// Notices sent again because the service or the connection failed.
    package var retries = 0
    /// Notices that were refused, or not acknowledged in time, the last attempt counting.
    package var noticeErrors = 0
    /// Events of shoppers that the service took.
    package var events = 0
    /// Events that the service refused, one by one, with a reason.
    package var eventsRefused = 0
    /// Batches of events that were not answered with 200, the last attempt counting.
    package var eventErrors = 0
    /// What the billed notices add up to, in the report's currency.
    package var spend = Spend.zero
    /// The same for every other currency.
    package var otherSpend: [Currency: Spend] = [:]

    /// Nothing yet.
    package init() {}

    static func += (lhs: inout SimulationCounts, rhs: SimulationCounts) {
        let figures: [WritableKeyPath<SimulationCounts, Int>] = [
            \.requests, \.answered, \.bids, \.bidAnswers, \.noBids, \.errors, \.timeouts, \.testBids, \.wins, \.billed,
            \.losses, \.impressions, \.clicks, \.conversions, \.testNotices, \.repeats, \.retries, \.noticeErrors,
            \.events, \.eventsRefused, \.eventErrors,
        ]
        for figure in figures { lhs[keyPath: figure] += rhs[keyPath: figure] }
        lhs.spend += rhs.spend
        lhs.otherSpend.merge(rhs.otherSpend) { $0 + $1 }
    }
}

/// What happened in one second of a run.
package struct SecondCounts: Sendable, Equatable {
    /// Requests written in this second.
    package var sent = 0
    /// Answers with status 200 or 204 that arrived in it.
    package var answered = 0
    /// Bids in those answers that took part in an auction.
    package var bids = 0
    /// Win notices acknowledged in it.
    package var wins = 0

    static func += (lhs: inout SecondCounts, rhs: SecondCounts) {
        lhs.sent += rhs.sent
        lhs.answered += rhs.answered
        lhs.bids += rhs.bids
        lhs.wins += rhs.wins
    }
}

/// How a latency is distributed, in microseconds, exact to three digits; all zero where nothing was measured.
package struct LatencySummary: Sendable, Equatable {
    /// How many were measured.
    package let count: UInt64
    /// What half of them took at most.
    package let p50: UInt64
    /// What nine in ten took at most.
    package let p90: UInt64
    /// What 99 in a hundred took at most.
    package let p99: UInt64
    /// What 999 in a thousand took at most.
    package let p999: UInt64
    /// The longest.
    package let max: UInt64
}
