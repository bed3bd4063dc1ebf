internal import EventLog
internal import Events
internal import Ledger
internal import Synchronization
internal import Units

/// Tells the log, hour by hour, how many bid requests came: what plans of even spending go by, also after a restart.
final class TrafficWatch: Sendable {
    private struct Stretch {
        var start: Instant
        var requests: UInt64
    }

    private let log: EventLog
    private let ledger: BudgetLedger
    private let requests: @Sendable () -> UInt64
    private let stretch = Mutex<Stretch?>(nil)

    /// - Parameter requests: since the process began.
    init(log: EventLog, ledger: BudgetLedger, requests: @escaping @Sendable () -> UInt64) {
        self.log = log
        self.ledger = ledger
        self.requests = requests
    }

    /// To be called often; does something when an hour has turned.
    func look(at now: Instant) {
        let record: TrafficRecord? = stretch.withLock { stretch in
            guard let begun = stretch else {
                stretch = Stretch(start: now, requests: requests())
                return nil
            }
            guard Self.hour(now) != Self.hour(begun.start) else { return nil }
            let count = requests()
            stretch = Stretch(start: now, requests: count)
            let end = Instant(micros: (Self.hour(begun.start) + 1) * Self.hourMicros)
            let seconds = (now.micros - begun.start.micros) / 1_000_000
            // A clock that jumped, or a machine that slept: nobody knows which hour the requests are of.
            guard now.micros - end.micros < 60_000_000, (1...3660).contains(seconds) else { return nil }
            return TrafficRecord(at: end, seconds: Int32(min(seconds, 3600)), requests: count &- begun.requests)
        }
        guard let record, log.append(record.bytes) != nil else { return }
        ledger.learn(record)
    }

    private static let hourMicros: Int64 = 3_600_000_000

    private static func hour(_ instant: Instant) -> Int64 { instant.micros / hourMicros }
}
