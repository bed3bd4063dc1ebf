internal import LoadKit

/// Runs as rows of one table.
struct LoadTable {
    private var columns: Columns

    init(_ first: String) {
        columns = Columns([
            first, "offered/s", "answered/s", "p50", "p99", "p99.9", "max", "bids", "in time", "late", "unsent",
            "failed", "other", "client busy",
        ])
    }

    mutating func add(_ name: String, _ result: LoadResult) {
        let counts = result.counts
        let latency = result.fromDue
        columns.add([
            name, result.offeredRps.map { Figure.count($0) } ?? "–", Figure.count(result.answeredRps),
            Figure.duration(micros: latency.p50Micros), Figure.duration(micros: latency.p99Micros),
            Figure.duration(micros: latency.p999Micros), Figure.duration(micros: latency.maxMicros),
            Figure.percent(counts.bids, of: counts.answered), Figure.percent(counts.inTime, of: counts.due),
            "\(counts.lateFromDue)", "\(counts.unsent)", "\(counts.failed)", "\(counts.otherStatus)",
            Figure.fixed(result.clientBusy * 100, 0) + " %",
        ])
    }

    /// The table, and what its columns mean.
    var text: String {
        columns.text + "\n\nlatency, in time and late: from the moment each request was due; a client above 90 % busy "
            + "may itself be the limit"
    }
}
