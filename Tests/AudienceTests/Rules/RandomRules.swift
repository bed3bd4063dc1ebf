import Documents
import Events
import Units

/// Histories and rules of every construct, drawn so small that what matters meets often.
struct RandomRules {
    private var generator: SplitMix64

    /// Instants that acts are drawn from, in milliseconds; spans are of seconds, so that edges often meet.
    static let start: Int64 = 1_700_000_000_000
    static let lengthMillis: Int64 = 20_000

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    private mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    // MARK: Acts

    private static let types = ["view", "cart", "purchase"]

    mutating func act() -> VisitorAct {
        let isTrait = below(8) == 0
        // Half of them on whole and half seconds, where windows of other acts end.
        let step: Int64 = below(2) == 0 ? 500 : 1
        let time = Self.start + Int64(below(Int(Self.lengthMillis / step))) * step
        var act = VisitorAct(
            id: IdentityKey(high: 0, low: generator.next()),
            type: isTrait ? "traits" : pick(Self.types),
            instant: Instant(micros: time * 1000 + Int64(below(1000)))
        )
        for name in ["category", "amount"] where below(3) > 0 { act.properties.append(property(name)) }
        return act
    }

    private mutating func property(_ name: String) -> VisitorAct.Property {
        if name == "amount" {
            let micros = Int64(below(8)) * 2_500_000 - 2_500_000
            switch below(4) {
            case 0: return .init(name, .text(DecimalText.string(micros: micros)))
            case 1: return .init(name, .texts([DecimalText.fixed(micros: micros), "shoes"]))
            default: return .init(name, .number(Micros(micros)))
            }
        }
        switch below(6) {
        case 0: return .init(name, .flag(below(2) == 0))
        case 1: return .init(name, .texts(below(3) == 0 ? [] : ["shoes", "hats"]))
        case 2: return .init(name, .text(pick(["", "true"])))
        default: return .init(name, .text(pick(["shoes", "hats", "5"])))
        }
    }

    // MARK: Rules

    mutating func rule(depth: Int, references: [String]) -> AudienceRule {
        switch below(depth > 0 ? 11 : 7) {
        case 0...2: return .event(event())
        case 3, 4: return .sequence(sequence())
        case 5: return .trait([wish(pick(["category", "amount"]))])
        case 6: return references.isEmpty ? .event(event()) : .audience([pick(references), pick(references)])
        case 7, 8: return .all(parts(depth, references))
        case 9: return .any(parts(depth, references))
        default: return .not(rule(depth: depth - 1, references: references))
        }
    }

    private mutating func parts(_ depth: Int, _ references: [String]) -> [AudienceRule] {
        (0..<1 + below(3)).map { _ in rule(depth: depth - 1, references: references) }
    }

    private mutating func span() -> TimeSpan { TimeSpan(millis: Int64(1 + below(8)) * 1000) }

    private mutating func maybe<Value>(_ value: (inout RandomRules) -> Value) -> Value? {
        below(2) == 0 ? value(&self) : nil
    }

    private mutating func acts() -> ActRule {
        var rule = ActRule(types: below(4) == 0 ? ["view", "cart"] : [pick(Self.types)])
        if below(3) == 0 { rule.properties = [wish(pick(["category", "amount"]))] }
        return rule
    }

    private mutating func event() -> EventRule {
        var rule = EventRule(acts())
        rule.within = below(4) == 0 ? nil : span()
        rule.atLeast = below(4)
        rule.atMost = below(3) == 0 ? rule.atLeast + below(3) : nil
        if below(4) == 0 {
            let least = maybe { Micros(Int64($0.below(6)) * 2_500_000) }
            rule.sum = .init("amount", atLeast: least, atMost: maybe { Micros(Int64($0.below(12)) * 2_500_000) })
        }
        if below(4) == 0 { rule.recency = .init(atLeast: maybe { $0.span() }, atMost: maybe { $0.span() }) }
        return rule
    }

    private mutating func sequence() -> SequenceRule {
        var steps = [SequenceRule.Step(acts())]
        for _ in 0..<1 + below(3) {
            let isAbsence = below(2) == 0
            steps.append(.init(acts(), isAbsence: isAbsence, within: isAbsence ? span() : maybe { $0.span() }))
        }
        if let last = steps.last, last.isAbsence, below(4) == 0 { steps[steps.count - 1].within = nil }
        return SequenceRule(steps, within: below(3) == 0 ? nil : span())
    }

    private mutating func wish(_ name: String) -> PropertyRule {
        switch below(4) {
        case 0:
            let low = Int64(below(4)) * 2_500_000
            return PropertyRule(name, .between(maybe { _ in Micros(low) }, Micros(low + Int64(below(3)) * 2_500_000)))
        case 1: return PropertyRule(name, .oneOf([.number(Micros(5_000_000)), .flag(true)]))
        default: return PropertyRule(name, .oneOf([.text(pick(["shoes", "5", "2.5"])), .text("boots")]))
        }
    }
}

extension AudienceRule {
    /// Every span that it names, which is where something may change after an act.
    var spans: Set<Int64> {
        switch self {
        case .all(let parts), .any(let parts): Set(parts.flatMap(\.spans))
        case .not(let part): part.spans
        case .event(let event):
            Set(
                [
                    event.within?.millis, event.recency?.atLeast?.millis, event.recency?.atMost.map { $0.millis + 1 },
                ].compactMap { $0 })
        case .sequence(let sequence):
            // An absence carries on from its end, so spans of several add up.
            sequence.steps.filter(\.isAbsence).reduce(into: Set([0] + (sequence.within.map { [$0.millis] } ?? []))) {
                sums, step in
                sums.formUnion(sums.map { $0 + (step.within?.millis ?? 0) })
            }
        case .trait, .audience: []
        }
    }
}
