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
    /// Bit by slot: the first of its strategy.
    private let firsts: Slab<UInt64>
    /// Bit by slot: it has a residual.
    private let guarded: Slab<UInt64>
    /// Strategies that start before a block, by block.
    private let started: Slab<UInt32>
    private let residuals: Slab<UInt32>

    init(_ slots: [Slot]) {
        count = slots.count
        let blocks = (slots.count + 511) / 512
        firsts = Slab(repeating: 0, count: blocks * Slab<UInt64>.wordsPerBlock)
        guarded = Slab(repeating: 0, count: blocks * Slab<UInt64>.wordsPerBlock)
        started = Slab(repeating: 0, count: blocks)
        residuals = Slab(repeating: 0, count: slots.count)
        var strategies: UInt32 = 0
        for (number, slot) in slots.enumerated() {
            if number.isMultiple(of: 512) { started[number / 512] = strategies }
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
        firsts.free()
        guarded.free()
        started.free()
        residuals.free()
    }

    var bytes: Int { (firsts.count + guarded.count) * 8 + (started.count + residuals.count) * 4 }

    /// The strategy of a block's first slot.
    func firstStrategy(of block: Int) -> UInt32 {
        firsts.contains(bit: block * 512) ? started[block] : started[block] - 1
    }

    /// The slots of a strategy.
    ///
    /// - Complexity: O(log blocks + slots in a block).
    func slots(of strategy: Int) -> Range<Int> { firstSlot(of: strategy)..<firstSlot(of: strategy + 1) }

    /// - Returns: ``count`` for a strategy that does not exist.
    private func firstSlot(of strategy: Int) -> Int {
        var low = 0
        var high = started.count
        while low < high {
            let middle = (low + high) / 2
            if Int(started[middle]) <= strategy { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return count }
        var seen = Int(started[low - 1])
        for slot in (low - 1) * 512..<min(count, low * 512) where firsts.contains(bit: slot) {
            if seen == strategy { return slot }
            seen += 1
        }
        return count
    }

    /// Writes down the slots of a block whose bits are set.
    ///
    /// - Returns: how many.
    @inline(__always)
    func expand(_ block: Slab<UInt64>.Block, of number: Int, into slots: Slab<Slot>) -> Int {
        let start = number &* Slab<UInt64>.wordsPerBlock
        var before = started[number] &- 1
        var found = 0
        for index in 0..<Slab<UInt64>.wordsPerBlock {
            var word = block[index]
            let first = firsts[start &+ index]
            let guarded = guarded[start &+ index]
            while word != 0 {
                let bit = UInt64(truncatingIfNeeded: word.trailingZeroBitCount)
                let strategy = before &+ UInt32(truncatingIfNeeded: (first & (2 &<< bit &- 1)).nonzeroBitCount)
                let residual = guarded &>> bit & 1 == 0 ? 0 : residuals[(start &+ index) &* 64 &+ Int(bit)]
                slots[found] = Slot(strategy: strategy, residual: residual)
                found &+= 1
                word &= word &- 1
            }
            before &+= UInt32(truncatingIfNeeded: first.nonzeroBitCount)
        }
        return found
    }
}
