/// Strategies of an index that are no longer there: what changed or was removed since the index was built.
///
/// An index is never changed, so the slots of what went are told to the matcher, which leaves them out. Immutable.
package final class Tombstones: @unchecked Sendable {
    // Unchecked since `slots` points at memory. Invariant: nothing writes into it after `init`, and it is freed when the
    // last reference goes; matchers look into it only while their caller holds one.
    let slots: Slab<UInt32>

    package static let none = Tombstones(slots: [])

    /// - Parameters:
    ///   - strategies: their numbers, ascending, each once.
    ///   - index: the one that they are gone from.
    /// - Complexity: O(strategies × log slots).
    package convenience init(_ strategies: [Int], of index: TargetingIndex) {
        self.init(slots: strategies.flatMap { index.slots(of: $0) })
    }

    /// - Parameter slots: of the strategies that are gone, ascending.
    package init(slots: [UInt32]) {
        precondition(zip(slots, slots.dropFirst()).allSatisfy { $0 < $1 }, "tombstones ascend")
        self.slots = Slab(slots, padding: 0)
    }

    deinit { slots.free() }
}
