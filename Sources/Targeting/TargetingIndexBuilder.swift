internal import Units

/// Builds the memory of a ``TargetingIndex``: compiles every predicate, then lays out rows, postings and residuals.
struct TargetingIndexBuilder {
    /// What a slot wants or refuses on the dimension in whose list it stands.
    private struct SlotCondition: BitwiseCopyable {
        let slot: UInt32
        let list: ValueList
        let isExclusion: Bool
    }

    private let strategies: Int
    private var compiler: TargetingCompiler
    /// By dimension, by ascending slot.
    private var conditions = [[SlotCondition]](repeating: [], count: Dimension.allCases.count)
    private var slots: [SlotTable.Slot] = []
    /// The first word belongs to nobody, so that 0 can mean none.
    private var residuals: [UInt32] = [0]

    private var stride: Int { (slots.count + 511) / 512 * Slab<UInt64>.wordsPerBlock }

    init(_ predicates: [Predicate], seed: Seed) {
        precondition(predicates.count < UInt32.max)
        strategies = predicates.count
        compiler = TargetingCompiler(vocabulary: Vocabulary(seed: seed))
        slots.reserveCapacity(predicates.count)
        for (strategy, predicate) in predicates.enumerated() {
            let conjunctions = compiler.conjunctions(of: predicate)
            for conjunction in conjunctions { add(conjunction, of: UInt32(strategy)) }
            // Every strategy has a slot: of one that accepts nothing, it asks for something that is never stated.
            if conjunctions.isEmpty { add(TargetingCompiler.Conjunction(rest: [.never]), of: UInt32(strategy)) }
        }
    }

    private mutating func add(_ conjunction: TargetingCompiler.Conjunction, of strategy: UInt32) {
        let start = residuals.count
        residuals.append(0)
        for condition in conjunction.conditions {
            let list = compiler.vocabulary.stated(by: condition.list)
            if condition.isInRows {
                conditions[Int(condition.dimension.rawValue)].append(
                    SlotCondition(slot: UInt32(slots.count), list: list, isExclusion: condition.isExclusion))
            } else {
                write(Literal(question: .values(condition.dimension, list), isNegative: condition.isExclusion))
            }
        }
        for form in conjunction.rest { write(form) }
        let length = residuals.count - start - 1
        if length == 0 { residuals.removeLast() } else { residuals[start] = UInt32(length) }
        slots.append(SlotTable.Slot(strategy: strategy, residual: UInt32(length == 0 ? 0 : start)))
    }

    /// The finished memory, which the caller owns, and the leaves that the evaluator answers.
    ///
    /// - Parameter bounds: by strategy; empty for none.
    mutating func finish(_ bounds: [Int64]) -> (TargetingIndex.Tables, [Leaf]) {
        let vocabulary = compiler.vocabulary
        var rows = RowBuilder(slots: slots.count, values: vocabulary.table.count)
        var dimensions = [DimensionRow](repeating: DimensionRow(), count: conditions.count)
        for dimension in Dimension.allCases {
            let number = Int(dimension.rawValue)
            dimensions[number].lengthMax = vocabulary.lengthMax[number]
            let wanting = conditions[number].filter { !$0.isExclusion }
            guard !wanting.isEmpty else { continue }
            dimensions[number].hasInclusions = true
            dimensions[number].indifferent = rows.addRow(without: wanting.lazy.map(\.slot))
        }
        let lists = conditions.lazy.joined()
        rows.add(
            \.inclusions,
            lists.filter { !$0.isExclusion }.map { (slot: $0.slot, values: vocabulary[$0.list]) },
            above: { dimensions[Int(vocabulary.dimensions[$0].rawValue)].indifferent })
        rows.add(
            \.exclusions,
            lists.filter(\.isExclusion).map { (slot: $0.slot, values: vocabulary[$0.list]) }, above: { _ in nil })
        conditions = []
        let holders = rows.addLists(vocabulary.longListMembers)
        vocabulary.free()
        let tables = TargetingIndex.Tables(
            strategies: strategies,
            blocks: stride / Slab<UInt64>.wordsPerBlock,
            slots: SlotTable(slots),
            bounds: Slab(bounds.isEmpty ? Array(repeating: .max, count: strategies) : bounds, padding: 0),
            rows: rows.takeRows(),
            populations: Slab(rows.populations, padding: 0),
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
        return (tables, vocabulary.leaves)
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
