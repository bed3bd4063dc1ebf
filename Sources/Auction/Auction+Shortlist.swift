internal import BidKit
internal import Creative
internal import Documents
internal import Targeting

extension Auction {
    /// Asks every strategy whose targeting accepts an impression; their offers are the candidates.
    func shortlist(_ index: Int, of request: borrowing BidRequest, _ screened: Screened, _ context: AuctionContext) {
        candidates.removeAll(keepingCapacity: true)
        let imp = request.imps[index]
        matcher.start(imp, of: request, screened.targeting)
        var matched = 0
        while let strategy = matcher.next(request, screened.targeting) {
            matched += 1
            // Reading the clock costs a fraction of asking, but not nothing.
            if matched & 15 == 0, context.deadline.hasPassed(at: time.moment()) {
                pass(.deadline)
                return
            }
            // A slot for each: one that changes would be copied more often.
            let slot = Slot(index: index, imp: imp, strategy: strategy)
            if let reason = ask(context.snapshot.strategies[strategy], slot, request, screened, context) {
                pass(reason)
            }
        }
        pass(.targeting, by: context.snapshot.strategies.count - matched)
    }

    func pass(_ reason: PassReason, by count: Int = 1) { passes[Int(reason.rawValue)] += UInt64(count) }

    struct Slot {
        let index: Int
        let imp: Imp
        let strategy: Int
    }

    /// The rules of one strategy on one impression, behind its targeting, in order; the first that stops it is the reason.
    private func ask(
        _ strategy: Strategy,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        guard strategy.isInFlight(at: context.instant) else { return .notInFlight }
        guard seatAllowed(strategy.seat, request) else { return .seat }
        considered += 1
        guard !strategy.deals.isEmpty else {
            if slot.imp.privateAuction { return .deal }
            return compete(strategy, Place(at: request.at, deal: nil), slot, request, screened, context)
        }
        return competeInDeals(strategy, slot, request, screened, context)
    }

    /// A strategy that names deals bids in them alone: in the first of the impression's that admits it.
    private func competeInDeals(
        _ strategy: Strategy,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        let text = request.text
        var reason = PassReason.deal
        for index in 0..<slot.imp.deals.count {
            let deal = request.element(index, of: slot.imp.deals)
            guard strategy.deals.contains(where: { text.equals(deal.id, $0) }) else { continue }
            if !deal.wseat.isEmpty, !request.contains(deal.wseat, strategy.seat) { continue }
            let place = Place(at: deal.at ?? request.at, deal: deal)
            guard let why = compete(strategy, place, slot, request, screened, context) else { return nil }
            reason = why
        }
        return reason
    }

    private func compete(
        _ strategy: Strategy,
        _ place: Place,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        switch chooseCreative(strategy, place, slot, request, context) {
        case .refused(let reason): reason
        case .chosen(let creative, let fit): offer(strategy, place, creative, fit, slot, request, screened, context)
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
        _ place: Place,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ context: AuctionContext
    ) -> Choice {
        var reason = PassReason.format
        let exchange = context.snapshot.exchanges[context.exchange]
        var chosen: (index: Int, fit: Fit)?
        var fitting: UInt64 = 0
        for index in strategy.creatives.indices {
            if let deal = place.deal, !deal.wadomain.isEmpty,
                !strategy.creatives[index].advertises(within: deal.wadomain, request)
            {
                if reason == .format { reason = .deal }
                continue
            }
            switch strategy.creatives[index].fit(slot.imp, in: request) {
            case .fits(let fit) where exchange.takes(fit.mtype):
                // The nth that fits takes the place of the one before with a chance of 1 in n: all are shown alike.
                fitting += 1
                let question = UInt64(slot.strategy) << 32 | UInt64(slot.index) << 16 | UInt64(index)
                if context.seed.number(question) % fitting == 0 { chosen = (index, fit) }
            case .fits: continue
            case .refused(let why): if reason == .format { reason = why }
            }
        }
        return chosen.map { .chosen($0.index, $0.fit) } ?? .refused(reason)
    }

    /// Where it competes, what it must beat there, and what the strategy says.
    private func offer(
        _ strategy: Strategy,
        _ place: Place,
        _ creative: Int,
        _ fit: Fit,
        _ slot: Slot,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) -> PassReason? {
        let rates = context.snapshot.rates
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
                deal: place.deal?.id ?? .absent,
                quantity: slot.imp.qty,
                ticket: context.seed.number(UInt64(slot.strategy) &* 0x1_0001 &+ UInt64(slot.index)),
                label: answer.label
            )
        )
        return nil
    }
}

/// Where an offer competes.
struct Place {
    /// 1 first price, 2 second price, 3 fixed price.
    let at: Int32
    /// nil in the open auction.
    let deal: Deal?
}
