internal import Logging
internal import Synchronization
internal import Units

/// Counts wrong tokens, and says so at most once a minute: two numbers, however many come.
final class Refusals: Sendable {
    private struct State {
        var count = 0
        var nextReport: Moment?
    }

    private let logger: Logger
    private let time: any TimeSource
    private let state = Mutex(State())

    init(logger: Logger, time: any TimeSource) {
        self.logger = logger
        self.time = time
    }

    func count() {
        let now = time.moment()
        let report: Int? = state.withLock { state in
            state.count += 1
            if let next = state.nextReport, now < next { return nil }
            state.nextReport = Moment(nanos: now.nanos + 60_000_000_000)
            return state.count
        }
        if let report { logger.warning("wrong or revoked tokens so far: \(report)") }
    }
}
