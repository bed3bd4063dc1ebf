package import BidKit
internal import Creative
package import Documents
internal import Ledger
internal import Sealing
internal import Targeting

/// Everything configurable, compiled and immutable: what one revision of the registry means for a bid.
///
/// Made by the control side, posted to each event loop, never changed; a decision is a function of one snapshot.
package final class Snapshot: Sendable {
    package let revision: UInt64
    package let exchanges: [Exchange]
    /// Sorted by id, so that the order in a decision does not depend on how they were stored.
    package let strategies: [Strategy]
    package let rates: CurrencyRates
    /// Strategies that cannot run, and why: for the operator.
    package let faults: [String]
    private let advertisers: Set<String>

    init(
        revision: UInt64,
        exchanges: [Exchange],
        strategies: [Strategy],
        advertisers: Set<String>,
        rates: CurrencyRates,
        faults: [String]
    ) {
        self.revision = revision
        self.exchanges = exchanges
        self.strategies = strategies
        self.advertisers = advertisers
        self.rates = rates
        self.faults = faults
    }

    /// Nothing registered.
    package static let empty = Snapshot(
        revision: 0,
        exchanges: [],
        strategies: [],
        advertisers: [],
        rates: CurrencyRates(),
        faults: []
    )

    /// The exchange with this id.
    ///
    /// - Complexity: O(exchanges), of which there are few.
    package func exchange(_ id: some Collection<UInt8>) -> Int? {
        exchanges.firstIndex { $0.id.elementsEqual(id) }
    }

    package func hasAdvertiser(_ id: String) -> Bool { advertisers.contains(id) }
}

/// An exchange, compiled.
package struct Exchange: Sendable {
    package let id: [UInt8]
    package let document: ExchangeDocument

    package var isPaused: Bool { document.state == .paused }
    package var billsAtImpression: Bool { document.billAt == .impression }
}

/// A strategy, compiled.
package struct Strategy: Sendable {
    let id: [UInt8]
    let advertiser: [UInt8]
    /// As it stands in `wseat`.
    let seat: [UInt8]
    /// As it is written in the response.
    let seatEscaped: [UInt8]
    let currency: Currency
    let isActive: Bool
    let flight: Flight
    let targeting: Predicate
    let deals: [[UInt8]]
    let creatives: [Creative]
    /// Where the strategy itself lies.
    let cell: Seat
    let account: Account
    let advertiserAccount: Account

    package var idText: String { String(decoding: id, as: UTF8.self) }
}
