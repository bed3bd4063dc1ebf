/// Values that a request states, on their way through a ``ValueTable``.
struct Lookups: BitwiseCopyable {
    static let countMax = 256

    private let lookups = Slab<ValueTable.Lookup>(repeating: ValueTable.Lookup(), count: countMax)
    private let entries = Slab<ValueTable.Entry>(repeating: ValueTable.empty, count: countMax)
    private let found = Slab<ValueRows>(repeating: ValueRows(), count: countMax)
    private(set) var count = 0

    var isFull: Bool { count == Self.countMax }

    @inline(__always)
    subscript(index: Int) -> ValueTable.Lookup { lookups[index] }

    @inline(__always)
    mutating func append(_ lookup: ValueTable.Lookup) {
        lookups[count] = lookup
        count &+= 1
    }

    mutating func removeAll() { count = 0 }

    func free() {
        lookups.free()
        entries.free()
        found.free()
    }

    /// Finds the entries and rows of all values.
    func fetch(from table: ValueTable, _ rows: Slab<ValueRows>, _ key: ValueKey) {
        for index in 0..<count { entries[index] = table.firstEntry(lookups[index]) }
        for index in 0..<count {
            let entry = lookups[index].isEnd ? nil : table.find(lookups[index], from: entries[index], key)
            entries[index] = entry ?? ValueTable.empty
            if let entry { found[index] = rows[Int(entry.value)] }
        }
    }

    /// Whether any strategy asks for the value.
    @inline(__always)
    func isFound(_ index: Int) -> Bool { entries[index].word != ValueTable.vacant }

    @inline(__always)
    func value(_ index: Int) -> UInt32 { entries[index].value }

    @inline(__always)
    func rows(_ index: Int) -> ValueRows { found[index] }
}
