/// How a profile lies in its block.
///
///     word 0:              [ capacity 32 | memberships 16 | counters 16 ]    capacity in words
///     words 1…memberships: a membership each, or zero where one was taken away
///     from the end:        two words for each counter
///
/// In place a membership only changes as a whole word, and both counts only grow: so a reader sees each membership as it
/// was before or after, and never misses one. Everything else is done to a copy.
struct ProfileHead: Equatable {
    var word: UInt64

    init(_ word: UInt64) { self.word = word }

    init(capacity: Int, memberships: Int, counters: Int) {
        word = UInt64(capacity) << 32 | UInt64(memberships) << 16 | UInt64(counters)
    }

    var capacity: Int { Int(truncatingIfNeeded: word >> 32) }
    var memberships: Int { Int(truncatingIfNeeded: word >> 16 & 0xFFFF) }
    var counters: Int { Int(truncatingIfNeeded: word & 0xFFFF) }
    var free: Int { capacity - 1 - memberships - 2 * counters }

    /// Where a counter's words are, from the block's start.
    @inline(__always)
    func counterIndex(_ counter: Int) -> Int { capacity - 2 * counter - 2 }
}

/// A profile taken out of its block, to be changed and put into another.
struct ProfileDraft {
    var memberships: [UInt64] = []
    var counters: [FrequencyCounter] = []

    var words: Int { memberships.isEmpty && counters.isEmpty ? 0 : 1 + memberships.count + 2 * counters.count }

    mutating func clear() {
        memberships.removeAll(keepingCapacity: true)
        counters.removeAll(keepingCapacity: true)
    }

    /// Adds what another has; of two memberships in one audience the one that ends later holds.
    mutating func unite(_ other: ProfileDraft) {
        for word in other.memberships {
            if let index = memberships.firstIndex(where: { ($0 ^ word) >> 40 == 0 }) {
                memberships[index] = max(memberships[index], word)
            } else {
                memberships.append(word)
            }
        }
        for counter in other.counters {
            if let index = counters.firstIndex(where: { $0.name == counter.name }) {
                counters[index].unite(counter)
            } else {
                counters.append(counter)
            }
        }
    }

    /// Keeps what lasts longest.
    ///
    /// - Parameter second: since 1970; the present, about.
    /// - Returns: how many memberships and counters were dropped.
    mutating func limit(near second: UInt64) -> Int {
        var dropped = 0
        if memberships.count > TableLimits.membershipsMax {
            memberships.sort { ($0 << 24, $0) > ($1 << 24, $1) }
            dropped += memberships.count - TableLimits.membershipsMax
            memberships.removeLast(memberships.count - TableLimits.membershipsMax)
        }
        if counters.count > TableLimits.countersMax {
            counters.sort { ($0.end(near: second), $0.name) > ($1.end(near: second), $1.name) }
            dropped += counters.count - TableLimits.countersMax
            counters.removeLast(counters.count - TableLimits.countersMax)
        }
        return dropped
    }
}
