internal import Audience
internal import BidKit
internal import Consent
internal import Documents
internal import IPSignals
internal import Targeting
internal import Vetting

extension Auction {
    enum Screening {
        case goOn(Screened)
        case stop(NoBidReason)
    }

    /// What concerns the request as a whole: the exchange, time, consent, currency.
    ///
    /// - Source: OpenRTB 2.6, 3.2.1.
    func screen(_ request: borrowing BidRequest, _ context: AuctionContext) -> Screening {
        let exchange = context.snapshot.exchanges[context.exchange]
        considered = 0
        inconvertible = 0
        unreached = 0
        if exchange.isPaused { return .stop(.exchangePaused) }
        if request.imps.isEmpty { return .stop(.invalidRequest) }
        if context.snapshot.count == 0 { return .stop(.noStrategies) }
        if context.deadline.hasPassed(at: time.moment()) { return .stop(.insufficientTime) }
        // A transparency answer under the EU's Digital Services Act is not something that we can give yet.
        if let dsa = request.regs.dsaRequired, dsa >= 2 { return .stop(.privacy) }
        let vetting = context.snapshot.vetting
        let supply = vetting.facts(request, exchangeSellerDomain: exchange.sellerDomain)
        if let refusal = vetting.refusal(supply) { return .stop(refusal) }
        if context.snapshot.ipSignals.refuses(request) { return .stop(.proxyIP) }
        let (consent, visitor) = recognise(request, exchange, context)
        witness?.consent = consent
        if consent.mode == .none { return .stop(.privacy) }
        guard let currency = currency(request, context) else { return .stop(.currency) }
        var targeting = TargetingContext(
            exchange: exchange.id,
            instant: context.instant,
            personalDataAllowed: consent.mode == .full,
            preciseGeoAllowed: consent.preciseGeo
        )
        targeting.names = context.snapshot.audienceNames
        if consent.mode == .full { addAudiences(ofAddress: request, context.snapshot) }
        targeting.audiences = recogniser.audiences
        return .goOn(
            Screened(
                consent: consent, visitor: visitor, currency: currency, targeting: targeting, supply: supply,
                bidsPerImp: exchange.document.bidsPerImp))
    }

    /// Audiences that hold the device's address.
    private func addAudiences(ofAddress request: borrowing BidRequest, _ snapshot: Snapshot) {
        guard !snapshot.ipSignals.audiences.isEmpty, let address = Recogniser.address(of: request) else { return }
        snapshot.ipSignals.audiences.find(address, into: &addressHits)
        for index in 0..<addressHits.count { recogniser.add(addressHits[index]) }
    }

    /// Who the visitor is, as far as consent lets us ask; who opted out counts as nobody.
    private func recognise(
        _ request: borrowing BidRequest, _ exchange: Exchange, _ context: AuctionContext
    ) -> (ConsentDecision, Recogniser.Recognition) {
        var signals = ConsentSignals(of: request)
        let consent = self.consent.decide(signals, at: context.instant)
        let visitor = recogniser.recognise(request, exchange: exchange.id, consent, at: context.instant)
        guard visitor.isOptedOut else { return (consent, visitor) }
        signals.optedOut = true
        return (self.consent.decide(signals, at: context.instant), visitor)
    }

    /// The currency to bid in: the first accepted one that can be converted to, else the first that strategies bid in
    /// themselves; nil where nobody could pay.
    private func currency(_ request: borrowing BidRequest, _ context: AuctionContext) -> Currency? {
        guard !request.cur.isEmpty else { return context.snapshot.exchanges[context.exchange].document.currency }
        var first: Currency?
        for index in 0..<request.cur.count {
            let code = request.element(index, of: request.cur)
            guard let currency = unsafe request.text.withBytes(code, { unsafe Currency($0) }) else { continue }
            if context.snapshot.rates.knows(currency) { return currency }
            if first == nil, context.snapshot.bids(in: currency) { first = currency }
        }
        return first
    }
}
