internal import Audience
internal import BidKit
internal import Consent
internal import Creative
internal import Events
internal import Ledger

extension Auction {
    /// Writes the response: the winners, grouped by seat.
    func reply(
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext,
        into out: inout ByteWriter
    ) {
        let buffer = request.text
        BidResponseWriter.open(
            requestID: request.id,
            of: buffer,
            bidid: BidID(seed: context.seed, index: -1),
            cur: screened.currency,
            into: &out
        )
        var isFirstSeat = true
        for first in winners.indices where isFirstOfSeat(first, context) {
            BidResponseWriter.openSeat(isFirst: isFirstSeat, into: &out)
            isFirstSeat = false
            writeBid(first, isFirst: true, request, screened, context, into: &out)
            for index in first + 1..<winners.count where haveSameSeat(index, first, context) {
                writeBid(index, isFirst: false, request, screened, context, into: &out)
            }
            BidResponseWriter.closeSeat(strategy(first, context).seatEscaped, isGrouped: isGrouped, into: &out)
        }
        BidResponseWriter.close(into: &out)
    }

    private func strategy(_ winner: Int, _ context: AuctionContext) -> Strategy {
        context.snapshot.strategy(winners[winner].strategy)
    }

    /// An impression's first bid has the id of its place in the request.
    private func bidID(_ winner: Int, _ context: AuctionContext) -> BidID {
        let imp = winners[winner].imp
        var earlier = 0
        for index in 0..<winner where winners[index].imp == imp { earlier += 1 }
        return BidID(seed: context.seed, index: imp | earlier << 16)
    }

    private func isFirstOfSeat(_ index: Int, _ context: AuctionContext) -> Bool {
        for earlier in 0..<index where haveSameSeat(earlier, index, context) { return false }
        return true
    }

    private func haveSameSeat(_ one: Int, _ other: Int, _ context: AuctionContext) -> Bool {
        strategy(one, context).seat == strategy(other, context).seat
    }

    private func writeBid(
        _ index: Int,
        isFirst: Bool,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext,
        into out: inout ByteWriter
    ) {
        let offer = winners[index]
        let strategy = strategy(index, context)
        let creative = strategy.creatives[offer.creative]
        let imp = request.imps[offer.imp]
        let head = BidHead(
            id: bidID(index, context),
            impid: imp.id,
            price: offer.price,
            mtype: offer.fit.mtype,
            dealid: offer.deal,
            w: offer.fit.w,
            h: offer.fit.h,
            dur: offer.fit.dur,
            exp: min(Int32(Account.lifetimeMinutes * 60), strategy.exp ?? .max)
        )
        writeFacts(index, request, screened, context)
        tokens.seal(landing: creative.landing, secure: imp.secure)
        BidResponseWriter.openBid(
            head,
            fixedMembers: creative.fixedMembers,
            of: request.text,
            isFirst: isFirst,
            into: &out
        )
        tokens.writeNotices(into: &out)
        creative.writeMarkup(imp, offer.fit, in: request, tokens.urls, into: &out)
        BidResponseWriter.closeBid(into: &out)
    }

    /// Writes what is true of a bid from now on into the token writer's `facts`.
    ///
    /// - Parameter index: of the winner.
    private func writeFacts(
        _ index: Int,
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext
    ) {
        let offer = winners[index]
        let strategy = context.snapshot.strategy(offer.strategy)
        let exchange = context.snapshot.exchanges[context.exchange]
        let buffer = request.text
        tokens.facts.clear()
        BidFactsWriter.write(
            .init(
                bidID: bidID(index, context),
                instant: context.instant,
                price: offer.price,
                currency: screened.currency,
                budgetPrice: offer.budgetPrice,
                budgetCurrency: strategy.currency,
                quantity: offer.quantity,
                mtype: offer.fit.mtype,
                consent: screened.consent.mode.rawValue,
                isTest: request.test,
                billsAtImpression: exchange.billsAtImpression,
                width: offer.fit.w,
                height: offer.fit.h,
                visitorHigh: screened.visitor.surrogate.high,
                visitorLow: screened.visitor.surrogate.low,
                isCapped: capCount(offer, context) > 0,
                run: run
            ),
            into: &tokens.facts
        )
        tokens.facts.append(exchange.factText)
        tokens.facts.append(strategy.factTexts[offer.creative])
        BidFactsWriter.write(offer.deal, of: buffer, into: &tokens.facts)
        BidFactsWriter.write(request.id, of: buffer, into: &tokens.facts)
        BidFactsWriter.write(request.imps[offer.imp].id, of: buffer, into: &tokens.facts)
        BidFactsWriter.write(request.device.geo.country, of: buffer, into: &tokens.facts)
        let place = request.site.domain.isEmpty ? request.site.bundle : request.site.domain
        BidFactsWriter.write(place, of: buffer, into: &tokens.facts)
        writeCaps(offer, context, into: &tokens.facts)
    }

    /// Hands each winner's record to the log, once nothing else keeps the response from being sent.
    ///
    /// - Returns: whether there was room for all of them.
    func recordWinners(
        _ request: borrowing BidRequest,
        _ screened: Screened,
        _ context: AuctionContext,
        _ record: (borrowing ByteWriter) -> Bool
    ) -> Bool {
        for index in winners.indices {
            // With one winner its facts still stand where replying put them.
            if winners.count > 1 { writeFacts(index, request, screened, context) }
            tokens.record.clear()
            EventCoder.writeBid(
                at: context.instant,
                facts: tokens.facts,
                label: winners[index].label,
                seed: context.seed,
                revision: context.snapshot.revision,
                pacing: winners[index].pacing,
                into: &tokens.record
            )
            guard record(tokens.record) else { return false }
        }
        return true
    }
}
