internal import BidKit
internal import Creative
internal import Ledger

/// The winners of one impression, and of all of them together.
///
/// - Source: OpenRTB 2.6, 3.2.4, 3.2.11, 4.2.2, 4.2.3 and 7.6.
extension Auction {
    /// Bids on a break whose length is given, where the seller does not say how many it takes.
    static let podBidsMax = 10

    /// Finds an impression's winners: guaranteed deals before other deals, those before open offers, then the highest
    /// price, then the lot. Who cannot pay makes way for the next.
    func decide(_ slot: Slot, of request: borrowing BidRequest, _ screened: Screened, _ context: AuctionContext) {
        candidates.removeAll(keepingCapacity: true)
        matched = 0
        search.start(slot.imp, of: request, screened.targeting)
        let pod = slot.dynamicPod
        let most =
            pod.map { max(1, min(Int($0.maxseq ?? Int32(Self.podBidsMax)), Self.podBidsMax)) } ?? screened.bidsPerImp
        if most == 1, pod == nil {
            decideOne(slot, of: request, screened, context)
        } else {
            shortlist(slot, of: request, screened, context, wants: .all)
            decideSeveral(slot, most, pod?.poddur, request, context)
        }
        let passedOver = search.unreached(context.snapshot)
        unreached += passedOver
        pass(slot.imp.privateAuction ? .deal : .outranked, by: passedOver)
        pass(.targeting, by: max(0, context.snapshot.count - matched - passedOver))
    }

    private func decideOne(
        _ slot: Slot, of request: borrowing BidRequest, _ screened: Screened, _ context: AuctionContext
    ) {
        while true {
            shortlist(slot, of: request, screened, context, wants: .highestPrice)
            guard let best = best({ _ in true }) else { return }
            let offer = candidates[best]
            drop(best)
            if let reason = reserve(offer, context) {
                pass(reason, offer.strategy, slot.index, context, offer: offer)
                continue
            }
            win(offer)
            for other in candidates { pass(.outbid, other.strategy, slot.index, context, offer: other) }
            return
        }
    }

    /// The best of each deal, then the best open offers, each of another advertiser; in a break, what pays most for its
    /// time and fits into what is left of it.
    private func decideSeveral(
        _ slot: Slot, _ most: Int, _ poddur: Int32?, _ request: borrowing BidRequest, _ context: AuctionContext
    ) {
        let first = winners.count
        var seconds = poddur ?? .max
        while winners.count - first < most {
            let next = best(byTime: poddur != nil) { offer in
                offer.fit.dur <= seconds && !isTaken(offer, since: first, inPod: poddur != nil, request, context)
            }
            guard let next else { break }
            let offer = candidates[next]
            drop(next)
            if let reason = reserve(offer, context) {
                pass(reason, offer.strategy, slot.index, context, offer: offer)
                continue
            }
            if poddur != nil { seconds -= offer.fit.dur }
            win(offer)
        }
        for other in candidates {
            let isRepeated = poddur != nil && winners[first...].contains { resembles(other, $0, context) }
            pass(isRepeated ? .podDuplicate : .outbid, other.strategy, slot.index, context, offer: other)
        }
    }

    /// Whether the impression's winners leave no room for an offer: they have one of its deal, or of its advertiser.
    private func isTaken(
        _ offer: Offer, since first: Int, inPod: Bool, _ request: borrowing BidRequest, _ context: AuctionContext
    ) -> Bool {
        for winner in winners[first...] {
            // What an ad competes in does not matter to who watches a break.
            if inPod || (offer.deal.isEmpty && winner.deal.isEmpty) {
                if resembles(offer, winner, context) { return true }
            } else if !offer.deal.isEmpty, !winner.deal.isEmpty, request.text.equals(offer.deal, winner.deal) {
                return true
            }
        }
        return false
    }

    private func resembles(_ offer: Offer, _ other: Offer, _ context: AuctionContext) -> Bool {
        resembles(context.snapshot.strategy(offer.strategy), offer.creative, other, context)
    }

    // MARK: All or none

    /// Gives the whole request to a strategy that takes all impressions or none, if it pays at least what the others do.
    func decideRoadblock(_ request: borrowing BidRequest, _ context: AuctionContext) {
        let others = winners.reduce(Int64(0)) { $0 + $1.price.micros }
        for (offers, sum) in packages(context) {
            let number = offers[offers.startIndex].strategy
            guard offers.count == request.imps.count else {
                for offer in offers { pass(.roadblock, number, offer.imp, context, offer: offer) }
                continue
            }
            guard !isGrouped, sum >= others else {
                for offer in offers { pass(.outbid, number, offer.imp, context, offer: offer) }
                continue
            }
            if let reason = reserveAll(offers, context) {
                for offer in offers { pass(reason, number, offer.imp, context, offer: offer) }
                continue
            }
            for winner in winners {
                release(winner, context)
                pass(.outbid, winner.strategy, winner.imp, context, offer: winner, isDisplaced: true)
            }
            winners.removeAll(keepingCapacity: true)
            for offer in offers { win(offer) }
            isGrouped = true
        }
    }

    /// What each strategy that takes all or none offers: for each impression its best, in the deal that goes before the
    /// others; who offers most in all comes first.
    ///
    /// - Complexity: O(offers × log offers), for a request may have many impressions.
    private func packages(_ context: AuctionContext) -> [(offers: ArraySlice<Offer>, sum: Int64)] {
        let sorted = roadblocks.sorted { lhs, rhs in
            if lhs.strategy != rhs.strategy { return lhs.strategy < rhs.strategy }
            return lhs.imp != rhs.imp ? lhs.imp < rhs.imp : Self.precedes(lhs, rhs, byTime: false)
        }
        var best: [Offer] = []
        for offer in sorted {
            if let last = best.last, last.strategy == offer.strategy, last.imp == offer.imp {
                pass(.outbid, offer.strategy, offer.imp, context, offer: offer)
            } else {
                best.append(offer)
            }
        }
        var packages: [(offers: ArraySlice<Offer>, sum: Int64)] = []
        var start = 0
        for end in 1..<best.count + 1 where end == best.count || best[end].strategy != best[start].strategy {
            packages.append((best[start..<end], best[start..<end].reduce(Int64(0)) { $0 + $1.price.micros }))
            start = end
        }
        return packages.sorted { lhs, rhs in
            if lhs.sum != rhs.sum { return lhs.sum > rhs.sum }
            return lhs.offers[lhs.offers.startIndex].ticket > rhs.offers[rhs.offers.startIndex].ticket
        }
    }

    // MARK: Candidates

    /// The candidate that goes before all others of those that are wanted.
    ///
    /// - Parameter byTime: whether a second's price counts, instead of the ad's.
    private func best(byTime: Bool = false, _ isWanted: (Offer) -> Bool) -> Int? {
        var best: Int?
        for index in candidates.indices where isWanted(candidates[index]) {
            if let other = best, !Self.precedes(candidates[index], candidates[other], byTime: byTime) { continue }
            best = index
        }
        return best
    }

    private static func precedes(_ lhs: Offer, _ rhs: Offer, byTime: Bool) -> Bool {
        if lhs.isGuaranteed != rhs.isGuaranteed { return lhs.isGuaranteed }
        if lhs.deal.isEmpty != rhs.deal.isEmpty { return rhs.deal.isEmpty }
        // What takes no time of a break says nothing of what a second pays.
        if byTime, (lhs.fit.dur > 0) != (rhs.fit.dur > 0) { return lhs.fit.dur > 0 }
        // A price is at most 10^12 micros and an ad at most some hours, so the products fit.
        let left = byTime ? lhs.price.micros &* Int64(rhs.fit.dur) : lhs.price.micros
        let right = byTime ? rhs.price.micros &* Int64(lhs.fit.dur) : rhs.price.micros
        if left != right { return left > right }
        return lhs.ticket > rhs.ticket
    }

    private func drop(_ index: Int) {
        candidates.swapAt(index, candidates.count - 1)
        candidates.removeLast()
    }

    private func win(_ offer: Offer) {
        winners.append(offer)
        witness?.see(nil, offer.strategy, imp: offer.imp, offer)
    }

    // MARK: Money and frequency

    /// Reserves for all offers of one strategy together, as for one bid: a slice has room for all or for none.
    ///
    /// - Returns: what stops one of the offers; then none of them is reserved.
    private func reserveAll(_ offers: ArraySlice<Offer>, _ context: AuctionContext) -> PassReason? {
        guard let first = offers.first else { return nil }
        for index in offers.indices where !reserveImpression(offers[index], context) {
            for earlier in offers[offers.startIndex..<index] { releaseImpression(earlier, context) }
            return .frequency
        }
        guard reserve(offers.reduce(.zero) { $0 + $1.reserved }, of: first.strategy, context) else {
            for offer in offers { releaseImpression(offer, context) }
            return .budget
        }
        return nil
    }

    /// - Returns: what stops the offer; then nothing of it is reserved.
    private func reserve(_ offer: Offer, _ context: AuctionContext) -> PassReason? {
        guard reserveImpression(offer, context) else { return .frequency }
        guard reserve(offer.reserved, of: offer.strategy, context) else {
            releaseImpression(offer, context)
            return .budget
        }
        return nil
    }

    private func reserve(_ amount: Spend, of number: Int, _ context: AuctionContext) -> Bool {
        let strategy = context.snapshot.strategy(number)
        defer { if strategy.account.waitsForLog || strategy.advertiserAccount.waitsForLog { waitsForLog = true } }
        guard strategy.account.reserve(amount, at: context.instant) else { return false }
        guard strategy.advertiserAccount.reserve(amount, at: context.instant) else {
            strategy.account.cancel(amount, at: context.instant)
            return false
        }
        strategy.pacer.take(amount)
        strategy.advertiserPacer.take(amount)
        return true
    }

    /// Gives back what an offer reserved, when it is not sent.
    func release(_ offer: Offer, _ context: AuctionContext) {
        let strategy = context.snapshot.strategy(offer.strategy)
        strategy.account.cancel(offer.reserved, at: context.instant)
        strategy.advertiserAccount.cancel(offer.reserved, at: context.instant)
        strategy.pacer.giveBack(offer.reserved)
        strategy.advertiserPacer.giveBack(offer.reserved)
        releaseImpression(offer, context)
    }
}
