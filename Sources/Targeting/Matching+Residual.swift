internal import OpenRTB

extension Matching {
    /// Whether a candidate holds where its rows do not say all.
    func holds(_ slot: Slot, _ request: borrowing BidRequest, _ context: borrowing TargetingContext) -> Bool {
        var cursor = Int(slot.residual)
        let end = cursor + 1 + Int(tables.residuals[cursor])
        cursor += 1
        while cursor < end {
            let clause = Clause(word: tables.residuals[cursor])
            let isSettled = scratch.marks.unsettled >> UInt64(clause.dimension) & 1 == 0
            if isSettled, !clause.isAlwaysChecked {
                // Only lists are checked conditionally.
                cursor += clause.kind == .short ? 1 + clause.count : 3
            } else if !holds(clause, &cursor, request, context) {
                return false
            }
        }
        return true
    }

    /// Whether the clause at the cursor holds; the cursor then stands behind it.
    private func holds(
        _ clause: Clause,
        _ cursor: inout Int,
        _ request: borrowing BidRequest,
        _ context: borrowing TargetingContext
    ) -> Bool {
        let start = cursor + 1
        switch clause.kind {
        case .short:
            cursor = start + clause.count
            return states(clause.dimension, tables.residuals, start, clause.count) != clause.isNegative
        case .long:
            cursor = start + 2
            let list = Int(tables.residuals[start])
            let count = Int(tables.residuals[start + 1])
            return states(clause.dimension, tables.longLists, list, count) != clause.isNegative
        case .leaf:
            cursor = start + 1
            return Evaluator.matches(leaves[Int(tables.residuals[start])], imp, of: request, context)
                != clause.isNegative
        case .group:
            let end = start + 1 + Int(tables.residuals[start])
            cursor = start + 1
            while cursor < end {
                let part = Clause(word: tables.residuals[cursor])
                if holds(part, &cursor, request, context) == clause.isAny {
                    cursor = end
                    return clause.isAny
                }
            }
            return !clause.isAny
        }
    }

    /// Whether the request states any value of a list.
    private func states(_ dimension: Int, _ lists: Slab<UInt32>, _ start: Int, _ count: Int) -> Bool {
        let range = scratch.factRanges[dimension]
        let facts = Int(range.end &- range.start)
        if facts == 0 { return false }
        // A bit for each value of the list, or a search in it for each value of the request, whichever is less.
        if count <= facts * 8 {
            for index in start..<start + count where scratch.stated.contains(bit: Int(lists[index])) { return true }
            return false
        }
        for index in Int(range.start)..<Int(range.end)
        where Self.contains(scratch.facts[index], lists, start, count) { return true }
        return false
    }

    private static func contains(_ value: UInt32, _ lists: Slab<UInt32>, _ start: Int, _ count: Int) -> Bool {
        var low = start
        var high = start + count
        while low < high {
            let middle = (low + high) / 2
            let other = lists[middle]
            if other == value { return true }
            if other < value { low = middle + 1 } else { high = middle }
        }
        return false
    }
}
