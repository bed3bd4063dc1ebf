import OpenRTB
import Targeting

/// What an index answers for every impression of a request, by number of the impression.
func shortlists(
    _ index: TargetingIndex, _ request: borrowing BidRequest, _ context: TargetingContext, by matcher: TargetingMatcher
) -> [[Int]] {
    matcher.begin(index, request, context)
    return request.imps.indices.map { number in
        matcher.start(request.imps[number], of: request, context)
        return rest(of: matcher, request, context)
    }
}

/// What a matcher has yet to say.
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
