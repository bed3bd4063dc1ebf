internal import Consent
internal import IPSignals
package import OpenRTB
package import Units

extension Auction {
    /// Puts what is known of the device's address into the request read last, where it lacks a place or a connection:
    /// before the auction, for consent depends on the country.
    ///
    /// - Complexity: up to two look-ups in each of two databases. Allocates nothing.
    package func locate(_ reader: BidRequestReader, by snapshot: Snapshot, at instant: Instant) {
        let consent = consent
        snapshot.ipSignals.supply(reader) { request in
            consent.decide(ConsentSignals(of: request), at: instant).preciseGeo
        }
    }
}
