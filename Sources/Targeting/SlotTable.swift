/// Whose each slot is, and what is to be checked of it.
///
/// Slots of a strategy are neighbours, and every strategy has one, so a bit for each slot that starts a strategy tells
/// whose a slot is: it is counted, not looked up, and reading it is reading in order.
struct SlotTable: BitwiseCopyable {
    /// One conjunction of one strategy.
    struct Slot: BitwiseCopyable {
        let strategy: UInt32
        /// Where its residual starts; 0 where the rows say all.
        let residual: UInt32
    }

    let count: Int
    /// Bit by slot: somebody has it.
    let used: Slab<UInt64>
    /// Bit by slot: the first of its strategy.
    private let firsts: Slab<UInt64>
    /// Bit by slot: it has a residual.
    let guarded: Slab<UInt64>
    /// Strategies that start before a word of 64 slots, by word.
    private let started: Slab<UInt32>
    /// By slot, where its residual starts; 0 for none.
    let residuals: Slab<UInt32>

    /// Runs of 512 slots that so many take: where tiers are large, a multiple of eight, so that no word of a summary
    /// reaches beyond.
    static func blocks(_ slots: Int) -> Int {
        let blocks = (slots + 511) / 512
        let least = SlotOrder.firstClusteredBlock
        return blocks <= least ? blocks : (blocks + least - 1) / least * least
    }

    /// - Parameter slots: nil for one that nobody has.
    init(_ slots: [Slot?]) {
        count = slots.count
        let blocks = Self.blocks(slots.count)
        let words = blocks * Slab<UInt64>.wordsPerBlock
        used = Slab(repeating: 0, count: words)
        firsts = Slab(repeating: 0, count: words)
        guarded = Slab(repeating: 0, count: words)
        started = Slab(repeating: 0, count: words)
        residuals = Slab(repeating: 0, count: slots.count)
        var strategies: UInt32 = 0
        for number in 0..<blocks * 512 {
            if number.isMultiple(of: 64) { started[number / 64] = strategies }
            guard number < slots.count, let slot = slots[number] else { continue }
            used.insert(bit: number)
            if slot.strategy == strategies {
                firsts.insert(bit: number)
                strategies += 1
            }
            precondition(slot.strategy == strategies - 1, "every strategy has a slot, and they come in order")
            if slot.residual != 0 { guarded.insert(bit: number) }
            residuals[number] = slot.residual
        }
    }

    func free() {
        used.free()
        firsts.free()
        guarded.free()
        started.free()
        residuals.free()
    }

    var bytes: Int { (used.count + firsts.count + guarded.count) * 8 + (started.count + residuals.count) * 4 }

    /// The slots of a strategy.
    ///
    /// - Complexity: O(log slots).
    func slots(of strategy: Int) -> Range<Int> {
        let first = firstSlot(of: strategy)
        var end = firstSlot(of: strategy + 1)
        while end > first, !used.contains(bit: end - 1) { end -= 1 }
        return first..<end
    }

    /// - Returns: ``count`` for a strategy that does not exist.
    private func firstSlot(of strategy: Int) -> Int {
        var low = 0
        var high = started.count
        while low < high {
            let middle = (low + high) / 2
            if Int(started[middle]) <= strategy { low = middle + 1 } else { high = middle }
        }
        guard low > 0, (low - 1) * 64 < count else { return count }
        var seen = Int(started[low - 1])
        for slot in (low - 1) * 64..<min(count, low * 64) where firsts.contains(bit: slot) {
            if seen == strategy { return slot }
            seen += 1
        }
        return count
    }

    /// Writes down the slots of a word whose bits are set.
    ///
    /// - Parameters:
    ///   - bits: of slots that somebody has.
    ///   - word: 64 slots each.
    ///   - start: where the first of them is written.
    /// - Returns: where the next one would be.
    @inline(__always)
    func expand(_ bits: UInt64, of word: Int, into slots: Slab<Slot>, from start: Int) -> Int {
        let before = started[word] &- 1
        let first = firsts[word]
        let guarded = guarded[word]
        var bits = bits
        var place = start
        while bits != 0 {
            let bit = UInt64(truncatingIfNeeded: bits.trailingZeroBitCount)
            let strategy = before &+ UInt32(truncatingIfNeeded: (first & (2 &<< bit &- 1)).nonzeroBitCount)
            let residual = guarded &>> bit & 1 == 0 ? 0 : residuals[word &* 64 &+ Int(bit)]
            slots[place] = Slot(strategy: strategy, residual: residual)
            place &+= 1
            bits &= bits &- 1
        }
        return place
    }

    /// Writes down whose the slots of a word are, each strategy once.
    ///
    /// - Parameters:
    ///   - bits: of slots that somebody has.
    ///   - word: 64 slots each.
    ///   - start: where the first number is written; room for 64 lies there.
    ///   - last: the strategy before, which is passed over; then the last one.
    /// - Returns: where the next number would be.
    @inline(__always)
    func list(
        _ bits: UInt64, of word: Int, into numbers: Slab<UInt32>, from start: Int, after last: inout UInt32
    ) -> Int {
        precondition(start >= 0 && start &+ 64 <= numbers.count)
        let before = started[word] &- 1
        let first = firsts[word]
        let numbers = unsafe numbers.memory
        var bits = bits
        var place = start
        var previous = last
        while bits != 0 {
            let lowest = bits & (0 &- bits)
            let strategy = before &+ UInt32(truncatingIfNeeded: (first & (lowest | (lowest &- 1))).nonzeroBitCount)
            unsafe numbers[place] = strategy
            place &+= strategy == previous ? 0 : 1
            previous = strategy
            bits ^= lowest
        }
        last = previous
        return place
    }
}
