internal import BidKit
internal import Ledger

/// Budgets that are spent evenly, the strategy's and its advertiser's: each may let an auction go by.
extension Auction {
    /// What part of its value a strategy may bid on an impression, or with which chance it was let bid all of it.
    ///
    /// - Returns: nil where it does not take part.
    func pace(_ strategy: Strategy, _ slot: Slot, _ context: AuctionContext) -> Multiplier? {
        let isDrawn = !strategy.cell.pricesByValue
        let own = strategy.pacer.ask(draw: isDrawn ? Self.draw(.strategy, strategy, slot, context) : nil)
        guard case .bid(let multiplier) = own else { return nil }
        let advertiser = strategy.advertiserPacer.ask(
            draw: isDrawn ? Self.draw(.advertiser, strategy, slot, context) : nil)
        guard case .bid(let other) = advertiser else { return nil }
        return multiplier * other
    }

    /// Whose budget a draw is about.
    enum Payer: UInt64, CaseIterable {
        case strategy = 0x9C1B_52D7_3A60_F485
        case advertiser = 0x3E84_07B9_D1C5_26AF
    }

    /// The draw that decides whether a strategy takes part: the same in every replay, and for all impressions of one that
    /// takes all or none.
    static func draw(_ payer: Payer, _ strategy: Strategy, _ slot: Slot, _ context: AuctionContext) -> UInt64 {
        let index = strategy.isRoadblock ? 0 : UInt64(truncatingIfNeeded: slot.index)
        return context.seed.number((strategy.lot ^ payer.rawValue) &+ index)
    }
}
