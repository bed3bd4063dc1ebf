internal import Audience
internal import Events
internal import Units

/// Visitors whose identifiers and audiences follow from their numbers, so that nothing of them need be kept beside the
/// tables that are measured.
struct AudienceWorld: Sendable {
    let visitors: Int
    let memberships: Int
    let identifiers: Int
    let seed: UInt64

    /// Milliseconds since 1970.
    static let now: Int64 = 1_800_000_000_000
    /// Audiences that visitors belong to: as many as a busy service has.
    private static let audiences: UInt64 = 20_000
    static let windowSeconds: UInt32 = 86_400

    func key(_ visitor: UInt32, _ identifier: Int) -> IdentityKey {
        let root = Mix.scramble(seed ^ UInt64(visitor) << 8 ^ UInt64(identifier))
        return IdentityKey(high: Mix.scramble(root &+ 1), low: Mix.scramble(root &+ 2))
    }

    func audience(_ visitor: UInt32, _ place: Int) -> AudienceNumber {
        // Steps apart by a prime, so that no visitor is in one audience twice.
        let first = Mix.scramble(seed &+ UInt64(visitor))
        return AudienceNumber(UInt32((first &+ UInt64(place) &* 7919) % Self.audiences))
    }

    /// Visitors are numbered from one, in the order in which they are made.
    func someone(_ random: inout SplitMix64) -> VisitorNumber {
        VisitorNumber(UInt32.random(in: 1...UInt32(visitors), using: &random))
    }

    /// Makes all of them, in bulk.
    func fill(_ tables: AudienceTables) -> Bool {
        for _ in 0..<visitors {
            guard let visitor = tables.makeVisitor() else { return false }
            for identifier in 0..<identifiers {
                let kind = IdentityKind.allCases[identifier % IdentityKind.allCases.count]
                guard tables.link(key(visitor.rawValue, identifier), kind: kind, to: visitor) else { return false }
            }
            for place in 0..<memberships {
                // Every fourth has no end.
                let end = place % 4 == 0 ? Int64.max : Self.now + Int64(1 + place) * 86_400_000
                let audience = audience(visitor.rawValue, place)
                guard tables.setMembership(visitor, audience: audience, untilMillis: end) else { return false }
            }
        }
        return true
    }
}
