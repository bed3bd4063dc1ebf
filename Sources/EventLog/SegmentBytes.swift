/// A segment's bytes, read as little-endian words.
struct SegmentBytes {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    @inline(__always)
    func word32(at offset: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(bytes[offset + index]) << UInt32(index * 8) }
        return value
    }

    @inline(__always)
    func word64(at offset: Int) -> UInt64 { UInt64(word32(at: offset)) | UInt64(word32(at: offset + 4)) << 32 }

    /// The length of the payload of a frame that is whole and has this sequence; nil for anything else.
    func frame(at offset: Int, sequence: UInt64) -> Int? {
        guard mayBeFrame(at: offset) else { return nil }
        let length = Int(word32(at: offset))
        let sum = unsafe bytes.withUnsafeBufferPointer { all in
            let start = offset + Segment.frameBytes
            return unsafe Segment.frameSum(
                sequence: sequence, payload: UnsafeBufferPointer(rebasing: all[start..<start + length]))
        }
        return sum == word32(at: offset + 4) ? length : nil
    }

    /// Whether the length at an offset is one that a frame could have.
    func mayBeFrame(at offset: Int) -> Bool {
        guard count - offset > Segment.frameBytes else { return false }
        let length = Int(word32(at: offset))
        return length > 0 && length <= Segment.recordBytesMax && count - offset - Segment.frameBytes >= length
    }

    /// Where the last byte that is not zero ends, at least `offset`.
    func end(from offset: Int) -> Int {
        var end = count
        while end > offset, bytes[end - 1] == 0 { end -= 1 }
        return end
    }
}
