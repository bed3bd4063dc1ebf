/// A predicate with its negations pushed down to the leaves, its values numbered and what is decided already left out.
///
/// `all([])` accepts everything and `any([])` nothing; neither stands inside another form.
indirect enum NormalForm {
    case literal(Literal)
    case all([NormalForm])
    case any([NormalForm])

    static let always = NormalForm.all([])
    static let never = NormalForm.any([])

    /// Conjunctions that the form becomes when every `all` is multiplied out; `Int.max` where there are absurdly many.
    var width: Int {
        switch self {
        case .literal: return 1
        case .any(let parts):
            return parts.reduce(0) { sum, part in
                let (total, overflow) = sum.addingReportingOverflow(part.width)
                return overflow ? .max : total
            }
        case .all(let parts):
            return parts.reduce(1) { product, part in
                let (total, overflow) = product.multipliedReportingOverflow(by: part.width)
                return overflow ? .max : total
            }
        }
    }

    /// The conjunctions, one of which must hold.
    ///
    /// - Complexity: O(`width`).
    var conjunctions: [[Literal]] {
        switch self {
        case .literal(let literal): [[literal]]
        case .any(let parts): parts.flatMap(\.conjunctions)
        case .all(let parts):
            // What all conjunctions share comes first, and once.
            parts.reduce([parts.compactMap(\.literal)]) { products, part in
                if part.literal != nil { return products }
                let factors = part.conjunctions
                return products.flatMap { product in factors.map { product + $0 } }
            }
        }
    }

    var literal: Literal? {
        guard case .literal(let literal) = self else { return nil }
        return literal
    }
}

/// A leaf or its negation.
struct Literal: BitwiseCopyable {
    enum Question: BitwiseCopyable {
        /// Whether the request states one of these values.
        case values(Dimension, ValueList)
        /// What the evaluator says of a leaf, by its number.
        case leaf(UInt32)
    }

    let question: Question
    var isNegative: Bool
}

/// Numbers of values, ascending, in the pool of ``Vocabulary``.
struct ValueList: BitwiseCopyable, Hashable {
    /// Lists of more values lie in a pool of their own, each once, however many strategies share it: domains, zip codes.
    ///
    /// Hours do not. Lists of them are many, and an hour is in most of them, so that a request would have to look at each.
    static let shortMax = 32

    let start: UInt32
    let count: UInt32
    let isLong: Bool

    init(start: UInt32, count: UInt32, isLong: Bool = false) {
        (self.start, self.count, self.isLong) = (start, count, isLong)
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }

    static func isLong(_ count: Int, of dimension: Dimension) -> Bool { count > shortMax && dimension != .hour }
}
