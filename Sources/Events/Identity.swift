/// A keyed hash of one identifier: all that this service keeps of it.
///
/// Without the key, which lies in the data directory, nobody can tell which identifier it was, nor try out candidates.
package struct IdentityKey: Hashable, BitwiseCopyable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// What sort of thing an identifier names, from the most to the least trusted.
package enum IdentityKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    /// The best identifier of a bid request, of whichever kind: all that the bid's notices tell of a new visitor.
    case bid = 0
    /// An advertiser's own customer id.
    case own = 1
    /// SHA-256 of an e-mail address.
    case email = 2
    /// Our cookie, which an exchange hands back as `buyeruid`.
    case cookie = 3
    /// A device's advertising id, `ifa`.
    case ifa = 4
    /// An id of a provider in `eids`.
    case eid = 5
    /// An exchange's `user.id`.
    case exchangeUser = 6
    /// An IP address: a household, never one person.
    case household = 7

    /// The word in answers.
    package var label: String { "\(self)" }
}

/// One identifier of a visitor, as it is kept.
package struct Identity: Hashable, BitwiseCopyable, Sendable {
    package let kind: IdentityKind
    package let key: IdentityKey

    package init(_ kind: IdentityKind, _ key: IdentityKey) {
        self.kind = kind
        self.key = key
    }
}

/// A visitor's place in the tables of this service: assigned once, never given to somebody else.
package struct VisitorNumber: Hashable, Comparable, BitwiseCopyable, Sendable {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static func < (lhs: VisitorNumber, rhs: VisitorNumber) -> Bool { lhs.rawValue < rhs.rawValue }
}
