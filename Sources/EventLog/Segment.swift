package import OpenRTB
package import Units

/// One file of the log and the frames in it.
///
///     0   magic "VENDUELG"       8   format, 4 bytes      12  CRC-32C of bytes 0…11 and 16…31
///     16  sequence of its first record, 8 bytes           24  created, 8 bytes
///     32  frames: length of the payload, 4 bytes · CRC-32C of sequence and payload, 4 bytes · payload
///         and among them marks, 32 bytes each (``Mark``): a group begins, records are lost, the segment is sealed
///
/// All integers are little-endian. A record's sequence is its position; it enters the checksum, so that a frame
/// moved or missing is noticed. Behind the last frame or mark there may be zeros, which were written ahead.
///
/// Format 1 had no marks. It is read, and never written behind.
package enum Segment {
    package static let headerBytes = 32
    package static let frameBytes = 8
    package static let format: UInt32 = 2
    /// The oldest format that is read.
    package static let formatMin: UInt32 = 1
    package static let suffix = ".vlog"
    /// A record larger than this is damage, not data: the largest event has some 3 kB.
    package static let recordBytesMax = 1 << 16

    static let magic = Array("VENDUELG".utf8)

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

    static func headerSum(_ header: [UInt8]) -> UInt32 {
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

    static func frameSum(sequence: UInt64, payload: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let number = sequence.littleEndian
        let seed = unsafe withUnsafeBytes(of: number) { unsafe CRC32C.sum($0.bindMemory(to: UInt8.self)) }
        return unsafe CRC32C.sum(payload, seed: seed)
    }
}
