/// What the control side asks of whoever keeps visitors.
package struct AudienceHooks: Sendable {
    /// Takes uploaded lists.
    package let members: any MemberIntake
    /// Everything that is kept of a visitor: one JSON object; nil where nobody is known by that.
    package let visitor: @Sendable (VisitorQuery) async -> String?
    /// Erases a visitor for good, by all identifiers; returns once that survives a power cut.
    ///
    /// - Returns: false where nobody is known by that.
    package let erase: @Sendable (VisitorQuery) async throws -> Bool
    /// How many visitors are in an audience now; nil where that is not known.
    package let audienceSize: @Sendable (_ audience: String) -> Int?

    package init(
        members: any MemberIntake, visitor: @escaping @Sendable (VisitorQuery) async -> String?,
        erase: @escaping @Sendable (VisitorQuery) async throws -> Bool,
        audienceSize: @escaping @Sendable (_ audience: String) -> Int?
    ) {
        self.members = members
        self.visitor = visitor
        self.erase = erase
        self.audienceSize = audienceSize
    }
}
