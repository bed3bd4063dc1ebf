/// Why somebody cannot be told what is kept of a person, though something is.
package struct ExportFault: Error, Sendable {
    /// For who runs the service; names the part of the log, and nobody.
    package let detail: String

    package init(_ detail: String) { self.detail = detail }
}

/// What the control side asks of whoever keeps visitors.
package struct AudienceHooks: Sendable {
    /// Takes uploaded lists.
    package let members: any MemberIntake
    /// Everything that is kept of a visitor: one JSON object; nil where nobody is known by that. Called once at a time.
    ///
    /// The second parameter is the advertiser whose acts and audiences alone are told; nil for all there is.
    package let visitor: @Sendable (VisitorQuery, _ scope: String?) async throws(ExportFault) -> String?
    /// Erases a visitor for good, by all identifiers; returns once that survives a power cut.
    ///
    /// - Returns: false where nobody is known by that.
    package let erase: @Sendable (VisitorQuery) async throws -> Bool
    /// How many visitors are in an audience now; nil where that is not known.
    package let audienceSize: @Sendable (_ audience: String) -> Int?

    package init(
        members: any MemberIntake,
        visitor: @escaping @Sendable (VisitorQuery, _ scope: String?) async throws(ExportFault) -> String?,
        erase: @escaping @Sendable (VisitorQuery) async throws -> Bool,
        audienceSize: @escaping @Sendable (_ audience: String) -> Int?
    ) {
        self.members = members
        self.visitor = visitor
        self.erase = erase
        self.audienceSize = audienceSize
    }
}
