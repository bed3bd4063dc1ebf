internal import Documents
internal import Events

/// Which audiences visitors are in: worked out when something changes it, and at the instants at which time does.
extension AudienceBook {
    /// Looks at what acts of these types may have changed.
    func review(_ visitor: VisitorNumber, after types: [Symbol], at millis: Int64) {
        guard !isReplaying else {
            unevaluated.insert(visitor)
            return
        }
        for type in types {
            for audience in compiled.affected(by: type) { evaluate(audience, of: visitor, at: millis) }
        }
    }

    /// Plans a look at every audience, where it is not known which may have changed.
    func reviewLater(_ visitor: VisitorNumber) { unevaluated.insert(visitor) }

    /// Looks at those whose profile changed before the rules were known, or in more ways than one.
    ///
    /// - Parameter count: of visitors at most, so that nobody waits for all.
    /// - Returns: whether some are left.
    package func evaluateRest(_ count: Int, at millis: Int64) -> Bool {
        for _ in 0..<count {
            guard let visitor = unevaluated.popFirst() else { return false }
            evaluateAll(of: visitor, at: millis)
        }
        return !unevaluated.isEmpty
    }

    func evaluateAll(of visitor: VisitorNumber, at millis: Int64) {
        guard let visitor = tables.resolve(visitor) else { return }
        for audience in compiled.all { evaluate(audience, of: visitor, at: millis) }
    }

    /// Sees to what has fallen due.
    ///
    /// - Parameter limit: of looks, so that nobody waits for all.
    /// - Returns: whether some are left.
    package func advance(to millis: Int64, limit: Int = .max) -> Bool {
        for _ in 0..<limit {
            guard let entry = timers.next(at: millis) else { return false }
            guard let visitor = tables.resolve(VisitorNumber(entry.visitor)),
                states[visitor]?.takeDue(entry.audience, at: millis) == true
            else { continue }
            let audience = AudienceNumber(entry.audience)
            guard evaluate(audience, of: visitor, at: millis) else { continue }
            for other in compiled.affected(by: audience) { evaluate(other, of: visitor, at: millis) }
        }
        return timers.first.map { $0 <= millis } ?? false
    }

    /// Whether something will come of a timer: its visitor may be gone, or another look planned instead.
    func isPlanned(_ timer: TimerQueue.Entry) -> Bool {
        guard let visitor = tables.resolve(VisitorNumber(timer.visitor)) else { return false }
        return states[visitor]?.due.contains { $0.audience == timer.audience && $0.millis == timer.due } ?? false
    }

    /// Works one audience of one visitor out; those that refer to it are the caller's to look at.
    ///
    /// - Returns: whether it is another than before.
    @discardableResult
    func evaluate(_ audience: AudienceNumber, of visitor: VisitorNumber, at millis: Int64) -> Bool {
        counts.evaluations += 1
        let flags = tables.flags(visitor)
        // An address is a household's for some days only, whatever the rule says.
        let end = flags.contains(.household) ? ageHousehold(visitor, at: millis) : .max
        let verdict = end.map { self.verdict(of: audience, visitor, at: millis, before: $0) } ?? Verdict.never
        let before = tables.membership(visitor, audience: audience)
        if verdict.isMember, !flags.contains(.optedOut) {
            tables.setMembership(visitor, audience: audience, untilMillis: verdict.changesAt ?? .max)
        } else if before != nil {
            tables.removeMembership(visitor, audience: audience)
        }
        if let next = verdict.changesAt, states[visitor, default: VisitorState()].plan(audience.rawValue, at: next) {
            timers.insert(.init(due: next, visitor: visitor.rawValue, audience: audience.rawValue))
        }
        return before != tables.membership(visitor, audience: audience)
    }

    /// - Parameter end: when something of the history is over.
    private func verdict(
        of audience: AudienceNumber, _ visitor: VisitorNumber, at millis: Int64, before end: Int64
    ) -> Verdict {
        var verdict = compiled.verdict(
            of: audience, states[visitor]?.history ?? VisitorHistory(), at: millis,
            memberships: { live($0, of: visitor, at: millis) })
        let changes = min(verdict.changesAt ?? .max, end)
        verdict.changesAt = changes == .max ? nil : changes
        return verdict
    }

    private func live(_ audience: AudienceNumber, of visitor: VisitorNumber, at millis: Int64) -> Int64? {
        tables.membership(visitor, audience: audience).flatMap { $0 > millis ? $0 : nil }
    }
}
