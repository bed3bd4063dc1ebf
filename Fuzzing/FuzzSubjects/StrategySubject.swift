internal import Auction
internal import Documents
internal import FlatPrice
internal import Ledger
internal import OpenRTB
internal import Units

/// What is registered: strategies, advertisers, exchanges, audiences and creatives.
///
/// Input: a byte that chooses the kind, then the document as JSON or YAML.
package struct StrategySubject: InputCheck {
    private enum Kind: UInt8, CaseIterable {
        case strategy, advertiser, exchange, audience, creative
    }

    /// A strategy that bids on any banner.
    private static let registered = FuzzWorld.document(FuzzWorld.strategies[0]) { node throws(DocumentError) in node }

    private let reader = BidRequestReader()
    private let auction = FuzzWorld.makeAuction()

    package init() {
        do {
            try reader.read(copying: Array(FuzzWorld.requests[0].utf8))
        } catch {
            preconditionFailure("a request of ours is refused: \(error)")
        }
    }

    package func check(_ input: [UInt8]) {
        guard let first = input.first, let kind = Kind(rawValue: first % UInt8(Kind.allCases.count)) else { return }
        let node: Node
        do throws(DocumentError) {
            node = try Node.readOne(String(decoding: input.dropFirst(), as: UTF8.self))
        } catch {
            TargetingSubject.check(error.faults, of: nil, at: "")
            return
        }
        do throws(DocumentError) {
            try check(node, kind)
        } catch {
            TargetingSubject.check(error.faults, of: node, at: "")
            return
        }
        checkStored(node, kind)
    }

    private func check(_ node: Node, _ kind: Kind) throws(DocumentError) {
        switch kind {
        case .strategy: checkCompiled(try StrategyDocument(node, kinds: [FlatPrice.kind]))
        case .advertiser: checkCompiled(try AdvertiserDocument(node))
        case .exchange: checkCompiled(try ExchangeDocument(node))
        case .audience: _ = try AudienceDocument(node)
        case .creative:
            // A creative is read as part of a strategy.
            var whole = Self.registered
            whole.set("creatives", Node(.list([node]), position: node.position))
            checkCompiled(try StrategyDocument(whole, kinds: [FlatPrice.kind]))
        }
    }

    /// An accepted document is stored as JSON, and as JSON it is accepted too and says the same.
    private func checkStored(_ node: Node, _ kind: Kind) {
        let json = node.json
        do throws(DocumentError) {
            let stored = try Node.readOne(json)
            Property.holds(stored.json == json, "a document is the same after it was stored: \(json)")
            try check(stored, kind)
        } catch {
            Property.broken("an accepted document is refused once it was stored: \(error.faults) in \(json)")
        }
    }

    // MARK: What is accepted runs

    private func checkCompiled(_ strategy: StrategyDocument) {
        var advertiser = AdvertiserDocument.registered
        advertiser.id = strategy.advertiser
        let ledger = BudgetLedger()
        let snapshot = Self.compile([strategy], [advertiser], [.registered], ledger)
        Property.holds(snapshot.faults.isEmpty, "an accepted strategy compiles: \(snapshot.faults)")
        Property.holds(snapshot.strategies.count == 1, "an accepted strategy is in the snapshot")
        hold(snapshot)
    }

    private func checkCompiled(_ advertiser: AdvertiserDocument) {
        let ledger = BudgetLedger()
        var strategy = StrategyDocument.registered
        strategy.advertiser = advertiser.id
        strategy.currency = advertiser.currency
        let snapshot = Self.compile([strategy], [advertiser], [.registered], ledger)
        Property.holds(snapshot.hasAdvertiser(advertiser.id), "an accepted advertiser is in the snapshot")
        Property.holds(snapshot.faults.isEmpty, "a strategy in its advertiser's currency compiles: \(snapshot.faults)")
        hold(snapshot)
        ledger.advance(to: FuzzWorld.instant.adding(seconds: 86_400))
    }

    private func checkCompiled(_ exchange: ExchangeDocument) {
        let snapshot = Self.compile([.registered], [.registered], [exchange], BudgetLedger())
        Property.holds(snapshot.exchange(named: exchange.id) == 0, "an accepted exchange is in the snapshot")
        hold(snapshot)
    }

    private static func compile(
        _ strategies: [StrategyDocument],
        _ advertisers: [AdvertiserDocument],
        _ exchanges: [ExchangeDocument],
        _ ledger: BudgetLedger
    ) -> Snapshot {
        ledger.advance(to: FuzzWorld.instant)
        return SnapshotBuilder.compile(
            kinds: [FlatPrice.kind], ledger: ledger, rates: FuzzWorld.rates, revision: 1, advertisers: advertisers,
            strategies: strategies, exchanges: exchanges)
    }

    /// Puts a request with an impression of each format to what was registered: the answer is a sound one.
    private func hold(_ snapshot: Snapshot) {
        let context = AuctionContext(
            snapshot: snapshot, exchange: 0, instant: FuzzWorld.instant, seed: FuzzWorld.seed, deadline: .none)
        var response = ByteWriter(capacity: 1024)
        let outcome = auction.hold(reader.request, context, into: &response) { _ in true }
        guard case .bid(let count) = outcome else { return }
        AnswerProperties(response.array(), of: reader.request)
            .checkBids(of: reader.request, count: count, currency: snapshot.exchanges[0].document.currency)
    }

    static var seeds: [[UInt8]] {
        let kinds = [
            (Kind.strategy, FuzzWorld.strategies), (.advertiser, FuzzWorld.advertisers),
            (.exchange, FuzzWorld.exchanges), (.audience, FuzzWorld.audiences), (.creative, FuzzWorld.creatives),
            (
                .strategy,
                [
                    """
                    # In YAML, with a comment.
                    id: acme-shoes
                    advertiser: acme
                    bidder: flat-price
                    terms: {cpm: "2.50", max_cpm: '3'}
                    frequency: [{impressions: 3, hours: 24, per: household}]
                    holdout: 0.1
                    arms: [{id: a, weight: 2, creatives: [c]}]
                    creatives:
                      - id: c
                        adomain: acme.example
                        landing: https://acme.example/
                        banner: {html: "<b>{click}</b>"}

                    """
                ]
            ),
        ]
        return kinds.flatMap { kind, texts in texts.map { [kind.rawValue] + Array($0.utf8) } }
    }
}

extension StrategyDocument {
    /// One that bids on any banner.
    fileprivate static let registered = FuzzWorld.document(FuzzWorld.strategies[0]) { node throws(DocumentError) in
        try StrategyDocument(node, kinds: [FlatPrice.kind])
    }
}

extension AdvertiserDocument {
    fileprivate static let registered = FuzzWorld.document(FuzzWorld.advertisers[0]) { node throws(DocumentError) in
        try AdvertiserDocument(node)
    }
}

extension ExchangeDocument {
    fileprivate static let registered = FuzzWorld.document(FuzzWorld.exchanges[0]) { node throws(DocumentError) in
        try ExchangeDocument(node)
    }
}

extension FuzzWorld {
    /// A document of ours, which is never refused.
    fileprivate static func document<Document>(
        _ text: String,
        _ read: (Node) throws(DocumentError) -> Document
    ) -> Document {
        do throws(DocumentError) {
            return try read(try Node.readOne(text))
        } catch {
            preconditionFailure("a document of ours is refused: \(error.faults)")
        }
    }
}
