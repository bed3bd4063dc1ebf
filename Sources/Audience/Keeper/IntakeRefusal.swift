package import Events

/// Why something about a visitor was not taken.
package enum IntakeRefusal: Error, Equatable, Sendable {
    /// The visitor's choice, or the law's.
    case consent
    case optedOut
    /// An event with this id was taken before.
    case duplicate
    /// No identifier that could be used.
    case nobody
    /// An advertiser presents the click on another's ad.
    case foreignClick
    /// Every place is taken, until somebody idle has been forgotten.
    case full
    /// The log takes nothing.
    case unavailable
    /// More than a record holds.
    case tooLarge
}

/// What became of a record.
package enum AppendOutcome: Equatable, Sendable {
    case sequence(UInt64)
    /// The log takes nothing.
    case unavailable
    /// It is more than a record holds, or its visitor has no key.
    case unwritable
}

/// What became of a key.
package enum KeyOutcome: Equatable, Sendable {
    case made
    /// The number was somebody's who is gone; it is never given again.
    case deleted
    /// The file of keys cannot be written.
    case unavailable
}

/// The keys under which visitors' records are sealed.
package protocol AudienceKeys {
    /// Makes a key, which will be durable before the next record is.
    ///
    func make(_ visitor: VisitorNumber) -> KeyOutcome
    /// Deletes keys: what the log holds of the visitors can be read by nobody any more.
    func delete(_ visitors: [VisitorNumber])
}
