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
    /// Of the same strategies in the same order.
    let targeting: TargetingIndex
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
        targeting = TargetingIndex(strategies.map(\.targeting))
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
    package func exchange(_ id: UnsafeRawBufferPointer) -> Int? {
        for index in exchanges.indices where unsafe exchanges[index].hasID(id) { return index }
        return nil
    }

    /// The same by a text.
    package func exchange(named id: String) -> Int? {
        var id = id
        return id.withUTF8 { unsafe exchange(UnsafeRawBufferPointer($0)) }
    }

    package func hasAdvertiser(_ id: String) -> Bool { advertisers.contains(id) }
}

/// An exchange, compiled. A class, so that looking at it copies nothing.
package final class Exchange: Sendable {
    package let id: [UInt8]
    package let document: ExchangeDocument
    /// A bit for each format that it takes, by its number.
    private let formats: UInt8
    /// What its requests must carry in `Authorization`; nil for nothing.
    package let authorization: [UInt8]?

    init(id: [UInt8], document: ExchangeDocument) {
        self.id = id
        self.document = document
        let taken = document.formats.isEmpty ? Array(MarkupType.allCases) : Array(document.formats)
        formats = taken.reduce(0) { $0 | 1 << $1.rawValue }
        authorization = document.credentials.bearer.map { Array("Bearer \($0)".utf8) }
    }

    func hasID(_ other: UnsafeRawBufferPointer) -> Bool {
        guard id.count == other.count else { return false }
        for index in id.indices where unsafe id[index] != other[index] { return false }
        return true
    }

    func takes(_ format: MarkupType) -> Bool { formats >> format.rawValue & 1 == 1 }

    package var isPaused: Bool { document.state == .paused }
    package var billsAtImpression: Bool { document.billAt == .impression }
}

/// A strategy, compiled. A class, so that looking at it copies nothing.
package final class Strategy: Sendable {
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

    func isInFlight(at instant: Instant) -> Bool { isActive && flight.contains(instant) }

    package var idText: String { String(decoding: id, as: UTF8.self) }

    init(_ document: StrategyDocument, cell: Seat, account: Account, advertiserAccount: Account) {
        id = Array(document.id.utf8)
        advertiser = Array(document.advertiser.utf8)
        seat = Array(document.seat.utf8)
        seatEscaped = JSONText.escaped(document.seat.utf8)
        currency = document.currency
        isActive = document.state == .active
        flight = document.flight
        targeting = document.targeting
        deals = document.deals.map { Array($0.utf8) }
        creatives = document.creatives.map { Creative($0, campaign: document.id) }
        self.cell = cell
        self.account = account
        self.advertiserAccount = advertiserAccount
    }
}
