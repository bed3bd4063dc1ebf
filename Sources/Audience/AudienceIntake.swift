package import Units

/// What visitors and advertisers tell, on its way to the one thread that writes profiles.
package enum Submission: Sendable {
    /// The body of `/v1/events` as it came, inflated; whoever takes it reads it with ``EventReader``.
    case events(body: [UInt8], source: EventSource, at: Instant)
    /// One event of a pixel.
    case act(EventDraft)
    /// A cookie match: an exchange's name for the visitor who bears our cookie.
    case sync(SyncDraft)
    /// Somebody opted out, or in again; those whom the identifiers name.
    case optOut([Identifier], isOptedOut: Bool, at: Instant)
}

/// That two identifiers are one visitor's, as a browser's call tells.
package struct SyncDraft: Equatable, Sendable {
    package let exchange: String
    /// What the exchange calls the visitor.
    package let uid: String
    /// Our cookie's value, perhaps given with this very answer.
    package let cookie: String
    package let consent: ConsentFields
    package let instant: Instant

    package init(exchange: String, uid: String, cookie: String, consent: ConsentFields, at instant: Instant) {
        self.exchange = exchange
        self.uid = uid
        self.cookie = cookie
        self.consent = consent
        self.instant = instant
    }
}

/// What became of a submission.
package struct IntakeOutcome: Equatable, Sendable {
    /// The last record appended to the log for it; nil where nothing was.
    package var sequence: UInt64?
    package var accepted = 0
    /// Events that were taken before, by their ids.
    package var duplicates = 0
    package var refused: [RefusedEvent] = []
    /// Whether it was not taken because the log takes nothing or too much waits already: the sender should try again.
    package var isUnavailable = false

    package init() {}

    package static var unavailable: IntakeOutcome {
        var outcome = IntakeOutcome()
        outcome.isUnavailable = true
        return outcome
    }
}

/// Takes what visitors and advertisers tell, from any thread.
package protocol AudienceIntake: Sendable {
    /// Takes a submission, without waiting for anything.
    ///
    /// - Parameter done: called exactly once, on any thread, when the outcome is known; the sender is answered when
    ///   the outcome's sequence is durable.
    func submit(_ submission: Submission, done: @escaping @Sendable (IntakeOutcome) -> Void)
}
