/// Going through the tiers, or through all of them in large windows.
extension MatchScratch {
    /// Gets ready to start with the first tier.
    mutating func rewind() {
        grave = Cursor(start: 0, end: UInt32(buried.count), first: buried.count > 0 ? buried[0] : .max)
        grave.rewind()
        for index in 0..<marks.cursors { cursors[index].rewind() }
        for index in 0..<marks.refusedCursors { refusedCursors[index].rewind() }
        let refused = Stream(rows: 0..<marks.refusedRows, cursors: 0..<marks.refusedCursors)
        sieve.arrange(streams, marks.streams, refused: refused, rows: rows)
    }

    /// Puts the slots of a tier that every stream accepts and no stated value refuses into `found`, ascending.
    ///
    /// Tiers must come in ascending order after ``rewind()``.
    /// - Returns: how many there are.
    mutating func findSlots(of tier: Int, _ tables: borrowing TargetingIndex.Tables) -> Int {
        let blocks = SlotOrder.blocks(of: tier).clamped(to: 0..<tables.blocks)
        var count = 0
        for start in stride(from: blocks.lowerBound, to: blocks.upperBound, by: windowBlocks) {
            findWords(of: start..<min(start + windowBlocks, blocks.upperBound), tables)
            let needed = count + survivors.slots
            if needed > found.count { found = found.grown(toHold: needed, padding: found[0]) }
            count = survivors.expand(tables.slots, start &* 8, into: found, from: count)
        }
        return count
    }

    /// Notes whose some slots of a word are, each strategy once.
    @inline(__always)
    mutating func list(
        _ bits: UInt64, of word: Int, _ tables: borrowing TargetingIndex.Tables, after last: inout UInt32
    ) {
        if listedCount + 64 > listed.count { listed = listed.grown(toHold: listedCount + 64, padding: 0) }
        listedCount = tables.slots.list(bits, of: word, into: listed, from: listedCount, after: &last)
    }

    /// Appends what was listed to a list.
    mutating func handOver(to list: inout [UInt32]) {
        unsafe list.append(contentsOf: UnsafeBufferPointer(start: listed.memory, count: listedCount))
        listedCount = 0
    }

    /// Finds the words of a window in which slots match by rows and postings: `survivors`.
    mutating func findWords(of window: Range<Int>, _ tables: borrowing TargetingIndex.Tables) {
        let words = window.lowerBound &* 8..<window.upperBound &* 8
        if words.count & 63 != 0 || words.lowerBound & 63 != 0 {
            survivors.begin(words, tables.slots.used)
        } else {
            summarize(words, tables)
            survivors.begin(words, tables.slots.used, sieve.summary)
        }
        if survivors.isEmpty { return }
        let slots = UInt32(window.lowerBound &* 512)..<UInt32(window.upperBound &* 512)
        let isLast = window.upperBound == tables.blocks
        for index in 0..<sieve.mixedCount {
            let stream = sieve.mixed[index]
            let bits = stream.firstBits..<stream.firstBits &+ words.count
            for number in stream.cursors {
                cursors[number].enter(slots, tables.postings, sieve.bits, bits, isLast: isLast)
            }
        }
        let refused = sieve.refused.firstBits..<sieve.refused.firstBits &+ words.count
        for number in sieve.refused.cursors {
            refusedCursors[number].enter(slots, tables.postings, sieve.bits, refused, isLast: isLast)
        }
        grave.enter(slots, buried, sieve.bits, refused, isLast: isLast)
        survivors.sift(by: sieve, tables.rows, rows, refusedRows, offset: words.lowerBound)
        sieve.clear(words.count)
    }

    /// Tells by the rows' summaries which words of a window can have survivors.
    private func summarize(_ words: Range<Int>, _ tables: borrowing TargetingIndex.Tables) {
        let part = 0..<words.count >> 6
        sieve.summary.fill(part, with: .max)
        for index in 0..<sieve.plainCount {
            sieve.summary.keep(part, tables.summaries, from: summaryStart(sieve.plain[index], words, tables))
        }
        for index in 0..<sieve.mixedCount {
            let stream = sieve.mixed[index]
            // Postings have no summary, and those who want nothing of the dimension are in most words.
            if !stream.cursors.isEmpty { continue }
            sieve.streamSummary.fill(part, with: 0)
            for row in stream.rows {
                sieve.streamSummary.add(part, tables.summaries, from: summaryStart(rows[row], words, tables))
            }
            sieve.summary.keep(part, sieve.streamSummary, from: 0)
        }
    }

    /// - Parameter row: the word where it starts.
    @inline(__always)
    private func summaryStart(_ row: Int, _ words: Range<Int>, _ tables: borrowing TargetingIndex.Tables) -> Int {
        row / tables.stride * tables.summaryStride + words.lowerBound >> 6
    }
}
