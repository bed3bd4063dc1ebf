package import BidKit
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
