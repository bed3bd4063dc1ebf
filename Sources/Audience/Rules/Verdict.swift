/// Whether a visitor is in an audience, and until when that is certain.
package struct Verdict: Equatable, Sendable {
    package var isMember: Bool
    /// The first instant, in milliseconds, at which it could be otherwise if nothing new happens; nil for never.
    ///
    /// Never later than the change. Of a member it is when the membership ends, or, in rules of many alternatives, an
    /// earlier instant at which the same question has to be asked again.
    package var changesAt: Int64?

    package init(isMember: Bool, changesAt: Int64?) {
        self.isMember = isMember
        self.changesAt = changesAt
    }

    /// What holds of an audience that is not known.
    package static let never = Verdict(isMember: false, changesAt: nil)
}

/// What is known of one part of a rule at an instant.
struct Outlook {
    let holds: Bool
    /// It holds, or does not, up to before this instant; `.max` for ever.
    let until: Int64
    /// Whether it is known to change then.
    var isExact = true

    static let always = Outlook(holds: true, until: .max)
    static let never = Outlook(holds: false, until: .max)
}
