package import Units

/// One record of the log: an event, something about a visitor, which its own key may be needed to read, how much traffic
/// there was, or that a run began or ended.
package enum LogRecord: Equatable, Sendable {
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

    /// When it was made.
    package var instant: Instant {
        switch self {
        case .event(let event): event.instant
        case .visitor(let head, _): head.instant
        case .traffic(let traffic): traffic.instant
        case .run(let run): run.instant
        }
    }
}
