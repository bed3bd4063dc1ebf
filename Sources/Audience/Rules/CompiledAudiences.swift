package import Documents

/// Every audience that has a rule, ready to be worked out for a visitor. Owned by one thread.
package final class CompiledAudiences {
    /// An audience and its rule.
    package struct Source: Sendable {
        package let number: AudienceNumber
        package let id: String
        package let rule: AudienceRule

        package init(number: AudienceNumber, id: String, rule: AudienceRule) {
            self.number = number
            self.id = id
            self.rule = rule
        }
    }

    /// All that can be worked out, each after those that it refers to.
    package let all: [AudienceNumber]
    /// Ids of those that refer to themselves through others, or to such a one; nobody is in them.
    package let unordered: [String]
    /// One such circle, its first id also its last; empty where there is none.
    package let cycle: [String]

    private let rules: [CompiledRule]
    private let places: [AudienceNumber: Int]
    /// Places of those that an act of a type may change, with those that refer to them.
    private let byType: [Symbol: [Int]]
    /// Places of those that refer to an audience, directly.
    private let dependants: [AudienceNumber: [Int]]
    private let scratch = RuleScratch()

    /// - Parameters:
    ///   - sources: every id once.
    ///   - key: of the symbols in histories.
    ///   - number: of an audience's id, also of one without a rule; nil where there is none, and nobody is in it.
    package init(_ sources: [Source], key: SymbolKey, number: (String) -> AudienceNumber?) {
        let order = AudienceOrder(sources.map { ($0.id, $0.rule.references) })
        let byID = Dictionary(sources.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let ordered = order.order.compactMap { byID[$0] }
        let rules = ordered.map { CompiledRule($0.rule, key, number: number) }
        unordered = order.unordered
        cycle = order.cycle
        all = ordered.map(\.number)
        self.rules = rules
        places = Dictionary(ordered.enumerated().map { ($1.number, $0) }, uniquingKeysWith: { first, _ in first })
        var dependants: [AudienceNumber: [Int]] = [:]
        var byType: [Symbol: [Int]] = [:]
        for (place, rule) in rules.enumerated() {
            for number in Set(rule.audiences.joined()) { dependants[number, default: []].append(place) }
            for type in rule.types { byType[type, default: []].append(place) }
        }
        self.dependants = dependants
        let numbers = all
        self.byType = byType.mapValues { Self.closure($0, numbers, dependants) }
    }

    /// Places, and those of all that refer to them, in order.
    private static func closure(
        _ places: [Int], _ numbers: [AudienceNumber], _ dependants: [AudienceNumber: [Int]]
    ) -> [Int] {
        var found = Set(places)
        var open = places
        while let place = open.popLast() {
            for dependant in dependants[numbers[place]] ?? [] where found.insert(dependant).inserted {
                open.append(dependant)
            }
        }
        return found.sorted()
    }

    /// Whom an act of a type, or of type `traits` a trait, may let in or out, each after those that it refers to.
    package func affected(by type: Symbol) -> [AudienceNumber] { (byType[type] ?? []).map { all[$0] } }

    /// Who is to be worked out anew when a membership began or ended, each after those that it refers to.
    package func affected(by membership: AudienceNumber) -> [AudienceNumber] {
        Self.closure(dependants[membership] ?? [], all, dependants).map { all[$0] }
    }

    /// Whether a visitor is in an audience.
    ///
    /// The other audiences that a rule refers to are worked out before it, and `memberships` tells the outcome; when one of
    /// them changes, this one is to be asked about again.
    ///
    /// - Parameters:
    ///   - audience: nobody is in one that has no rule.
    ///   - memberships: when the visitor's membership of an audience ends, in milliseconds; `.max` for never, nil where
    ///     there is none.
    ///   - millis: since 1970 in UTC. An act of later is one that has not happened yet.
    /// - Complexity: O(events and steps of the rule × bytes of the history); at most 32 times that.
    package func verdict(
        of audience: AudienceNumber, _ history: VisitorHistory, at millis: Int64,
        memberships: (AudienceNumber) -> Int64?
    ) -> Verdict {
        guard let place = places[audience] else { return .never }
        return rules[place].verdict(history, at: millis, scratch, memberships: memberships)
    }
}
