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
        var least = leastFloor(slot, context)
        if wanted == .highestPrice { raise(&least, for: candidates.indices, screened, context) }
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
                if wanted == .highestPrice { raise(&least, for: known..<candidates.count, screened, context) }
                known = candidates.count
            }
        }
    }

    /// Raises what a strategy must be able to bid to change who wins, in micros of a US dollar, to what candidates offer.
    private func raise(
        _ least: inout Int64, for offers: Range<Int>, _ screened: Screened, _ context: AuctionContext
    ) {
        if witness != nil { return }
        for index in offers {
            // Behind a deal no open offer wins; those who bid in deals are never passed over.
            guard candidates[index].deal.isEmpty else {
                least = .max
                return
            }
            let rates = context.snapshot.rates
            if let dollars = rates.convert(candidates[index].price, from: screened.currency, to: .usd, rounding: .down)
            {
                least = max(least, dollars.micros)
            }
        }
    }

    /// What even the lowest of the impression's own floors asks for, in micros of a US dollar; `.min` where everybody is
    /// to be heard.
    private func leastFloor(_ slot: Slot, _ context: AuctionContext) -> Int64 {
        if witness != nil { return .min }
        if slot.imp.privateAuction { return .max }
        if Self.hasFloorByDuration(slot.imp.video) || Self.hasFloorByDuration(slot.imp.audio) { return 0 }
        guard let floor = slot.imp.bidfloor else { return .max }
        guard let currency = slot.imp.bidfloorcur, floor > .zero else { return 0 }
        return context.snapshot.rates.convert(floor, from: currency, to: .usd, rounding: .down)?.micros ?? 0
    }

    private static func hasFloorByDuration(_ player: VideoOrAudio?) -> Bool {
        guard let player else { return false }
        return player.mincpmpersec != nil || !player.durfloors.isEmpty
    }
}
