internal import Units

/// The auction of the simulated exchange: a pure function of request, answer, seed and the request's ordinal.
///
/// Everybody else's best bid is drawn from a landscape, by request and impression, so that a run can be repeated
/// whatever the network does. Chance is asked the same questions in the same order, used or not.
struct ExchangeAuction: Sendable {
    let seed: UInt64
    let landscape: PriceLandscape
    let habits: NoticeHabits

    /// What an answer led to.
    struct Settlement: Equatable {
        /// What a real exchange would reject, in words for a person.
        var faults: [String] = []
        /// The bids that took part, by impression and the highest first.
        var bids: [SettledBid] = []
    }

    /// A bid that took part.
    struct SettledBid: Equatable {
        let id: String
        let isWinner: Bool
        /// What the winner pays, whoever that is.
        let price: CPM
        /// What is to be called, in order.
        let steps: [NoticeStep]
    }

    /// Runs the auctions of one request.
    ///
    /// - Parameters:
    ///   - answer: what we bid.
    ///   - facts: of the request that it answers.
    ///   - ordinal: the request's place in the run.
    ///   - instant: what `${AUCTION_IMP_TS}` says.
    /// - Returns: our bids with what is to be called for each, and what was wrong with the answer.
    func settle(_ answer: BidAnswer, to facts: RequestFacts, ordinal: UInt64, at instant: Instant) -> Settlement {
        var settlement = Settlement()
        guard answer.id == facts.id else {
            settlement.faults.append("response \(answer.id) does not echo request \(facts.id)")
            return settlement
        }
        guard facts.currencies.isEmpty || facts.currencies.contains(answer.currency) || answer.bids.isEmpty else {
            settlement.faults.append("request \(facts.id) accepts no bids in \(answer.currency)")
            return settlement
        }
        var entries: [Entry] = []
        for bid in answer.bids {
            let place = facts.imps.firstIndex { $0.id == bid.impid }
            let terms = place.flatMap { Terms(for: bid, on: facts.imps[$0], of: facts) }
            if let fault = fault(in: bid, on: place.map { facts.imps[$0] }, terms, in: answer.currency) {
                settlement.faults.append(fault)
            } else if let place, let terms {
                entries.append(Entry(bid: bid, place: place, terms: terms))
            }
        }
        let chance = Seed(high: seed, low: ordinal)
        for place in facts.imps.indices {
            let own = entries.filter { $0.place == place }.sorted { $0.bid.price > $1.bid.price }
            if own.isEmpty { continue }
            let sale = Sale(
                facts: facts, imp: facts.imps[place], answer: answer, instant: instant,
                chance: Seed(high: chance.number(UInt64(place)), low: ordinal))
            settlement.bids += settle(own, sale)
        }
        return settlement
    }

    /// A bid that is fit to take part.
    private struct Entry {
        let bid: AnsweredBid
        /// The impression's position in the request.
        let place: Int
        let terms: Terms
    }

    /// One impression on sale.
    private struct Sale {
        let facts: RequestFacts
        let imp: ImpFacts
        let answer: BidAnswer
        let instant: Instant
        let chance: Seed
    }

    /// By which rules a bid competes: those of its deal, else those of the impression.
    struct Terms: Equatable {
        let auctionType: Int
        let floor: CPM
        let floorCurrency: Currency

        /// - Returns: nil for a bid on a deal that is not offered.
        init?(for bid: AnsweredBid, on imp: ImpFacts, of facts: RequestFacts) {
            guard let dealid = bid.dealid else {
                auctionType = facts.auctionType
                floor = imp.floor
                floorCurrency = imp.floorCurrency
                return
            }
            guard let deal = imp.deals.first(where: { $0.id == dealid }) else { return nil }
            auctionType = deal.auctionType ?? facts.auctionType
            floor = deal.floor ?? imp.floor
            floorCurrency = deal.floor == nil ? imp.floorCurrency : deal.floorCurrency
        }
    }

    private func fault(in bid: AnsweredBid, on imp: ImpFacts?, _ terms: Terms?, in currency: Currency) -> String? {
        guard let imp else { return "bid \(bid.id) is for impression \(bid.impid), which was not offered" }
        guard let terms else { return "bid \(bid.id) is on deal \(bid.dealid ?? ""), which was not offered" }
        if imp.isPrivate, bid.dealid == nil { return "bid \(bid.id) has no deal in a private auction" }
        guard bid.price > .zero else { return "bid \(bid.id) has price 0" }
        if terms.floorCurrency == currency, bid.price < terms.floor {
            let price = DecimalText.string(micros: bid.price.micros)
            return "bid \(bid.id) at \(price) is below the floor \(DecimalText.string(micros: terms.floor.micros))"
        }
        for (name, url) in [("nurl", bid.nurl), ("burl", bid.burl), ("lurl", bid.lurl)] {
            if let url, NoticeTarget(url: url) == nil { return "bid \(bid.id) has a \(name) that is no URL: \(url)" }
        }
        return nil
    }

    /// Decides one impression, given our bids on it: the highest first, at least one.
    private func settle(_ entries: [Entry], _ sale: Sale) -> [SettledBid] {
        var chance = SplitMix64(seed: sale.chance.number(0))
        let rival = landscape.price(of: sale.imp.format, &chance)
        let best = entries[0]
        let weWin = best.bid.price > rival
        // A floor in another currency cannot be compared: the exchange leaves it to the bidder.
        func floor(_ terms: Terms) -> CPM { terms.floorCurrency == sale.answer.currency ? terms.floor : .zero }
        let price =
            weWin
            ? Self.clearingPrice(of: best.bid.price, over: rival, floor: floor(best.terms), at: best.terms.auctionType)
            : Self.clearingPrice(
                of: rival, over: best.bid.price, floor: floor(best.terms), at: sale.facts.auctionType)
        return entries.enumerated().map { rank, entry in
            let isWinner = weWin && rank == 0
            let fate = Fate(habits, SplitMix64(seed: sale.chance.number(UInt64(rank + 1))))
            let values = MacroValues(
                auctionID: sale.facts.id, bidID: sale.answer.bidid, impID: sale.imp.id, seatID: entry.bid.seat,
                adID: entry.bid.adid, price: price, bidPrice: entry.bid.price, currency: sale.answer.currency,
                loss: isWinner ? nil : 102, minimumToWin: isWinner ? max(rival, floor(entry.terms)) : price,
                quantity: isWinner ? sale.imp.quantity : nil, shown: isWinner ? sale.instant : nil)
            let steps =
                isWinner
                ? stepsOfWin(entry.bid, values, fate, owing: Spend(at: price, quantity: sale.imp.quantity))
                : stepsOfLoss(entry.bid, values, fate)
            return SettledBid(id: entry.bid.id, isWinner: isWinner, price: price, steps: steps)
        }
    }

    /// What the winner pays.
    ///
    /// Type 2 pays a cent more than rival and floor ask, but no more than was bid; 3 is a deal's fixed price, the floor;
    /// every other type pays what was bid.
    static func clearingPrice(of price: CPM, over rival: CPM, floor: CPM, at type: Int) -> CPM {
        switch type {
        case 2: min(price, CPM(micros: max(rival, floor).micros + 10_000))
        case 3 where floor > .zero: min(price, floor)
        default: price
        }
    }

    /// What chance has in store for a bid, drawn whether it is needed or not.
    private struct Fate {
        let clicks: Bool
        let converts: Bool
        let tellsLoss: Bool
        let order: UInt64
        /// Of the order, in cents.
        let value: Int
        /// By kind of notice.
        let copies: [NoticeKind: Int]

        init(_ habits: NoticeHabits, _ generator: SplitMix64) {
            var chance = generator
            clicks = chance.happens(habits.clickRate)
            converts = chance.happens(habits.conversionRate)
            tellsLoss = chance.happens(habits.lossNoticeShare)
            order = chance.next()
            value = chance.within(500...20_000)
            var copies: [NoticeKind: Int] = [:]
            for kind in [NoticeKind.win, .billing, .loss, .impression, .click, .conversion] {
                let draws = (chance.happens(habits.repeatShare), chance.happens(0.5))
                if draws.0 { copies[kind] = draws.1 ? 2 : 3 }
            }
            self.copies = copies
        }

        func step(_ kind: NoticeKind, _ targets: [NoticeTarget], bill: Spend? = nil) -> NoticeStep {
            NoticeStep(kind: kind, targets: targets, copies: copies[kind] ?? 1, bill: bill)
        }
    }

    private func stepsOfWin(_ bid: AnsweredBid, _ values: MacroValues, _ fate: Fate, owing bill: Spend) -> [NoticeStep]
    {
        var steps: [NoticeStep] = []
        if let target = Self.target(bid.nurl, values) { steps.append(fate.step(.win, [target])) }
        let billing = Self.target(bid.burl, values)
        if let billing { steps.append(fate.step(.billing, [billing], bill: bill)) }
        let urls = MarkupURLs(MacroText.replaced(bid.adm ?? "", with: values))
        guard !urls.impressions.isEmpty else { return steps }
        // Without a billing notice it is the impression that bills.
        steps.append(fate.step(.impression, urls.impressions, bill: billing == nil ? bill : nil))
        guard fate.clicks, let click = urls.clicks.first else { return steps }
        steps.append(fate.step(.click, [click]))
        guard fate.converts, let advertiser = bid.cid.flatMap(habits.advertiser) else { return steps }
        let order = String(fate.order, radix: 36)
        let value = DecimalText.string(micros: Int64(fate.value) * 10_000)
        let conversion = NoticeTarget(
            path: "/conversion/\(advertiser)?event=purchase&order=o-\(order)&value=\(value)&currency=USD&click=")
        steps.append(fate.step(.conversion, [conversion]))
        return steps
    }

    private func stepsOfLoss(_ bid: AnsweredBid, _ values: MacroValues, _ fate: Fate) -> [NoticeStep] {
        guard fate.tellsLoss, let target = Self.target(bid.lurl, values) else { return [] }
        return [fate.step(.loss, [target])]
    }

    private static func target(_ url: String?, _ values: MacroValues) -> NoticeTarget? {
        url.flatMap { NoticeTarget(url: MacroText.replaced($0, with: values)) }
    }
}
