internal import Documents
internal import Events

/// Whose acts a rule may look at: an advertiser's are its own, and what the operator tells is everybody's.
///
/// In a history an act's type, and a trait's name, stand behind their owner's id and a separator that neither can hold;
/// so one advertiser's rule cannot be met by what another told.
enum ActOwner {
    /// Under which property an act says whose it is; none is the operator's.
    static let property = "advertiser"
    private static let separator = "\u{1F}"

    static func scoped(_ name: String, _ owner: String) -> String { owner + separator + name }

    /// An act as its visitor's history has it.
    static func scoped(_ act: VisitorAct) -> VisitorAct {
        let owner = act.owner
        var act = act
        if act.type == "traits" {
            act.properties = act.properties.filter { $0.name != property }.map {
                .init(scoped($0.name, owner), $0.value)
            }
        } else {
            act.type = scoped(act.type, owner)
        }
        return act
    }
}

extension AudienceRule {
    /// The same about acts of an advertiser and those of the operator, and about audiences that it may use.
    func about(actsOf advertiser: String, audiences isVisible: (String) -> Bool) -> AudienceRule {
        switch self {
        case .all(let parts): return .all(parts.map { $0.about(actsOf: advertiser, audiences: isVisible) })
        case .any(let parts): return .any(parts.map { $0.about(actsOf: advertiser, audiences: isVisible) })
        case .not(let part): return .not(part.about(actsOf: advertiser, audiences: isVisible))
        case .event(var rule):
            rule.acts = rule.acts.about(actsOf: advertiser)
            return .event(rule)
        case .sequence(var rule):
            for index in rule.steps.indices {
                rule.steps[index].acts = rule.steps[index].acts.about(actsOf: advertiser)
            }
            return .sequence(rule)
        case .trait(let wishes):
            guard !advertiser.isEmpty else { return .trait(wishes.map { $0.named(ActOwner.scoped($0.name, "")) }) }
            return .all(
                wishes.map { wish in
                    .any(
                        [advertiser, ""].map { .trait([wish.named(ActOwner.scoped(wish.name, $0))]) })
                })
        case .audience(let ids): return .audience(ids.filter(isVisible))
        }
    }
}

extension ActRule {
    fileprivate func about(actsOf advertiser: String) -> ActRule {
        var rule = self
        let owners = advertiser.isEmpty ? [""] : [advertiser, ""]
        rule.types = types.flatMap { type in owners.map { ActOwner.scoped(type, $0) } }
        return rule
    }
}

extension PropertyRule {
    fileprivate func named(_ name: String) -> PropertyRule { PropertyRule(name, wish) }
}
