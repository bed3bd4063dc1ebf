package import Units

/// Who wants what, arranged for asking "who wants this?": the targeting of all strategies of a snapshot.
///
/// Each predicate is a disjunction of conjunctions (``TargetingCompiler``), and each conjunction has a slot. A request
/// states a few values of each dimension; each value leads to the slots that want it and to those that refuse it
/// (``ValueRows``). The slots that accept the request on every dimension and refuse none of its values are those whose
/// conjunctions hold. Only what no row can say is checked one by one (``Clause``): distances, ranges of addresses, several
/// wishes on one dimension, expressions too wide to multiply out. The answer is what ``Evaluator`` says of each
/// predicate, always.
///
///              slot   0 1 2 3 4 5 …  511 │ 512 …             country = usa        1 1 0 1 1 0 …   a row
///     strategy        0 0 1 2 3 3 …      │                   size = 300x250       0 1 0 1 1 1 …   a row
///     bound           9.50               │ 7.20              domain = a.com       1, 700, 9312    postings
///                                                            matches              0 1 0 0 1 0 …
///
/// Strategies lie in tiers of the most that they can bid (``SlotOrder``), so whoever holds an offer need not look at those
/// whose bound is below it: a search ends at the first such match, or before the first such tier. Within a tier they lie
/// beside those that want alike, and each row has a summary, so that most of what a request has no use for is not read.
/// The index therefore numbers strategies its own way: ``order`` tells which is which.
///
/// Immutable and plain memory: event loops read it without reference counting, atomics or locks, each through a
/// ``TargetingMatcher`` of its own. What changes is told apart: ``Tombstones`` for what went, another index for what
/// came. When not to use it: to ask about one strategy, which ``Evaluator`` answers without an index.
package final class TargetingIndex: @unchecked Sendable {
    // Unchecked since `Tables` points at memory. Invariant: nothing writes into that memory after `init`, and it is
    // freed when the last reference to the index goes; matchers keep one as long as they look into it.
    let tables: Tables
    /// Leaves that only the evaluator can answer.
    let leaves: [Leaf]
    /// By number of a strategy, its position among the predicates that the index was made of.
    package let order: [UInt32]

    /// Everything that matching reads, as one plain value.
    struct Tables: BitwiseCopyable {
        let strategies: Int
        /// Runs of 512 slots.
        let blocks: Int
        let slots: SlotTable
        let tiers: Slab<SlotOrder.Tier>
        /// The most that a strategy can bid, by strategy.
        let bounds: Slab<Int64>
        /// The rows one after the other, each with a bit for every slot of every block.
        let rows: Slab<UInt64>
        /// The summaries of the rows one after the other, each with a bit for every word of its row that is not empty.
        let summaries: Slab<UInt64>
        let postings: Slab<UInt32>
        let dimensions: Slab<DimensionRow>
        let values: ValueTable
        /// By number of the value.
        let valueRows: Slab<ValueRows>
        /// Numbers of lists, see ``ValueRows/firstList``.
        let lists: Slab<UInt32>
        let residuals: Slab<UInt32>
        /// See ``Clocks``.
        let clocks: Clocks
        /// Masks of the dimensions that any strategy asks about.
        let used: UInt64
        /// Bit n: some zip code `…*` has n bytes in front of its star.
        let zipPrefixLengths: UInt64
        /// Whether any segment is named with its provider.
        let namesProviders: Bool
        let hasLeaves: Bool

        /// Words of a row.
        var stride: Int { blocks &* Slab<UInt64>.wordsPerBlock }
        /// Words of a row's summary.
        var summaryStride: Int { (stride &+ 63) >> 6 }
    }

    /// - Parameters:
    ///   - predicates: where each comes to lie, ``order`` tells.
    ///   - bounds: the most that each can bid, in whatever unit the matcher is asked in, never rising; empty where no
    ///     search will stop early.
    ///   - seed: keys the hash of values; the answers do not depend on it.
    /// - Complexity: some microseconds a strategy, more where lists are long.
    package init(_ predicates: [Predicate], bounds: [Int64] = [], seed: Seed = .drawn) {
        precondition(bounds.isEmpty || bounds.count == predicates.count)
        assert(zip(bounds, bounds.dropFirst()).allSatisfy { $0 >= $1 }, "whoever can bid more comes first")
        var builder = TargetingIndexBuilder(predicates, seed: seed)
        (tables, leaves, order) = builder.finish(bounds)
    }

    deinit { tables.free() }

    /// Strategies.
    package var count: Int { tables.strategies }

    /// Places for conjunctions, of which a strategy has one or several; some at the end of a tier are nobody's.
    package var slots: Int { tables.slots.count }

    /// The slots of a strategy.
    ///
    /// - Complexity: O(log slots).
    package func slots(of strategy: Int) -> [UInt32] { tables.slots.slots(of: strategy).map { UInt32($0) } }

    /// Bytes that the index occupies.
    package var bytes: Int { tables.bytes + order.count * 4 }
}

extension TargetingIndex.Tables {
    func free() {
        slots.free()
        tiers.free()
        bounds.free()
        rows.free()
        summaries.free()
        postings.free()
        dimensions.free()
        values.free()
        valueRows.free()
        lists.free()
        residuals.free()
        clocks.free()
    }

    var bytes: Int {
        var bytes = slots.bytes + (bounds.count + rows.count + summaries.count) * 8
        bytes += (postings.count + lists.count + residuals.count) * 4
        bytes += valueRows.count * MemoryLayout<ValueRows>.stride
        return bytes + values.bytes + clocks.bytes
    }
}

extension Seed {
    /// From the system's source of chance, so that no stranger knows it.
    package static var drawn: Seed { Seed(high: .random(in: .min ... .max), low: .random(in: .min ... .max)) }
}
