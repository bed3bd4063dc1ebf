internal import Units

/// Builds the memory of a ``TargetingIndex``: compiles every predicate, then lays out rows, postings and residuals.
struct TargetingIndexBuilder {
    /// What a conjunction wants or refuses of one dimension.
    private struct Part: BitwiseCopyable {
        let list: ValueList
        let dimension: Dimension
        let isExclusion: Bool
    }

    /// A conjunction on its way to a slot.
    private struct Draft: BitwiseCopyable {
        /// Where its parts start; they end where the next one's do.
        let firstPart: Int
        /// Where its residual starts; 0 for none.
        let residual: UInt32
    }

    /// A slot that a conjunction has taken.
    private struct Taken: BitwiseCopyable {
        let strategy: UInt32
        let draft: UInt32
    }

    private struct Placed: BitwiseCopyable {
        let slot: UInt32
        let part: Part
    }

    private let strategies: Int
    private var compiler: TargetingCompiler
    private var parts: [Part] = []
    private var drafts: [Draft] = []
    /// Where each strategy's drafts start, and at the end where they all end.
    private var firstDrafts: [Int] = [0]
    /// The first word belongs to nobody, so that 0 can mean none.
    private var residuals: [UInt32] = [0]

    init(_ predicates: [Predicate], seed: Seed) {
        precondition(predicates.count < UInt32.max)
        strategies = predicates.count
        compiler = TargetingCompiler(vocabulary: Vocabulary(seed: seed))
        drafts.reserveCapacity(predicates.count)
        firstDrafts.reserveCapacity(predicates.count + 1)
        for predicate in predicates {
            let conjunctions = compiler.conjunctions(of: predicate)
            for conjunction in conjunctions { add(conjunction) }
            // Every strategy has a slot: of one that accepts nothing, it asks for something that is never stated.
            if conjunctions.isEmpty { add(TargetingCompiler.Conjunction(rest: [.never])) }
            firstDrafts.append(drafts.count)
        }
    }

    private mutating func add(_ conjunction: TargetingCompiler.Conjunction) {
        let start = residuals.count
        let firstPart = parts.count
        residuals.append(0)
        for condition in conjunction.conditions {
            let list = compiler.vocabulary.stated(by: condition.list)
            if condition.isInRows {
                parts.append(Part(list: list, dimension: condition.dimension, isExclusion: condition.isExclusion))
            } else {
                write(Literal(question: .values(condition.dimension, list), isNegative: condition.isExclusion))
            }
        }
        for form in conjunction.rest { write(form) }
        let length = residuals.count - start - 1
        if length == 0 { residuals.removeLast() } else { residuals[start] = UInt32(length) }
        drafts.append(Draft(firstPart: firstPart, residual: UInt32(length == 0 ? 0 : start)))
    }

    /// The finished memory, which the caller owns, the leaves that the evaluator answers, and the order that the
    /// strategies have come to.
    ///
    /// - Parameter bounds: by strategy, never rising; empty for none.
    mutating func finish(_ bounds: [Int64]) -> (tables: TargetingIndex.Tables, leaves: [Leaf], order: [UInt32]) {
        let bounds = bounds.isEmpty ? [Int64](repeating: .max, count: strategies) : bounds
        let order = order(bounds)
        let slots = slots(order)
        let placed = place(slots)
        parts = []
        let vocabulary = compiler.vocabulary
        var rows = RowBuilder(slots: slots.count, values: vocabulary.table.count)
        var dimensions = [DimensionRow](repeating: DimensionRow(), count: Dimension.allCases.count)
        for dimension in Dimension.allCases {
            let number = Int(dimension.rawValue)
            dimensions[number].lengthMax = vocabulary.lengthMax[number]
            let wanting = placed[number].lazy.filter { !$0.part.isExclusion }
            guard !wanting.isEmpty else { continue }
            dimensions[number].hasInclusions = true
            dimensions[number].indifferent = rows.addRow(without: wanting.map(\.slot))
        }
        let lists = placed.lazy.joined()
        rows.add(
            \.inclusions,
            lists.filter { !$0.part.isExclusion }.map { (slot: $0.slot, values: vocabulary[$0.part.list]) },
            above: { dimensions[Int(vocabulary.dimensions[$0].rawValue)].indifferent })
        rows.add(
            \.exclusions,
            lists.filter(\.part.isExclusion).map { (slot: $0.slot, values: vocabulary[$0.part.list]) },
            above: { _ in nil })
        let holders = rows.addLists(vocabulary.longListMembers)
        vocabulary.free()
        let words = rows.takeRows()
        let tables = TargetingIndex.Tables(
            strategies: strategies,
            blocks: rows.stride / Slab<UInt64>.wordsPerBlock,
            slots: SlotTable(
                slots.map { taken in
                    taken.map {
                        SlotTable.Slot(strategy: $0.strategy, residual: drafts[Int($0.draft)].residual)
                    }
                }),
            tiers: Slab(order.tiers, padding: SlotOrder.Tier(firstStrategy: 0, bound: 0)),
            bounds: Slab(order.strategies.map { bounds[Int($0)] }, padding: 0),
            rows: words.rows,
            summaries: words.summaries,
            postings: Slab(rows.postings, padding: 0),
            dimensions: Slab(dimensions, padding: DimensionRow()),
            values: vocabulary.table,
            valueRows: Slab(rows.values, padding: ValueRows()),
            lists: Slab(holders, padding: 0),
            residuals: Slab(residuals, padding: 0),
            clocks: Clocks(vocabulary.clocks),
            used: Dimension.allCases.reduce(0) { vocabulary.lengthMax[Int($1.rawValue)] < 0 ? $0 : $0 | $1.mask },
            zipPrefixLengths: vocabulary.zipPrefixLengths,
            namesProviders: vocabulary.namesProviders,
            hasLeaves: !vocabulary.leaves.isEmpty
        )
        return (tables, vocabulary.leaves, order.strategies)
    }

    // MARK: Slots

    private func parts(ofDraft draft: Int) -> ArraySlice<Part> {
        parts[drafts[draft].firstPart..<(draft + 1 < drafts.count ? drafts[draft + 1].firstPart : parts.count)]
    }

    private func order(_ bounds: [Int64]) -> SlotOrder {
        let vocabulary = compiler.vocabulary
        // What its first conjunction wants stands for the strategy: most have one.
        func wants(of strategy: Int) -> some Sequence<WantedAlike.Want> {
            parts(ofDraft: firstDrafts[strategy]).lazy.filter { !$0.isExclusion }
                .map { (dimension: $0.dimension, values: vocabulary[$0.list]) }
        }
        let alike = WantedAlike(
            (0..<strategies).lazy.flatMap { wants(of: $0) }, dimensions: vocabulary.dimensions)
        return SlotOrder(
            slotCounts: (0..<strategies).map { UInt32(firstDrafts[$0 + 1] - firstDrafts[$0]) }, bounds: bounds,
            key: { alike.key(wants(of: $0)) })
    }

    /// By slot, the draft that takes it; nil at the end of a tier, where what is left is too little for a strategy.
    private func slots(_ order: SlotOrder) -> [Taken?] {
        var slots: [Taken?] = []
        slots.reserveCapacity(drafts.count + 512)
        var tier = 0
        for (number, strategy) in order.strategies.enumerated() {
            if tier < order.tiers.count, order.tiers[tier].firstStrategy == number {
                let start = SlotOrder.blocks(of: tier).lowerBound * 512
                slots += [Taken?](repeating: nil, count: start - slots.count)
                tier += 1
            }
            for draft in firstDrafts[Int(strategy)]..<firstDrafts[Int(strategy) + 1] {
                slots.append(Taken(strategy: UInt32(number), draft: UInt32(draft)))
            }
        }
        return slots
    }

    /// What each slot wants and refuses, by dimension, by ascending slot.
    private func place(_ slots: [Taken?]) -> [[Placed]] {
        var placed = [[Placed]](repeating: [], count: Dimension.allCases.count)
        for (number, slot) in slots.enumerated() {
            guard let slot else { continue }
            for part in parts(ofDraft: Int(slot.draft)) {
                placed[Int(part.dimension.rawValue)].append(Placed(slot: UInt32(number), part: part))
            }
        }
        return placed
    }

    // MARK: Residuals

    private mutating func write(_ form: NormalForm) {
        let parts: [NormalForm]
        let isAny: Bool
        switch form {
        case .literal(let literal):
            write(literal)
            return
        case .all(let inner): (parts, isAny) = (inner, false)
        case .any(let inner): (parts, isAny) = (inner, true)
        }
        residuals.append(Clause(.group, isAny: isAny).word)
        let length = residuals.count
        residuals.append(0)
        for part in parts { write(part) }
        residuals[length] = UInt32(residuals.count - length - 1)
    }

    private mutating func write(_ literal: Literal) {
        switch literal.question {
        case .leaf(let number):
            residuals.append(Clause(.leaf, isNegative: literal.isNegative).word)
            residuals.append(number)
        case .values(_, let list):
            let stated = compiler.vocabulary.stated(by: list)
            residuals.append(Clause(.values, count: Int(stated.count), isNegative: literal.isNegative).word)
            residuals += compiler.vocabulary[stated]
        }
    }
}
