/// Ascending keys with a tag each, in blocks of eight, and an index that leads to the block.
///
/// Where a key needs 32 bits alone, as an IPv4 address does, its tag stands in the lower half of the same word.
///
///     block, narrow   K|t K|t K|t K|t K|t K|t K|t K|t                    one cache line
///     block, wide     K K K K K K K K  t|t t|t t|t t|t                   one and a half
///
/// The index cuts the span between the first and the last key into as many equal parts as there are blocks, or up to
/// twice as many, and has for each the block that its beginning lies in. Where keys are spread evenly a search reads two
/// or three cache lines; where they are crowded it looks for the block among those of a part.
struct CutList: ~Copyable, Sendable {
    private static let blockKeys = 8

    private let blocks: AlignedWords
    /// Two parts a word, the lower half first.
    private let parts: AlignedWords
    private let first: UInt64
    /// The width of a part is two to this.
    private let shift: UInt64
    private let partCount: Int
    let count: Int
    private let isNarrow: Bool
    private var blockWords: Int { isNarrow ? Self.blockKeys : Self.blockKeys * 3 / 2 }

    var bytes: Int { blocks.bytes + parts.bytes }

    /// - Parameters:
    ///   - keys: ascending; one may repeat.
    ///   - isNarrow: every key has zeros in its lower half.
    init(keys: [UInt64], tags: [UInt32], isNarrow: Bool) {
        precondition(keys.count == tags.count)
        count = keys.count
        self.isNarrow = isNarrow
        first = keys.first ?? 0
        blocks = AlignedWords(Self.blocks(keys, tags, isNarrow: isNarrow))
        let span = (keys.last ?? 0) - first
        let blockCount = (keys.count + Self.blockKeys - 1) / Self.blockKeys
        // The narrowest parts of which there are no more than two a block.
        var shift: UInt64 = 0
        while span >> shift >= UInt64(max(1, blockCount * 2)) { shift += 1 }
        self.shift = shift
        partCount = Int(span >> shift) + 1
        parts = AlignedWords(Self.parts(keys, blockCount, span: span, shift: shift))
    }

    private static func blocks(_ keys: [UInt64], _ tags: [UInt32], isNarrow: Bool) -> [UInt64] {
        var words: [UInt64] = []
        words.reserveCapacity((keys.count / blockKeys + 1) * (isNarrow ? blockKeys : blockKeys * 3 / 2))
        for start in stride(from: 0, to: keys.count, by: blockKeys) {
            let places = start..<start + blockKeys
            // What fills a block up is the greatest key there is.
            let tag = { (place: Int) in place < tags.count ? UInt64(tags[place]) : UInt64(UInt32.max) }
            for place in places {
                let key = place < keys.count ? keys[place] : .max
                words.append(isNarrow ? key & ~UInt64(UInt32.max) | tag(place) : key)
            }
            if isNarrow { continue }
            for place in places where place % 2 == 0 { words.append(tag(place) | tag(place + 1) << 32) }
        }
        return words
    }

    private static func parts(_ keys: [UInt64], _ blockCount: Int, span: UInt64, shift: UInt64) -> [UInt64] {
        guard let first = keys.first else { return [] }
        let count = Int(span >> shift) + 1
        var parts: [UInt64] = []
        parts.reserveCapacity(count / 2 + 2)
        var block = 0
        // One more, so that each part has an end.
        for part in 0...count {
            let begin = part == count ? .max : first + UInt64(part) << shift
            while block + 1 < blockCount, keys[(block + 1) * blockKeys] <= begin { block += 1 }
            if part % 2 == 0 { parts.append(UInt64(block)) } else { parts[part / 2] |= UInt64(block) << 32 }
        }
        return parts
    }

    @inline(__always)
    private func block(ofPart part: Int) -> Int { Int((parts[part >> 1] >> UInt64((part & 1) * 32)) & 0xFFFF_FFFF) }

    /// The place of the last key that is `key` or less; nil where all are above it.
    ///
    /// - Complexity: O(log keys of a part). Allocates nothing.
    @inline(__always)
    func last(notAbove key: UInt64) -> Int? {
        guard count > 0, key >= first else { return nil }
        let part = Int(truncatingIfNeeded: min((key &- first) >> shift, UInt64(partCount - 1)))
        var block = block(ofPart: part)
        // The block is this one, or one of those up to where the next part begins.
        var ahead = self.block(ofPart: part + 1) - block
        while ahead > 0 {
            let half = (ahead + 1) / 2
            if blocks[(block + half) * blockWords] <= bound(key) {
                block += half
                ahead -= half
            } else {
                ahead = half - 1
            }
        }
        let below = blocks.countNotAbove(bound(key), at: block * blockWords, words: Self.blockKeys)
        return min(block * Self.blockKeys + below, count) - 1
    }

    /// What a key's word is at most: the tags of narrow blocks must not count.
    @inline(__always)
    private func bound(_ key: UInt64) -> UInt64 { isNarrow ? key | UInt64(UInt32.max) : key }

    @inline(__always)
    func key(_ place: Int) -> UInt64 {
        let word = blocks[place / Self.blockKeys * blockWords + place % Self.blockKeys]
        return isNarrow ? word & ~UInt64(UInt32.max) : word
    }

    @inline(__always)
    func tag(_ place: Int) -> UInt32 {
        let block = place / Self.blockKeys * blockWords
        let within = place % Self.blockKeys
        if isNarrow { return UInt32(truncatingIfNeeded: blocks[block + within]) }
        return UInt32(truncatingIfNeeded: blocks[block + Self.blockKeys + within / 2] >> UInt64(within % 2 * 32))
    }
}
