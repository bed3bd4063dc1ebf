internal import OpenRTB

/// Where a value is spelled out before it is looked up: in lower case where case does not matter, parts in a row.
///
/// Both sides spell alike, a leaf when the index is built and a request when it is matched:
/// - a text as its bytes, a number as its bytes, an enumeration as its raw value;
/// - a region and a seller as a byte, then its country or system, then the rest; the byte is the length of the middle
///   part, or ``absentPart`` where that part does not matter, so that no two pairs are spelled alike;
/// - a zip code as ``exactly`` or ``startingWith``, then its text;
/// - a segment as its id, or as provider, colon, id; an audience of ours as ``AudienceNames`` says.
struct ValueKey {
    /// Longer values are left to the evaluator; a stranger's longer texts are in no leaf. 255 keeps lengths in a byte
    /// and bounds the work that a text of many parts can cause.
    static let bytesMax = 255
    static let absentPart: UInt8 = 255
    static let exactly: UInt8 = 0
    static let startingWith: UInt8 = 1

    /// Finished keys and the one at hand. A word more than fits, so that the last word of every key can be read whole.
    private let bytes: Slab<UInt8>
    /// Where the key at hand starts.
    private(set) var start = 0
    /// Its bytes so far.
    private(set) var count = 0

    /// - Parameter keys: how many of the greatest length fit behind each other.
    init(roomFor keys: Int = 1) { bytes = Slab(repeating: 0, count: keys * (Self.bytesMax + 1) + 8) }

    func free() { bytes.free() }

    /// Forgets the key at hand.
    mutating func removeAll() { count = 0 }

    /// Finishes the key at hand, which stays where it is, and starts another behind it.
    mutating func startNext() {
        start += count
        count = 0
    }

    /// Forgets all keys.
    mutating func rewind() {
        start = 0
        count = 0
    }

    /// Whether another key of any length fits behind this one.
    var hasRoomForNext: Bool { start + count + Self.bytesMax + 8 < bytes.count }

    /// A byte of the key at hand.
    subscript(index: Int) -> UInt8 { bytes[start + index] }

    /// - Returns: whether there was room.
    @discardableResult
    mutating func append(_ byte: UInt8) -> Bool {
        guard count < Self.bytesMax else { return false }
        bytes[start + count] = byte
        count += 1
        return true
    }

    /// - Returns: whether there was room.
    @discardableResult
    mutating func append(_ text: borrowing [UInt8]) -> Bool {
        guard text.count <= Self.bytesMax - count else { return false }
        for index in 0..<text.count { bytes[start + count + index] = text[index] }
        count += text.count
        return true
    }

    /// Spells an audience of ours.
    ///
    /// - Returns: whether it has a name, and there was room.
    mutating func append(_ audience: UInt32, of names: AudienceNames) -> Bool {
        let range = names.range(of: audience)
        guard !range.isEmpty, range.count <= Self.bytesMax - count else { return false }
        for index in range { bytes[start + count + index - range.lowerBound] = names.byte(index) }
        count += range.count
        return true
    }

    /// - Returns: whether there was room.
    @discardableResult
    mutating func append(_ text: Text, of buffer: TextBuffer, _ spelling: Spelling) -> Bool {
        guard text.count <= Self.bytesMax - count else { return false }
        let bytes = bytes
        let start = start + count
        unsafe buffer.withBytes(text) { source in
            var index = 0
            while index &+ 8 <= source.count {
                let word = unsafe UnsafeRawBufferPointer(source).loadUnaligned(fromByteOffset: index, as: UInt64.self)
                bytes.store(spelling == .lower ? Self.lowercase(word) : word, at: start + index)
                index &+= 8
            }
            while index < source.count {
                let byte = unsafe source[index]
                bytes[start + index] = spelling == .lower && byte &- 0x41 < 26 ? byte | 0x20 : byte
                index &+= 1
            }
        }
        count += text.count
        return true
    }

    enum Spelling { case lower, asIs }

    mutating func append(_ number: Int32) {
        precondition(count + 4 <= Self.bytesMax)
        for shift in stride(from: 0, to: UInt32(32), by: 8) {
            bytes[start + count] = UInt8(truncatingIfNeeded: UInt32(bitPattern: number) >> shift)
            count += 1
        }
    }

    /// The `index`th word of `length` bytes from `start` on, counted over all keys, zero behind their end.
    @inline(__always)
    func word(_ index: Int, from start: Int, length: Int) -> UInt64 {
        let word = bytes.word(at: start &+ index &* 8)
        let rest = length &- index &* 8
        return rest >= 8 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: rest &* 8)) &- 1)
    }

    /// Eight bytes with their ASCII capitals in lower case.
    private static func lowercase(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let low = word & (ones &* 0x7F)
        // The high bit of each byte tells whether it is at least "A", and whether it is beyond "Z".
        let atLeastA = low &+ ones &* (0x80 - 0x41)
        let beyondZ = low &+ ones &* (0x80 - 0x5B)
        let capitals = ~word & (atLeastA ^ beyondZ) & (ones &* 0x80)
        return word | capitals &>> 2
    }
}

extension ValueKey {
    /// Spells a way to fill an impression: its number, and the size where it has one.
    @discardableResult
    mutating func append(_ kind: SlotKind) -> Bool {
        switch kind {
        case .banner(let size):
            append(UInt8(0))
            append(size.w)
            append(size.h)
            return true
        case .flexibleBanner: return append(UInt8(1))
        case .anyBanner: return append(UInt8(2))
        case .video: return append(UInt8(3))
        case .audio: return append(UInt8(4))
        case .native: return append(UInt8(5))
        }
    }
}
