/// The words of a window of slots that have any slot left: each with its place in the window and its bits.
///
/// Every dimension leaves fewer, and those that have no bit left go, so that the next dimension is read only where it
/// can still turn somebody away.
struct Survivors: BitwiseCopyable {
    /// Words, counted from the window's first; ascending.
    // Invariant: the first `count` lie below `window`.
    private let places: Slab<UInt32>
    private let bits: Slab<UInt64>
    private(set) var count = 0
    /// Words of the window.
    private var window = 0

    /// - Parameter words: of the largest window.
    init(roomFor words: Int) {
        places = Slab(repeating: 0, count: words)
        bits = Slab(repeating: 0, count: words)
    }

    func free() {
        places.free()
        bits.free()
    }

    var isEmpty: Bool { count == 0 }

    /// The place of one of the words.
    @inline(__always)
    func place(_ index: Int) -> Int { Int(places[index]) }

    @inline(__always)
    func bits(_ index: Int) -> UInt64 { bits[index] }

    /// Slots that are left.
    var slots: Int {
        var slots = 0
        for index in 0..<count { slots &+= bits[index].nonzeroBitCount }
        return slots
    }

    /// Starts with all slots of a window that somebody has.
    mutating func begin(_ words: Range<Int>, _ used: Slab<UInt64>) {
        precondition(words.count <= bits.count && words.upperBound <= used.count)
        window = words.count
        count = window
        for place in 0..<window {
            places[place] = UInt32(truncatingIfNeeded: place)
            bits[place] = used[words.lowerBound &+ place]
        }
    }

    /// Starts with those of some words.
    ///
    /// - Parameter summary: a bit for each word of the window.
    mutating func begin(_ words: Range<Int>, _ used: Slab<UInt64>, _ summary: Slab<UInt64>) {
        precondition(words.count <= bits.count && words.upperBound <= used.count && words.count & 63 == 0)
        window = words.count
        count = 0
        for number in 0..<words.count >> 6 {
            var rest = summary[number]
            while rest != 0 {
                let place = number &* 64 &+ rest.trailingZeroBitCount
                places[count] = UInt32(truncatingIfNeeded: place)
                bits[count] = used[words.lowerBound &+ place]
                count &+= 1
                rest &= rest &- 1
            }
        }
    }

    /// Keeps the slots that all of some rows have.
    ///
    /// - Parameters:
    ///   - words: the rows lie there.
    ///   - starts: where each starts.
    ///   - range: which of these.
    ///   - offset: of the window in each row.
    mutating func keep(_ words: Slab<UInt64>, _ starts: Slab<Int>, _ range: Range<Int>, offset: Int) {
        narrow(words, starts, range, offset) { $0 & $1 }
    }

    /// Takes away the slots that any of some rows has.
    mutating func drop(_ words: Slab<UInt64>, _ starts: Slab<Int>, _ range: Range<Int>, offset: Int) {
        narrow(words, starts, range, offset) { $0 & ~$1 }
    }

    /// Word by word, all rows of it at once: so the processor waits for several of them together.
    @inline(__always)
    private mutating func narrow(
        _ words: Slab<UInt64>, _ starts: Slab<Int>, _ range: Range<Int>, _ offset: Int,
        _ combined: (UInt64, UInt64) -> UInt64
    ) {
        check(words, starts, range, offset)
        let words = unsafe words.memory + offset
        let starts = unsafe starts.memory + range.lowerBound
        let places = unsafe places.memory
        let bits = unsafe bits.memory
        var left = 0
        for index in 0..<count {
            let place = unsafe places[index]
            var rest = unsafe bits[index]
            for row in 0..<range.count { rest = unsafe combined(rest, words[starts[row] &+ Int(place)]) }
            unsafe places[left] = place
            unsafe bits[left] = rest
            left &+= rest == 0 ? 0 : 1
        }
        count = left
    }

    /// Unites rows, at the places that are left.
    ///
    /// - Parameter united: of the window.
    func unite(
        _ words: Slab<UInt64>, _ starts: Slab<Int>, _ range: Range<Int>, offset: Int, into united: Slab<UInt64>
    ) {
        check(words, starts, range, offset)
        precondition(window <= united.count)
        let words = unsafe words.memory + offset
        let starts = unsafe starts.memory + range.lowerBound
        let united = unsafe united.memory
        let places = unsafe places.memory
        for index in 0..<count {
            let place = unsafe Int(places[index])
            var union: UInt64 = 0
            for row in 0..<range.count { union |= unsafe words[starts[row] &+ place] }
            unsafe united[place] = union
        }
    }

    private func check(_ words: Slab<UInt64>, _ starts: Slab<Int>, _ range: Range<Int>, _ offset: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= starts.count && offset >= 0)
        for row in range { precondition(starts[row] >= 0 && starts[row] &+ offset &+ window <= words.count) }
    }

    /// Keeps the slots that words of the window have too.
    mutating func keep(_ words: Slab<UInt64>) { narrow(words) { $0 & $1 } }

    /// Takes away the slots that words of the window have.
    mutating func drop(_ words: Slab<UInt64>) { narrow(words) { $0 & ~$1 } }

    @inline(__always)
    private mutating func narrow(_ words: Slab<UInt64>, _ combined: (UInt64, UInt64) -> UInt64) {
        precondition(window <= words.count)
        let words = unsafe words.memory
        let places = unsafe places.memory
        let bits = unsafe bits.memory
        var left = 0
        for index in 0..<count {
            let place = unsafe places[index]
            let rest = unsafe combined(bits[index], words[Int(place)])
            unsafe places[left] = place
            unsafe bits[left] = rest
            left &+= rest == 0 ? 0 : 1
        }
        count = left
    }

    /// Clears words of the places that are left.
    func clear(_ words: Slab<UInt64>) {
        for index in 0..<count { words[Int(places[index])] = 0 }
    }

    /// Writes down the slots that are left.
    ///
    /// - Parameters:
    ///   - first: the first word of the window.
    ///   - start: where the first slot is written.
    /// - Returns: where the next one would be.
    func expand(_ table: SlotTable, _ first: Int, into slots: Slab<SlotTable.Slot>, from start: Int) -> Int {
        var end = start
        for index in 0..<count {
            end = table.expand(bits[index], of: first &+ Int(places[index]), into: slots, from: end)
        }
        return end
    }
}
