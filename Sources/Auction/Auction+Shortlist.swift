internal import BidKit
internal import Targeting

/// Which of an impression's offers can come to bids.
enum WantedOffers {
    /// One, and its price alone decides.
    case highestPrice
    /// Several, or whatever pays most for its time: each may come from further down.
    case all
}

extension Auction {
    /// Asks the strategies whose targeting accepts an impression and who could still win; their offers are the candidates.
    ///
    /// May be called again for the same impression when candidates fell away: who was passed over then gets a hearing.
    ///
    /// - Parameter wanted: which offers can come to bids.
    func shortlist(
        _ slot: Slot, of request: borrowing BidRequest, _ screened: Screened, _ context: AuctionContext,
        wants wanted: WantedOffers
    ) {
        var asked = 0
        var known = candidates.count
        var least = worth(slot, screened, context, wanted)
        while let number = search.next(context.snapshot, slot.imp, request, screened.targeting, worth: least) {
            asked += 1
            matched += 1
            // Reading the clock costs a fraction of asking, but not nothing.
            if asked & 15 == 0, context.deadline.hasPassed(at: time.moment()) {
                pass(.deadline, number, slot.index, context)
                return
            }
            if let reason = ask(number, slot, request, screened, context) {
                pass(reason, number, slot.index, context)
            } else if candidates.count > known {
                known = candidates.count
                least = worth(slot, screened, context, wanted)
            }
        }
    }

    /// What a strategy must be able to bid, in micros of a US dollar, to change who wins: none below it need be asked.
    private func worth(
        _ slot: Slot, _ screened: Screened, _ context: AuctionContext, _ wanted: WantedOffers
    ) -> Int64 {
        if witness != nil { return .min }
        // Deals are never passed over: their strategies come whatever is asked for here.
        if slot.imp.privateAuction { return .max }
        var least = leastFloor(slot, context)
        guard wanted == .highestPrice else { return least }
        for index in candidates.indices {
            if !candidates[index].deal.isEmpty { return .max }
            let rates = context.snapshot.rates
            if let dollars = rates.convert(candidates[index].price, from: screened.currency, to: .usd, rounding: .down)
            {
                least = max(least, dollars.micros)
            }
        }
        return least
    }

    /// What even the lowest of the impression's own floors asks for.
    private func leastFloor(_ slot: Slot, _ context: AuctionContext) -> Int64 {
        for player in [slot.imp.video, slot.imp.audio] {
            if let player, player.mincpmpersec != nil || !player.durfloors.isEmpty { return .min }
        }
        guard let floor = slot.imp.bidfloor else { return .max }
        guard let currency = slot.imp.bidfloorcur, floor > .zero else { return .min }
        return context.snapshot.rates.convert(floor, from: currency, to: .usd, rounding: .down)?.micros ?? .min
    }
}
