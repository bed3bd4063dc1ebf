internal import BidKit
internal import Creative
internal import Documents
internal import Targeting

extension Auction {
    /// Asks every strategy that may bid on an impression; their offers are the candidates.
    func shortlist(_ index: Int, of request: borrowing BidRequest, _ screened: Screened, _ context: AuctionContext) {
        candidates.removeAll(keepingCapacity: true)
        let imp = request.imps[index]
        let strategies = context.snapshot.strategies
        for strategy in strategies.indices {
            // Reading the clock costs a fraction of asking, but not nothing.
            if strategy & 15 == 15, context.deadline.hasPassed(at: time.moment()) {
                pass(.deadline)
                return
            }
            let slot = Slot(index: index, imp: imp, strategy: strategy)
            if let reason = ask(strategies[strategy], slot, request, screened, context) { pass(reason) }
        }
    }

    func pass(_ reason: PassReason) { passes[Int(reason.rawValue)] += 1 }

    struct Slot {
        let index: Int
        let imp: Imp
        let strategy: Int
    }

    /// The rules of one strategy on one impression, in order; the first that stops it is the reason.
    private func ask(
        _ strategy: Strategy,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        guard strategy.isActive, strategy.flight.contains(context.instant) else { return .notInFlight }
        guard seatAllowed(strategy.seat, request) else { return .seat }
        guard Evaluator.matches(strategy.targeting, slot.imp, of: request, screened.targeting) else {
            return .targeting
        }
        considered += 1
        switch chooseCreative(strategy, slot, request, context) {
        case .refused(let reason):
            return reason
        case .chosen(let creative, let fit):
            return offer(strategy, creative, fit, slot, request, screened, context)
        }
    }

    /// `wseat` and `bseat`; where both are sent, which the standard forbids, both hold.
    private func seatAllowed(_ seat: [UInt8], _ request: borrowing BidRequest) -> Bool {
        if !request.wseat.isEmpty, !request.contains(request.wseat, seat) { return false }
        return !request.contains(request.bseat, seat)
    }

    private enum Choice {
        case chosen(Int, Fit)
        case refused(PassReason)
    }

    /// One of the creatives that fit, by lot: the seed decides, so that a replay shows the same.
    private func chooseCreative(
        _ strategy: Strategy,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ context: AuctionContext
    ) -> Choice {
        var reason = PassReason.format
        let formats = context.snapshot.exchanges[context.exchange].document.formats
        let count = strategy.creatives.count
        let number = context.seed.number(UInt64(truncatingIfNeeded: slot.strategy) << 16 | UInt64(slot.index))
        let start = Int(number % UInt64(count))
        for step in 0..<count {
            let index = (start + step) % count
            switch strategy.creatives[index].fit(slot.imp, in: request) {
            case .fits(let fit) where formats.isEmpty || formats.contains(fit.mtype):
                return .chosen(index, fit)
            case .fits: continue
            case .refused(let why): if reason == .format { reason = why }
            }
        }
        return .refused(reason)
    }

    /// Where it competes, what it must beat there, and what the strategy says.
    private func offer(
        _ strategy: Strategy,
        _ creative: Int,
        _ fit: Fit,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        let rates = context.snapshot.rates
        guard let place = place(strategy, strategy.creatives[creative], slot.imp, request) else { return .deal }
        guard let floor = Floor.of(place, slot.imp, fit, request, in: screened.currency, rates) else { return .floor }
        guard let ownFloor = rates.convert(floor, from: screened.currency, to: strategy.currency, rounding: .up) else {
            return .currency
        }
        let opportunity = Opportunity(
            imp: slot.imp,
            mtype: fit.mtype,
            creative: creative,
            floor: ownFloor,
            isFirstPrice: place.at != 2,
            instant: context.instant,
            seed: context.seed
        )
        let answer = strategy.cell.ask(opportunity, in: request)
        guard let offered = answer.price else { return .strategyPassed }
        guard offered >= ownFloor, offered > .zero else { return .floor }
        // A fixed-price deal is bought at its price, whatever was offered above it.
        let budgetPrice = place.at == 3 ? ownFloor : offered
        let converted = rates.convert(budgetPrice, from: strategy.currency, to: screened.currency, rounding: .down)
        guard let price = place.at == 3 ? floor : converted else { return .currency }
        guard price >= floor, price > .zero else { return .floor }
        candidates.append(
            Offer(
                imp: slot.index,
                strategy: slot.strategy,
                creative: creative,
                fit: fit,
                price: price,
                budgetPrice: budgetPrice,
                reserved: request.test ? .zero : Spend(at: budgetPrice, quantity: slot.imp.qty),
                deal: place.id,
                quantity: slot.imp.qty,
                ticket: context.seed.number(UInt64(slot.strategy) &* 0x1_0001 &+ UInt64(slot.index)),
                label: answer.label
            )
        )
        return nil
    }

    /// In which deal a strategy competes for an impression, or in the open auction.
    ///
    /// A strategy that names deals bids in them alone; one that names none bids openly, where that is allowed.
    /// - Returns: nil where it may not compete at all.
    private func place(
        _ strategy: Strategy,
        _ creative: Creative,
        _ imp: Imp,
        _ request: borrowing BidRequest
    )
        -> Place?
    {
        let text = request.text
        guard !strategy.deals.isEmpty else {
            return imp.privateAuction ? nil : Place(id: .absent, at: request.at, deal: nil)
        }
        for index in 0..<imp.deals.count {
            let deal = request.element(index, of: imp.deals)
            guard strategy.deals.contains(where: { text.equals(deal.id, $0) }) else { continue }
            if !deal.wseat.isEmpty, !request.contains(deal.wseat, strategy.seat) { continue }
            if !deal.wadomain.isEmpty, !creative.advertises(within: deal.wadomain, request) { continue }
            return Place(id: deal.id, at: deal.at ?? request.at, deal: deal)
        }
        return nil
    }
}

/// Where an offer competes.
struct Place {
    let id: Text
    /// 1 first price, 2 second price, 3 fixed price.
    let at: Int32
    let deal: Deal?
}
