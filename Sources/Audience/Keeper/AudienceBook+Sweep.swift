internal import Documents
internal import Events

/// What goes by itself: memberships that are over, acts that are too old, visitors who were idle too long.
extension AudienceBook {
    /// Goes on through the visitors: drops what is over, and forgets whoever was idle for too long.
    ///
    /// - Parameter slots: of the tables.
    func sweep(_ slots: Int, at millis: Int64) {
        countBytes()
        let hasRoom = tables.hasRoom
        if hasRoom { idleMillis = policy.visitorMillis }
        let limit = (millis - idleMillis) / 1000
        var gone: [(sequence: UInt64, visitor: VisitorNumber)] = []
        var kept: [VisitorNumber] = []
        let tally = tables.sweep(slots: slots, atMillis: millis) { visitor, lastSeen in
            guard Int64(lastSeen) < limit else {
                kept.append(visitor)
                return false
            }
            // Whom the log does not let go stays.
            let isOfLate = Int64(lastSeen) * 1000 > millis - policy.householdMillis
            if isOfLate, (try? emptyHouseholds(of: visitor)) == nil { return false }
            guard case .sequence(let sequence) = append(.erase(visitor)) else { return false }
            gone.append((sequence, visitor))
            return true
        }
        for visitor in kept {
            for membership in tables.memberships(visitor) where !inForce.contains(membership.audience) {
                tables.removeMembership(visitor, audience: membership.audience)
            }
            let isHousehold = tables.flags(visitor).contains(.household)
            let keptMillis = isHousehold ? policy.householdMillis - 1 : policy.actMillis
            let types = states[visitor]?.history.trim(before: millis - keptMillis) ?? []
            if !types.isEmpty { review(visitor, after: types, at: millis) }
        }
        for (sequence, visitor) in gone { doomed.append((sequence, forgetState(of: visitor))) }
        if idleMillis < policy.visitorMillis {
            counts.evicted += UInt64(gone.count)
        } else {
            counts.idle += UInt64(gone.count)
        }
        timers.sweep(slots) { isPlanned($0) }
        // A round that made no room is followed by a stricter one.
        if tally.isRound, !hasRoom { idleMillis = max(3_600_000, idleMillis / 2) }
    }
}
