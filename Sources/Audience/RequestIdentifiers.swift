package import Events
package import OpenRTB

/// The identifiers of a bid request, from the most to the least trusted.
///
/// `didsha1` and the other hashed hardware ids are not among them: they are read nowhere. Nor is a text that stands for
/// nobody (``IdentifierText/isPlaceholder(_:)``).
/// - Source: OpenRTB 2.6, 3.2.18, 3.2.20 and 3.2.27.
package enum RequestIdentifiers {
    /// Goes over the identifiers until one is found.
    ///
    /// Our own cookie comes first, as `buyeruid`; then the device's id, then providers' ids, those of persons before
    /// those of devices and browsers, and last the exchange's own name for the visitor.
    ///
    /// - Parameters:
    ///   - exchange: the id of the exchange that asks, within which `user.id` means something.
    ///   - ifaAllowed: false where the device's owner forbids it (`lmt`, or iOS without authorisation).
    ///   - isFound: true ends the walk.
    /// - Returns: the identifier that was found.
    /// - Complexity: O(identifiers), about 150 ns each for the hash. Allocates nothing.
    package static func find(
        in request: borrowing BidRequest,
        exchange: borrowing [UInt8],
        ifaAllowed: Bool,
        hasher: IdentityHasher,
        _ isFound: (Identity) -> Bool
    ) -> Identity? {
        let (user, text) = (request.user, request.text)
        if !IdentifierText.isPlaceholder(user.buyeruid, of: text) {
            let identity = hasher.identity(.cookie, scope: .absent, user.buyeruid, of: text)
            if isFound(identity) { return identity }
        }
        let ifa = request.device.ifa
        if ifaAllowed, !IdentifierText.isPlaceholder(ifa, of: text) {
            let identity = hasher.identity(.ifa, scope: .absent, ifa, of: text)
            if isFound(identity) { return identity }
        }
        for arePersons in [true, false] {
            for index in 0..<user.eids.count {
                let eid = request.element(index, of: user.eids)
                guard (eid.atype == 3) == arePersons, !eid.source.isEmpty,
                    !IdentifierText.isPlaceholder(eid.id, of: text)
                else { continue }
                let identity = hasher.identity(.eid, scope: eid.source, eid.id, of: text)
                if isFound(identity) { return identity }
            }
        }
        guard !IdentifierText.isPlaceholder(user.id, of: text) else { return nil }
        let identity = hasher.identity(.exchangeUser, scope: exchange, user.id, of: text)
        return isFound(identity) ? identity : nil
    }
}
