package import BidKit
internal import Creative
package import Documents
package import Ledger

/// Makes a snapshot of what is registered.
package struct SnapshotCompiler: Sendable {
    private let kinds: [BidderKind]
    private let ledger: BudgetLedger
    private let rates: CurrencyRates

    package init(kinds: [BidderKind], ledger: BudgetLedger, rates: CurrencyRates) {
        self.kinds = kinds
        self.ledger = ledger
        self.rates = rates
    }

    /// - Returns: a snapshot; what cannot run is left out of it and named in its faults.
    package func compile(
        revision: UInt64,
        advertisers: [AdvertiserDocument],
        strategies: [StrategyDocument],
        exchanges: [ExchangeDocument]
    ) -> Snapshot {
        var faults: [String] = []
        var owners: [String: AdvertiserDocument] = [:]
        for advertiser in advertisers {
            owners[advertiser.id] = advertiser
            ledger.account(.advertiser(advertiser.id)).setLimits(
                total: advertiser.budget.total,
                daily: advertiser.budget.daily,
                clock: advertiser.clock
            )
        }
        let compiled = strategies.sorted { $0.id < $1.id }.compactMap { document in
            compile(document, owner: owners[document.advertiser], &faults)
        }
        return Snapshot(
            revision: revision,
            exchanges: exchanges.sorted { $0.id < $1.id }.map { Exchange(id: Array($0.id.utf8), document: $0) },
            strategies: compiled,
            advertisers: Set(owners.keys),
            rates: rates,
            faults: faults
        )
    }

    private func compile(
        _ document: StrategyDocument,
        owner: AdvertiserDocument?,
        _ faults: inout [String]
    ) -> Strategy? {
        guard let owner else {
            faults.append("strategy \(document.id): there is no advertiser \(document.advertiser)")
            return nil
        }
        // One account cannot add dollars to euros.
        if owner.budget != Budget(), owner.currency != document.currency {
            faults.append(
                "strategy \(document.id): its currency is \(document.currency), the budget of advertiser \(owner.id) is in "
                    + "\(owner.currency)"
            )
            return nil
        }
        guard let kind = kinds.first(where: { $0.name == document.bidder }), let cell = kind.seat(document.terms) else {
            faults.append("strategy \(document.id): this service has no bidder \(document.bidder) for its terms")
            return nil
        }
        let account = ledger.account(.strategy(document.id))
        account.setLimits(total: document.budget.total, daily: document.budget.daily, clock: document.clock)
        return Strategy(
            document, cell: cell, account: account, advertiserAccount: ledger.account(.advertiser(owner.id)))
    }
}

extension Creative {
    /// Compiles a registered creative of a strategy.
    convenience init(_ document: CreativeDocument, campaign: String) {
        let identity = Identity(
            id: document.id,
            campaign: campaign,
            adomain: document.adomain,
            cat: document.cat,
            cattax: document.cattax,
            attr: document.attr,
            language: document.language,
            bundle: document.bundle,
            landing: document.landing
        )
        switch document.format {
        case .banner(let banner):
            let markup = BannerMarkup(
                html: banner.html,
                w: banner.w,
                h: banner.h,
                api: banner.api,
                mimes: banner.mimes
            )
            self.init(identity, .banner(markup), source: banner.html)
        case .video(let linear):
            self.init(identity, .linear(Self.markup(linear, document, isVideo: true)), source: Self.source(linear))
        case .audio(let linear):
            self.init(identity, .linear(Self.markup(linear, document, isVideo: false)), source: Self.source(linear))
        case .native(let native):
            let markup = NativeMarkup(
                title: native.title,
                image: native.image.map { ($0.url, $0.w, $0.h) },
                icon: native.icon.map { ($0.url, $0.w, $0.h) },
                data: native.data
            )
            let urls = [native.image?.url, native.icon?.url].compactMap { $0 }.joined(separator: " ")
            self.init(identity, .native(markup), source: urls)
        }
    }

    private static func markup(
        _ linear: CreativeDocument.Linear,
        _ document: CreativeDocument,
        isVideo: Bool
    )
        -> LinearMarkup
    {
        let source: LinearMarkup.Source =
            switch linear.source {
            case .media(let url): .media(url: url)
            case .vast(let text): .vast(text)
            }
        return LinearMarkup(
            isVideo: isVideo,
            id: document.id,
            title: document.name,
            mimes: linear.mimes,
            duration: linear.duration,
            w: linear.w,
            h: linear.h,
            protocols: linear.protocols,
            bitrate: linear.bitrate,
            api: linear.api,
            source: source
        )
    }

    private static func source(_ linear: CreativeDocument.Linear) -> String {
        switch linear.source {
        case .media(let url): return url
        // The names of XML schemas look like addresses, but nobody loads them.
        case .vast(let text): return text.replacing("http://www.w3.org/", with: "")
        }
    }
}
