/// In which order audiences are worked out, so that each comes after those that it refers to.
package struct AudienceOrder: Equatable, Sendable {
    /// Ids of those that can be worked out.
    package let order: [String]
    /// Ids of those that refer to themselves through others, or to such a one: nobody can be in them.
    package let unordered: [String]
    /// One circle, its first id also its last: `a`, `b`, `a`. Empty where there is none.
    package let cycle: [String]

    /// - Parameter references: of each audience, once each, the audiences that it refers to; others are passed over.
    /// - Complexity: O(audiences and references).
    package init(_ audiences: [(id: String, references: [String])]) {
        let indices = Dictionary(audiences.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let needs = audiences.map { audience in audience.references.compactMap { indices[$0] } }
        var missing = needs.map(\.count)
        var dependants = [[Int]](repeating: [], count: audiences.count)
        for (index, list) in needs.enumerated() { for need in list { dependants[need].append(index) } }
        var order = audiences.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < order.count {
            for dependant in dependants[order[next]] {
                missing[dependant] -= 1
                if missing[dependant] == 0 { order.append(dependant) }
            }
            next += 1
        }
        self.order = order.map { audiences[$0].id }
        unordered = audiences.indices.filter { missing[$0] > 0 }.map { audiences[$0].id }
        cycle = Self.cycle(needs, missing).map { audiences[$0].id }
    }

    /// A walk along what is missing comes around.
    private static func cycle(_ needs: [[Int]], _ missing: [Int]) -> [Int] {
        guard var at = missing.firstIndex(where: { $0 > 0 }) else { return [] }
        var path: [Int] = []
        var places: [Int: Int] = [:]
        while places[at] == nil {
            places[at] = path.count
            path.append(at)
            guard let next = needs[at].first(where: { missing[$0] > 0 }) else { return [] }
            at = next
        }
        return path[(places[at] ?? 0)...] + [at]
    }
}
