/// What one request states, in terms of one index: which values, which rows, and what rows cannot decide.
struct MatchScratch {
    /// How far the pools below are filled.
    struct Marks: BitwiseCopyable {
        var facts = 0
        var streams = 0
        var rows = 0
        /// Dimensions whose rows do not say all about this request, and ``Slot/alwaysChecked``.
        var unsettled = Slot.alwaysChecked
    }

    /// The stated values of one dimension, as a part of the pool.
    struct FactRange: BitwiseCopyable {
        var start: UInt32 = 0
        var end: UInt32 = 0
    }

    /// One or several rows of a dimension, which are united, then intersected with those of the others.
    struct Stream: BitwiseCopyable {
        let words: Slab<UInt64>
        /// Of its rows in the pool of rows.
        let first: UInt32
        let count: UInt32
        /// Slots that it rejects, for each row that must be read: about what it is worth to come early.
        let yield: UInt32
    }

    var marks = Marks()
    /// Where the dimension at hand starts.
    private var opened = Marks()
    /// Bit by value: stated.
    var stated: Slab<UInt64>
    /// The stated values, dimension by dimension.
    var facts: Slab<UInt32>
    var factRanges: Slab<FactRange>
    /// Words where the rows start, see ``Stream``.
    var rows: Slab<UInt32>
    /// Bit by code: the row is among those of the dimension at hand.
    let codes = Slab<UInt64>(repeating: 0, count: (RowSet.valuesMax + 64) / 64)
    /// As they come, those of the request first.
    let streams: Slab<Stream>
    /// The most selective first.
    let ordered: Slab<Stream>
    /// Of the block at hand.
    let candidates = Slab<UInt64>(repeating: 0, count: Slab<UInt64>.wordsPerBlock)

    init(for tables: TargetingIndex.Tables) {
        let count = tables.rowSets.count
        let none = Stream(words: tables.active, first: 0, count: 0, yield: 0)
        streams = Slab(repeating: none, count: count)
        ordered = Slab(repeating: none, count: count)
        factRanges = Slab(repeating: FactRange(), count: count)
        stated = Slab(repeating: 0, count: 0)
        facts = Slab(repeating: 0, count: 0)
        rows = Slab(repeating: 0, count: count * (RowSet.valuesMax + 1))
        fit(tables)
    }

    func free() {
        stated.free()
        facts.free()
        factRanges.free()
        rows.free()
        codes.free()
        streams.free()
        ordered.free()
        candidates.free()
    }

    /// Makes room for the values of an index. No value may be stated at this moment.
    mutating func fit(_ tables: TargetingIndex.Tables) {
        let values = tables.values.count
        guard values > facts.count else { return }
        stated.free()
        facts.free()
        stated = Slab(repeating: 0, count: values / 64 + 1)
        facts = Slab(repeating: 0, count: values)
    }

    /// Takes back what was stated from a place in the pool on.
    func forgetFacts(from start: Int) {
        for index in start..<max(start, marks.facts) { stated.remove(bit: Int(facts[index])) }
    }

    // MARK: Rows

    /// Notes a value of the dimension at hand, and its row.
    @inline(__always)
    mutating func state(_ entry: ValueTable.Entry) {
        guard stated.insert(bit: Int(entry.value)) else { return }
        facts[marks.facts] = entry.value
        marks.facts &+= 1
        guard entry.code != 0, codes.insert(bit: Int(entry.code)) else { return }
        rows[marks.rows] = UInt32(entry.code)
        marks.rows &+= 1
    }

    /// The values stated from now on are of one dimension.
    mutating func open() { opened = marks }

    /// Turns what was stated since ``open()`` into the stream of a dimension.
    mutating func close(_ dimension: Dimension, _ set: RowSet, slots: Int) {
        let before = opened
        factRanges[Int(dimension.rawValue)] = FactRange(start: UInt32(before.facts), end: UInt32(marks.facts))
        var isShared = false
        for index in before.rows..<marks.rows {
            let code = Int(rows[index])
            codes.remove(bit: code)
            isShared = isShared || code >= set.exactCodes
        }
        let count = marks.rows - before.rows
        if isShared || count > 1 && set.hasExclusions { marks.unsettled |= dimension.mask }
        if count > RowSet.unionMax, set.isShared {
            // So many values that their union says little, and the residual decides: the rows are left out.
            marks.unsettled |= dimension.mask
            marks.rows = before.rows
            return
        }
        if count == 0 {
            rows[marks.rows] = 0
            marks.rows += 1
        }
        append(before.rows, set, slots)
    }

    /// A stream of the rows whose codes stand in the pool from `first` on; none if it would let everything through.
    private mutating func append(_ first: Int, _ set: RowSet, _ slots: Int) {
        // Each row has the slots of row 0, apart from exclusions.
        let common = set.rows[0].population
        var accepted = Int(common)
        for index in first..<marks.rows {
            let row = set.rows[Int(rows[index])]
            if row.population == slots {
                marks.rows = first
                return
            }
            rows[index] = row.number
            accepted += max(0, Int(row.population) - Int(common))
        }
        let count = marks.rows - first
        let yield = UInt32(max(0, slots - accepted) / count)
        streams[marks.streams] = Stream(
            words: set.words, first: UInt32(first), count: UInt32(count), yield: yield)
        marks.streams += 1
    }

    // MARK: Blocks

    /// Brings the streams into the order in which they are intersected.
    ///
    /// - Parameter isWorthSorting: with few blocks, sorting costs more than it spares.
    func orderStreams(isWorthSorting: Bool) {
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

    /// Finds the next block with slots that every stream accepts, and puts them into `candidates`.
    ///
    /// - Parameters:
    ///   - first: the block to start with.
    ///   - active: the slots in use.
    /// - Returns: the number of the block; nil where there is none.
    func nextCandidates(from first: Int, of blocks: Int, in active: Slab<UInt64>) -> Int? {
        var block = first
        while block < blocks {
            let start = block &* Slab<UInt64>.wordsPerBlock
            var accepted = active.block(at: start)
            var index = 0
            while index < marks.streams {
                accepted &= union(ordered[index], at: start, stride: active.count)
                if accepted.isEmpty { break }
                index &+= 1
            }
            if !accepted.isEmpty {
                candidates.store(accepted, at: 0)
                return block
            }
            block &+= 1
        }
        return nil
    }

    @inline(__always)
    private func union(_ stream: Stream, at start: Int, stride: Int) -> Slab<UInt64>.Block {
        let first = Int(stream.first)
        var union = stream.words.block(at: Int(rows[first]) &* stride &+ start)
        var next = 1
        while next < stream.count {
            union |= stream.words.block(at: Int(rows[first &+ next]) &* stride &+ start)
            next &+= 1
        }
        return union
    }
}
