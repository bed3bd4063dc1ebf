/// Turns predicates into conjunctions whose conditions are on one dimension each.
struct TargetingCompiler {
    /// Each conjunction takes a slot of the index. A predicate that would take more takes one, and what a conjunction
    /// cannot say is checked whenever the rest of it lets a request through.
    static let conjunctionsMax = 32

    var vocabulary: Vocabulary

    /// What one slot of the index stands for: all conditions and all of the rest must hold.
    struct Conjunction {
        var conditions: [Condition] = []
        /// What is evaluated as it is: questions for the evaluator and forms too wide to multiply out.
        var rest: [NormalForm] = []
    }

    /// One dimension's part of a conjunction.
    struct Condition: BitwiseCopyable {
        let dimension: Dimension
        let list: ValueList
        /// None of the values may be stated, instead of one at least.
        var isExclusion: Bool
        /// Whether rows and postings carry it, else it is checked; of several inclusions on one dimension they can
        /// carry one.
        var isInRows = true
    }

    /// The slots of a predicate: none where it accepts nothing.
    mutating func conjunctions(of predicate: Predicate) -> [Conjunction] {
        if Self.isOneConjunction(predicate) {
            var literals: [Literal] = []
            guard gather(predicate, &literals), let conjunction = conjunction(literals, []) else { return [] }
            return [conjunction]
        }
        let form = normalize(predicate, isNegated: false)
        var drafts: [(literals: [Literal], rest: [NormalForm])] = []
        if form.width <= Self.conjunctionsMax {
            drafts = form.conjunctions.map { ($0, []) }
        } else if case .all(let parts) = form {
            var draft: (literals: [Literal], rest: [NormalForm]) = ([], [])
            for part in parts {
                if case .literal(let literal) = part { draft.literals.append(literal) } else { draft.rest.append(part) }
            }
            drafts = [draft]
        } else {
            drafts = [([], [form])]
        }
        return drafts.compactMap { conjunction($0.literals, $0.rest) }
    }

    // MARK: One conjunction

    /// Whether all of it is leaves, or their negations, all of which must hold: what most strategies want.
    private static func isOneConjunction(_ predicate: Predicate) -> Bool {
        switch predicate {
        case .leaf, .not(.leaf): true
        case .all(let parts): parts.allSatisfy { isOneConjunction($0) }
        case .any, .not: false
        }
    }

    /// Appends the literals of such a predicate.
    ///
    /// - Returns: false where it can never hold.
    private mutating func gather(_ predicate: Predicate, _ literals: inout [Literal]) -> Bool {
        switch predicate {
        case .all(let parts):
            for part in parts where !gather(part, &literals) { return false }
        case .leaf(let leaf):
            guard let literal = vocabulary.literal(leaf, isNegative: false) else { return false }
            literals.append(literal)
        case .not(.leaf(let leaf)):
            // Nothing is refused: it always holds.
            if let literal = vocabulary.literal(leaf, isNegative: true) { literals.append(literal) }
        case .any, .not: preconditionFailure("a conjunction has neither")
        }
        return true
    }

    // MARK: Normal form

    private mutating func normalize(_ predicate: Predicate, isNegated: Bool) -> NormalForm {
        switch predicate {
        case .leaf(let leaf):
            guard let literal = vocabulary.literal(leaf, isNegative: isNegated) else {
                return isNegated ? .always : .never
            }
            return .literal(literal)
        case .not(let part): return normalize(part, isNegated: !isNegated)
        case .all(let parts):
            let forms = parts.map { normalize($0, isNegated: isNegated) }
            return isNegated ? any(forms) : all(forms)
        case .any(let parts):
            let forms = parts.map { normalize($0, isNegated: isNegated) }
            return isNegated ? all(forms) : any(forms)
        }
    }

    private mutating func all(_ parts: [NormalForm]) -> NormalForm {
        var kept: [NormalForm] = []
        for part in parts {
            switch part {
            case .any(let inner) where inner.isEmpty: return .never
            case .all(let inner): kept += inner
            default: kept.append(part)
            }
        }
        // Neither of two lists is one list: none of both.
        merge(&kept, negative: true)
        return kept.count == 1 ? kept[0] : .all(kept)
    }

    private mutating func any(_ parts: [NormalForm]) -> NormalForm {
        var kept: [NormalForm] = []
        for part in parts {
            switch part {
            case .all(let inner) where inner.isEmpty: return .always
            case .any(let inner): kept += inner
            default: kept.append(part)
            }
        }
        // One of this list or one of that is one of both: what would be two slots is one.
        merge(&kept, negative: false)
        return kept.count == 1 ? kept[0] : .any(kept)
    }

    /// Unites the lists of literals of this sign that are on the same dimension.
    private mutating func merge(_ forms: inout [NormalForm], negative: Bool) {
        guard forms.count > 1, Self.meet(forms, negative: negative) else { return }
        var firsts = [Int](repeating: -1, count: Dimension.allCases.count)
        var unions: [Dimension: [UInt32]] = [:]
        var merged: [NormalForm] = []
        for form in forms {
            guard case .literal(let literal) = form, literal.isNegative == negative,
                case .values(let dimension, let list) = literal.question
            else {
                merged.append(form)
                continue
            }
            let first = firsts[Int(dimension.rawValue)]
            if first < 0 {
                firsts[Int(dimension.rawValue)] = merged.count
                merged.append(form)
            } else {
                if unions[dimension] == nil, case .literal(let other) = merged[first],
                    case .values(_, let known) = other.question
                {
                    unions[dimension] = Array(vocabulary[known])
                }
                unions[dimension]?.append(contentsOf: vocabulary[list])
            }
        }
        for dimension in Dimension.allCases {
            guard let union = unions[dimension] else { continue }
            let question = Literal.Question.values(dimension, vocabulary.store(union, of: dimension))
            merged[firsts[Int(dimension.rawValue)]] = .literal(Literal(question: question, isNegative: negative))
        }
        forms = merged
    }

    /// Whether two literals of this sign are on the same dimension.
    private static func meet(_ forms: [NormalForm], negative: Bool) -> Bool {
        var seen: UInt64 = 0
        for form in forms {
            guard case .literal(let literal) = form, literal.isNegative == negative,
                case .values(let dimension, _) = literal.question
            else { continue }
            if seen & dimension.mask != 0 { return true }
            seen |= dimension.mask
        }
        return false
    }

    // MARK: Conjunctions

    /// Brings the literals into conditions; nil where they cannot hold together.
    private mutating func conjunction(_ literals: [Literal], _ rest: [NormalForm]) -> Conjunction? {
        var result = Conjunction(rest: rest)
        result.conditions.reserveCapacity(literals.count)
        // Dimensions that one literal speaks of, and those that several do.
        var single: UInt64 = 0
        var several: UInt64 = 0
        for literal in literals {
            switch literal.question {
            case .leaf: result.rest.append(.literal(literal))
            case .values(let dimension, let list):
                several |= single & dimension.mask
                single |= dimension.mask
                let condition = Condition(dimension: dimension, list: list, isExclusion: literal.isNegative)
                result.conditions.append(condition)
            }
        }
        if several == 0 { return result }
        let all = result.conditions
        result.conditions = all.filter { several & $0.dimension.mask == 0 }
        for dimension in Dimension.allCases where several & dimension.mask != 0 {
            let own = all.filter { $0.dimension == dimension }
            let inclusions = own.filter { !$0.isExclusion }.map(\.list)
            let exclusions = own.filter(\.isExclusion).map(\.list)
            guard let conditions = conditions(dimension, inclusions, exclusions) else { return nil }
            result.conditions += conditions
        }
        return result
    }

    /// What several literals on one dimension come to, inclusions first; nil where no request can meet them.
    private mutating func conditions(
        _ dimension: Dimension, _ inclusions: [ValueList], _ exclusions: [ValueList]
    ) -> [Condition]? {
        var excluded: [UInt32] = []
        for list in exclusions { excluded += vocabulary[list] }
        if dimension.isSingle, !inclusions.isEmpty {
            // Of one value, all that is asked of it can be said by one list.
            var accepted = Set(vocabulary[inclusions[0]])
            for list in inclusions.dropFirst() { accepted.formIntersection(vocabulary[list]) }
            accepted.subtract(excluded)
            guard !accepted.isEmpty else { return nil }
            return [
                Condition(
                    dimension: dimension, list: vocabulary.store(Array(accepted), of: dimension), isExclusion: false)
            ]
        }
        var conditions = inclusions.map { Condition(dimension: dimension, list: $0, isExclusion: false) }
        if conditions.count > 1 {
            let shortest = conditions.indices.min { conditions[$0].list.count < conditions[$1].list.count }
            for index in conditions.indices { conditions[index].isInRows = index == shortest }
        }
        if !excluded.isEmpty {
            conditions.append(
                Condition(dimension: dimension, list: vocabulary.store(excluded, of: dimension), isExclusion: true))
        }
        return conditions
    }
}
