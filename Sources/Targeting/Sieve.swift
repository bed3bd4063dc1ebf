/// The slots that accept one dimension: some rows and some postings, united.
struct Stream: BitwiseCopyable {
    /// In the pool of rows; the first is there always.
    private let firstRow: UInt32
    private let endRow: UInt32
    /// In the pool of cursors.
    private let firstCursor: UInt32
    private let endCursor: UInt32
    /// Where the bits of its postings lie, see ``Sieve/bits``.
    var firstBits = 0

    init(rows: Range<Int> = 0..<0, cursors: Range<Int> = 0..<0) {
        firstRow = UInt32(truncatingIfNeeded: rows.lowerBound)
        endRow = UInt32(truncatingIfNeeded: rows.upperBound)
        firstCursor = UInt32(truncatingIfNeeded: cursors.lowerBound)
        endCursor = UInt32(truncatingIfNeeded: cursors.upperBound)
    }

    var rows: Range<Int> { Int(firstRow)..<Int(endRow) }
    var cursors: Range<Int> { Int(firstCursor)..<Int(endCursor) }
    var isPlain: Bool { endRow &- firstRow == 1 && firstCursor == endCursor }
}

/// What a request makes of a window of slots: which rows and postings each of its dimensions lets through.
///
/// Streams of one row each are looked at together, word by word; the others one after the other, each over all words that
/// are left. See ``Survivors/sift(by:_:_:_:offset:)``.
struct Sieve: BitwiseCopyable {
    /// Where the rows start of the streams that are one row each.
    let plain: Slab<Int>
    private(set) var plainCount = 0
    /// The other streams.
    let mixed: Slab<Stream>
    private(set) var mixedCount = 0
    /// What is refused.
    private(set) var refused = Stream()
    /// Of the largest window.
    private let words: Int
    /// A window of words that are never set, then one for each mixed stream that has postings, and one for what is
    /// refused: their postings in the window at hand. Between two windows none is set.
    let bits: Slab<UInt64>
    /// Words of a window's summary that can have survivors, and a place for those of one stream.
    let summary: Slab<UInt64>
    let streamSummary: Slab<UInt64>

    /// - Parameters:
    ///   - dimensions: as many streams can there be.
    ///   - words: of the largest window.
    init(dimensions: Int, words: Int) {
        self.words = words
        plain = Slab(repeating: 0, count: dimensions)
        mixed = Slab(repeating: Stream(), count: dimensions)
        bits = Slab(repeating: 0, count: (dimensions + 2) * words)
        summary = Slab(repeating: 0, count: words / 64)
        streamSummary = Slab(repeating: 0, count: words / 64)
    }

    func free() {
        plain.free()
        mixed.free()
        bits.free()
        summary.free()
        streamSummary.free()
    }

    /// Takes the streams of a request and of its impression.
    mutating func arrange(
        _ streams: Slab<Stream>, _ count: Int, refused: Stream, rows: Slab<Int>
    ) {
        plainCount = 0
        mixedCount = 0
        var firstBits = words
        for index in 0..<count {
            var stream = streams[index]
            if stream.isPlain {
                plain[plainCount] = rows[stream.rows.lowerBound]
                plainCount &+= 1
                continue
            }
            if !stream.cursors.isEmpty {
                stream.firstBits = firstBits
                firstBits &+= words
            }
            mixed[mixedCount] = stream
            mixedCount &+= 1
        }
        self.refused = refused
        self.refused.firstBits = firstBits
    }

    /// Clears the bits of all postings, of a window of so many words.
    func clear(_ words: Int) {
        for index in 0..<mixedCount where !mixed[index].cursors.isEmpty {
            bits.fill(mixed[index].firstBits..<mixed[index].firstBits &+ words, with: 0)
        }
        bits.fill(refused.firstBits..<refused.firstBits &+ words, with: 0)
    }
}
