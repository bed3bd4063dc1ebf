internal import BidKit
internal import Creative
internal import Documents
internal import Vetting

extension Auction {
    /// The rules of one strategy on one impression, behind its targeting, in order.
    ///
    /// - Returns: the first rule that stopped it; nil where it made an offer.
    func ask(
        _ number: Int,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        let strategy = context.snapshot.strategy(number)
        guard strategy.isInFlight(at: context.instant) else { return .notInFlight }
        guard Self.seatAllowed(strategy.seat, request) else { return .seat }
        considered += 1
        if let supply = strategy.supply, supply.violation(by: screened.supply) != nil { return .supplyChain }
        if let exp = strategy.exp, let wait = slot.imp.exp, wait > exp { return .exp }
        if strategy.isRoadblock, !request.allimps { return .roadblock }
        if isCapped(strategy, request, context) { return .frequency }
        guard !strategy.deals.isEmpty else {
            if slot.imp.privateAuction { return .deal }
            // A fixed price is a deal's: at a request it would mean nothing.
            return compete(
                strategy, number, Place(at: request.at == 3 ? 1 : request.at, deal: nil), slot, request, screened,
                context)
        }
        return competeInDeals(strategy, number, slot, request, screened, context)
    }

    /// A strategy that names deals bids in them alone: in each of the impression's that admits it.
    private func competeInDeals(
        _ strategy: Strategy,
        _ number: Int,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        let text = request.text
        var reason: PassReason? = .deal
        for index in 0..<slot.imp.deals.count {
            let deal = request.element(index, of: slot.imp.deals)
            guard strategy.deals.contains(where: { text.equals(deal.id, $0) }) else { continue }
            if !deal.wseat.isEmpty, !request.contains(deal.wseat, strategy.seat) { continue }
            let place = Place(at: deal.at ?? request.at, deal: deal)
            let why = compete(strategy, number, place, slot, request, screened, context)
            if reason != nil { reason = why }
        }
        return reason
    }

    /// `wseat` and `bseat`; where both are sent, which the standard forbids, both hold.
    private static func seatAllowed(_ seat: [UInt8], _ request: borrowing BidRequest) -> Bool {
        if !request.wseat.isEmpty, !request.contains(request.wseat, seat) { return false }
        return !request.contains(request.bseat, seat)
    }

    /// Offers one of the creatives that fit, by lot; where the floor for it is too high, the next one.
    private func compete(
        _ strategy: Strategy,
        _ number: Int,
        _ place: Place,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        var reason = findFitting(strategy, place, slot, request, context)
        guard !fitting.isEmpty else { return reason }
        // The seed decides which is first, so that a replay shows the same; over many auctions all are shown alike.
        let question = strategy.lot &+ UInt64(truncatingIfNeeded: slot.index)
        let first = Int(context.seed.number(question) % UInt64(fitting.count))
        for offset in fitting.indices {
            let (creative, fit) = fitting[(first + offset) % fitting.count]
            let why = offer(strategy, number, place, creative, fit, slot, request, screened, context)
            guard let why else { return nil }
            if offset == 0 { reason = why }
        }
        return reason
    }

    /// Puts the creatives that fit into `fitting`.
    ///
    /// - Returns: why the first of the others does not.
    private func findFitting(
        _ strategy: Strategy, _ place: Place, _ slot: Slot, _ request: borrowing BidRequest, _ context: AuctionContext
    ) -> PassReason {
        fitting.removeAll(keepingCapacity: true)
        var reason = PassReason.format
        let exchange = context.snapshot.exchanges[context.exchange]
        for index in strategy.creatives.indices {
            if let deal = place.deal, !deal.wadomain.isEmpty,
                !strategy.creatives[index].advertises(within: deal.wadomain, request)
            {
                if reason == .format { reason = .deal }
                continue
            }
            switch strategy.creatives[index].fit(slot.imp, in: request, &blocks) {
            case .fits(let fit) where exchange.takes(fit.mtype):
                if isCapped(strategy, creative: index, request, context) {
                    if reason == .format { reason = .frequency }
                } else {
                    fitting.append((index, fit))
                }
            case .fits: continue
            case .refused(let why): if reason == .format { reason = why }
            }
        }
        return reason
    }

    /// Where it competes, what it must beat there, and what the strategy says.
    private func offer(
        _ strategy: Strategy,
        _ number: Int,
        _ place: Place,
        _ creative: Int,
        _ fit: Fit,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        if slot.isInPod, repeats(strategy, creative, slot, request, context) { return .podDuplicate }
        let rates = context.snapshot.rates
        guard rates.convert(.zero, from: strategy.currency, to: screened.currency, rounding: .up) != nil else {
            inconvertible += 1
            return .currency
        }
        guard let floor = Floor.of(place, slot.imp, fit, request, in: screened.currency, rates),
            let ownFloor = rates.convert(floor, from: screened.currency, to: strategy.currency, rounding: .up)
        else { return .floor }
        guard let pacing = request.test ? .one : pace(strategy, slot, context) else { return .pacing }
        let opportunity = Opportunity(
            imp: slot.imp,
            mtype: fit.mtype,
            creative: creative,
            floor: ownFloor,
            isFirstPrice: place.at != 2,
            instant: context.instant,
            seed: context.seed,
            multiplier: pacing
        )
        let answer = strategy.cell.ask(opportunity, in: request)
        guard let offered = answer.price else {
            return strategy.cell.maxCPM < ownFloor ? .floor : .strategyPassed
        }
        guard offered >= ownFloor, offered > .zero else { return .floor }
        // A fixed-price deal is bought at its price, whatever was offered above it.
        let budgetPrice = place.at == 3 ? ownFloor : offered
        let converted = rates.convert(budgetPrice, from: strategy.currency, to: screened.currency, rounding: .down)
        guard let price = place.at == 3 ? floor : converted else { return .currency }
        guard price >= floor, price > .zero else { return .floor }
        let offer = Offer(
            imp: slot.index,
            strategy: number,
            creative: creative,
            fit: fit,
            price: price,
            budgetPrice: budgetPrice,
            reserved: request.test ? .zero : Spend(at: budgetPrice, quantity: slot.imp.qty),
            pacing: pacing,
            deal: place.deal?.id ?? .absent,
            isGuaranteed: place.deal?.guar ?? false,
            quantity: slot.imp.qty,
            ticket: context.seed.number(strategy.lot ^ Mix.scramble(UInt64(slot.index) &+ 1)),
            label: answer.label
        )
        if strategy.isRoadblock { roadblocks.append(offer) } else { candidates.append(offer) }
        return nil
    }

    /// Whether a break already has the creative, or another ad of its advertiser.
    private func repeats(
        _ strategy: Strategy, _ creative: Int, _ slot: Slot, _ request: borrowing BidRequest, _ context: AuctionContext
    ) -> Bool {
        let podid = slot.podid
        guard !podid.isEmpty, !winners.isEmpty else { return false }
        for winner in winners where winner.imp != slot.index {
            let other = Slot(index: winner.imp, imp: request.imps[winner.imp]).podid
            guard !other.isEmpty, request.text.equals(podid, other) else { continue }
            if resembles(strategy, creative, winner, context) { return true }
        }
        return false
    }

    /// Whether an offer is of the same advertiser, which a creative's own repetition is too.
    func resembles(_ strategy: Strategy, _ creative: Int, _ offer: Offer, _ context: AuctionContext) -> Bool {
        let others = context.snapshot.strategy(offer.strategy).domains[offer.creative]
        for domain in strategy.domains[creative] where others.contains(domain) { return true }
        return false
    }
}

/// Where an offer competes.
struct Place {
    /// 1 first price, 2 second price, 3 fixed price.
    let at: Int32
    /// nil in the open auction.
    let deal: Deal?
}
