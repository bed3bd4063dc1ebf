package import Audience
package import BidKit
package import Consent
internal import Creative
package import Events
internal import IPSignals
package import Sealing
internal import Targeting
internal import Vetting

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
    let consent: ConsentPolicy
    let recogniser: Recogniser
    /// Audiences of the address at hand.
    var addressHits = AddressHits()
    let search = Search()
    private var flights = OpenFlights()
    /// Offers for the impression at hand.
    var candidates: [Offer] = []
    /// Offers of strategies that take all impressions or none.
    var roadblocks: [Offer] = []
    var winners: [Offer] = []
    /// Creatives of the strategy at hand that fit.
    var fitting: [(index: Int, fit: Fit)] = []
    /// The request's block lists, for creatives to be looked up in.
    var blocks = BlockIndex()
    /// Whether the winners are one strategy's, which takes all or none.
    var isGrouped = false
    /// Whether impressions are reserved against frequency caps: not those of test traffic.
    var reservesImpressions = true
    /// Strategies in flight, of an allowed seat, that targeting let through, counted over this request's impressions.
    var considered = 0
    /// Those of them whose currency cannot be converted to that of the response.
    var inconvertible = 0
    /// Strategies that were not asked because they cannot bid enough, counted over this request's impressions.
    var unreached = 0
    /// Strategies whose targeting accepts the impression at hand.
    var matched = 0
    /// Why strategies that were considered made no bid, by ``PassReason``.
    package internal(set) var passes = [UInt64](repeating: 0, count: PassReason.allCases.count)
    /// The same by strategy.
    package let tallies = PassTallies()
    /// Whether a budget waits for the log to hold the bids made of it: until it does, it buys little more.
    package var waitsForLog = false
    /// Which run of the service makes the bids, for their facts.
    package var run = RunMark.none
    /// Sees every verdict when an auction is held to be explained; nil otherwise.
    var witness: Witness?

    /// Starts counting ``passes`` anew.
    package func forgetPasses() {
        for index in passes.indices { passes[index] = 0 }
    }

    /// - Parameters:
    ///   - visitorKey: of the pseudonyms in the log and of what is kept of identifiers; 32 bytes.
    ///   - consent: what may be done by which legal basis; the default has no vendor id, so that no TC string gives one.
    ///   - audience: what is known of visitors; nil where nothing is.
    package init(
        ring: KeyRing, visitorKey: [UInt8], time: any TimeSource, consent: ConsentPolicy = ConsentPolicy(),
        audience: AudienceTables? = nil
    ) {
        tokens = TokenWriter(sealer: Sealer(ring: ring))
        recogniser = Recogniser(tables: audience, key: visitorKey)
        self.consent = consent
        self.time = time
    }

    /// Sets scheme, host and port of every URL of ours; to be called before the first auction.
    package func use(_ origin: Origin) { tokens.use(origin) }

    /// Decides on one request.
    ///
    /// - Parameters:
    ///   - request: borrowed from the loop's reader.
    ///   - response: receives the bid response when there is a bid, nothing else.
    ///   - record: called once for each bid with its record for the log, after all have been decided, until it says
    ///     that one finds no room; then nothing is bid, and the records before that one are to be forgotten.
    /// - Complexity: O(impressions × (strategies / 512 + strategies that match and could win)).
    package func hold(
        _ request: borrowing BidRequest,
        _ context: AuctionContext,
        into response: inout ByteWriter,
        record: (borrowing ByteWriter) -> Bool
    ) -> AuctionOutcome {
        switch screen(request, context) {
        case .stop(let reason):
            return .noBid(reason)
        case .goOn(let screened):
            decide(request, screened, context)
            guard !winners.isEmpty else { return .noBid(reasonForSilence(context)) }
            reply(request, screened, context, into: &response)
            guard !context.deadline.hasPassed(at: time.moment()) else {
                return takeBack(context, &response, .insufficientTime)
            }
            guard recordWinners(request, screened, context, record) else {
                return takeBack(context, &response, .logBehind)
            }
            return .bid(count: winners.count)
        }
    }

    private func takeBack(
        _ context: AuctionContext, _ response: inout ByteWriter, _ reason: NoBidReason
    ) -> AuctionOutcome {
        for winner in winners { release(winner, context) }
        response.clear()
        return .noBid(reason)
    }

    /// Finds the winners of all impressions, with their prices reserved.
    func decide(_ request: borrowing BidRequest, _ screened: Screened, _ context: AuctionContext) {
        winners.removeAll(keepingCapacity: true)
        roadblocks.removeAll(keepingCapacity: true)
        isGrouped = false
        reservesImpressions = !request.test
        search.begin(context.snapshot, request, screened.targeting)
        blocks.start(request)
        for index in request.imps.indices {
            // With very many strategies one impression may take all the time that there is, and a request may have many.
            if index > 0, witness == nil, context.deadline.hasPassed(at: time.moment()) { break }
            let slot = Slot(index: index, imp: request.imps[index])
            decide(slot, of: request, screened, context)
        }
        if !roadblocks.isEmpty { decideRoadblock(request, context) }
    }

    /// No bid at all: because nothing reached the request, because nothing was offered, or because time ran out.
    func reasonForSilence(_ context: AuctionContext) -> NoBidReason {
        if context.deadline.hasPassed(at: time.moment()) { return .insufficientTime }
        if inconvertible > 0, inconvertible == considered, unreached == 0 { return .currency }
        if considered > 0 { return .noOffer }
        guard flights.isAnyOpen(in: context.snapshot, at: context.instant) else { return .noStrategies }
        // Who cannot reach the floor was not asked, and might not have matched.
        return unreached > 0 ? .noOffer : .noMatch
    }

    /// Counts that a strategy makes no bid on an impression.
    func pass(
        _ reason: PassReason, _ number: Int, _ slot: Int, _ context: AuctionContext, offer: Offer? = nil,
        isDisplaced: Bool = false
    ) {
        passes[Int(reason.rawValue)] += 1
        if let witness {
            witness.see(reason, number, imp: slot, offer, isDisplaced: isDisplaced)
        } else {
            tallies.count(reason, of: context.snapshot.strategy(number).tally)
        }
    }

    /// Counts strategies that were not looked at one by one.
    func pass(_ reason: PassReason, by count: Int) { passes[Int(reason.rawValue)] += UInt64(count) }
}

/// What screening found out about a request.
struct Screened {
    let consent: ConsentDecision
    let visitor: Recogniser.Recognition
    /// Of the response and all prices in it.
    let currency: Currency
    let targeting: TargetingContext
    let supply: SupplyFacts
    /// Bids on an impression at most.
    let bidsPerImp: Int
}

/// An impression and its place in the request.
struct Slot {
    let index: Int
    let imp: Imp

    /// The player that a break of several ads plays in; nil where there is none.
    var dynamicPod: VideoOrAudio? {
        if let video = imp.video, (video.poddur ?? 0) > 0 { return video }
        if let audio = imp.audio, (audio.poddur ?? 0) > 0 { return audio }
        return nil
    }

    /// Which break it belongs to; absent for none.
    var podid: Text {
        guard let podid = imp.video?.podid, !podid.isEmpty else { return imp.audio?.podid ?? .absent }
        return podid
    }

    /// Whether it is part of a break, in which nothing may come twice.
    var isInPod: Bool { !podid.isEmpty || dynamicPod != nil }
}

/// One strategy's offer for one impression.
struct Offer: BitwiseCopyable {
    let imp: Int
    /// Its number in the snapshot.
    let strategy: Int
    let creative: Int
    let fit: Fit
    /// In the response's currency.
    let price: CPM
    /// The same in the strategy's currency: what its budget reserves.
    let budgetPrice: CPM
    let reserved: Spend
    /// By which pacing held it.
    let pacing: Multiplier
    /// Of the deal that it competes in.
    let deal: Text
    /// Whether the deal is owed a bid.
    let isGuaranteed: Bool
    let quantity: Quantity
    /// Decides between equal prices.
    let ticket: UInt64
    let label: StaticString
}
