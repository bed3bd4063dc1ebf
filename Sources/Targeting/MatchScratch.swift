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
        /// Slots that it rejects, for each row that must be read: about what it is worth to come early.
        let yield: UInt32
    }

    /// Postings on their way through the slots.
    struct Cursor: BitwiseCopyable {
        let start: UInt32
        let end: UInt32
        var next: UInt32 = 0
        /// The slot at `next`; `UInt32.max` at the end.
        var front: UInt32 = 0
    }

    /// So many blocks are worked on at once: a row's part of them is read in one go, and all that is written stays in
    /// the nearest cache. The first time they are few, as many a search ends there.
    static let windowBlocks = 64
    static let firstWindowBlocks = 8
    private static let windowWords = windowBlocks * Slab<UInt64>.wordsPerBlock

    var marks = Marks()
    /// Where the values of the dimension at hand start.
    private var opened = Marks()
    /// Slots that the values of the dimension at hand concern.
    private var accepted = 0
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
    /// The most selective first.
    private let ordered: Slab<Stream>
    /// Slots of the blocks at hand that match by rows and postings.
    private let matching = Slab<UInt64>(repeating: 0, count: windowWords)
    /// Where several rows, or postings, are united.
    private let united = Slab<UInt64>(repeating: 0, count: windowWords)
    /// The blocks at hand.
    private var window = 0..<0
    /// Of what is gone from the index.
    private var buried: Slab<UInt32>
    private var grave = Cursor(start: 0, end: 0)
    /// Slots of the block at hand that match by its rows.
    let found = Slab(repeating: SlotTable.Slot(strategy: 0, residual: 0), count: 512)

    init(for tables: TargetingIndex.Tables, _ buried: Slab<UInt32>) {
        let count = tables.dimensions.count
        let none = Stream(row: 0, firstRow: 0, rowCount: 0, firstCursor: 0, cursorCount: 0, yield: 0)
        streams = Slab(repeating: none, count: count)
        ordered = Slab(repeating: none, count: count)
        stated = Slab(repeating: 0, count: 0)
        facts = Slab(repeating: 0, count: 64)
        rows = Slab(repeating: 0, count: 256)
        cursors = Slab(repeating: Cursor(start: 0, end: 0), count: 256)
        refusedRows = Slab(repeating: 0, count: 64)
        refusedCursors = Slab(repeating: Cursor(start: 0, end: 0), count: 64)
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
        ordered.free()
        matching.free()
        united.free()
        found.free()
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
        for index in 0..<Int(found.lists.count) {
            let list = tables.lists[Int(found.lists.start) &+ index]
            state(list, tables.valueRows[Int(list)], tables)
        }
    }

    private mutating func accept(_ list: SlotList, _ tables: borrowing TargetingIndex.Tables) {
        if list.isRow {
            accepted += Int(tables.populations[Int(list.start)])
            Self.append(list.start, to: &rows, &marks.rows, tables)
        } else {
            accepted += Int(list.count)
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
        let cursor = Cursor(start: list.start, end: list.start + list.count)
        if count == cursors.count { cursors = cursors.grown(toHold: count + 1, padding: cursor) }
        cursors[count] = cursor
        count &+= 1
    }

    /// Turns what was stated since the last call into the stream of a dimension; none where nobody wants anything of it.
    mutating func close(_ dimension: DimensionRow, _ tables: borrowing TargetingIndex.Tables) {
        if dimension.hasInclusions {
            let indifferent = Int(tables.populations[Int(dimension.indifferent)])
            // Rows of values hold the indifferent too.
            accepted -= max(0, marks.rows - opened.rows - 1) * indifferent
            if marks.rows == opened.rows {
                accepted += indifferent
                Self.append(dimension.indifferent, to: &rows, &marks.rows, tables)
            }
            let rowCount = marks.rows - opened.rows
            streams[marks.streams] = Stream(
                row: rows[opened.rows], firstRow: UInt32(opened.rows + 1), rowCount: UInt32(rowCount - 1),
                firstCursor: UInt32(opened.cursors), cursorCount: UInt32(marks.cursors - opened.cursors),
                yield: UInt32(max(0, tables.slots.count - accepted) / rowCount))
            marks.streams &+= 1
        }
        opened = marks
        accepted = 0
    }

    // MARK: Blocks

    /// Gets ready to go through the blocks from the first one on.
    mutating func rewind(_ tables: borrowing TargetingIndex.Tables) {
        window = 0..<0
        grave = Cursor(start: 0, end: UInt32(buried.count), front: buried.count > 0 ? buried[0] : .max)
        for index in 0..<marks.cursors { cursors[index].rewind(tables.postings) }
        for index in 0..<marks.refusedCursors { refusedCursors[index].rewind(tables.postings) }
        // With few blocks, sorting costs more than it spares.
        let isWorthSorting = tables.blocks > 4
        for index in 0..<marks.streams {
            let stream = streams[index]
            var place = index
            while isWorthSorting, place > 0, ordered[place - 1].yield < stream.yield {
                ordered[place] = ordered[place - 1]
                place -= 1
            }
            ordered[place] = stream
        }
    }

    /// Puts the slots of a block that every stream accepts and no stated value refuses into `found`.
    ///
    /// Blocks must come in ascending order after ``rewind(_:)``.
    /// - Returns: how many there are.
    mutating func findSlots(of block: Int, _ tables: borrowing TargetingIndex.Tables) -> Int {
        if block >= window.upperBound { moveWindow(to: block, tables) }
        let start = (block &- window.lowerBound) &* Slab<UInt64>.wordsPerBlock
        let found = matching.block(at: start)
        return found.isEmpty ? 0 : tables.slots.expand(found, of: block, into: self.found)
    }

    /// Finds the slots of the next blocks that match by rows and postings.
    private mutating func moveWindow(to block: Int, _ tables: borrowing TargetingIndex.Tables) {
        window = block..<min(tables.blocks, block + (block == 0 ? Self.firstWindowBlocks : Self.windowBlocks))
        let words = 0..<window.count * Slab<UInt64>.wordsPerBlock
        for number in window {
            matching.store(tables.active(number), at: (number &- block) &* Slab<UInt64>.wordsPerBlock)
        }
        leaveOutRefused(words, tables)
        let start = block &* Slab<UInt64>.wordsPerBlock
        for index in 0..<marks.streams {
            let stream = ordered[index]
            if stream.rowCount == 0, stream.cursorCount == 0 {
                matching.combine(words, with: tables.rows, from: stream.row &+ start) { $0 & $1 }
            } else {
                unite(stream, words, from: start, tables)
                matching.combine(words, with: united, from: 0) { $0 & $1 }
            }
        }
    }

    private mutating func leaveOutRefused(_ words: Range<Int>, _ tables: borrowing TargetingIndex.Tables) {
        let start = window.lowerBound &* Slab<UInt64>.wordsPerBlock
        for index in 0..<marks.refusedRows {
            matching.combine(words, with: tables.rows, from: refusedRows[index] &+ start) { $0 & ~$1 }
        }
        guard marks.refusedCursors > 0 || grave.front != .max else { return }
        united.clear(words)
        for number in 0..<marks.refusedCursors {
            refusedCursors[number].scatter(tables.postings, window, into: united)
        }
        grave.scatter(buried, window, into: united)
        matching.combine(words, with: united, from: 0) { $0 & ~$1 }
    }

    /// The slots that accept one dimension, in `united`.
    private mutating func unite(
        _ stream: Stream, _ words: Range<Int>, from start: Int, _ tables: borrowing TargetingIndex.Tables
    ) {
        united.combine(words, with: tables.rows, from: stream.row &+ start) { $1 }
        let first = Int(stream.firstRow)
        for index in first..<first + Int(stream.rowCount) {
            united.combine(words, with: tables.rows, from: rows[index] &+ start) { $0 | $1 }
        }
        let firstCursor = Int(stream.firstCursor)
        for number in firstCursor..<firstCursor + Int(stream.cursorCount) {
            cursors[number].scatter(tables.postings, window, into: united)
        }
    }
}

extension MatchScratch.Cursor {
    mutating func rewind(_ postings: Slab<UInt32>) {
        next = start
        front = postings[Int(start)]
    }

    /// Sets the bits of the postings that a window covers, and moves behind them.
    ///
    /// - Parameters:
    ///   - window: blocks.
    ///   - bits: of those blocks.
    @inline(__always)
    mutating func scatter(_ postings: Slab<UInt32>, _ window: Range<Int>, into bits: Slab<UInt64>) {
        let end = UInt32(truncatingIfNeeded: window.upperBound &* 512)
        if front >= end { return }
        let origin = UInt32(truncatingIfNeeded: window.lowerBound &* 512)
        front = bits.scatter(postings, &next, self.end, before: end, from: origin)
    }
}
