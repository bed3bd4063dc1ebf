internal import Documents
internal import Events
internal import Units

/// Households: what a visitor does at an address counts for the address there too.
///
/// Whom a household met follows from acts. But those of who was erased can be read by nobody, so what becomes of the
/// household because of its visitors is a record of its own, logged before the one that was the reason.
extension AudienceBook {
    /// Whether something may be known of a household.
    private func gathers(_ household: VisitorNumber) -> Bool {
        let flags = tables.flags(household)
        return flags.contains(.household) && !flags.contains(.shared)
    }

    /// Brings an act of a visitor to the household that it was seen in.
    ///
    /// - Parameter isForgotten: whether the household has forgotten it already; it met the visitor all the same.
    func apply(
        _ act: VisitorAct, toHousehold key: IdentityKey, of visitor: VisitorNumber, at millis: Int64, isForgotten: Bool
    ) {
        guard let household = tables.find(key), gathers(household),
            act.instant.millis > millis - policy.householdMillis
        else { return }
        states[visitor, default: VisitorState()].meet(household)
        let met = members(of: household, with: visitor)
        states[household, default: VisitorState()].members = met
        guard met.count <= policy.householdVisitorsMax else {
            // Read again, the log says itself that it was found to be shared.
            if !isReplaying, (try? log(.household(household, .shared))) != nil { apply(.shared, to: household) }
            return
        }
        if !isForgotten { _ = record(act, of: household, at: millis) }
    }

    /// Whom a household met, each once whoever was merged into whom.
    private func members(of household: VisitorNumber, with visitor: VisitorNumber) -> [VisitorNumber] {
        var members: [VisitorNumber] = []
        for number in (states[household]?.members ?? []) + [visitor] {
            if let member = tables.resolve(number), !members.contains(member) { members.append(member) }
        }
        return members
    }

    /// Lets all households of a visitor forget: what they know may be from this one. To be called, and logged, before
    /// the visitor leaves.
    func emptyHouseholds(of visitor: VisitorNumber) throws(IntakeRefusal) {
        guard let visitor = tables.resolve(visitor) else { return }
        var households = Set(states[visitor]?.members ?? [])
        for entry in inFlight where tables.resolve(entry.visitor) == visitor {
            if let household = entry.act.household.flatMap({ tables.find($0) }) { households.insert(household) }
        }
        for household in households.sorted() where gathers(household) {
            _ = try log(.household(household, .emptied))
            apply(.emptied, to: household)
        }
        // What waits was told before: read again, it stands in front of the record.
        for index in inFlight.indices {
            guard let household = inFlight[index].act.household.flatMap({ tables.find($0) }) else { continue }
            if households.contains(household) { inFlight[index].householdForgot = true }
        }
    }

    func apply(_ change: HouseholdChange, to household: VisitorNumber) {
        guard let household = tables.resolve(household) else { return }
        clearProfile(household)
        // Repeats are known by their visitors.
        var emptied = VisitorState()
        emptied.former = states[household]?.former ?? []
        if change == .emptied {
            emptied.members = states[household]?.members ?? []
        } else {
            tables.setFlags(household, tables.flags(household).union([.household, .shared]))
        }
        states[household] = emptied.former.isEmpty && emptied.members.isEmpty ? nil : emptied
    }

    /// Lets a visitor be no member any more of the households that it was seen in.
    func leaveHouseholds(_ visitor: VisitorNumber) {
        for household in states[visitor]?.members ?? [] where tables.flags(household).contains(.household) {
            states[household]?.members.removeAll { tables.resolve($0) == visitor }
        }
        states[visitor]?.members = []
    }

    /// Lets go of what a household was told too long ago: an address may be somebody else's by now.
    ///
    /// - Returns: when the next of it will be, in milliseconds; nil where nothing is left.
    func ageHousehold(_ household: VisitorNumber, at millis: Int64) -> Int64? {
        let limit = millis - policy.householdMillis
        guard let oldest = states[household]?.history.oldestMillis else { return nil }
        if oldest > limit { return oldest + policy.householdMillis }
        _ = states[household]?.history.trim(before: limit + 1)
        return states[household]?.history.oldestMillis.map { $0 + policy.householdMillis }
    }
}
