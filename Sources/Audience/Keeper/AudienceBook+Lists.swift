internal import Events

/// Members of lists.
extension AudienceBook {
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
