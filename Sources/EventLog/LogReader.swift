package import Events

/// Reads a log from its files: at start, beside a running service, and after it.
package struct LogReader: Sendable {
    private let storage: any LogStorage

    package init(_ storage: any LogStorage) { self.storage = storage }

    /// What a walk over the whole log found.
    package struct Summary: Sendable {
        package var segments = 0
        /// Segments that say themselves where they end.
        package var sealed = 0
        package var records: UInt64 = 0
        /// Of the first record in what was walked over.
        package var first: UInt64?
        /// Sequence behind the last sound record.
        package var next: UInt64 = 1
        /// Sequences that were lost to damage, and taken away with it.
        package var gaps: [Range<UInt64>] = []
        package var lastFile: String?
        /// Of the last file.
        package var last: Segment.Contents?

        package var lastFileSoundBytes: Int { last?.soundBytes ?? 0 }
        /// Bytes behind the last sound record: an interrupted write, cut at the next start.
        package var tornBytes: Int { last?.tornBytes ?? 0 }
        /// Records that damage took.
        package var lostRecords: UInt64 { gaps.reduce(0) { $0 &+ ($1.upperBound - $1.lowerBound) } }
        /// How the runs that wrote it ended, as far as the walk went over it.
        package var runs = RunHistory()
    }

    /// Names of the segments, oldest first.
    package func segments() throws(LogError) -> [String] { try storage.names().sorted() }

    /// What stands for the records that were dropped from the log's beginning; nil where none were.
    package func checkpoint() throws(LogError) -> LogCheckpoint? {
        guard let name = try storage.checkpoints().max() else { return nil }
        do throws(LogError) {
            return try LogCheckpoint(try storage.read(name), file: name)
        } catch {
            // Beside a running service another may have taken its place.
            guard let newer = try storage.checkpoints().max(), newer > name else { throw error }
            return try LogCheckpoint(try storage.read(newer), file: newer)
        }
    }

    /// Every sound event from `sequence` on, in order; records about visitors, traffic and runs are passed over.
    ///
    /// A torn end of the last segment is not an error: it is where a write was interrupted. Damage anywhere else is
    /// one, as is a record that is no event and has no visitor record's head.
    package func walk(
        from sequence: UInt64 = 0,
        _ body: (UInt64, Event) throws(LogError) -> Void
    ) throws(LogError) -> Summary {
        try walkRecords(from: sequence) { (number, record: LogRecord) throws(LogError) in
            if case .event(let event) = record { try body(number, event) }
        }
    }

    /// The same with the records about visitors, traffic and runs, of all that a checkpoint does not stand for.
    package func walkRecords<Record: LogEntry>(
        behind checkpoint: LogCheckpoint?,
        _ body: (UInt64, Record) throws(LogError) -> Void
    ) throws(LogError) -> Summary {
        try walkRecords(from: checkpoint?.next ?? 0, after: checkpoint?.runs ?? RunHistory(), body)
    }

    /// The same with the records about visitors, traffic and runs.
    ///
    /// - Parameter runs: what is known of those before `sequence`.
    package func walkRecords<Record: LogEntry>(
        from sequence: UInt64 = 0,
        after runs: RunHistory = RunHistory(),
        _ body: (UInt64, Record) throws(LogError) -> Void
    ) throws(LogError) -> Summary {
        var summary = Summary()
        summary.runs = runs
        let names = try segments()
        let dropped = try checkBeginning(names)
        for (index, name) in names.enumerated() {
            let isLast = index + 1 == names.count
            // A later segment's first record tells that this one ends before what is wanted.
            if !isLast, let following = Self.first(of: names[index + 1]), following <= sequence {
                summary.segments += 1
                continue
            }
            do throws(LogError) {
                let contents = try walkSegment(name, isLast: isLast) { (number, record: Record) throws(LogError) in
                    summary.runs.add(record)
                    if number >= sequence { try body(number, record) }
                }
                try Self.add(contents, name, to: &summary)
            } catch {
                guard !isLast, try wasDropped(name), let following = Self.first(of: names[index + 1]) else {
                    throw error
                }
                summary.next = following
            }
        }
        if let name = names.last, summary.next < dropped {
            throw .damaged(
                file: name, offset: summary.lastFileSoundBytes,
                why: "the log ends before record \(dropped), to which its checkpoint leads on")
        }
        return summary
    }

    /// Refuses a log whose beginning is gone, with nothing that stands for it.
    ///
    /// - Returns: the first record that no checkpoint stands for.
    private func checkBeginning(_ names: [String]) throws(LogError) -> UInt64 {
        // Looked at behind the segments: what was dropped meanwhile has a checkpoint by now.
        let checkpoint = try storage.checkpoints().max().flatMap { LogCheckpoint.next(of: $0) }
        let known = checkpoint ?? 1
        guard let name = names.first, let first = Self.first(of: name) else {
            if checkpoint == nil { return known }
            throw .damaged(
                file: Segment.name(first: known), offset: 0, why: "not there, though a checkpoint leads on to it")
        }
        guard first > known else { return known }
        let stands = checkpoint == nil ? "no checkpoint stands" : "the newest checkpoint does not stand"
        throw .damaged(
            file: name, offset: 0,
            why: "records \(known) to \(first - 1), before its first, are not there, and \(stands) for them")
    }

    /// Whether a segment that was there has been dropped since, as happens beside a running service.
    private func wasDropped(_ name: String) throws(LogError) -> Bool {
        guard try !storage.names().contains(name), let first = Self.first(of: name) else { return false }
        return try storage.checkpoints().contains { LogCheckpoint.next(of: $0).map { $0 > first } ?? false }
    }

    /// Every sound record of one segment.
    ///
    /// - Throws: where anything is wrong with it but a torn end of the last.
    package func walkSegment<Record: LogEntry>(
        _ name: String, isLast: Bool, _ body: (UInt64, Record) throws(LogError) -> Void
    ) throws(LogError) -> Segment.Contents {
        let contents = try Segment.walk(try storage.read(name), file: name) { (number, payload) throws(LogError) in
            guard let record = Record(payload) else {
                let first = payload.first ?? 0
                let isVisitors = VisitorRecordCoder.isVisitorRecord(first)
                let other = TrafficRecord.isTrafficRecord(first) ? "traffic record" : "event"
                let kind = isVisitors ? "visitor record" : other
                throw .damaged(file: name, offset: payload.startIndex, why: "a sound record that is no \(kind)")
            }
            try body(number, record)
        }
        switch contents.end {
        case .damaged(let offset, let why): throw .damaged(file: name, offset: offset, why: why)
        case .torn(let offset, let why):
            if !isLast { throw .damaged(file: name, offset: offset, why: why) }
        case .clean:
            if !isLast, contents.format > 1 {
                throw .damaged(file: name, offset: contents.soundBytes, why: "no seal: its end is lost")
            }
        case .sealed: break
        }
        if contents.soundBytes > 0, let named = Self.first(of: name), named != contents.first {
            throw .damaged(file: name, offset: 16, why: "starts at record \(contents.first), and is named \(named)")
        }
        return contents
    }

    private static func add(
        _ contents: Segment.Contents, _ name: String, to summary: inout Summary
    ) throws(LogError) {
        if contents.soundBytes > 0 {
            if summary.lastFile != nil, contents.first != summary.next {
                throw .damaged(
                    file: name, offset: 16, why: "starts at record \(contents.first), expected \(summary.next)")
            }
            summary.first = summary.first ?? contents.first
            summary.records += contents.records
            summary.next = contents.next
        } else if let named = first(of: name) {
            summary.next = max(summary.next, named)
        }
        summary.segments += 1
        summary.sealed += contents.end == .sealed ? 1 : 0
        summary.gaps += contents.gaps
        summary.lastFile = name
        summary.last = contents
    }

    /// The sequence in a segment's name.
    package static func first(of name: String) -> UInt64? { UInt64(name.dropLast(Segment.suffix.count)) }
}
