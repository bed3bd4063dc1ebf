package import Units

/// Who wants what, arranged for asking "who wants this?": the targeting of all strategies of a snapshot.
///
/// Each predicate is a disjunction of conjunctions (``TargetingCompiler``), each conjunction has a slot, and each slot
/// a bit in every row. A request states a few values of each dimension; each value has a row (``RowSet``), and the
/// slots that remain when the rows are intersected are the candidates. Where the rows do not say all, the candidate's
/// residual does (``Clause``), so that the answer is what ``Evaluator`` says of each predicate, always.
///
///              slot   0 1 2 3 4 5 …  511 │ 512 …             country = usa      1 1 0 1 1 0 …
///     active          1 1 1 1 1 1 …      │                   size = 300x250     0 1 0 1 1 1 …
///     strategy        0 0 1 2 3 3 …      │                   domain = a.com     1 1 1 0 1 0 …
///                                                            candidates         0 1 0 0 1 0 …
///
/// Immutable and plain memory: event loops read it without reference counting, atomics or locks, each through a
/// ``TargetingMatcher`` of its own.
///
/// A new snapshot is a new index: building costs microseconds a strategy. When not to use it: to ask about one
/// strategy, which ``Evaluator`` answers without an index.
package final class TargetingIndex: @unchecked Sendable {
    // Unchecked since `Tables` points at memory. Invariant: nothing writes into that memory after `init`, and it is
    // freed when the last reference to the index goes; matchers keep one as long as they look into it.
    let tables: Tables
    /// Leaves that only the evaluator can answer.
    let leaves: [Leaf]

    /// Everything that matching reads, as one plain value.
    struct Tables: BitwiseCopyable {
        let strategies: Int
        /// Runs of 512 slots.
        let blocks: Int
        let slots: Slab<Slot>
        /// The slots in use: the first row of every intersection.
        let active: Slab<UInt64>
        /// By dimension.
        let rowSets: Slab<RowSet>
        let values: ValueTable
        let residuals: Slab<UInt32>
        let longLists: Slab<UInt32>
        /// See ``Clocks``.
        let clocks: Clocks
        /// Masks of the dimensions that any strategy asks about.
        let used: UInt64
        /// Bit n: some zip code `…*` has n bytes in front of its star.
        let zipPrefixLengths: UInt64
        /// Whether any segment is named with its provider.
        let namesProviders: Bool
        let hasLeaves: Bool
    }

    /// - Parameters:
    ///   - predicates: the position of each is the number of its strategy.
    ///   - seed: keys the hash of values; the answers do not depend on it.
    /// - Complexity: some microseconds a strategy, more where lists are long.
    package init(_ predicates: [Predicate], seed: Seed = .drawn) {
        var builder = TargetingIndexBuilder(predicates, seed: seed)
        (tables, leaves) = builder.finish()
    }

    deinit { tables.free() }

    /// Strategies.
    package var count: Int { tables.strategies }

    /// Conjunctions, of which a strategy has one or several.
    package var slots: Int { tables.slots.count }

    /// Bytes that the index occupies.
    package var bytes: Int { tables.bytes }
}

extension TargetingIndex.Tables {
    func free() {
        slots.free()
        active.free()
        for index in 0..<rowSets.count { rowSets[index].free() }
        rowSets.free()
        values.free()
        residuals.free()
        longLists.free()
        clocks.free()
    }

    var bytes: Int {
        var bytes = slots.count * MemoryLayout<Slot>.stride + active.count * 8 + values.bytes
        bytes += (residuals.count + longLists.count) * 4 + clocks.bytes
        for index in 0..<rowSets.count { bytes += rowSets[index].words.count * 8 + rowSets[index].rows.count * 8 }
        return bytes
    }
}

extension Seed {
    /// From the system's source of chance, so that no stranger knows it.
    package static var drawn: Seed { Seed(high: .random(in: .min ... .max), low: .random(in: .min ... .max)) }
}
