package import BidKit
internal import Consent
internal import Creative
internal import Documents
internal import Events
internal import Ledger
package import Sealing
internal import Targeting

/// What a decision depends on besides the request.
package struct AuctionContext {
    package let snapshot: Snapshot
    /// Index of the exchange in the snapshot.
    package let exchange: Int
    package let instant: Instant
    package let seed: Seed
    /// By which the answer must have left, the way back already taken off.
    package let deadline: Deadline

    package init(snapshot: Snapshot, exchange: Int, instant: Instant, seed: Seed, deadline: Deadline) {
        self.snapshot = snapshot
        self.exchange = exchange
        self.instant = instant
        self.seed = seed
        self.deadline = deadline
    }
}

/// How an auction ended.
package enum AuctionOutcome: Equatable, Sendable {
    /// A response was written, with so many bids.
    case bid(count: Int)
    case noBid(NoBidReason)
}

/// Holds auctions on one event loop: bytes of a request in, bytes of a response out, nothing waited for.
///
/// A decision is a function of the request, the snapshot, the instant and the seed (and of what budgets are left): the
/// same four give the same bytes. The clock is read only to stop in time.
///
/// Owns everything that a decision needs to write into, so that it allocates nothing of its own once warm.
package final class Auction {
    let time: any TimeSource
    let tokens: TokenWriter
    let matcher = TargetingMatcher()
    var candidates: [Offer] = []
    var winners: [Offer] = []
    /// Why strategies that were considered made no bid, by ``PassReason``.
    package internal(set) var passes = [UInt64](repeating: 0, count: PassReason.allCases.count)

    /// Starts counting ``passes`` anew.
    package func forgetPasses() {
        for index in passes.indices { passes[index] = 0 }
    }

    /// - Parameter visitorKey: of the pseudonyms in the log; 32 bytes.
    package init(ring: KeyRing, visitorKey: [UInt8], time: any TimeSource) {
        tokens = TokenWriter(sealer: Sealer(ring: ring), visitorKey: visitorKey)
        self.time = time
    }

    /// Sets scheme, host and port of every URL of ours; to be called before the first auction.
    package func use(_ origin: Origin) { tokens.origin = origin }

    /// Decides on one request.
    ///
    /// - Parameters:
    ///   - request: borrowed from the loop's reader.
    ///   - response: receives the bid response when there is a bid, nothing else.
    ///   - record: called once for each bid with its record for the log, after all have been decided.
    /// - Complexity: O(impressions × strategies).
    package func hold(
        _ request: borrowing BidRequest,
        _ context: AuctionContext,
        into response: inout ByteWriter,
        record: (borrowing ByteWriter) -> Void
    ) -> AuctionOutcome {
        switch screen(request, context) {
        case .stop(let reason):
            return .noBid(reason)
        case .goOn(let screened):
            winners.removeAll(keepingCapacity: true)
            matcher.begin(context.snapshot.targeting, request, screened.targeting)
            for imp in request.imps.indices {
                shortlist(imp, of: request, screened, context)
                if let winner = decide(context) { winners.append(winner) }
            }
            guard !winners.isEmpty else { return .noBid(reasonForSilence(context)) }
            reply(request, screened, context, into: &response)
            guard !context.deadline.hasPassed(at: time.moment()) else {
                withdraw(context)
                response.clear()
                return .noBid(.insufficientTime)
            }
            recordWinners(request, screened, context, record)
            return .bid(count: winners.count)
        }
    }

    /// No bid at all: because nothing reached the request, because nothing was offered, or because time ran out.
    private func reasonForSilence(_ context: AuctionContext) -> NoBidReason {
        if context.deadline.hasPassed(at: time.moment()) { return .insufficientTime }
        if considered > 0 { return .noOffer }
        let hasStrategies = context.snapshot.strategies.contains { $0.isInFlight(at: context.instant) }
        return hasStrategies ? .noMatch : .noStrategies
    }

    /// Strategies in flight, of an allowed seat, that targeting let through, counted over this request's impressions.
    var considered = 0

    /// Gives back what the winners reserved, when their bids are not sent.
    private func withdraw(_ context: AuctionContext) {
        for index in winners.indices {
            let strategy = context.snapshot.strategies[winners[index].strategy]
            strategy.account.cancel(winners[index].reserved, at: context.instant)
            strategy.advertiserAccount.cancel(winners[index].reserved, at: context.instant)
        }
    }
}

/// What screening found out about a request.
struct Screened {
    let consent: ConsentMode
    /// Of the response and all prices in it.
    let currency: Currency
    let targeting: TargetingContext
}

/// One strategy's offer for one impression.
struct Offer: BitwiseCopyable {
    let imp: Int
    let strategy: Int
    let creative: Int
    let fit: Fit
    /// In the response's currency.
    let price: CPM
    /// The same in the strategy's currency: what its budget reserves.
    let budgetPrice: CPM
    let reserved: Spend
    /// Of the deal that it competes in.
    let deal: Text
    let quantity: Quantity
    /// Decides between equal prices.
    let ticket: UInt64
    let label: StaticString
}
