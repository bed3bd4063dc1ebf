internal import OpenRTB

extension Matching {
    /// Whether a candidate holds where its rows do not say all.
    ///
    /// Changes nothing; were it not mutating, each call would copy the whole state first.
    ///
    /// - Parameter residual: where what is to be checked starts.
    mutating func holds(_ residual: Int, _ request: borrowing BidRequest, _ context: borrowing TargetingContext) -> Bool
    {
        var cursor = residual + 1
        let end = cursor + Int(tables.residuals[residual])
        while cursor < end {
            let clause = Clause(word: tables.residuals[cursor])
            if !holds(clause, &cursor, request, context) { return false }
        }
        return true
    }

    /// Whether the clause at the cursor holds; the cursor then stands behind it.
    private mutating func holds(
        _ clause: Clause,
        _ cursor: inout Int,
        _ request: borrowing BidRequest,
        _ context: borrowing TargetingContext
    ) -> Bool {
        let start = cursor + 1
        switch clause.kind {
        case .values:
            cursor = start + clause.count
            return states(start..<cursor) != clause.isNegative
        case .leaf:
            cursor = start + 1
            return Evaluator.matches(leaves[Int(tables.residuals[start])], imp, of: request, context)
                != clause.isNegative
        case .group:
            let end = start + 1 + Int(tables.residuals[start])
            cursor = start + 1
            while cursor < end {
                let part = Clause(word: tables.residuals[cursor])
                if holds(part, &cursor, request, context) == clause.isAny {
                    cursor = end
                    return clause.isAny
                }
            }
            return !clause.isAny
        }
    }

    /// Whether the request states any value of a list of the residuals.
    private mutating func states(_ list: Range<Int>) -> Bool {
        for index in list where scratch.stated.contains(bit: Int(tables.residuals[index])) { return true }
        return false
    }
}
