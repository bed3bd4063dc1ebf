/// The words of a window of slots that have any slot left: each with its place in the window and its bits.
///
/// Words that have no bit left go, so that what is looked at next is read only where it can still turn somebody away.
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

    /// Keeps the slots that a sieve lets through.
    ///
    /// - Parameters:
    ///   - words: of all rows.
    ///   - rows: where rows start, by the numbers of the sieve's streams.
    ///   - refused: where rows start of what is refused.
    ///   - offset: of the window in each row.
    mutating func sift(
        by sieve: Sieve, _ words: Slab<UInt64>, _ rows: Slab<Int>, _ refused: Slab<Int>, offset: Int
    ) {
        check(sieve, words, rows, refused, offset)
        let words = unsafe words.memory + offset
        let (plain, plainCount) = unsafe (sieve.plain.memory, sieve.plainCount)
        narrow { rest, place in
            var rest = rest
            for number in 0..<plainCount { rest &= unsafe words[plain[number] &+ place] }
            return rest
        }
        // One at a time: how many rows a stream has can then be foreseen.
        for number in 0..<sieve.mixedCount {
            let stream = sieve.mixed[number]
            let first = unsafe words + rows[stream.rows.lowerBound]
            let others = unsafe rows.memory + stream.rows.lowerBound + 1
            let count = stream.rows.count - 1
            let postings = unsafe sieve.bits.memory + stream.firstBits
            if count == 0 {
                narrow { rest, place in unsafe rest & (first[place] | postings[place]) }
            } else {
                narrow { rest, place in
                    var accepted = unsafe first[place] | postings[place]
                    for row in 0..<count { accepted |= unsafe words[others[row] &+ place] }
                    return rest & accepted
                }
            }
        }
        let (refusedRows, refusedCount) = unsafe (refused.memory, sieve.refused.rows.count)
        let postings = unsafe sieve.bits.memory + sieve.refused.firstBits
        narrow { rest, place in
            var rejected = unsafe postings[place]
            for row in 0..<refusedCount { rejected |= unsafe words[refusedRows[row] &+ place] }
            return rest & ~rejected
        }
    }

    /// - Parameter kept: of a word's bits at its place, those to keep.
    @inline(__always)
    private mutating func narrow(_ kept: (UInt64, Int) -> UInt64) {
        let (places, bits) = unsafe (places.memory, bits.memory)
        var left = 0
        for index in 0..<count {
            let place = unsafe places[index]
            let rest = kept(unsafe bits[index], Int(place))
            unsafe places[left] = place
            unsafe bits[left] = rest
            left &+= rest == 0 ? 0 : 1
        }
        count = left
    }

    /// Every read of ``sift`` lies within its run.
    private func check(
        _ sieve: Sieve, _ words: Slab<UInt64>, _ rows: Slab<Int>, _ refused: Slab<Int>, _ offset: Int
    ) {
        let startMax = words.count &- offset &- window
        precondition(offset >= 0 && sieve.refused.firstBits &+ window <= sieve.bits.count)
        for number in 0..<sieve.plainCount { precondition(0...startMax ~= sieve.plain[number]) }
        for number in 0..<sieve.mixedCount {
            let stream = sieve.mixed[number]
            precondition(stream.firstBits &+ window <= sieve.bits.count)
            for row in stream.rows { precondition(0...startMax ~= rows[row]) }
        }
        for row in sieve.refused.rows { precondition(0...startMax ~= refused[row]) }
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
