/// Memory that working a rule out needs, kept from one to the next. Owned by one thread.
final class RuleScratch {
    /// Of the acts that one part of a rule means, in order.
    var times: [Int64] = []
    /// What each of them adds to a sum, in millionths.
    var amounts: [Int64] = []
    var ways: [CompiledSequence.Way] = []
    var next: [CompiledSequence.Way] = []

    func clear() {
        times.removeAll(keepingCapacity: true)
        amounts.removeAll(keepingCapacity: true)
    }
}

extension CompiledRule {
    /// How often a member's end is looked at again because parts of the rule may take over from one another.
    private static let looksMax = 32

    /// - Parameter memberships: when the visitor's membership of an audience ends; nil where there is none.
    func verdict(
        _ history: VisitorHistory, at now: Int64, _ scratch: RuleScratch, memberships: (AudienceNumber) -> Int64?
    ) -> Verdict {
        var outlook = outlook(0, history, at: now, scratch, memberships)
        let isMember = outlook.holds
        var looks = 1
        while isMember, !outlook.isExact, outlook.until != .max, looks < Self.looksMax {
            let later = self.outlook(0, history, at: outlook.until, scratch, memberships)
            guard later.holds else { break }
            outlook = later
            looks += 1
        }
        return Verdict(isMember: isMember, changesAt: outlook.until == .max ? nil : outlook.until)
    }

    private func outlook(
        _ index: Int, _ history: VisitorHistory, at now: Int64, _ scratch: RuleScratch,
        _ memberships: (AudienceNumber) -> Int64?
    ) -> Outlook {
        switch nodes[index].kind {
        case .event(let event): return events[event].outlook(history, at: now, scratch)
        case .sequence(let sequence): return sequences[sequence].outlook(history, at: now, scratch)
        case .trait(let trait): return traitsHold(traits[trait], history) ? .always : .never
        case .audience(let audience): return isIn(audiences[audience], at: now, memberships)
        case .not:
            let part = outlook(index + 1, history, at: now, scratch, memberships)
            return Outlook(holds: !part.holds, until: part.until, isExact: part.isExact)
        case .all, .any:
            var join = Join(decisive: { if case .any = nodes[index].kind { true } else { false } }())
            var part = index + 1
            while part < nodes[index].end, !join.isComplete {
                join.add(outlook(part, history, at: now, scratch, memberships))
                part = nodes[part].end
            }
            return join.outlook
        }
    }

    private func traitsHold(_ properties: [CompiledProperty], _ history: VisitorHistory) -> Bool {
        let bytes = unsafe history.storage.span.bytes
        let range = history.traits
        for property in properties {
            var offset = range.lowerBound
            var holds = false
            while offset < range.upperBound, !holds {
                let entry = HistoryEntry(bytes, at: offset)
                holds = entry.symbol == property.name && property.matches(entry, bytes)
                offset = entry.end
            }
            if !holds { return false }
        }
        return true
    }

    private func isIn(
        _ audiences: [AudienceNumber], at now: Int64, _ memberships: (AudienceNumber) -> Int64?
    ) -> Outlook {
        var latest = now
        for audience in audiences { latest = max(latest, memberships(audience) ?? now) }
        return latest > now ? Outlook(holds: true, until: latest) : .never
    }
}

/// Joins parts of which one is enough to decide: a true one of `any`, a false one of `all`.
private struct Join {
    /// What one part decides by being so.
    private let decisive: Bool
    private var isDecided = false
    private var until = Int64.max
    private var isExact = true
    /// Decisive parts so far.
    private var number = 0
    /// When the first of the other parts could become decisive.
    private var othersUntil = Int64.max

    init(decisive: Bool) { self.decisive = decisive }

    /// Nothing that follows can change the answer.
    var isComplete: Bool { isDecided && until == .max }

    mutating func add(_ part: Outlook) {
        if part.holds == decisive {
            // It stays decided until the last of them gives way.
            if !isDecided || part.until > until {
                (until, isExact) = (part.until, part.isExact)
            } else if part.until == until {
                isExact = isExact && part.isExact
            }
            isDecided = true
            number += 1
        } else {
            undecidedAdd(part)
        }
    }

    private mutating func undecidedAdd(_ part: Outlook) {
        if !isDecided {
            if part.until < until {
                (until, isExact) = (part.until, part.isExact)
            } else if part.until == until {
                isExact = isExact || part.isExact
            }
        }
        othersUntil = min(othersUntil, part.until)
    }

    /// Until then no part that is not decisive becomes so, and at least one stays that is.
    var outlook: Outlook {
        guard isDecided else { return Outlook(holds: !decisive, until: until, isExact: isExact) }
        return Outlook(holds: decisive, until: until, isExact: isExact && number == 1 && othersUntil > until)
    }
}
