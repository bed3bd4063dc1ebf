internal import Units

/// Builds the memory of a ``TargetingIndex``: compiles every predicate, then lays out rows and residuals.
struct TargetingIndexBuilder {
    /// A condition of a slot on the dimension in whose list it stands.
    private struct SlotCondition: BitwiseCopyable {
        let slot: UInt32
        let list: ValueList
        let isExclusion: Bool
        let isInRows: Bool
        let isAlwaysChecked: Bool
    }

    private let strategies: Int
    private var compiler: TargetingCompiler
    /// By dimension, by ascending slot.
    private var conditions = [[SlotCondition]](repeating: [], count: Dimension.allCases.count)
    /// The strategy of each slot.
    private var owners: [UInt32] = []
    /// Clauses that are checked in any case, and whose they are, by ascending slot.
    private var rest: [UInt32] = []
    private var restRanges: [(slot: Int, range: Range<Int>)] = []

    private var stride: Int { (owners.count + 511) / 512 * Slab<UInt64>.wordsPerBlock }

    init(_ predicates: [Predicate], seed: Seed) {
        precondition(predicates.count < UInt32.max)
        strategies = predicates.count
        compiler = TargetingCompiler(vocabulary: Vocabulary(seed: seed))
        owners.reserveCapacity(predicates.count)
        for (strategy, predicate) in predicates.enumerated() {
            for conjunction in compiler.conjunctions(of: predicate) { add(conjunction, of: UInt32(strategy)) }
        }
    }

    private mutating func add(_ conjunction: TargetingCompiler.Conjunction, of strategy: UInt32) {
        let slot = owners.count
        owners.append(strategy)
        for condition in conjunction.conditions {
            conditions[Int(condition.dimension.rawValue)].append(
                SlotCondition(
                    slot: UInt32(slot), list: condition.list, isExclusion: condition.isExclusion,
                    isInRows: condition.isInRows, isAlwaysChecked: condition.isAlwaysChecked))
        }
        guard !conjunction.rest.isEmpty else { return }
        let start = rest.count
        for form in conjunction.rest { write(form) }
        restRanges.append((slot, start..<rest.count))
    }

    /// The finished memory, which the caller owns, and the leaves that the evaluator answers.
    mutating func finish() -> (TargetingIndex.Tables, [Leaf]) {
        let dimensions = Dimension.allCases
        let (codes, counts) = assignCodes()
        compiler.vocabulary.setCodes(codes)
        let sets = dimensions.map { rowSet($0, counts[Int($0.rawValue)], codes) }
        let (slots, residuals) = residuals(sets)
        let vocabulary = compiler.vocabulary
        vocabulary.free()
        let active = Slab<UInt64>(repeating: 0, count: stride)
        for slot in 0..<owners.count { active.insert(bit: slot) }
        let tables = TargetingIndex.Tables(
            strategies: strategies,
            blocks: stride / Slab<UInt64>.wordsPerBlock,
            slots: Slab(slots, padding: Slot(checked: 0, residual: 0, strategy: 0)),
            active: active,
            rowSets: Slab(sets, padding: sets[0]),
            values: vocabulary.table,
            residuals: Slab(residuals, padding: 0),
            longLists: Slab(vocabulary.longLists, padding: 0),
            clocks: Clocks(vocabulary.clocks),
            used: dimensions.reduce(0) { vocabulary.lengthMax[Int($1.rawValue)] < 0 ? $0 : $0 | $1.mask },
            zipPrefixLengths: vocabulary.zipPrefixLengths,
            namesProviders: vocabulary.namesProviders,
            hasLeaves: !vocabulary.leaves.isEmpty
        )
        return (tables, vocabulary.leaves)
    }

    // MARK: Rows

    private struct CodeCount {
        var exact = 1
        var all = 1
    }

    /// A code for each value that some row speaks of, by number of the value; and how many each dimension has.
    private func assignCodes() -> ([UInt16], [CodeCount]) {
        let vocabulary = compiler.vocabulary
        var uses = [UInt32](repeating: 0, count: vocabulary.table.count)
        for list in conditions {
            for condition in list where condition.isInRows {
                for value in vocabulary[condition.list] { uses[Int(value)] += 1 }
            }
        }
        var values = [[UInt32]](repeating: [], count: conditions.count)
        for value in uses.indices where uses[value] > 0 {
            values[Int(vocabulary.dimensions[value].rawValue)].append(UInt32(value))
        }
        var codes = [UInt16](repeating: 0, count: uses.count)
        var counts = [CodeCount](repeating: CodeCount(), count: conditions.count)
        for dimension in values.indices {
            var wanted = values[dimension]
            let isShared = wanted.count > RowSet.valuesMax
            // The most wanted first; their number decides between equals, so that the layout is repeatable.
            if isShared { wanted.sort { (uses[Int($1)], $0) < (uses[Int($0)], $1) } }
            let own = isShared ? RowSet.ownRows : wanted.count
            for (rank, value) in wanted.enumerated() {
                codes[Int(value)] = UInt16(rank < own ? 1 + rank : 1 + own + (rank - own) % RowSet.sharedRows)
            }
            counts[dimension] = CodeCount(exact: 1 + own, all: 1 + own + (isShared ? RowSet.sharedRows : 0))
        }
        return (codes, counts)
    }

    private func rowSet(_ dimension: Dimension, _ count: CodeCount, _ codes: [UInt16]) -> RowSet {
        let vocabulary = compiler.vocabulary
        let list = conditions[Int(dimension.rawValue)]
        let words = Slab<UInt64>(repeating: 0, count: list.isEmpty ? 0 : stride * count.all)
        if !list.isEmpty {
            for slot in 0..<owners.count { words.insert(bit: slot) }
            for condition in list where !condition.isExclusion && condition.isInRows {
                words.remove(bit: Int(condition.slot))
            }
            for code in 1..<max(1, count.all) { words.move(0..<stride, to: code * stride) }
        }
        var hasExclusions = false
        for condition in list where condition.isInRows {
            hasExclusions = hasExclusions || condition.isExclusion
            for value in vocabulary[condition.list] {
                let code = Int(codes[Int(value)])
                if !condition.isExclusion {
                    words.insert(bit: code * stride * 64 + Int(condition.slot))
                } else if code < count.exact {
                    words.remove(bit: code * stride * 64 + Int(condition.slot))
                }
            }
        }
        let (kept, rows) = list.isEmpty ? (words, [everything]) : distinctRows(words, count.all)
        return RowSet(
            words: kept, rows: Slab(rows, padding: everything), exactCodes: count.exact, hasExclusions: hasExclusions,
            lengthMax: vocabulary.lengthMax[Int(dimension.rawValue)])
    }

    private var everything: RowSet.Row { RowSet.Row(number: 0, population: UInt32(owners.count)) }

    /// Keeps each bitmap once. Many values mean the same to all slots: the hours of a night, or two phones.
    private func distinctRows(_ words: Slab<UInt64>, _ count: Int) -> (Slab<UInt64>, [RowSet.Row]) {
        var rows: [RowSet.Row] = []
        var known: [UInt64: [Int]] = [:]
        var kept = 0
        for code in 0..<count {
            let start = code * stride
            var hash: UInt64 = 0
            var population = 0
            for word in start..<start + stride {
                hash = Mix.scramble(hash &+ words[word])
                population += words[word].nonzeroBitCount
            }
            let same = known[hash]?.first { number in
                (0..<stride).allSatisfy { words[number * stride + $0] == words[start + $0] }
            }
            if same == nil {
                words.move(start..<start + stride, to: kept * stride)
                known[hash, default: []].append(kept)
                kept += 1
            }
            rows.append(RowSet.Row(number: UInt32(same ?? kept - 1), population: UInt32(population)))
        }
        guard kept < count else { return (words, rows) }
        let exact = words.prefix(kept * stride)
        words.free()
        return (exact, rows)
    }

    // MARK: Residuals

    /// The slots, and what is to be checked where their rows do not say all.
    private func residuals(_ sets: [RowSet]) -> ([Slot], [UInt32]) {
        var slots: [Slot] = []
        slots.reserveCapacity(owners.count)
        var words: [UInt32] = []
        var cursors = [Int](repeating: 0, count: conditions.count)
        var restCursor = 0
        for (slot, strategy) in owners.enumerated() {
            let start = words.count
            var checked: UInt64 = 0
            words.append(0)
            for dimension in Dimension.allCases {
                let number = Int(dimension.rawValue)
                while cursors[number] < conditions[number].count, conditions[number][cursors[number]].slot == slot {
                    let condition = conditions[number][cursors[number]]
                    cursors[number] += 1
                    let isNeeded = sets[number].isShared || condition.isExclusion && !dimension.isSingle
                    guard isNeeded || condition.isAlwaysChecked else { continue }
                    checked |= condition.isAlwaysChecked ? Slot.alwaysChecked : dimension.mask
                    let literal = Literal(
                        question: .values(dimension, condition.list), isNegative: condition.isExclusion)
                    Self.write(literal, isAlwaysChecked: condition.isAlwaysChecked, compiler.vocabulary, to: &words)
                }
            }
            if restCursor < restRanges.count, restRanges[restCursor].slot == slot {
                words += rest[restRanges[restCursor].range]
                restCursor += 1
                checked |= Slot.alwaysChecked
            }
            if checked == 0 { words.removeLast() } else { words[start] = UInt32(words.count - start - 1) }
            slots.append(Slot(checked: checked, residual: UInt32(checked == 0 ? 0 : start), strategy: strategy))
        }
        return (slots, words)
    }

    private mutating func write(_ form: NormalForm) {
        let parts: [NormalForm]
        let isAny: Bool
        switch form {
        case .literal(let literal):
            Self.write(literal, isAlwaysChecked: true, compiler.vocabulary, to: &rest)
            return
        case .all(let inner): (parts, isAny) = (inner, false)
        case .any(let inner): (parts, isAny) = (inner, true)
        }
        rest.append(Clause(.group, isAny: isAny).word)
        let length = rest.count
        rest.append(0)
        for part in parts { write(part) }
        rest[length] = UInt32(rest.count - length - 1)
    }

    private static func write(
        _ literal: Literal, isAlwaysChecked: Bool, _ vocabulary: Vocabulary, to words: inout [UInt32]
    ) {
        let isNegative = literal.isNegative
        switch literal.question {
        case .leaf(let number):
            words.append(Clause(.leaf, isNegative: isNegative).word)
            words.append(number)
        case .values(let dimension, let list):
            let count = list.isLong ? 0 : Int(list.count)
            let clause = Clause(
                list.isLong ? .long : .short, dimension: dimension, count: count, isNegative: isNegative,
                isAlwaysChecked: isAlwaysChecked)
            words.append(clause.word)
            if list.isLong {
                words.append(list.start)
                words.append(list.count)
            } else {
                words += vocabulary[list]
            }
        }
    }
}
