package import Units

/// Whom a rule audience holds, as its document says it; docs/AUDIENCES.md tells what each part means.
package indirect enum AudienceRule: Equatable, Sendable {
    case all([AudienceRule])
    case any([AudienceRule])
    case not(AudienceRule)
    case event(EventRule)
    case sequence(SequenceRule)
    case trait([PropertyRule])
    /// Member of one of these audiences.
    case audience([String])

    /// Ids of the audiences that it refers to, each once, in the order of their first mention.
    package var references: [String] {
        var found: [String] = []
        collectReferences(&found)
        return found
    }

    private func collectReferences(_ found: inout [String]) {
        switch self {
        case .all(let parts), .any(let parts): for part in parts { part.collectReferences(&found) }
        case .not(let part): part.collectReferences(&found)
        case .audience(let ids): for id in ids where !found.contains(id) { found.append(id) }
        case .event, .sequence, .trait: break
        }
    }
}

/// Which acts are meant: one of some types, with properties as wished.
package struct ActRule: Equatable, Sendable {
    /// At least one.
    package var types: [String]
    /// All must hold.
    package var properties: [PropertyRule] = []

    package init(types: [String], properties: [PropertyRule] = []) {
        self.types = types
        self.properties = properties
    }
}

/// What one property, or one trait, must be: one of some values, or a number between two.
package struct PropertyRule: Equatable, Sendable {
    package enum Value: Hashable, Sendable {
        case text(String)
        case number(Micros)
        case flag(Bool)
    }

    package enum Wish: Equatable, Sendable {
        case oneOf([Value])
        /// Both ends belong to it; an open end is nil.
        case between(Micros?, Micros?)
    }

    package var name: String
    package var wish: Wish

    package init(_ name: String, _ wish: Wish) {
        self.name = name
        self.wish = wish
    }
}

/// Acts counted, summed up or dated; everything that is said must hold of the same acts.
package struct EventRule: Equatable, Sendable {
    package var acts: ActRule
    /// Acts no older than this; nil for as long as acts are kept.
    package var within: TimeSpan?
    package var atLeast = 1
    package var atMost: Int?
    package var sum: Sum?
    /// How long ago the latest of them is.
    package var recency: Recency?

    /// What a property of the acts adds up to.
    package struct Sum: Equatable, Sendable {
        package var property: String
        package var atLeast: Micros?
        package var atMost: Micros?

        package init(_ property: String, atLeast: Micros? = nil, atMost: Micros? = nil) {
            self.property = property
            self.atLeast = atLeast
            self.atMost = atMost
        }
    }

    /// Both ends belong to it; an open end is nil.
    package struct Recency: Equatable, Sendable {
        package var atLeast: TimeSpan?
        package var atMost: TimeSpan?

        package init(atLeast: TimeSpan? = nil, atMost: TimeSpan? = nil) {
            self.atLeast = atLeast
            self.atMost = atMost
        }
    }

    package init(_ acts: ActRule) { self.acts = acts }
}

/// An act, then others after it, or their absence.
package struct SequenceRule: Equatable, Sendable {
    package struct Step: Equatable, Sendable {
        package var acts: ActRule
        /// Whether no such act may follow.
        package var isAbsence = false
        /// Counted from the step before; nil where an act may follow at any time, or where an absence at the end needs
        /// no waiting.
        package var within: TimeSpan?

        package init(_ acts: ActRule, isAbsence: Bool = false, within: TimeSpan? = nil) {
            self.acts = acts
            self.isAbsence = isAbsence
            self.within = within
        }
    }

    /// Two or more; the first is an act.
    package var steps: [Step]
    /// How old the first act may be; nil for as long as acts are kept.
    package var within: TimeSpan?

    package init(_ steps: [Step], within: TimeSpan? = nil) {
        self.steps = steps
        self.within = within
    }
}
