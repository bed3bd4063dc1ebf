/// What happened in a run, or in many.
package struct RunCounts: Equatable, Sendable {
    package var steps = 0
    package var requests = 0
    package var bids = 0
    /// Calls about them, genuine and forged.
    package var notices = 0
    /// Told to be in the log.
    package var acknowledged = 0
    /// Refused because nobody sealed them.
    package var refused = 0
    /// Past their window.
    package var gone = 0
    /// Answered that the log takes nothing.
    package var unavailable = 0
    package var crashes = 0
    package var stops = 0
    package var failedStarts = 0
    /// Calls of the disk that failed.
    package var faults = 0
    package var jumps = 0
    package var budgetChanges = 0
    /// Bids that left and whose record a crash took.
    package var lostBids = 0
    /// Replays that were compared with live state.
    package var comparisons = 0

    package init() {}

    package static func += (sum: inout RunCounts, other: RunCounts) {
        for (path, _) in fields { sum[keyPath: path] += other[keyPath: path] }
    }

    private static var fields: [(WritableKeyPath<RunCounts, Int>, String)] {
        [
            (\.steps, "steps"), (\.requests, "requests"), (\.bids, "bids"), (\.notices, "notices"),
            (\.acknowledged, "acknowledged"), (\.refused, "forged and refused"), (\.gone, "past their window"),
            (\.unavailable, "told to come again"), (\.crashes, "crashes"), (\.stops, "stops"),
            (\.failedStarts, "starts that failed"), (\.faults, "disk faults"), (\.jumps, "clock jumps"),
            (\.budgetChanges, "budget changes"), (\.lostBids, "bids lost in crashes"),
            (\.comparisons, "replays compared"),
        ]
    }
}

extension RunCounts: CustomStringConvertible {
    package var description: String {
        Self.fields.map { "\(self[keyPath: $0.0]) \($0.1)" }.joined(separator: ", ")
    }
}
