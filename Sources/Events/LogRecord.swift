package import Units

/// One record of the log, read as far as somebody needs it.
package protocol LogEntry {
    /// - Returns: nil for bytes that are no record of a kind and version that this service knows.
    init?(_ bytes: ArraySlice<UInt8>)
    /// When it was made.
    var instant: Instant { get }
    /// What it tells of a run, if it is about one.
    var run: RunRecord? { get }
}

/// A record as a start reads it, millions in a row: of an event no more than concerns money.
package enum FoldedRecord: LogEntry {
    case event(LoggedEvent)
    /// About visitors, traffic and runs, of which there are few; never an event.
    case other(LogRecord)

    package init?(_ bytes: ArraySlice<UInt8>) {
        guard let first = bytes.first else { return nil }
        if EventKind(rawValue: first) != nil {
            guard let event = LoggedEvent(bytes) else { return nil }
            self = .event(event)
        } else {
            guard let record = LogRecord(bytes) else { return nil }
            self = .other(record)
        }
    }

    package var instant: Instant {
        switch self {
        case .event(let event): event.booking.instant
        case .other(let record): record.instant
        }
    }

    package var run: RunRecord? {
        if case .other(let record) = self { record.run } else { nil }
    }
}

/// One record of the log: an event, something about a visitor, which its own key may be needed to read, how much traffic
/// there was, or that a run began or ended.
package enum LogRecord: LogEntry, Equatable, Sendable {
    case event(Event)
    /// The head, and all of the bytes, as ``VisitorRecordCoder`` reads them.
    case visitor(VisitorRecordCoder.Head, ArraySlice<UInt8>)
    case traffic(TrafficRecord)
    case run(RunRecord)

    /// - Returns: nil for bytes that are no record of a kind and version that this service knows.
    package init?(_ bytes: ArraySlice<UInt8>) {
        if let first = bytes.first, VisitorRecordCoder.isVisitorRecord(first) {
            guard let head = VisitorRecordCoder.readHead(bytes) else { return nil }
            self = .visitor(head, bytes)
        } else if let first = bytes.first, TrafficRecord.isTrafficRecord(first) {
            guard let traffic = TrafficRecord(bytes) else { return nil }
            self = .traffic(traffic)
        } else if let first = bytes.first, RunRecord.isRunRecord(first) {
            guard let run = RunRecord(bytes) else { return nil }
            self = .run(run)
        } else {
            guard let event = EventCoder.read(bytes) else { return nil }
            self = .event(event)
        }
    }

    package var instant: Instant {
        switch self {
        case .event(let event): event.instant
        case .visitor(let head, _): head.instant
        case .traffic(let traffic): traffic.instant
        case .run(let run): run.instant
        }
    }

    package var run: RunRecord? {
        if case .run(let run) = self { run } else { nil }
    }
}
