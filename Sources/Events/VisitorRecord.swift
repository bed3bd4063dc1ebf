/// One entry of the log about a visitor: profiles are a fold of these.
package enum VisitorRecord: Equatable, Sendable {
    /// What somebody did; in the log sealed under the visitor's own key.
    case act(VisitorNumber, VisitorAct)
    /// Identifiers found to be a visitor's; the first such record of a number makes the visitor.
    case link(VisitorNumber, [Identity])
    /// Two found to be one: what `from` has becomes `into`'s.
    case merge(from: VisitorNumber, into: VisitorNumber)
    case optOut(VisitorNumber, Bool)
    /// Nothing of the visitor is left.
    case erase(VisitorNumber)
    /// What becomes of a household because of its visitors. It is told by itself, as acts of the erased, from which it
    /// followed, can be read by nobody.
    case household(VisitorNumber, HouseholdChange)
    /// Every member of an audience's list was entered; they stand in a file of the data directory.
    case members(audience: String, file: String)

    /// Whom it is about.
    package var visitor: VisitorNumber? {
        switch self {
        case .act(let visitor, _), .link(let visitor, _), .optOut(let visitor, _), .erase(let visitor),
            .household(let visitor, _):
            visitor
        case .merge(_, let into): into
        case .members: nil
        }
    }
}

/// What may become of a household because of its visitors.
package enum HouseholdChange: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    /// A visitor of it left for good, and all that was known of it may be from that one.
    case emptied = 0
    /// It has more visitors than a household: nothing is known of it, and nothing will be.
    case shared = 1
}
