package import Events

/// Reads a log from its files: at start, beside a running service, and after it.
package struct LogReader: Sendable {
    private let storage: any LogStorage

    package init(_ storage: any LogStorage) { self.storage = storage }

    /// What a walk over the whole log found.
    package struct Summary: Equatable, Sendable {
        package var segments = 0
        package var records: UInt64 = 0
        /// Sequence behind the last sound record.
        package var next: UInt64 = 1
        package var lastFile: String?
        package var lastFileSoundBytes = 0
        /// Bytes behind the last sound record: an interrupted write, cut at the next start.
        package var tornBytes = 0
    }

    /// Names of the segments, oldest first.
    package func segments() throws(LogError) -> [String] { try storage.names().sorted() }

    /// Every sound event from `sequence` on, in order; records about visitors are passed over.
    ///
    /// A torn end of the last segment is not an error: it is where a write was interrupted. Damage anywhere else is
    /// one, as is a record that is no event and has no visitor record's head.
    package func walk(
        from sequence: UInt64 = 0,
        _ body: (UInt64, Event) throws(LogError) -> Void
    ) throws(LogError) -> Summary {
        try walkRecords(from: sequence) { (number, record) throws(LogError) in
            if case .event(let event) = record { try body(number, event) }
        }
    }

    /// The same with the records about visitors.
    package func walkRecords(
        from sequence: UInt64 = 0,
        _ body: (UInt64, LogRecord) throws(LogError) -> Void
    ) throws(LogError) -> Summary {
        var summary = Summary()
        let names = try segments()
        for (index, name) in names.enumerated() {
            // A later segment's first record tells that this one ends before what is wanted.
            if index + 1 < names.count, let following = Self.first(of: names[index + 1]), following <= sequence {
                summary.segments += 1
                continue
            }
            let bytes = try storage.read(name)
            let contents = try Segment.walk(bytes, file: name) { (number, payload) throws(LogError) in
                guard let record = LogRecord(payload) else {
                    let isVisitors = payload.first.map { VisitorRecordCoder.isVisitorRecord($0) } ?? false
                    let kind = isVisitors ? "visitor record" : "event"
                    throw .damaged(file: name, offset: payload.startIndex, why: "a sound record that is no \(kind)")
                }
                if number >= sequence { try body(number, record) }
            }
            let isLast = index + 1 == names.count
            if case .torn(let offset, let why) = contents.end, !isLast {
                throw .damaged(file: name, offset: offset, why: why)
            }
            let isEmptyHead = contents.soundBytes == 0
            if !isEmptyHead, summary.records > 0, contents.first != summary.next {
                throw .damaged(
                    file: name,
                    offset: 16,
                    why: "starts at record \(contents.first), expected \(summary.next)"
                )
            }
            summary.segments += 1
            if !isEmptyHead {
                summary.records += contents.next - contents.first
                summary.next = contents.next
            } else if let named = Self.first(of: name) {
                summary.next = max(summary.next, named)
            }
            summary.lastFile = name
            summary.lastFileSoundBytes = contents.soundBytes
            summary.tornBytes = bytes.count - contents.soundBytes
        }
        return summary
    }

    /// The sequence in a segment's name.
    static func first(of name: String) -> UInt64? { UInt64(name.dropLast(Segment.suffix.count)) }
}
