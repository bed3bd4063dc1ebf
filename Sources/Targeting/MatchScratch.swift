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
        /// Of its rows in the pool of rows.
        let firstRow: UInt32
        let rowCount: UInt32
        /// Of its postings in the pool of cursors.
        let firstCursor: UInt32
        let cursorCount: UInt32
        /// Where its window starts in the pool of windows.
        let window: UInt32
        /// Slots that it rejects, for each row that must be read: about what it is worth to come early.
        let yield: UInt32
    }

    /// Postings on their way through the slots.
    struct Cursor: BitwiseCopyable {
        let start: UInt32
        let end: UInt32
        var next: UInt32
    }

    /// Postings are brought into rows for so many blocks at once; the first time for few, as many a search ends there.
    static let windowBlocks = 64
    static let firstWindowBlocks = 8
    private static let windowWords = windowBlocks * Slab<UInt64>.wordsPerBlock

    var marks = Marks()
    /// Where the dimension at hand starts.
    private var opened = Marks()
    /// Bit by value: stated.
    private(set) var stated: Slab<UInt64>
    /// The stated values.
    private var facts: Slab<UInt32>
    /// Words where the rows start.
    private var rows: Slab<UInt32>
    private var cursors: Slab<Cursor>
    private var refusedRows: Slab<UInt32>
    private var refusedCursors: Slab<Cursor>
    /// As they come, those of the request first.
    private let streams: Slab<Stream>
    /// The most selective first.
    private let ordered: Slab<Stream>
    /// A window for each stream, and the last one for what is refused.
    private let windows: Slab<UInt64>
    /// Blocks that the windows cover.
    private var windowStart = 0
    private var windowEnd = 0
    /// Whether the window of what is refused has any bit.
    private var isRefusing = false
    /// Of what is gone from the index.
    private var buried: Slab<UInt32>
    private var nextBuried = 0
    /// Of the block at hand.
    let candidates = Slab<UInt64>(repeating: 0, count: Slab<UInt64>.wordsPerBlock)

    private var refusedWindow: Int { windows.count &- Self.windowWords }

    init(for tables: TargetingIndex.Tables, _ buried: Slab<UInt32>) {
        let count = tables.dimensions.count
        let none = Stream(firstRow: 0, rowCount: 0, firstCursor: 0, cursorCount: 0, window: 0, yield: 0)
        streams = Slab(repeating: none, count: count)
        ordered = Slab(repeating: none, count: count)
        windows = Slab(repeating: 0, count: (count + 1) * Self.windowWords)
        stated = Slab(repeating: 0, count: 0)
        facts = Slab(repeating: 0, count: 64)
        rows = Slab(repeating: 0, count: 256)
        cursors = Slab(repeating: Cursor(start: 0, end: 0, next: 0), count: 256)
        refusedRows = Slab(repeating: 0, count: 64)
        refusedCursors = Slab(repeating: Cursor(start: 0, end: 0, next: 0), count: 64)
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
        windows.free()
        candidates.free()
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
    }

    // MARK: Stating

    /// The values stated from now on are of one dimension.
    mutating func open() { opened = marks }

    /// Notes a value of the dimension at hand, and the lists that hold it.
    mutating func state(_ value: UInt32, _ tables: borrowing TargetingIndex.Tables) {
        guard stated.insert(bit: Int(value)) else { return }
        if marks.facts == facts.count { facts = facts.grown(toHold: marks.facts + 1, padding: 0) }
        facts[marks.facts] = value
        marks.facts &+= 1
        let found = tables.valueRows[Int(value)]
        if found.inclusions.count > 0 { accept(found.inclusions) }
        if found.exclusions.count > 0 { refuse(found.exclusions) }
        // A list is in no list, so this goes one level deep.
        for index in 0..<Int(found.lists.count) { state(tables.lists[Int(found.lists.start) &+ index], tables) }
    }

    private mutating func accept(_ list: SlotList) {
        if list.isRow {
            if marks.rows == rows.count { rows = rows.grown(toHold: marks.rows + 1, padding: 0) }
            rows[marks.rows] = list.start
            marks.rows &+= 1
        } else {
            Self.append(list, to: &cursors, &marks.cursors)
        }
    }

    private mutating func refuse(_ list: SlotList) {
        if list.isRow {
            if marks.refusedRows == refusedRows.count {
                refusedRows = refusedRows.grown(toHold: marks.refusedRows + 1, padding: 0)
            }
            refusedRows[marks.refusedRows] = list.start
            marks.refusedRows &+= 1
        } else {
            Self.append(list, to: &refusedCursors, &marks.refusedCursors)
        }
    }

    private static func append(_ list: SlotList, to cursors: inout Slab<Cursor>, _ count: inout Int) {
        let cursor = Cursor(start: list.start, end: list.start + list.count, next: list.start)
        if count == cursors.count { cursors = cursors.grown(toHold: count + 1, padding: cursor) }
        cursors[count] = cursor
        count &+= 1
    }

    /// Turns what was stated since ``open()`` into the stream of a dimension; none where nobody wants anything of it.
    mutating func close(_ dimension: DimensionRow, _ tables: borrowing TargetingIndex.Tables) {
        guard dimension.hasInclusions else { return }
        let indifferent = Int(tables.populations[Int(dimension.indifferent)])
        var accepted = indifferent
        for index in opened.rows..<marks.rows {
            // Rows of values hold the indifferent too.
            accepted += Int(tables.populations[Int(rows[index])]) - indifferent
        }
        for index in opened.cursors..<marks.cursors { accepted += Int(cursors[index].end - cursors[index].start) }
        if marks.rows == opened.rows {
            if marks.rows == rows.count { rows = rows.grown(toHold: marks.rows + 1, padding: 0) }
            rows[marks.rows] = dimension.indifferent
            marks.rows &+= 1
        }
        let rowCount = marks.rows - opened.rows
        streams[marks.streams] = Stream(
            firstRow: UInt32(opened.rows), rowCount: UInt32(rowCount), firstCursor: UInt32(opened.cursors),
            cursorCount: UInt32(marks.cursors - opened.cursors), window: UInt32(marks.streams * Self.windowWords),
            yield: UInt32(max(0, tables.slots.count - accepted) / rowCount))
        marks.streams &+= 1
    }

    // MARK: Blocks

    /// Gets ready to go through the blocks from the first one on.
    mutating func rewind(_ tables: borrowing TargetingIndex.Tables) {
        windowEnd = 0
        nextBuried = 0
        for index in 0..<marks.cursors { cursors[index].next = cursors[index].start }
        for index in 0..<marks.refusedCursors { refusedCursors[index].next = refusedCursors[index].start }
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

    /// The candidates of a block: slots that every stream accepts and no stated value refuses, put into `candidates`.
    ///
    /// Blocks must come in ascending order after ``rewind(_:)``.
    /// - Returns: whether there are any.
    mutating func findCandidates(in block: Int, _ tables: borrowing TargetingIndex.Tables) -> Bool {
        if block >= windowEnd { moveWindows(to: block, tables) }
        let start = block &* Slab<UInt64>.wordsPerBlock
        let inWindow = (block &- windowStart) &* Slab<UInt64>.wordsPerBlock
        var accepted = tables.active(block)
        if isRefusing { accepted &= ~windows.block(at: refusedWindow &+ inWindow) }
        var index = 0
        while index < marks.refusedRows {
            accepted &= ~tables.rows.block(at: Int(refusedRows[index]) &* tables.stride &+ start)
            index &+= 1
        }
        index = 0
        while index < marks.streams {
            accepted &= union(ordered[index], at: start, inWindow, tables)
            if accepted.isEmpty { return false }
            index &+= 1
        }
        guard !accepted.isEmpty else { return false }
        candidates.store(accepted, at: 0)
        return true
    }

    @inline(__always)
    private func union(
        _ stream: Stream, at start: Int, _ inWindow: Int, _ tables: borrowing TargetingIndex.Tables
    ) -> Slab<UInt64>.Block {
        let first = Int(stream.firstRow)
        var union = tables.rows.block(at: Int(rows[first]) &* tables.stride &+ start)
        var next = 1
        while next < stream.rowCount {
            union |= tables.rows.block(at: Int(rows[first &+ next]) &* tables.stride &+ start)
            next &+= 1
        }
        if stream.cursorCount > 0 { union |= windows.block(at: Int(stream.window) &+ inWindow) }
        return union
    }

    /// Brings the postings of the next blocks into rows.
    private mutating func moveWindows(to block: Int, _ tables: borrowing TargetingIndex.Tables) {
        windowStart = block
        windowEnd = min(tables.blocks, block + (block == 0 ? Self.firstWindowBlocks : Self.windowBlocks))
        let words = (windowEnd - windowStart) * Slab<UInt64>.wordsPerBlock
        let end = UInt32(windowEnd * 512)
        for index in 0..<marks.streams where ordered[index].cursorCount > 0 {
            let stream = ordered[index]
            let window = Int(stream.window)
            windows.clear(window..<window + words)
            let first = Int(stream.firstCursor)
            for number in first..<first + Int(stream.cursorCount) {
                scatter(&cursors, number, before: end, into: window, tables.postings)
            }
        }
        isRefusing = marks.refusedCursors > 0 || nextBuried < buried.count
        guard isRefusing else { return }
        windows.clear(refusedWindow..<refusedWindow + words)
        for number in 0..<marks.refusedCursors {
            scatter(&refusedCursors, number, before: end, into: refusedWindow, tables.postings)
        }
        // Blocks that were passed over leave theirs behind.
        while nextBuried < buried.count, buried[nextBuried] < UInt32(windowStart * 512) { nextBuried += 1 }
        while nextBuried < buried.count, buried[nextBuried] < end {
            windows.insert(bit: refusedWindow * 64 + Int(buried[nextBuried]) - windowStart * 512)
            nextBuried += 1
        }
    }

    /// Sets the bits of a cursor's postings that the window covers, and moves the cursor behind them.
    @inline(__always)
    private func scatter(
        _ cursors: inout Slab<Cursor>, _ number: Int, before end: UInt32, into window: Int, _ postings: Slab<UInt32>
    ) {
        var cursor = cursors[number]
        let base = window &* 64 &- windowStart &* 512
        while cursor.next < cursor.end {
            let slot = postings[Int(cursor.next)]
            if slot >= end { break }
            cursor.next &+= 1
            if slot >= UInt32(windowStart &* 512) { windows.insert(bit: base &+ Int(slot)) }
        }
        cursors[number] = cursor
    }
}
