internal import Events

/// Members of lists.
extension AudienceBook {
    /// Adds a member of a list.
    ///
    /// - Returns: the visitor, where there was room for it and it has not opted out; nil where the log takes nothing for
    ///   the moment.
    func add(
        _ identity: Identity, to audience: AudienceNumber, until end: Int64, at millis: Int64
    ) -> VisitorNumber?? {
        do throws(IntakeRefusal) {
            let visitor = try resolve([identity], at: millis)
            // Who opted out is in no audience, whoever lists it.
            guard !tables.flags(visitor).contains(.optedOut) else { return .some(nil) }
            // The list tells of it: who is listed anew is not idle.
            tables.touch(visitor, atSeconds: UInt32(clamping: millis / 1000))
            tables.setMembership(visitor, audience: audience, untilMillis: end)
            for dependent in compiled.affected(by: audience) { evaluate(dependent, of: visitor, at: millis) }
            return .some(visitor)
        } catch {
            // Without room for another visitor the list is as full as it can be.
            return error == .unavailable ? nil : .some(nil)
        }
    }

    /// Tells the log that every member of a list is entered.
    ///
    /// - Returns: the sequence of the record.
    func note(list file: String, of audience: String) throws(IntakeRefusal) -> UInt64 {
        try log(.members(audience: audience, file: file))
    }

    /// Enters a member while the log is read, if it is somebody who may be in an audience.
    func enter(_ identity: Identity, to audience: AudienceNumber, until end: Int64) {
        guard let visitor = tables.find(identity.key), !tables.flags(visitor).contains(.optedOut) else { return }
        tables.setMembership(visitor, audience: audience, untilMillis: end)
        reviewLater(visitor)
    }

    /// Gives a membership another end.
    func revise(_ visitor: VisitorNumber, in audience: AudienceNumber, until end: Int64) {
        guard tables.resolve(visitor) == visitor, tables.membership(visitor, audience: audience) != nil else { return }
        tables.setMembership(visitor, audience: audience, untilMillis: end)
        reviewLater(visitor)
    }

    /// Whether an identifier is that of somebody who asked to be erased since a record of the log.
    func wasErased(_ key: IdentityKey, since sequence: UInt64) -> Bool {
        guard let erased = tables.erased(key) else { return false }
        return erased > sequence
    }
}
