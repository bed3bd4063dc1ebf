package import Events

/// Up to which log record each visitor of a loaded snapshot is true.
///
/// What folds the log behind a snapshot must know, because blocks were written while the log went on:
///
/// * The log is folded from behind ``oldest``, in its order.
/// * A link, an erasure: always. Doing it again ends the same.
/// * What changes one visitor (an act's counters and memberships, an opt-out): where its sequence is above the visitor's
///   stamp.
/// * A merge: unless `from` resolves to somebody else already; with `profile: .united` where its sequence is above the
///   stamp of the one that remains, else with `.dropped`, for then the snapshot's profile holds both.
/// * Whom a link or a merge names, and who is nobody, is made first: a record yet to come removed it, and will again.
package struct TableStamps: Equatable, Sendable {
    /// Of the block that was written first: the log is folded from behind it.
    package var oldest: UInt64 = 0
    /// Of the block that was written last: behind it nothing needs to be looked up.
    package var newest: UInt64 = 0
    /// Ends of ranges of numbers, ascending, and the stamp of each range.
    var ranges: [(end: UInt64, stamp: UInt64)] = []
    var again: [UInt32: UInt64] = [:]

    /// - Returns: for a number that is in no block, made later, ``oldest``.
    /// - Complexity: O(log blocks).
    package func stamp(of visitor: VisitorNumber) -> UInt64 {
        if let stamp = again[visitor.rawValue] { return stamp }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].end <= UInt64(visitor.rawValue) { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count ? ranges[low].stamp : oldest
    }

    package static func == (lhs: TableStamps, rhs: TableStamps) -> Bool {
        lhs.oldest == rhs.oldest && lhs.newest == rhs.newest && lhs.again == rhs.again
            && lhs.ranges.elementsEqual(rhs.ranges) { $0 == $1 }
    }
}
