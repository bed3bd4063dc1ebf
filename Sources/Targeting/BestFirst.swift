/// Slots in a heap: whose strategy can bid the most is at the top, of equal ones the first strategy, all its slots in a
/// row.
///
/// Whoever wants the best of many, and perhaps the next best, need not have them all sorted.
struct BestFirst: BitwiseCopyable {
    private let slots: Slab<SlotTable.Slot>
    /// By strategy.
    private let bounds: Slab<Int64>

    /// - Parameters:
    ///   - slots: the heap is its first `count`.
    ///   - bounds: the most that each strategy can bid.
    init(_ slots: Slab<SlotTable.Slot>, _ bounds: Slab<Int64>) { (self.slots, self.bounds) = (slots, bounds) }

    /// Arranges the slots.
    ///
    /// - Complexity: O(count).
    func arrange(_ count: Int) {
        var place = count / 2
        while place > 0 {
            place -= 1
            sink(slots[place], to: place, count)
        }
    }

    /// Takes the best away.
    ///
    /// - Complexity: O(log count).
    func removeFirst(_ count: Int) {
        let last = slots[count - 1]
        if count > 1 { sink(last, to: 0, count - 1) }
    }

    /// Puts a slot at a place or below it.
    private func sink(_ slot: SlotTable.Slot, to place: Int, _ count: Int) {
        var place = place
        while true {
            var child = 2 * place + 1
            guard child < count else { break }
            if child + 1 < count, precedes(slots[child + 1], slots[child]) { child += 1 }
            guard precedes(slots[child], slot) else { break }
            slots[place] = slots[child]
            place = child
        }
        slots[place] = slot
    }

    private func precedes(_ one: SlotTable.Slot, _ other: SlotTable.Slot) -> Bool {
        let bound = bounds[Int(one.strategy)]
        let otherBound = bounds[Int(other.strategy)]
        return bound != otherBound ? bound > otherBound : one.strategy < other.strategy
    }
}
