package import BidKit
internal import Creative
internal import Targeting

extension Auction {
    /// Strategies whose targeting does not match are told one by one up to so many.
    static let explainedMax = 10_000

    /// Holds the auction without bidding, and says what became of every strategy.
    ///
    /// Everything is as in ``hold(_:_:into:record:)``, but nobody is passed over for offering too little, and what was
    /// reserved is given back. To be called on an auction that belongs to no event loop: it takes as long as it takes.
    ///
    /// - Parameter id: explains this strategy alone; nil for all.
    package func explain(
        _ request: borrowing BidRequest, _ context: AuctionContext, strategy id: String? = nil
    ) -> Explanation {
        let before = passes
        let witness = Witness(imps: request.imps.count)
        self.witness = witness
        defer {
            self.witness = nil
            passes = before
        }
        var explanation = Explanation()
        explanation.revision = context.snapshot.revision
        switch screen(request, context) {
        case .stop(let reason):
            explanation.noBid = reason
        case .goOn(let screened):
            decide(request, screened, context)
            if winners.isEmpty { explanation.noBid = reasonForSilence(context) }
            for winner in winners { release(winner, context) }
            explanation.currency = screened.currency
            tell(witness, of: request, screened, context, id, &explanation)
        }
        explanation.consent = witness.consent
        return explanation
    }

    private func tell(
        _ witness: Witness, of request: borrowing BidRequest, _ screened: Screened, _ context: AuctionContext,
        _ id: String?,
        _ explanation: inout Explanation
    ) {
        let snapshot = context.snapshot
        let numbers = snapshot.numbers.filter { id == nil || snapshot.strategy($0).idText == id }
        let paused = snapshot.paused.filter { id == nil || $0.idText == id }
        for index in request.imps.indices {
            let slot = Slot(index: index, imp: request.imps[index])
            var verdicts: [Explanation.Verdict] = []
            for number in numbers {
                if let seen = witness.verdicts[index][number] {
                    verdicts.append(verdict(snapshot.strategy(number), seen, slot, request, screened, context))
                } else if verdicts.count < Self.explainedMax {
                    let strategy = snapshot.strategy(number)
                    let isWanted = Evaluator.matches(strategy.wish, slot.imp, of: request, screened.targeting)
                    // The index also looks for its deals and for slots of its creatives: the rules say which it was.
                    let reason = isWanted ? ask(number, slot, request, screened, context) ?? .format : .targeting
                    let seen = Witness.Seen(reason: reason, offer: nil)
                    verdicts.append(verdict(strategy, seen, slot, request, screened, context))
                } else {
                    explanation.omitted += 1
                }
            }
            for strategy in paused.prefix(Self.explainedMax) {
                let isWanted = Evaluator.matches(strategy.wish, slot.imp, of: request, screened.targeting)
                let seen = Witness.Seen(reason: isWanted ? .notInFlight : .targeting, offer: nil)
                verdicts.append(verdict(strategy, seen, slot, request, screened, context))
            }
            explanation.verdicts += verdicts.sorted { $0.strategy < $1.strategy }
        }
    }

    private func verdict(
        _ strategy: Strategy, _ seen: Witness.Seen, _ slot: Slot, _ request: borrowing BidRequest, _ screened: Screened,
        _ context: AuctionContext
    ) -> Explanation.Verdict {
        let text = request.text
        var verdict = Explanation.Verdict(
            strategy: strategy.idText, impid: text.string(slot.imp.id), reason: seen.reason)
        if let offer = seen.offer {
            verdict.creative = String(decoding: strategy.creatives[offer.creative].id, as: UTF8.self)
            verdict.deal = offer.deal.isEmpty ? nil : text.string(offer.deal)
            verdict.price = offer.price
        }
        guard let reason = seen.reason else { return verdict }
        if reason == .frequency {
            (verdict.rule, verdict.ours, verdict.theirs) = frequencyWords(
                strategy, creative: seen.offer?.creative, request, screened, context)
            return verdict
        }
        let words = VerdictWords(
            strategy: strategy, slot: slot, offer: seen.offer, screened: screened, context: context)
        (verdict.rule, verdict.ours, verdict.theirs) = words.words(for: reason, request, winners: winners)
        return verdict
    }
}
