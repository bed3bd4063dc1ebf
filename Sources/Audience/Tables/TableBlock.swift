internal import Units

/// A block of a snapshot of the tables.
///
///     0   magic "VTB1"    4   kind, 4 bytes          8   bytes of the payload, 4    12  CRC-32C of all the rest, 4
///     16  stamp, 8        24  place in the dump, 8   32  payload
///
/// All integers are little-endian; a payload is words of 8 bytes:
///
///     head        format · one above the highest number · how many identities
///     identities  as many slots, of two words each, as `IdentityTable` describes them
///     visitors    first number | end of numbers << 32, then visitors (all that there are in that range)
///     again       visitors, in place of what was said of them before
///     end         one above the highest number
///
///     visitor     number | form << 32 | flags << 40 | memberships << 48
///                 seconds, or who it was merged into | counters << 32, then memberships, then counters of two words
struct TableBlock {
    enum Kind: UInt32 {
        case head = 1
        case identities = 2
        case visitors = 3
        case again = 4
        case end = 5
    }

    var kind: Kind
    var stamp: UInt64
    /// Counted from zero within a dump.
    var place: UInt64
    var words: [UInt64] = []

    static let headBytes = 32
    static let magic: UInt32 = 0x3142_5456
    static let format: UInt64 = 1

    /// Appends the block.
    func write(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.reserveCapacity(start + Self.headBytes + words.count * 8)
        Self.append(UInt64(Self.magic) | UInt64(kind.rawValue) << 32, to: &bytes)
        Self.append(UInt64(words.count * 8), to: &bytes)
        Self.append(stamp, to: &bytes)
        Self.append(place, to: &bytes)
        if isLittleEndian {
            unsafe words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        } else {
            for word in words { Self.append(word, to: &bytes) }
        }
        let sum = unsafe bytes.withUnsafeBytes { unsafe Self.sum(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        for index in 0..<4 { bytes[start + 12 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: word.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// The sum of a block: all of it but the sum.
    @unsafe
    static func sum(_ block: UnsafeRawBufferPointer) -> UInt32 {
        let bytes = unsafe block.bindMemory(to: UInt8.self)
        let front = unsafe CRC32C.sum(UnsafeBufferPointer(rebasing: bytes[0..<12]))
        return unsafe CRC32C.sum(UnsafeBufferPointer(rebasing: bytes[16...]), seed: front)
    }
}

/// Whether words lie in memory as they stand in a file.
private var isLittleEndian: Bool { UInt16(1).littleEndian == 1 }
