package import Events
package import Targeting
package import Units

/// An event as its sender told it: read and within its limits, but its visitor not yet looked up nor its consent
/// decided. Holds raw identifiers, so it is never kept.
package struct EventDraft: Equatable, Sendable {
    /// The sender's own; nil where none was given, and then every sending counts.
    package var eventID: String?
    /// Whose event it is: an advertiser's id, or nil for the operator's.
    package var advertiser: String?
    package var visitor: [Identifier] = []
    /// The visitor of the bid that was clicked, as its token carries it.
    package var surrogate: IdentityKey?
    /// `view`, `cart`, `purchase` or any other word.
    package var type: String
    /// In whole milliseconds, never ahead of the clock that read it.
    package var instant: Instant
    package var properties: [VisitorAct.Property] = []
    package var consent = ConsentFields()
    /// The visitor's address, where the sender or the connection tells it.
    package var ip: IPAddress?
    /// A click's id, as the landing page was given it in `vclick`; not opened yet.
    package var click: String?

    /// - Parameter instant: the milliseconds that have begun by then count.
    package init(type: String, at instant: Instant) {
        self.type = type
        let rest = instant.micros % 1000
        self.instant = Instant(micros: instant.micros - (rest < 0 ? rest + 1000 : rest))
    }
}

/// What was made of the body of `/v1/events`.
package struct EventBatch: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        /// Its place in the body, from 1: of ndjson the line, of an array the element.
        package let line: Int
        package let draft: EventDraft
    }

    package var entries: [Entry] = []
    package var refused: [RefusedEvent] = []

    package init() {}
}

/// One event that was not taken, and why.
package struct RefusedEvent: Equatable, Sendable {
    /// Its place in the body, from 1: of ndjson the line, of an array the element.
    package let line: Int
    /// Member, fault and remedy in one sentence for the sender.
    package let reason: String

    /// - Parameter reason: cut to ``EventLimits/reasonBytesMax``, for it may quote what was sent.
    package init(line: Int, reason: String) {
        self.line = line
        guard reason.utf8.count > EventLimits.reasonBytesMax else {
            self.reason = reason
            return
        }
        var kept = ""
        for character in reason.unicodeScalars {
            guard kept.utf8.count < EventLimits.reasonBytesMax - 6 else { break }
            kept.unicodeScalars.append(character)
        }
        self.reason = kept + "…"
    }
}
