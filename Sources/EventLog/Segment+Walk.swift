package import Units

extension Segment {
    /// Where reading a segment ended.
    package enum End: Equatable, Sendable {
        /// Behind the last whole frame or mark there is nothing, or zeros that were written ahead.
        case clean
        /// Behind a seal.
        case sealed
        /// At this byte a write was cut off: what follows never was acknowledged.
        case torn(offset: Int, why: String)
        /// At this byte is something else than what was made durable there.
        case damaged(offset: Int, why: String)
    }

    /// What one segment holds.
    package struct Contents: Sendable {
        package var format = Segment.format
        package var first: UInt64 = 0
        package var created = Instant(micros: 0)
        /// Sequence behind the last sound record.
        package var next: UInt64 = 0
        package var records: UInt64 = 0
        /// Sequences that were lost before, and are known to be.
        package var gaps: [Range<UInt64>] = []
        package var end = End.clean
        /// Bytes that are sound.
        package var soundBytes = 0
        /// Bytes of a write that was cut off.
        package var tornBytes = 0
        var sum = SegmentSum()
    }

    /// Walks the frames of a segment, each checked before `body` sees it.
    ///
    /// - Parameter body: receives the record's sequence and payload.
    /// - Throws: ``LogError/unknownVersion``; a header that is not one is a torn end, or damage, at byte 0.
    package static func walk(
        _ bytes: [UInt8],
        file: String,
        _ body: (UInt64, ArraySlice<UInt8>) throws(LogError) -> Void
    ) throws(LogError) -> Contents {
        let bytes = SegmentBytes(bytes)
        var contents = Contents()
        guard readHeader(bytes, &contents) else {
            // Header and first group are one write: with a mark behind them they were durable.
            if hasMark(bytes, behind: headerBytes) {
                contents.end = .damaged(offset: 0, why: "no segment header, with records behind it")
            } else {
                contents.tornBytes = bytes.end(from: 0)
                contents.end = .torn(offset: 0, why: "no segment header")
            }
            return contents
        }
        guard (formatMin...format).contains(contents.format) else {
            throw .unknownVersion(file: file, version: contents.format)
        }
        var offset = headerBytes
        var groupEnd = headerBytes
        contents.soundBytes = offset
        while offset < bytes.count, contents.end == .clean {
            if let length = bytes.frame(at: offset, sequence: contents.next) {
                try body(contents.next, bytes.bytes[offset + frameBytes..<offset + frameBytes + length])
                contents.sum.add(bytes.word32(at: offset + 4))
                contents.next += 1
                offset += frameBytes + length
                contents.soundBytes = offset
                continue
            }
            guard contents.format > 1, let mark = Mark.read(bytes, at: offset) else { break }
            guard contents.takes(mark) else {
                contents.end = .damaged(offset: offset, why: "a sound mark that is not true of the records before it")
                break
            }
            offset += Mark.bytes
            switch mark {
            case .group(_, let count):
                let (end, overflow) = offset.addingReportingOverflow(count)
                groupEnd = overflow ? .max : end
                // A group of which nothing else is there was cut off with its mark.
                continue
            case .gap(let first, let next):
                contents.gaps.append(first..<next)
                contents.next = next
            case .seal: contents.end = .sealed
            }
            contents.soundBytes = offset
        }
        contents.records = contents.sum.records
        judge(bytes, at: offset, groupEnd: groupEnd, &contents)
        return contents
    }

    private static func readHeader(_ bytes: SegmentBytes, _ contents: inout Contents) -> Bool {
        guard bytes.count >= headerBytes, Array(bytes.bytes[0..<8]) == magic,
            bytes.word32(at: 12) == headerSum(Array(bytes.bytes[0..<32]))
        else { return false }
        contents.format = bytes.word32(at: 8)
        contents.first = bytes.word64(at: 16)
        contents.created = Instant(micros: Int64(bitPattern: bytes.word64(at: 24)))
        contents.next = contents.first
        return true
    }

    /// Says of what stands behind the last sound byte whether it is nothing, a write that was cut off, or damage.
    ///
    /// A group is written after the one before it is durable. So where anything stands behind the group that the
    /// unsound byte is in, that group was durable once, and its records may have been acknowledged.
    private static func judge(_ bytes: SegmentBytes, at offset: Int, groupEnd: Int, _ contents: inout Contents) {
        let end = bytes.end(from: contents.soundBytes)
        guard end > contents.soundBytes else { return }
        switch contents.end {
        case .damaged: return
        case .sealed: contents.end = .damaged(offset: offset, why: "bytes behind the seal")
        case .clean, .torn:
            if offset < groupEnd && groupEnd < end || contents.format > 1 && hasMark(bytes, behind: offset) {
                contents.end = .damaged(offset: offset, why: "an altered record, with later ones behind it")
            } else {
                contents.tornBytes = end - contents.soundBytes
                contents.end = .torn(offset: offset, why: "an incomplete or altered record")
            }
        }
    }

    /// Whether a later group, or a seal, stands somewhere behind an offset.
    private static func hasMark(_ bytes: SegmentBytes, behind offset: Int) -> Bool {
        var at = offset + 1
        while at + Mark.bytes <= bytes.count {
            // The last byte of a kind is seldom anything else.
            if bytes.bytes[at + 3] == 0xFF, Mark.read(bytes, at: at) != nil { return true }
            at += 1
        }
        return false
    }
}

extension Segment.Contents {
    /// Whether a mark says what has been read so far.
    fileprivate func takes(_ mark: Mark) -> Bool {
        switch mark {
        case .group(let first, _): first == next
        case .gap(let first, _): first == next
        case .seal(let sealed, let records, let value):
            sealed == next && records == sum.records && value == sum.value
        }
    }
}
