internal import OpenRTB
internal import Units

/// What stands between the frames of a segment.
///
///     0  kind, 4 bytes: more than any record's length      4  CRC-32C of its offset and of bytes 0…3 and 8…31
///     8  three integers, 8 bytes each, as the case says
///
/// Its place enters the checksum: a mark is one only where it was written.
package enum Mark: Equatable, Sendable {
    /// Everything before was durable when what follows was written.
    ///
    /// Written as the group's first sequence and the bytes of its frames.
    case group(first: UInt64, bytes: Int)
    /// The segment is finished: the sequence behind its last record, its records, and their ``SegmentSum``.
    case seal(next: UInt64, records: UInt64, sum: UInt32)
    /// Records from `first` up to, not including, `next` were damaged and taken away.
    case gap(first: UInt64, next: UInt64)

    package static let bytes = 32

    private static let groupKind: UInt32 = 0xFFFF_FF01
    private static let sealKind: UInt32 = 0xFFFF_FF02
    private static let gapKind: UInt32 = 0xFFFF_FF03

    /// Whether a frame's first four bytes begin a mark instead.
    @inline(__always)
    static func isKind(_ length: UInt32) -> Bool { length >= groupKind && length <= gapKind }

    /// - Parameter offset: in the file.
    func append(at offset: Int, to out: inout ByteWriter) {
        let (kind, first, second, third) = fields
        let sum = Self.sum(offset: offset, kind, first, second, third)
        out.appendFixed(kind)
        out.appendFixed(sum)
        out.appendFixed(first)
        out.appendFixed(second)
        out.appendFixed(third)
    }

    private var fields: (kind: UInt32, UInt64, UInt64, UInt64) {
        switch self {
        case .group(let first, let bytes): (Self.groupKind, first, UInt64(bytes), 0)
        case .seal(let next, let records, let sum): (Self.sealKind, next, records, UInt64(sum))
        case .gap(let first, let next): (Self.gapKind, first, next, 0)
        }
    }

    private static func sum(
        offset: Int, _ kind: UInt32, _ first: UInt64, _ second: UInt64, _ third: UInt64
    ) -> UInt32 {
        var out = ByteWriter(capacity: 40)
        out.appendFixed(UInt64(offset))
        out.appendFixed(kind)
        out.appendFixed(first)
        out.appendFixed(second)
        out.appendFixed(third)
        return unsafe out.withBytes { unsafe CRC32C.sum($0) }
    }

    /// - Returns: nil where the bytes at an offset are no sound mark.
    static func read(_ bytes: SegmentBytes, at offset: Int) -> Mark? {
        guard bytes.count - offset >= Self.bytes, isKind(bytes.word32(at: offset)) else { return nil }
        let kind = bytes.word32(at: offset)
        let (first, second) = (bytes.word64(at: offset + 8), bytes.word64(at: offset + 16))
        let third = bytes.word64(at: offset + 24)
        guard bytes.word32(at: offset + 4) == sum(offset: offset, kind, first, second, third) else { return nil }
        switch kind {
        case groupKind: return Int(exactly: second).map { .group(first: first, bytes: $0) }
        case sealKind: return UInt32(exactly: third).map { .seal(next: first, records: second, sum: $0) }
        default: return second > first ? .gap(first: first, next: second) : nil
        }
    }
}

/// What the frames of a segment come to: a checksum of their checksums, in order.
struct SegmentSum: Equatable {
    private(set) var value: UInt32 = 0
    private(set) var records: UInt64 = 0

    mutating func add(_ frameSum: UInt32) {
        let bytes = frameSum.littleEndian
        value = unsafe withUnsafeBytes(of: bytes) { unsafe CRC32C.sum($0.bindMemory(to: UInt8.self), seed: value) }
        records += 1
    }

    /// Takes in the frames of a group.
    mutating func add(frames: borrowing ByteWriter) {
        unsafe frames.withBytes { bytes in
            var offset = 0
            while offset + Segment.frameBytes <= bytes.count {
                let length = unsafe UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let sum = unsafe UnsafeRawBufferPointer(bytes)
                    .loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                add(UInt32(littleEndian: sum))
                offset += Segment.frameBytes + Int(UInt32(littleEndian: length))
            }
        }
    }
}
