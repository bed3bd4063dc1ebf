/// What one request states, in terms of one index: the slots that each stated value concerns.
///
/// Pools are filled first by the request, then by an impression, which is forgotten when the next one comes.
struct MatchScratch {
    /// How far the pools below are filled.
    struct Marks: BitwiseCopyable {
        var facts = 0
        var streams = 0
        var rows = 0
        var cursors = 0
        var refusedRows = 0
        var refusedCursors = 0
    }

    /// The slots that accept one dimension: some rows and some postings, united.
    struct Stream: BitwiseCopyable {
        /// Word where its first row starts; it has one always.
        let row: Int
        /// Of its further rows in the pool of rows.
        let firstRow: UInt32
        let rowCount: UInt32
        /// Of its postings in the pool of cursors.
        let firstCursor: UInt32
        let cursorCount: UInt32

        var isPlain: Bool { rowCount == 0 && cursorCount == 0 }
    }

    /// Postings on their way through the slots.
    struct Cursor: BitwiseCopyable {
        let start: UInt32
        let end: UInt32
        /// The slot at `start`.
        let first: UInt32
        var next: UInt32 = 0
        /// The slot at `next`; `UInt32.max` at the end.
        var front: UInt32 = 0
    }

    /// So many blocks at most are worked on at once, so that all that is written stays in near caches.
    static let windowBlocks = 1024
    static let windowWords = windowBlocks * Slab<UInt64>.wordsPerBlock

    var marks = Marks()
    /// Where the values of the dimension at hand start.
    private var opened = Marks()
    /// Bit by value: stated.
    private(set) var stated: Slab<UInt64>
    /// The stated values.
    private var facts: Slab<UInt32>
    /// Words where rows start: a whole row of the index lies behind each.
    private var rows: Slab<Int>
    private var cursors: Slab<Cursor>
    private var refusedRows: Slab<Int>
    private var refusedCursors: Slab<Cursor>
    /// As they come, those of the request first.
    private let streams: Slab<Stream>
    /// Where the rows start of the streams that are one row each.
    private let plain: Slab<Int>
    private var plainCount = 0
    /// The other streams.
    private let mixed: Slab<Stream>
    private var mixedCount = 0
    /// Words of the window at hand that have slots left.
    private(set) var survivors = Survivors(roomFor: windowWords)
    /// Of the words of the window at hand, where several rows, or postings, are united; only where there are survivors
    /// does it say anything.
    private let united = Slab<UInt64>(repeating: 0, count: windowWords)
    /// Of the window's summary, the words that can have survivors, and a place for one dimension's.
    private let summary = Slab<UInt64>(repeating: 0, count: windowWords / 64)
    private let unitedSummary = Slab<UInt64>(repeating: 0, count: windowWords / 64)
    /// Of what is gone from the index.
    private var buried: Slab<UInt32>
    private var grave = Cursor(start: 0, end: 0, first: .max)
    /// Slots of the tier at hand that match by its rows and postings.
    var found = Slab(repeating: SlotTable.Slot(strategy: 0, residual: 0), count: 512)

    /// Numbers of strategies that wait to be handed over.
    private var listed = Slab<UInt32>(repeating: 0, count: 4096)
    private var listedCount = 0

    init(for tables: TargetingIndex.Tables, _ buried: Slab<UInt32>) {
        let count = tables.dimensions.count
        let none = Stream(row: 0, firstRow: 0, rowCount: 0, firstCursor: 0, cursorCount: 0)
        streams = Slab(repeating: none, count: count)
        plain = Slab(repeating: 0, count: count)
        mixed = Slab(repeating: none, count: count)
        stated = Slab(repeating: 0, count: 0)
        facts = Slab(repeating: 0, count: 64)
        rows = Slab(repeating: 0, count: 256)
        cursors = Slab(repeating: Cursor(start: 0, end: 0, first: .max), count: 256)
        refusedRows = Slab(repeating: 0, count: 64)
        refusedCursors = Slab(repeating: Cursor(start: 0, end: 0, first: .max), count: 64)
        self.buried = buried
        fit(tables)
    }

    func free() {
        stated.free()
        facts.free()
        rows.free()
        cursors.free()
        refusedRows.free()
        refusedCursors.free()
        streams.free()
        plain.free()
        mixed.free()
        survivors.free()
        united.free()
        summary.free()
        unitedSummary.free()
        found.free()
        listed.free()
    }

    /// Makes room for the values of an index. No value may be stated at this moment.
    mutating func fit(_ tables: TargetingIndex.Tables) {
        guard tables.valueRows.count > stated.count * 64 else { return }
        stated.free()
        stated = Slab(repeating: 0, count: tables.valueRows.count / 64 + 1)
    }

    /// Takes back everything stated.
    mutating func forget(_ buried: Slab<UInt32>) {
        forgetFacts(downTo: Marks())
        self.buried = buried
    }

    /// Takes back what was stated since.
    mutating func forgetFacts(downTo earlier: Marks) {
        for index in earlier.facts..<max(earlier.facts, marks.facts) { stated.remove(bit: Int(facts[index])) }
        marks = earlier
        opened = earlier
    }

    // MARK: Stating

    /// Notes a value of the dimension at hand, and the lists that hold it.
    mutating func state(_ value: UInt32, _ found: ValueRows, _ tables: borrowing TargetingIndex.Tables) {
        guard stated.insert(bit: Int(value)) else { return }
        if marks.facts == facts.count { facts = facts.grown(toHold: marks.facts + 1, padding: 0) }
        facts[marks.facts] = value
        marks.facts &+= 1
        if found.inclusions.count > 0 { accept(found.inclusions, tables) }
        if found.exclusions.count > 0 { refuse(found.exclusions, tables) }
        // A list is in no list, so this goes one level deep.
        for index in 0..<Int(found.listCount) {
            let list = tables.lists[Int(found.firstList) &+ index]
            state(list, tables.valueRows[Int(list)], tables)
        }
    }

    private mutating func accept(_ list: SlotList, _ tables: borrowing TargetingIndex.Tables) {
        if list.isRow {
            Self.append(list.start, to: &rows, &marks.rows, tables)
        } else {
            Self.append(list, to: &cursors, &marks.cursors)
        }
    }

    private mutating func refuse(_ list: SlotList, _ tables: borrowing TargetingIndex.Tables) {
        if list.isRow {
            Self.append(list.start, to: &refusedRows, &marks.refusedRows, tables)
        } else {
            Self.append(list, to: &refusedCursors, &marks.refusedCursors)
        }
    }

    private static func append(
        _ row: UInt32, to rows: inout Slab<Int>, _ count: inout Int, _ tables: borrowing TargetingIndex.Tables
    ) {
        let (stride, words) = (tables.stride, tables.rows.count)
        let start = Int(row) * stride
        // Blocks are read without a further check.
        precondition(start + stride <= words)
        if count == rows.count { rows = rows.grown(toHold: count + 1, padding: 0) }
        rows[count] = start
        count &+= 1
    }

    private static func append(_ list: SlotList, to cursors: inout Slab<Cursor>, _ count: inout Int) {
        let cursor = Cursor(start: list.start, end: list.start + list.count, first: list.first)
        if count == cursors.count { cursors = cursors.grown(toHold: count + 1, padding: cursor) }
        cursors[count] = cursor
        count &+= 1
    }

    /// Turns what was stated since the last call into the stream of a dimension; none where nobody wants anything of it.
    mutating func close(_ dimension: DimensionRow, _ tables: borrowing TargetingIndex.Tables) {
        if dimension.hasInclusions {
            // Rows of values hold the indifferent too.
            if marks.rows == opened.rows {
                Self.append(dimension.indifferent, to: &rows, &marks.rows, tables)
            }
            let rowCount = marks.rows - opened.rows
            streams[marks.streams] = Stream(
                row: rows[opened.rows], firstRow: UInt32(opened.rows + 1), rowCount: UInt32(rowCount - 1),
                firstCursor: UInt32(opened.cursors), cursorCount: UInt32(marks.cursors - opened.cursors))
            marks.streams &+= 1
        }
        opened = marks
    }

    // MARK: Tiers

    /// Gets ready to go through the tiers from the first one on.
    mutating func rewind(_ tables: borrowing TargetingIndex.Tables) {
        grave = Cursor(start: 0, end: UInt32(buried.count), first: buried.count > 0 ? buried[0] : .max)
        grave.rewind()
        for index in 0..<marks.cursors { cursors[index].rewind() }
        for index in 0..<marks.refusedCursors { refusedCursors[index].rewind() }
        plainCount = 0
        mixedCount = 0
        for index in 0..<marks.streams {
            let stream = streams[index]
            if stream.isPlain {
                plain[plainCount] = stream.row
                plainCount &+= 1
            } else {
                mixed[mixedCount] = stream
                mixedCount &+= 1
            }
        }
    }

    /// Puts the slots of a tier that every stream accepts and no stated value refuses into `found`, ascending.
    ///
    /// Tiers must come in ascending order after ``rewind(_:)``.
    /// - Returns: how many there are.
    mutating func findSlots(of tier: Int, _ tables: borrowing TargetingIndex.Tables) -> Int {
        let blocks = SlotOrder.blocks(of: tier).clamped(to: 0..<tables.blocks)
        var count = 0
        for start in stride(from: blocks.lowerBound, to: blocks.upperBound, by: Self.windowBlocks) {
            findWords(of: start..<min(start + Self.windowBlocks, blocks.upperBound), tables)
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
            survivors.begin(words, tables.slots.used, summary)
        }
        narrow(window, words.lowerBound, tables)
    }

    /// Tells by the rows' summaries which words of a window can have survivors.
    private func summarize(_ words: Range<Int>, _ tables: borrowing TargetingIndex.Tables) {
        let part = 0..<words.count >> 6
        summary.fill(part, with: .max)
        for index in 0..<plainCount {
            summary.keep(part, tables.summaries, from: summaryStart(plain[index], words, tables))
        }
        for index in 0..<mixedCount {
            let stream = mixed[index]
            // Postings have no summary, and those who want nothing of the dimension are in most words.
            if stream.cursorCount > 0 { continue }
            unitedSummary.copy(part, tables.summaries, from: summaryStart(stream.row, words, tables))
            let first = Int(stream.firstRow)
            for index in first..<first + Int(stream.rowCount) {
                unitedSummary.add(part, tables.summaries, from: summaryStart(rows[index], words, tables))
            }
            summary.keep(part, unitedSummary, from: 0)
        }
    }

    /// - Parameter row: the word where it starts.
    @inline(__always)
    private func summaryStart(_ row: Int, _ words: Range<Int>, _ tables: borrowing TargetingIndex.Tables) -> Int {
        row / tables.stride * tables.summaryStride + words.lowerBound >> 6
    }

    /// Leaves those slots of a window that match by rows and postings.
    private mutating func narrow(_ window: Range<Int>, _ start: Int, _ tables: borrowing TargetingIndex.Tables) {
        let isLast = window.upperBound == tables.blocks
        survivors.keep(tables.rows, plain, 0..<plainCount, offset: start)
        for index in 0..<mixedCount {
            if survivors.isEmpty { return }
            let stream = mixed[index]
            // The first row stands in the pool before the others.
            let rows = Int(stream.firstRow) - 1..<Int(stream.firstRow) + Int(stream.rowCount)
            survivors.unite(tables.rows, self.rows, rows, offset: start, into: united)
            let firstCursor = Int(stream.firstCursor)
            for number in firstCursor..<firstCursor + Int(stream.cursorCount) {
                cursors[number].scatter(tables.postings, window, into: united, isLast: isLast)
            }
            survivors.keep(united)
        }
        if survivors.isEmpty { return }
        if marks.refusedRows > 0 {
            survivors.drop(tables.rows, refusedRows, 0..<marks.refusedRows, offset: start)
        }
        guard marks.refusedCursors > 0 || grave.front != .max, !survivors.isEmpty else { return }
        survivors.clear(united)
        for number in 0..<marks.refusedCursors {
            refusedCursors[number].scatter(tables.postings, window, into: united, isLast: isLast)
        }
        grave.scatter(buried, window, into: united, isLast: isLast)
        survivors.drop(united)
    }
}

extension MatchScratch.Cursor {
    mutating func rewind() {
        next = start
        front = first
    }

    /// Sets the bits of the postings that a window covers, and moves behind them.
    ///
    /// - Parameters:
    ///   - window: blocks.
    ///   - bits: of those blocks.
    ///   - isLast: whether no slots lie beyond.
    @inline(__always)
    mutating func scatter(_ postings: Slab<UInt32>, _ window: Range<Int>, into bits: Slab<UInt64>, isLast: Bool) {
        let end = UInt32(truncatingIfNeeded: window.upperBound &* 512)
        if front >= end { return }
        let origin = UInt32(truncatingIfNeeded: window.lowerBound &* 512)
        if isLast {
            bits.scatter(postings, next..<self.end, from: origin)
            next = self.end
            front = .max
            return
        }
        front = bits.scatter(postings, &next, self.end, before: end, from: origin)
    }
}
