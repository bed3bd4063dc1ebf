package import Audience

/// Who takes uploaded lists of members.
package protocol MemberIntake: Sendable {
    /// Starts a list that will replace the audience's, for which nothing changes yet.
    ///
    /// - Parameters:
    ///   - audience: its id; one upload at a time for each.
    ///   - advertiser: whose it is; empty for nobody's.
    func begin(audience: String, advertiser: String) async throws -> any MemberUpload
}

/// A list on its way in. After ``finish()`` or ``cancel()`` nothing else is called, but `cancel` after a `finish` that
/// threw.
package protocol MemberUpload: Sendable {
    /// Takes some thousands; the next are read when it returns. Repeated ones are welcome.
    func add(_ identifiers: [Audience.Identifier]) async throws
    /// Puts the whole list in the place of the one before, or, where it throws, changes nothing.
    func finish() async throws -> MemberSummary
    /// Forgets the list; the one before stays.
    func cancel() async
}

/// What became of an uploaded list.
package struct MemberSummary: Sendable {
    /// Visitors in the audience through the list, each counted once.
    package let members: Int

    package init(members: Int) { self.members = members }
}
