internal import Audience
internal import BidPlane
internal import Dispatch
internal import Documents
internal import EventLog
internal import Foundation
internal import Logging
internal import Synchronization
internal import Units

/// Drops what the log need not keep any longer, at the start and once an hour, beside everything else.
final class LogRetention: Sendable {
    private struct State {
        var droppedSegments: UInt64 = 0
        var failures: UInt64 = 0
        /// The first record that no checkpoint stands for.
        var next: UInt64
        /// Before then nothing becomes old enough.
        var quietUntil = Instant(micros: .min)
    }

    private let directory: DataDirectory
    private let days: Int?
    private let audience: AudienceFolder
    private let time: any TimeSource
    private let logger: Logger
    private let state: Mutex<State>

    /// Reading segments of 64 MiB is nothing for the threads that answer.
    private static let thread = DispatchQueue(label: "log-retention", qos: .utility)

    /// - Parameters:
    ///   - days: for how long records are kept; nil for ever.
    ///   - checkpoint: what the start found.
    init(
        _ directory: DataDirectory, days: Int?, audience: AudienceFolder, checkpoint: LogCheckpoint?,
        time: any TimeSource, logger: Logger
    ) {
        self.directory = directory
        self.days = days
        self.audience = audience
        self.time = time
        self.logger = logger
        state = Mutex(State(next: checkpoint?.next ?? 1))
    }

    /// Until it is cancelled; a pass under way goes on beside, and may be cut off anywhere.
    func run() async {
        guard let days else { return }
        while !Task.isCancelled {
            while await pass(days), !Task.isCancelled {}
            do { try await Task.sleep(for: .seconds(3600)) } catch { return }
        }
    }

    /// - Returns: whether there is more to drop at once.
    private func pass(_ days: Int) async -> Bool {
        await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
            Self.thread.async { continuation.resume(returning: self.drop(days)) }
        }
    }

    private func drop(_ days: Int) -> Bool {
        let now = time.instant()
        guard now >= state.withLock({ $0.quietUntil }) else { return false }
        let seconds = Int64(days) * 86_400
        do {
            let terms = LogTrim.Terms(
                before: now.adding(seconds: -seconds), visitorsThrough: try audience.durableSnapshot())
            let outcome = try LogTrim(try DirectoryStorage(path: directory.log)).run(terms, at: now)
            state.withLock { state in
                state.droppedSegments += UInt64(outcome.segments)
                state.next = outcome.next
                if case .young(let instant) = outcome.kept { state.quietUntil = instant.adding(seconds: seconds) }
            }
            if outcome.segments > 0 { logger.notice("log: \(outcome.text), older than \(days) days") }
            return outcome.kept == .full
        } catch {
            state.withLock { $0.failures += 1 }
            logger.error("log: old segments could not be dropped, which is tried again in an hour: \(error)")
            return false
        }
    }

    /// Prometheus' text, without its last line's end.
    var prometheus: String {
        let state = state.withLock { $0 }
        return """
            # HELP vendue_log_dropped_through Last record that was dropped from the log, and that a checkpoint stands for.
            # TYPE vendue_log_dropped_through gauge
            vendue_log_dropped_through \(state.next - 1)
            # HELP vendue_log_dropped_segments_total Segments dropped since the start, as retention.log_days says.
            # TYPE vendue_log_dropped_segments_total counter
            vendue_log_dropped_segments_total \(state.droppedSegments)
            # HELP vendue_log_retention_failures_total Times that old segments could not be dropped; the log says why.
            # TYPE vendue_log_retention_failures_total counter
            vendue_log_retention_failures_total \(state.failures)
            """
    }
}

extension LogTrim.Outcome {
    /// What was dropped, and what stands for it now.
    var text: String {
        let dropped = segments == 1 ? "1 segment was dropped" : "\(segments) segments were dropped"
        return "\(dropped); a checkpoint of \(checkpointBytes) bytes stands for records 1 to \(next - 1)"
    }
}
