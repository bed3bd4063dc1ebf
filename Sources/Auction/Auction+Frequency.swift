internal import Audience
internal import BidKit
internal import Consent
internal import Events

/// Frequency caps: of the strategy, of its advertiser and of the creative, all at once.
///
/// Asked before a strategy is, and reserved when its offer wins: between the two another loop may have taken the room.
extension Auction {
    /// Whether a cap of the strategy or its advertiser is reached, or has nobody to count for.
    func isCapped(_ strategy: Strategy, _ request: borrowing BidRequest, _ context: AuctionContext) -> Bool {
        if isReached(strategy.caps, request, context) { return true }
        return isReached(context.snapshot.advertiserCaps[strategy.owner], request, context)
    }

    /// Whether a cap of a creative is.
    func isCapped(
        _ strategy: Strategy, creative: Int, _ request: borrowing BidRequest, _ context: AuctionContext
    ) -> Bool {
        guard !strategy.creativeCaps.isEmpty else { return false }
        return isReached(strategy.creativeCaps[creative], request, context)
    }

    private func isReached(
        _ caps: [ImpressionCap], _ request: borrowing BidRequest, _ context: AuctionContext
    ) -> Bool {
        for cap in caps where !recogniser.impressions.hasRoom(cap, request, at: context.instant) { return true }
        return false
    }

    // MARK: Reserving

    /// Reserves an offer's impression against all its caps.
    ///
    /// - Returns: false where one of them has no room; then nothing is reserved.
    func reserveImpression(_ offer: Offer, _ context: AuctionContext) -> Bool {
        guard reservesImpressions else { return true }
        var reserved = 0
        let isReserved = forEachCap(of: offer, context) { cap in
            guard recogniser.impressions.reserve(cap, at: context.instant) else { return false }
            reserved += 1
            return true
        }
        guard !isReserved else { return true }
        _ = forEachCap(of: offer, context) { cap in
            guard reserved > 0 else { return false }
            reserved -= 1
            recogniser.impressions.release(cap, at: context.instant)
            return true
        }
        return false
    }

    /// Gives an offer's impression back, when it is not sent.
    func releaseImpression(_ offer: Offer, _ context: AuctionContext) {
        guard reservesImpressions else { return }
        _ = forEachCap(of: offer, context) { cap in
            recogniser.impressions.release(cap, at: context.instant)
            return true
        }
    }

    /// How many caps an offer's impression counts for.
    func capCount(_ offer: Offer, _ context: AuctionContext) -> Int {
        guard reservesImpressions else { return 0 }
        var count = 0
        _ = forEachCap(of: offer, context) { _ in
            count += 1
            return true
        }
        return count
    }

    /// Writes what an offer's impression counts for, where it does, as the last of the facts.
    func writeCaps(_ offer: Offer, _ context: AuctionContext, into facts: inout ByteWriter) {
        let count = capCount(offer, context)
        guard count > 0 else { return }
        BidFactsWriter.write(capCount: count, into: &facts)
        var isHousehold = false
        _ = forEachCap(of: offer, context) { cap in
            BidFactsWriter.write(cap.counter, into: &facts)
            isHousehold = isHousehold || cap.counter.isHousehold
            return true
        }
        guard isHousehold else { return }
        let none = IdentityKey(high: 0, low: 0)
        BidFactsWriter.write(household: recogniser.impressions.householdKey ?? none, into: &facts)
    }

    /// The strategy's caps, then the advertiser's, then the creative's.
    ///
    /// - Returns: false where `body` ended it by returning so.
    private func forEachCap(
        of offer: Offer, _ context: AuctionContext, _ body: (ImpressionCap) -> Bool
    ) -> Bool {
        let strategy = context.snapshot.strategy(offer.strategy)
        for cap in strategy.caps where !body(cap) { return false }
        for cap in context.snapshot.advertiserCaps[strategy.owner] where !body(cap) { return false }
        guard !strategy.creativeCaps.isEmpty else { return true }
        for cap in strategy.creativeCaps[offer.creative] where !body(cap) { return false }
        return true
    }

    // MARK: Explaining

    /// Which cap stopped a strategy, what it allows, and what stands against it.
    ///
    /// - Parameter creative: that it would have shown; nil where none came up.
    func frequencyWords(
        _ strategy: Strategy, creative: Int?, _ request: borrowing BidRequest, _ screened: Screened,
        _ context: AuctionContext
    ) -> VerdictWords.Words {
        var caps = strategy.caps + context.snapshot.advertiserCaps[strategy.owner]
        for index in strategy.creativeCaps.indices where creative == nil || creative == index {
            caps += strategy.creativeCaps[index]
        }
        let impressions = recogniser.impressions
        let reached = caps.first { !impressions.hasRoom($0, request, at: context.instant) } ?? caps.first
        guard let cap = reached else { return ("frequency", "", "") }
        let rule =
            switch cap.scope {
            case .strategy: "frequency"
            case .creative: "creatives.frequency"
            case .advertiser: "advertiser.frequency"
            }
        let ours = "\(cap.impressions) in \(cap.hours) h for each \(cap.counter.isHousehold ? "household" : "visitor")"
        if let tally = impressions.tally(cap, request, at: context.instant) {
            return (rule, ours, "\(tally.counted) counted, \(tally.pending) pending")
        }
        let isAllowed = screened.consent.mode == .full
        let nobody = cap.counter.isHousehold ? "no household" : "no identifier"
        return (rule, ours, isAllowed ? "\(nobody) to count for" : "not counted (\(screened.consent.because.label))")
    }
}
