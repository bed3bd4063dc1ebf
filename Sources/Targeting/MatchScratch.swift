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

    /// So many blocks at most are worked on at once, so that all that is written stays in near caches.
    let windowBlocks: Int

    var marks = Marks()
    /// Where the values of the dimension at hand start.
    private var opened = Marks()
    /// Bit by value: stated.
    private(set) var stated: Slab<UInt64>
    /// The stated values.
    private var facts: Slab<UInt32>
    /// Words where rows start: a whole row of the index lies behind each.
    private(set) var rows: Slab<Int>
    var cursors: Slab<Cursor>
    private(set) var refusedRows: Slab<Int>
    var refusedCursors: Slab<Cursor>
    /// As they come, those of the request first.
    let streams: Slab<Stream>
    /// What these make of a window.
    var sieve: Sieve
    /// Words of the window at hand that have slots left.
    var survivors: Survivors
    /// Of what is gone from the index.
    private(set) var buried: Slab<UInt32>
    var grave = Cursor.none
    /// Slots of the tier at hand that match by its rows and postings.
    var found = Slab(repeating: SlotTable.Slot(strategy: 0, residual: 0), count: 512)
    /// Numbers of strategies that wait to be handed over.
    var listed = Slab<UInt32>(repeating: 0, count: 4096)
    var listedCount = 0

    init(for tables: TargetingIndex.Tables, _ buried: Slab<UInt32>, windowBlocks: Int) {
        let count = tables.dimensions.count
        streams = Slab(repeating: Stream(), count: count)
        self.windowBlocks = windowBlocks
        let windowWords = windowBlocks * Slab<UInt64>.wordsPerBlock
        survivors = Survivors(roomFor: windowWords)
        sieve = Sieve(dimensions: count, words: windowWords)
        stated = Slab(repeating: 0, count: 0)
        facts = Slab(repeating: 0, count: 64)
        rows = Slab(repeating: 0, count: 256)
        cursors = Slab(repeating: Cursor.none, count: 256)
        refusedRows = Slab(repeating: 0, count: 64)
        refusedCursors = Slab(repeating: Cursor.none, count: 64)
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
        sieve.free()
        survivors.free()
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
            streams[marks.streams] = Stream(
                rows: opened.rows..<marks.rows, cursors: opened.cursors..<marks.cursors)
            marks.streams &+= 1
        }
        opened = marks
    }
}
