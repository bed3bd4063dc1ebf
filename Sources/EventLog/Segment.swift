package import OpenRTB
package import Units

/// One file of the log and the frames in it.
///
///     0   magic "VENDUELG"       8   format, 4 bytes      12  CRC-32C of bytes 0…11 and 16…31
///     16  sequence of its first record, 8 bytes           24  created, 8 bytes
///     32  frames: length of the payload, 4 bytes · CRC-32C of sequence and payload, 4 bytes · payload
///
/// All integers are little-endian. A record's sequence is its position; it enters the checksum, so that a frame
/// moved or missing is noticed.
package enum Segment {
    package static let headerBytes = 32
    package static let frameBytes = 8
    package static let format: UInt32 = 1
    package static let suffix = ".vlog"
    /// A record larger than this is damage, not data: the largest event has some 3 kB.
    package static let recordBytesMax = 1 << 16

    private static let magic = Array("VENDUELG".utf8)

    /// Twenty digits, so that names sort as their sequences do.
    package static func name(first sequence: UInt64) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: 20 - digits.count) + digits + suffix
    }

    package static func header(first sequence: UInt64, created: Instant) -> [UInt8] {
        var out = ByteWriter(capacity: headerBytes)
        out.append(magic)
        out.appendFixed(format)
        out.appendFixed(UInt32(0))
        out.appendFixed(sequence)
        out.appendFixed(created.micros)
        out.patch(headerSum(out.array()), at: 12)
        return out.array()
    }

    private static func headerSum(_ header: [UInt8]) -> UInt32 {
        CRC32C.sum(Array(header[0..<12]) + Array(header[16..<32]))
    }

    /// Appends a frame whose payload `body` writes.
    @inline(__always)
    package static func appendFrame(sequence: UInt64, to out: inout ByteWriter, _ body: (inout ByteWriter) -> Void) {
        let start = out.count
        out.appendFixed(UInt64(0))
        body(&out)
        let length = out.count - start - frameBytes
        precondition(length > 0 && length <= recordBytesMax, "a log record of \(length) bytes")
        let sum = unsafe out.withBytes(from: start + frameBytes) { unsafe frameSum(sequence: sequence, payload: $0) }
        out.patch(UInt32(length), at: start)
        out.patch(sum, at: start + 4)
    }

    private static func frameSum(sequence: UInt64, payload: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let number = sequence.littleEndian
        let seed = unsafe withUnsafeBytes(of: number) { unsafe CRC32C.sum($0.bindMemory(to: UInt8.self)) }
        return unsafe CRC32C.sum(payload, seed: seed)
    }

    /// Where reading a segment ended.
    package enum End: Equatable, Sendable {
        /// At the file's last byte, after a whole frame.
        case clean
        /// At this byte: what follows is not a whole, sound frame.
        case torn(offset: Int, why: String)
    }

    /// What one segment holds.
    package struct Contents: Sendable {
        package let first: UInt64
        package let created: Instant
        /// Sequence behind the last sound record.
        package let next: UInt64
        package let end: End
        /// Bytes that are sound.
        package let soundBytes: Int
    }

    /// Walks the frames of a segment, each checked before `body` sees it.
    ///
    /// - Parameter body: receives the record's sequence and payload.
    /// - Throws: ``LogError/unknownVersion``; a header that is not one is a torn end at byte 0.
    package static func walk(
        _ bytes: [UInt8],
        file: String,
        _ body: (UInt64, ArraySlice<UInt8>) throws(LogError) -> Void
    ) throws(LogError) -> Contents {
        let reader = ByteReaderLE(bytes)
        guard bytes.count >= headerBytes, Array(bytes[0..<8]) == magic,
            reader.word32(at: 12) == headerSum(Array(bytes[0..<32]))
        else {
            return Contents(
                first: 0,
                created: Instant(micros: 0),
                next: 0,
                end: .torn(offset: 0, why: "no segment header"),
                soundBytes: 0
            )
        }
        guard reader.word32(at: 8) == format else {
            throw .unknownVersion(file: file, version: reader.word32(at: 8))
        }
        let first = reader.word64(at: 16)
        let created = Instant(micros: Int64(bitPattern: reader.word64(at: 24)))
        var sequence = first
        var offset = headerBytes
        var end = End.clean
        while offset < bytes.count {
            guard let length = soundFrame(at: offset, sequence: sequence, reader) else {
                end = .torn(offset: offset, why: "an incomplete or altered record")
                break
            }
            try body(sequence, bytes[offset + frameBytes..<offset + frameBytes + length])
            offset += frameBytes + length
            sequence += 1
        }
        return Contents(first: first, created: created, next: sequence, end: end, soundBytes: offset)
    }

    private static func soundFrame(at offset: Int, sequence: UInt64, _ reader: ByteReaderLE) -> Int? {
        guard reader.bytes.count - offset > frameBytes else { return nil }
        let length = Int(reader.word32(at: offset))
        guard length > 0, length <= recordBytesMax, reader.bytes.count - offset - frameBytes >= length else {
            return nil
        }
        let sum = unsafe reader.bytes.withUnsafeBufferPointer { all in
            let start = offset + frameBytes
            return unsafe frameSum(
                sequence: sequence,
                payload: UnsafeBufferPointer(rebasing: all[start..<start + length])
            )
        }
        return sum == reader.word32(at: offset + 4) ? length : nil
    }
}

/// Little-endian words at known, checked offsets.
private struct ByteReaderLE {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func word32(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32($1 * 8) }
    }

    func word64(at offset: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64($1 * 8) }
    }
}
