/// Finds tokens in a user agent in one pass, whatever their case.
///
/// Each token is represented by three bytes of it that browsers' user agents do not have in a row, and a bitmap of
/// 8 KiB says of any three bytes whether they may represent one. So nearly every place of a visitor's user agent costs
/// one independent load of a word that stays in the first cache, unlike an automaton, whose every step waits for the
/// one before.
struct CrawlerMatcher: ~Copyable {
    /// Bytes of a user agent that are looked at: longer than any that is real.
    static let bytesMax = 1024

    struct Token: BitwiseCopyable {
        let start: UInt32
        let length: UInt16
        /// Where in the token its three bytes stand.
        let offset: UInt16
    }

    private static let window = 3

    private let bitmap: FrozenRun<UInt64>
    /// Index into `tokens` of each bucket's first; one more for the end.
    private let buckets: FrozenRun<UInt32>
    private let bucketShift: UInt64
    private let tokens: FrozenRun<Token>
    private let pool: FrozenRun<UInt8>

    init(_ list: CrawlerList) {
        var bits = [UInt64](repeating: 0, count: 1 << 10)
        var bucketBits: UInt64 = 6
        while 1 << bucketBits < list.tokens.count { bucketBits += 1 }
        bucketShift = 32 - min(bucketBits, 16)
        var chosen: [(hash: UInt32, token: [UInt8], offset: Int)] = []
        for token in Set(list.tokens) where token.count >= CrawlerList.tokenBytesMin {
            let offset = Self.representative(of: token)
            let hash = Self.hash(token[offset], token[offset + 1], token[offset + 2])
            bits[Int(hash >> 22)] |= 1 << UInt64(hash >> 16 & 63)
            chosen.append((hash, token, offset))
        }
        let shift = bucketShift
        chosen.sort { ($0.hash >> shift, $0.token.count) < ($1.hash >> shift, $1.token.count) }
        var starts = [UInt32](repeating: 0, count: (1 << Int(32 - shift)) + 1)
        var kept: [Token] = []
        var spelled: [UInt8] = []
        for (hash, token, offset) in chosen {
            starts[Int(hash >> shift) + 1] += 1
            kept.append(
                Token(start: UInt32(spelled.count), length: UInt16(token.count), offset: UInt16(offset)))
            spelled += token
        }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        bitmap = FrozenRun(bits)
        buckets = FrozenRun(starts)
        tokens = FrozenRun(kept)
        pool = FrozenRun(spelled)
    }

    /// Whether any token stands in the first ``bytesMax`` bytes.
    ///
    /// - Complexity: O(bytes). Allocates nothing.
    func matches(_ userAgent: UnsafeBufferPointer<UInt8>) -> Bool {
        let text = unsafe UnsafeBufferPointer(rebasing: userAgent.prefix(Self.bytesMax))
        let raw = UnsafeRawBufferPointer(text)
        var index = 0
        // Six places with each eight bytes, and one branch for them.
        while index &+ 8 <= raw.count {
            let word = unsafe UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let marks =
                mark(word) | mark(word &>> 8) | mark(word &>> 16) | mark(word &>> 24) | mark(word &>> 32)
                | mark(word &>> 40)
            if marks & 1 != 0 {
                for place in index..<index &+ 6 { if unsafe verify(text, at: place) { return true } }
            }
            index &+= 6
        }
        while index &+ Self.window <= text.count {
            if unsafe verify(text, at: index) { return true }
            index &+= 1
        }
        return false
    }

    /// In the lowest bit, whether the lowest three bytes may represent a token.
    @inline(__always)
    private func mark(_ word: UInt64) -> UInt64 {
        let hash = Self.hash(UInt32(truncatingIfNeeded: word) & 0xFF_FFFF)
        return bitmap[Int(hash &>> 22)] &>> UInt64(hash &>> 16 & 63)
    }

    @inline(never)
    private func verify(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        let hash = unsafe Self.hash(text[index], text[index + 1], text[index + 2])
        let bucket = Int(UInt64(hash) >> bucketShift)
        for place in Int(buckets[bucket])..<Int(buckets[bucket + 1]) {
            let token = tokens[place]
            let start = index - Int(token.offset)
            if start >= 0, start + Int(token.length) <= text.count, unsafe isSpelled(token, text, at: start) {
                return true
            }
        }
        return false
    }

    private func isSpelled(_ token: Token, _ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        for index in 0..<Int(token.length) {
            let byte = unsafe text[start + index]
            if (byte &- 0x41 < 26 ? byte | 0x20 : byte) != pool[Int(token.start) + index] { return false }
        }
        return true
    }

    /// Where the first three bytes of the token stand that no browser sends in a row; else 0.
    private static func representative(of token: [UInt8]) -> Int {
        for offset in 0...(token.count - window)
        where !ordinary.contains(word(token[offset], token[offset + 1], token[offset + 2])) { return offset }
        return 0
    }

    /// All that browsers send, three bytes at a time.
    private static let ordinary: Set<UInt32> = Set(
        CrawlerList.ordinary.flatMap { text in
            (0...(text.count - window)).map { word(text[$0], text[$0 + 1], text[$0 + 2]) }
        })

    private static func word(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
    }

    private static func hash(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        hash(word(first, second, third))
    }

    /// Of three bytes, lowest first; letters of either case give the same, some other bytes too.
    @inline(__always)
    private static func hash(_ bytes: UInt32) -> UInt32 { (bytes | 0x20_2020) &* 0x9E37_79B1 }
}
