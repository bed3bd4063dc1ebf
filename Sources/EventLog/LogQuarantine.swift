internal import Events
internal import OpenRTB
package import Units

/// Makes a damaged log readable again without hiding that it was damaged.
///
/// A damaged segment is put aside as it is. What is sound in it, before the damage and behind it, is written again
/// under its name, sealed, with a gap in the place of what is lost; what lies between two segments that do not meet
/// becomes a gap of its own. The sequences of all other records stay.
package struct LogQuarantine: Sendable {
    /// What was done about one segment.
    package struct Finding: Equatable, Sendable {
        package let file: String
        /// Where its damage begins, and what it is.
        package let offset: Int
        package let why: String
        /// Sequences that are lost.
        package internal(set) var lost: [Range<UInt64>] = []
        /// Sound records that were kept.
        package internal(set) var kept: UInt64 = 0
    }

    private let storage: DirectoryStorage
    private let now: Instant

    package init(_ storage: DirectoryStorage, at now: Instant) {
        self.storage = storage
        self.now = now
    }

    /// Puts aside what is damaged, until the log can be read from end to end. Nobody may be writing it.
    ///
    /// A crash on the way leaves each segment as it was or mended; run it again.
    ///
    /// - Returns: what was found, oldest first; nothing where the log is sound.
    package func run() throws(LogError) -> [Finding] {
        let reader = LogReader(storage)
        var findings: [Finding] = []
        var next: UInt64? = try checkpoint(&findings) ?? 1
        let names = try reader.segments()
        if names.isEmpty, let next, next > 1 {
            // Nothing is left behind the checkpoint but the sequence.
            let missing = Segment.name(first: next)
            try write(Salvage(first: next, gap: next), missing)
            findings.append(Finding(file: missing, offset: 0, why: "the file is not there"))
        }
        for (index, name) in names.enumerated() {
            let following = index + 1 < names.count ? LogReader.first(of: names[index + 1]) : nil
            guard let first = LogReader.first(of: name) else { continue }
            if let next, next < first {
                let missing = Segment.name(first: next)
                var finding = Finding(file: missing, offset: 0, why: "the file is not there")
                finding.lost = [next..<first]
                try write(Salvage(first: next, gap: first), missing)
                findings.append(finding)
            }
            do throws(LogError) {
                next = try reader.walkSegment(name, isLast: following == nil) { (_, _: LogRecord) throws(LogError) in }
                    .next
                // What was cut off in the header of the last one is begun anew by the next start.
                if let reached = next, reached < first { next = first }
            } catch {
                guard case .damaged(_, let offset, let why) = error else { throw error }
                let salvage = Salvage(try storage.read(name), first: first, until: following)
                var finding = Finding(file: name, offset: offset, why: why)
                finding.lost = salvage.lost
                finding.kept = salvage.kept
                try storage.quarantine(name)
                try write(salvage, name)
                findings.append(finding)
                next = salvage.next
            }
        }
        return findings
    }

    /// Puts damaged checkpoints aside, the newest first.
    ///
    /// - Returns: where the newest sound one leads on.
    private func checkpoint(_ findings: inout [Finding]) throws(LogError) -> UInt64? {
        for name in try storage.checkpoints().sorted(by: >) {
            do throws(LogError) {
                return try LogCheckpoint(try storage.read(name), file: name).next
            } catch {
                guard case .damagedCheckpoint(_, let why) = error else { throw error }
                try storage.quarantine(name)
                try storage.remove(name)
                findings.append(Finding(file: name, offset: 0, why: why))
            }
        }
        return nil
    }

    private func write(_ salvage: borrowing Salvage, _ name: String) throws(LogError) {
        try storage.replace(name, by: salvage.bytes(created: now))
    }
}

/// What is sound in the bytes of a segment, wherever it stands.
private struct Salvage {
    private enum Part {
        case record(ArraySlice<UInt8>)
        case gap(until: UInt64)
    }

    private let first: UInt64
    private var parts: [Part] = []
    /// Sequence behind what was salvaged.
    private(set) var next: UInt64
    private(set) var lost: [Range<UInt64>] = []
    private(set) var kept: UInt64 = 0

    /// Frames whose sequence is guessed, as no mark tells it: at most so many further on than the last.
    private static let guessesMax: UInt64 = 64

    /// A frame with the smallest record that there is, a visitor's head.
    private static let recordBytesMin = Segment.frameBytes + VisitorRecordCoder.headBytes

    /// Nothing but a gap.
    init(first: UInt64, gap next: UInt64) {
        self.first = first
        self.next = first
        skip(to: next)
    }

    /// - Parameter following: the first sequence of the segment behind; nil for the last.
    init(_ array: [UInt8], first: UInt64, until following: UInt64?) {
        self.first = first
        next = first
        let bytes = SegmentBytes(array)
        let limit = following ?? .max
        var offset = Segment.headerBytes
        while offset < bytes.count {
            if let length = bytes.frame(at: offset, sequence: next), next < limit {
                let payload = array[offset + Segment.frameBytes..<offset + Segment.frameBytes + length]
                offset += Segment.frameBytes + length
                take(payload)
            } else if let mark = Mark.read(bytes, at: offset), follows(mark, limit) {
                take(mark)
                offset += Mark.bytes
            } else if let found = Self.resume(bytes, behind: offset, next: next, limit: limit) {
                skip(to: found.sequence)
                offset = found.offset
            } else {
                break
            }
        }
        if let following {
            skip(to: following)
        } else {
            // How many were there nobody can tell; of those that could have been no sequence may be given away again.
            skip(to: next + UInt64((bytes.end(from: offset) - offset + Self.recordBytesMin - 1) / Self.recordBytesMin))
        }
    }

    /// A frame with a right checksum that holds no record is lost as well: nobody can read it.
    private mutating func take(_ payload: ArraySlice<UInt8>) {
        guard LogRecord(payload) != nil else {
            skip(to: next + 1)
            return
        }
        parts.append(.record(payload))
        kept += 1
        next += 1
    }

    /// Whether a mark can stand here: none leads back, none beyond what follows.
    private func follows(_ mark: Mark, _ limit: UInt64) -> Bool {
        switch mark {
        case .group(let first, _): first >= next && first < limit
        case .gap(let first, let after): first >= next && after <= limit
        case .seal(let after, _, _): after >= next && after <= limit
        }
    }

    private mutating func take(_ mark: Mark) {
        switch mark {
        case .group(let first, _): skip(to: first)
        case .gap(_, let after): skip(to: after)
        case .seal(let after, _, _): skip(to: after)
        }
    }

    private mutating func skip(to sequence: UInt64) {
        guard sequence > next else { return }
        if let last = lost.last, last.upperBound == next {
            lost[lost.count - 1] = last.lowerBound..<sequence
        } else {
            lost.append(next..<sequence)
        }
        if case .gap = parts.last { parts.removeLast() }
        parts.append(.gap(until: sequence))
        next = sequence
    }

    /// The next place behind some damage from which records can be read, and the sequence there.
    ///
    /// A mark tells its sequence. Between marks a frame is found by trying: its checksum is right for one alone.
    private static func resume(
        _ bytes: SegmentBytes, behind offset: Int, next: UInt64, limit: UInt64
    ) -> (offset: Int, sequence: UInt64)? {
        var at = offset + 1
        while at < bytes.count {
            if let mark = Mark.read(bytes, at: at) {
                switch mark {
                case .group(let first, _), .gap(let first, _):
                    if first >= next, first < limit { return (at, first) }
                case .seal(let after, _, _):
                    if after >= next, after <= limit { return (at, after) }
                }
            }
            if let sequence = frame(bytes, at: at, from: next, limit: limit) { return (at, sequence) }
            at += 1
        }
        return nil
    }

    private static func frame(_ bytes: SegmentBytes, at offset: Int, from next: UInt64, limit: UInt64) -> UInt64? {
        let (end, overflow) = next.addingReportingOverflow(guessesMax)
        guard bytes.mayBeFrame(at: offset) else { return nil }
        for sequence in next..<min(overflow ? .max : end, limit) {
            guard let length = bytes.frame(at: offset, sequence: sequence) else { continue }
            let start = offset + Segment.frameBytes
            return LogRecord(bytes.bytes[start..<start + length]) == nil ? nil : sequence
        }
        return nil
    }

    /// A sealed segment of all that is known.
    func bytes(created: Instant) -> [UInt8] {
        var out = ByteWriter(capacity: 1 << 16)
        var sum = SegmentSum()
        var sequence = first
        out.append(Segment.header(first: first, created: created))
        for part in parts {
            switch part {
            case .record(let payload):
                var frame = ByteWriter(capacity: 1024)
                Segment.appendFrame(sequence: sequence, to: &frame) { $0.append(Array(payload)) }
                sum.add(frames: frame)
                out.append(frame)
                sequence += 1
            case .gap(let until):
                Mark.gap(first: sequence, next: until).append(at: out.count, to: &out)
                sequence = until
            }
        }
        Mark.seal(next: sequence, records: sum.records, sum: sum.value).append(at: out.count, to: &out)
        return out.array()
    }
}
