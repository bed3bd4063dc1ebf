internal import Audience
internal import BidKit
internal import Creative
internal import Documents
internal import Events
internal import Ledger
internal import Targeting
internal import Units
internal import Vetting

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
    /// What the advertiser asked for.
    let wish: Predicate
    /// The wish, a slot that one of the creatives could fill and, where the strategy bids in deals alone, one of those.
    let targeting: Predicate
    let deals: [[UInt8]]
    /// nil where it asks nothing of its supply.
    let supply: SupplyPolicy?
    /// Seconds between auction and impression that it tolerates; nil for any.
    let exp: Int32?
    /// Whether it takes all impressions of a request or none.
    let isRoadblock: Bool
    let creatives: [Creative]
    /// Of each creative, what the facts of its bids say in the same words: advertiser, strategy, creative, seat.
    let factTexts: [[UInt8]]
    /// Of each creative, hashes of its advertiser's domains.
    let domains: [[UInt64]]
    /// Its own frequency caps.
    let caps: [ImpressionCap]
    /// Of each creative; empty where none has any.
    let creativeCaps: [[ImpressionCap]]
    /// Of its advertiser in ``Snapshot/advertiserCaps``.
    let owner: Int
    /// Decides by lot; the same for the same id, wherever the strategy lies.
    let lot: UInt64
    /// Counts why it makes no bid; the same for every version of it.
    let tally: Int
    /// Where the strategy itself lies.
    let cell: Seat
    let account: Account
    let advertiserAccount: Account
    let pacer: Pacer
    let advertiserPacer: Pacer

    func isInFlight(at instant: Instant) -> Bool { isActive && flight.contains(instant) }

    /// Whether stopping early may never pass over it: what it competes in is not decided by price alone.
    var isNeverCut: Bool { !deals.isEmpty || isRoadblock }

    package var idText: String { String(decoding: id, as: UTF8.self) }

    init(
        _ document: StrategyDocument, categories: CategoryTree, cell: Seat, ledger: BudgetLedger, owner: Int, tally: Int
    ) {
        id = Array(document.id.utf8)
        advertiser = Array(document.advertiser.utf8)
        seat = Array(document.seat.utf8)
        seatEscaped = JSONText.escaped(Array(document.seat.utf8))
        currency = document.currency
        isActive = document.state == .active
        flight = document.flight
        deals = document.deals.map { Array($0.utf8) }
        wish = document.targeting
        var parts: [Predicate] = deals.isEmpty ? [] : [.leaf(.deal(deals))]
        parts.append(.leaf(.slot(Array(Set(document.creatives.flatMap(\.format.slots))))))
        targeting = .all(wish == .everything ? parts : parts + [wish])
        supply = document.supply == SupplyPolicy() ? nil : document.supply
        exp = document.exp
        isRoadblock = document.isRoadblock
        creatives = document.creatives.map { Creative($0, campaign: document.id, categories: categories) }
        factTexts = creatives.map { [id, advertiser, seat] in BidFactsWriter.written(advertiser, id, $0.id, seat) }
        domains = document.creatives.map { $0.adomain.map { Self.hash(Array($0.utf8)) } }
        caps = ImpressionCap.list(document.frequency, .strategy, of: document.id)
        let creativeCaps = document.creatives.map { creative in
            ImpressionCap.list(creative.frequency, .creative, of: document.id, creative.id)
        }
        self.creativeCaps = creativeCaps.contains { !$0.isEmpty } ? creativeCaps : []
        self.owner = owner
        lot = Self.hash(id)
        self.tally = tally
        self.cell = cell
        account = ledger.account(.strategy(document.id))
        advertiserAccount = ledger.account(.advertiser(document.advertiser))
        pacer = ledger.pacer(.strategy(document.id))
        advertiserPacer = ledger.pacer(.advertiser(document.advertiser))
    }

    /// FNV-1a, scrambled.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        Mix.scramble(bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 })
    }
}

extension CreativeDocument.Format {
    /// The ways in which an impression could be filled with it.
    fileprivate var slots: [SlotKind] {
        switch self {
        case .banner(let banner):
            guard let w = banner.w, let h = banner.h else { return [.anyBanner] }
            return [.banner(Size(w: w, h: h)), .flexibleBanner]
        case .video: return [.video]
        case .audio: return [.audio]
        case .native: return [.native]
        }
    }
}
