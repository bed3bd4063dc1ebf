internal import BidKit
internal import Ledger

extension Auction {
    /// The candidate that bids: deals before open offers, then the highest price, then the lot; and who cannot pay
    /// makes way for the next.
    ///
    /// - Returns: with its price reserved in both accounts.
    func decide(_ context: AuctionContext) -> Offer? {
        while let best = bestCandidate() {
            let offer = candidates[best]
            if reserve(offer, context) {
                for _ in 1..<candidates.count { pass(.outbid) }
                return offer
            }
            pass(.budget)
            candidates.swapAt(best, candidates.count - 1)
            candidates.removeLast()
        }
        return nil
    }

    private func bestCandidate() -> Int? {
        guard !candidates.isEmpty else { return nil }
        var best = 0
        for index in 1..<candidates.count where Self.precedes(candidates[index], candidates[best]) { best = index }
        return best
    }

    private static func precedes(_ lhs: Offer, _ rhs: Offer) -> Bool {
        if lhs.deal.isEmpty != rhs.deal.isEmpty { return rhs.deal.isEmpty }
        if lhs.price != rhs.price { return lhs.price > rhs.price }
        return lhs.ticket > rhs.ticket
    }

    private func reserve(_ offer: Offer, _ context: AuctionContext) -> Bool {
        let strategy = context.snapshot.strategies[offer.strategy]
        guard strategy.account.reserve(offer.reserved, at: context.instant) else { return false }
        guard strategy.advertiserAccount.reserve(offer.reserved, at: context.instant) else {
            strategy.account.cancel(offer.reserved, at: context.instant)
            return false
        }
        return true
    }
}
