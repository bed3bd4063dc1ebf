/// Lays out which slots each value concerns: as rows where they are many, as postings where they are few.
struct RowBuilder {
    /// A run of slots that share their row: many values mean the same to all, the hours of a night or two phones.
    private struct Twin: Hashable {
        let base: UInt32?
        let slots: ArraySlice<UInt32>
    }

    private let slots: Int
    /// Words of a row.
    let stride: Int
    private var rows: Slab<UInt64>
    private var rowCount = 0
    private(set) var postings: [UInt32] = []
    /// By number of the value.
    private(set) var values: [ValueRows]
    private var twins: [Twin: UInt32] = [:]

    /// - Parameter values: how many there are.
    init(slots: Int, values: Int) {
        self.slots = slots
        stride = SlotTable.blocks(slots) * Slab<UInt64>.wordsPerBlock
        rows = Slab(repeating: 0, count: stride * 32)
        self.values = [ValueRows](repeating: ValueRows(), count: values)
    }

    /// The rows, and of each a summary with a bit for each word that is not empty, in memory that the caller owns.
    func takeRows() -> (rows: Slab<UInt64>, summaries: Slab<UInt64>) {
        let exact = rows.prefix(rowCount * stride, padding: 0)
        rows.free()
        let summaries = Slab<UInt64>(repeating: 0, count: rowCount * Self.summaryWords(stride))
        for row in 0..<rowCount {
            let start = row * Self.summaryWords(stride) * 64
            for word in 0..<stride where exact[row * stride + word] != 0 { summaries.insert(bit: start + word) }
        }
        return (exact, summaries)
    }

    /// Words of a row's summary.
    static func summaryWords(_ stride: Int) -> Int { (stride + 63) / 64 }

    /// A row of all slots but these.
    mutating func addRow(without slots: some Sequence<UInt32>) -> UInt32 {
        let row = addRow()
        let start = Int(row) * stride * 64
        for slot in 0..<self.slots { rows.insert(bit: start + slot) }
        for slot in slots where rows.contains(bit: start + Int(slot)) {
            rows.remove(bit: start + Int(slot))
        }
        return row
    }

    /// Tells each value the slots whose lists name it.
    ///
    /// - Parameters:
    ///   - lists: slots with numbers of values, by ascending slot within each value.
    ///   - base: of a value, a row whose slots its own row has too.
    mutating func add(
        _ part: WritableKeyPath<ValueRows, SlotList>,
        _ lists: some Sequence<(slot: UInt32, values: ArraySlice<UInt32>)>,
        above base: (_ value: Int) -> UInt32?
    ) {
        // Counted, then put in their places: each value's slots become a run of one array.
        var ends = [Int](repeating: 0, count: values.count)
        for (_, list) in lists { for value in list { ends[Int(value)] += 1 } }
        var total = 0
        for value in ends.indices {
            total += ends[value]
            ends[value] = total - ends[value]
        }
        var slots = [UInt32](repeating: 0, count: total)
        for (slot, list) in lists {
            for value in list {
                slots[ends[Int(value)]] = slot
                ends[Int(value)] += 1
            }
        }
        let least = leastForRow(ends)
        var start = 0
        for value in ends.indices where ends[value] > start {
            let own = slots[start..<ends[value]]
            start = ends[value]
            let isRow = own.count >= least
            values[value][keyPath: part] = isRow ? row(own, base(value)) : sparse(own)
        }
    }

    /// How many slots a value must concern to have a row.
    ///
    /// - Parameter ends: of the values' runs of slots.
    private func leastForRow(_ ends: [Int]) -> Int {
        let least = SlotList.sparseMax(slots: slots) + 1
        var counts: [Int] = []
        var start = 0
        for end in ends {
            if end - start >= least { counts.append(end - start) }
            start = end
        }
        guard counts.count > SlotList.rowsMax else { return least }
        counts.sort(by: >)
        // Of those that are wanted alike, none.
        return counts[SlotList.rowsMax] + 1
    }

    private mutating func sparse(_ slots: ArraySlice<UInt32>) -> SlotList {
        let start = postings.count
        postings += slots
        return SlotList(start: UInt32(start), count: UInt32(slots.count), first: slots[slots.startIndex])
    }

    private mutating func row(_ slots: ArraySlice<UInt32>, _ base: UInt32?) -> SlotList {
        let twin = Twin(base: base, slots: slots)
        if let known = twins[twin] { return SlotList(row: known) }
        let row = addRow()
        let start = Int(row) * stride
        if let base { rows.move(Int(base) * stride..<Int(base + 1) * stride, to: start) }
        for slot in slots { rows.insert(bit: start * 64 + Int(slot)) }
        twins[twin] = row
        return SlotList(row: row)
    }

    private mutating func addRow() -> UInt32 {
        let needed = (rowCount + 1) * stride
        if needed > rows.count { rows = rows.grown(toHold: needed, padding: 0) }
        rowCount += 1
        return UInt32(rowCount - 1)
    }

    /// Tells each value the lists that hold it.
    ///
    /// - Parameter members: numbers of values by number of their list.
    /// - Returns: the pool that ``ValueRows/firstList`` are ranges of.
    mutating func addLists(_ members: [(list: UInt32, values: ArraySlice<UInt32>)]) -> [UInt32] {
        var holders: [UInt32: [UInt32]] = [:]
        for (list, values) in members { for value in values { holders[value, default: []].append(list) } }
        var pool: [UInt32] = []
        for (value, lists) in holders.sorted(by: { $0.key < $1.key }) {
            values[Int(value)].firstList = UInt32(pool.count)
            values[Int(value)].listCount = UInt32(lists.count)
            pool += lists
        }
        return pool
    }
}
