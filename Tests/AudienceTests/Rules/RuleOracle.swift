import Documents
import Events
import Units

/// Rules worked out by their definition over acts as they were sent: slowly, and by no code of the service's.
struct RuleOracle {
    /// In the order in which they came.
    let acts: [VisitorAct]
    /// Rules by the ids of their audiences.
    let rules: [String: AudienceRule]
    /// When memberships that were uploaded end.
    let uploaded: [String: Int64]

    func isMember(of audience: String, at now: Int64) -> Bool {
        if let rule = rules[audience] { return holds(rule, at: now) }
        return uploaded[audience].map { $0 > now } ?? false
    }

    func holds(_ rule: AudienceRule, at now: Int64) -> Bool {
        switch rule {
        case .all(let parts): parts.allSatisfy { holds($0, at: now) }
        case .any(let parts): parts.contains { holds($0, at: now) }
        case .not(let part): !holds(part, at: now)
        case .event(let event): holds(event, at: now)
        case .sequence(let sequence): holds(sequence, at: now)
        case .trait(let wishes): wishes.allSatisfy { isTrait($0) }
        case .audience(let ids): ids.contains { isMember(of: $0, at: now) }
        }
    }

    static func millis(_ act: VisitorAct) -> Int64 { act.instant.micros / 1000 }

    // MARK: Events

    private func holds(_ rule: EventRule, at now: Int64) -> Bool {
        let meant = acts.filter { act in
            let time = Self.millis(act)
            if time > now { return false }
            if let within = rule.within, time <= now - within.millis { return false }
            return matches(act, rule.acts)
        }
        if meant.count < rule.atLeast { return false }
        if let most = rule.atMost, meant.count > most { return false }
        if let sum = rule.sum {
            let total = meant.map { amount(of: sum.property, in: $0) }.reduce(0, +)
            if let least = sum.atLeast, total < least.rawValue { return false }
            if let most = sum.atMost, total > most.rawValue { return false }
        }
        if let recency = rule.recency {
            guard let latest = meant.map(Self.millis).max() else { return false }
            if let least = recency.atLeast, now - latest < least.millis { return false }
            if let most = recency.atMost, now - latest > most.millis { return false }
        }
        return true
    }

    private func amount(of property: String, in act: VisitorAct) -> Int64 {
        var total: Int64 = 0
        for candidate in act.properties where candidate.name == property {
            switch candidate.value {
            case .number(let micros): total += micros.rawValue
            case .text(let text): total += Self.number(text) ?? 0
            case .texts(let texts): total += texts.compactMap(Self.number).reduce(0, +)
            case .flag: break
            }
        }
        return total
    }

    /// Of the few texts that the histories have.
    private static func number(_ text: String) -> Int64? { Double(text).map { Int64(($0 * 1_000_000).rounded()) } }

    // MARK: Sequences

    private func holds(_ rule: SequenceRule, at now: Int64) -> Bool {
        acts.contains { act in
            let time = Self.millis(act)
            guard time <= now, matches(act, rule.steps[0].acts) else { return false }
            if let within = rule.within, time <= now - within.millis { return false }
            return goesOn(rule.steps.dropFirst(), from: time, at: now)
        }
    }

    private func goesOn(_ steps: ArraySlice<SequenceRule.Step>, from anchor: Int64, at now: Int64) -> Bool {
        guard let step = steps.first else { return true }
        let span = step.within?.millis
        let followers = acts.filter { Self.millis($0) > anchor && Self.millis($0) <= now && matches($0, step.acts) }
            .map(Self.millis)
        if !step.isAbsence {
            return followers.contains { time in
                (span.map { time - anchor < $0 } ?? true) && goesOn(steps.dropFirst(), from: time, at: now)
            }
        }
        let end = anchor + (span ?? 0)
        if now < end { return false }
        if steps.count == 1 { return followers.isEmpty }
        return !followers.contains { $0 < end } && goesOn(steps.dropFirst(), from: end, at: now)
    }

    // MARK: Properties

    private func matches(_ act: VisitorAct, _ rule: ActRule) -> Bool {
        act.type != "traits" && rule.types.contains(act.type)
            && rule.properties.allSatisfy { wish in
                act.properties.contains { $0.name == wish.name && fits($0.value, wish.wish) }
            }
    }

    private func isTrait(_ wish: PropertyRule) -> Bool {
        var latest: (millis: Int64, value: VisitorAct.Value)?
        for act in acts where act.type == "traits" {
            for property in act.properties where property.name == wish.name {
                if let known = latest, known.millis > Self.millis(act) { continue }
                latest = (Self.millis(act), property.value)
            }
        }
        guard let latest else { return false }
        return fits(latest.value, wish.wish)
    }

    private func fits(_ value: VisitorAct.Value, _ wish: PropertyRule.Wish) -> Bool {
        switch value {
        case .text(let text): !text.isEmpty && fits(text, wish)
        case .texts(let texts): texts.contains { !$0.isEmpty && fits($0, wish) }
        case .flag(let flag): fits(flag ? "true" : "false", wish)
        case .number(let micros):
            switch wish {
            case .between(let min, let max): (min ?? micros) <= micros && micros <= (max ?? micros)
            case .oneOf(let values):
                values.contains { candidate in
                    switch candidate {
                    case .number(let number): number == micros
                    case .text(let text): Self.number(text) == micros.rawValue
                    case .flag: false
                    }
                }
            }
        }
    }

    private func fits(_ text: String, _ wish: PropertyRule.Wish) -> Bool {
        switch wish {
        case .between(let min, let max):
            guard let number = Self.number(text) else { return false }
            return (min?.rawValue ?? number) <= number && number <= (max?.rawValue ?? number)
        case .oneOf(let values):
            return values.contains { candidate in
                switch candidate {
                case .number(let number): Self.number(text) == number.rawValue
                case .text(let other): other == text
                case .flag(let flag): text == (flag ? "true" : "false")
                }
            }
        }
    }
}
