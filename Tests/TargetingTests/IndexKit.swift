import OpenRTB
import Targeting
import Testing

/// What an index answers for every impression of a request, by number of the impression: positions of predicates.
///
/// Both ways to ask, the best first and all at once, must say the same.
func shortlists(
    _ index: TargetingIndex, _ request: borrowing BidRequest, _ context: TargetingContext, by matcher: TargetingMatcher
) -> [[Int]] {
    matcher.begin(index, request, context)
    return request.imps.indices.map { number in
        matcher.start(request.imps[number], of: request, context)
        let pulled = rest(of: matcher, request, context)
        matcher.start(request.imps[number], of: request, context)
        var listed: [UInt32] = []
        matcher.list(request, context, into: &listed)
        #expect(pulled.sorted() == listed.map { Int($0) }.sorted())
        return positions(listed.map { Int($0) }, in: index)
    }
}

/// Positions of the predicates that an index was made of, ascending.
func positions(_ strategies: [Int], in index: TargetingIndex) -> [Int] {
    strategies.map { Int(index.order[$0]) }.sorted()
}

/// What a matcher has yet to say, the best first: numbers of strategies.
func rest(of matcher: TargetingMatcher, _ request: borrowing BidRequest, _ context: TargetingContext) -> [Int] {
    var found: [Int] = []
    while let strategy = matcher.next(request, context) { found.append(strategy) }
    return found
}

/// What the evaluator answers for the same.
func oracle(
    _ predicates: [Predicate], _ request: borrowing BidRequest, _ context: TargetingContext
) -> [[Int]] {
    request.imps.indices.map { number in
        predicates.indices.filter {
            Evaluator.matches(predicates[$0], request.imps[number], of: request, context)
        }
    }
}
