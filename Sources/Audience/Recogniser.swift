package import Consent
internal import Events
package import OpenRTB
internal import Sealing
package import Targeting
package import Units

/// Who a request's visitor is, and what may be used of it: the fourth step of a bid. One an event loop.
///
/// Reads the tables beside their writer and never waits for it. Nothing is read that consent does not allow: without
/// ``ConsentMode/limited`` no identifier is even hashed, without ``ConsentMode/full`` no profile is read.
///
/// - Complexity: O(identifiers + audiences of the visitor). Allocates nothing once warm.
package final class Recogniser {
    private let reader: TableReader?
    private let hasher: IdentityHasher
    private let surrogates: SurrogateCipher
    /// What the profile says of audiences; empty where it was not read.
    private(set) var memberships = MembershipList()
    /// What frequency caps ask about the visitor.
    package let impressions: ImpressionCounts
    /// Audiences of the visitor, or of its household where it is unknown, by number.
    package private(set) var audiences: [UInt32] = []

    /// - Parameters:
    ///   - tables: nil where nothing is known of anybody.
    ///   - key: 32 bytes, of all hashes of identifiers.
    package init(tables: AudienceTables?, key: [UInt8]) {
        reader = tables?.makeReader()
        hasher = IdentityHasher(key: key)
        surrogates = SurrogateCipher(directoryKey: key)
        impressions = ImpressionCounts(reader: reader, pending: tables?.pending, hasher: hasher)
        audiences.reserveCapacity(TableLimits.membershipsMax)
    }

    /// What was found out.
    package struct Recognition: BitwiseCopyable, Sendable {
        /// The visitor's pseudonym; zeros where there is none.
        package var surrogate: (high: UInt64, low: UInt64) = (0, 0)
        /// One of the identifiers is of somebody who asked us to leave them alone: nothing else was read.
        package var isOptedOut = false

        /// nil where there is none.
        var surrogateKey: IdentityKey? {
            surrogate == (0, 0) ? nil : IdentityKey(high: surrogate.high, low: surrogate.low)
        }
    }

    /// Looks the visitor up; ``audiences`` then holds what it is in.
    ///
    /// The first identifier that is known tells who it is. All are asked, for several visitors may bear them, and one
    /// who opted out speaks for all.
    ///
    /// - Parameter exchange: the id within which `user.id` means something.
    package func recognise(
        _ request: borrowing BidRequest, exchange: borrowing [UInt8], _ consent: ConsentDecision, at instant: Instant
    ) -> Recognition {
        audiences.removeAll(keepingCapacity: true)
        memberships.clear()
        impressions.forget()
        var recognition = Recognition()
        guard consent.mode >= .limited else { return recognition }
        var best: IdentityKey?
        var visitor: VisitorNumber?
        _ = RequestIdentifiers.find(
            in: request, exchange: exchange, ifaAllowed: consent.ifaAllowed, hasher: hasher
        ) { identity in
            if best == nil { best = identity.key }
            guard let reader else { return true }
            guard let found = reader.find(identity.key) else { return false }
            if visitor == nil { visitor = found }
            recognition.isOptedOut = reader.flags(found)?.contains(.optedOut) == true
            return recognition.isOptedOut
        }
        if recognition.isOptedOut { return recognition }
        if let visitor {
            // Between the two looks somebody may have opted out.
            if consent.mode == .full, read(visitor, at: instant).contains(.optedOut) {
                audiences.removeAll(keepingCapacity: true)
                memberships.clear()
                recognition.isOptedOut = true
                return recognition
            }
            let surrogate = surrogates.surrogate(of: visitor)
            recognition.surrogate = (surrogate.high, surrogate.low)
        } else if let best {
            recognition.surrogate = (best.high, best.low)
        }
        guard consent.mode == .full else { return recognition }
        if visitor == nil { readHousehold(of: request, at: instant) }
        impressions.use(visitor, surrogate: recognition.surrogateKey, best: best)
        return recognition
    }

    private func read(_ visitor: VisitorNumber, at instant: Instant) -> VisitorFlags {
        let flags = reader?.read(visitor, atMillis: instant.millis, into: &memberships) ?? []
        for index in 0..<memberships.count { audiences.append(memberships[index].audience.rawValue) }
        return flags
    }

    /// The address stands in where nobody was recognised.
    private func readHousehold(of request: borrowing BidRequest, at instant: Instant) {
        guard let address = Self.address(of: request),
            let household = reader?.find(hasher.household(address).key)
        else { return }
        let flags = read(household, at: instant)
        if !flags.contains(.household) || flags.contains(.shared) || flags.contains(.optedOut) {
            audiences.removeAll(keepingCapacity: true)
        }
    }

    /// The device's, IPv4 first.
    package static func address(of request: borrowing BidRequest) -> IPAddress? {
        let device = request.device
        let text = device.ip.isEmpty ? device.ipv6 : device.ip
        return unsafe request.text.withBytes(text) { unsafe IPAddress($0) }
    }

    /// Adds audiences by address.
    package func add(_ audience: UInt32) {
        if !audiences.contains(audience) { audiences.append(audience) }
    }
}

extension SurrogateCipher {
    /// What the log shows of a visitor.
    func surrogate(of visitor: VisitorNumber) -> IdentityKey {
        let (high, low) = surrogate(of: visitor.rawValue)
        return IdentityKey(high: high, low: low)
    }

    /// Whom a pseudonym of the log stands for; nil for one that is a hash of an identifier.
    func visitor(of surrogate: IdentityKey) -> VisitorNumber? {
        number(high: surrogate.high, low: surrogate.low).map { VisitorNumber($0) }
    }
}
