internal import Auction
internal import OpenRTB
internal import Targeting
internal import Units

/// What one revision registers, as plain values: who may bid is found by looking at all of them.
struct RaceRevision: Sendable {
    struct Entry: Sendable {
        var cpm: CPM
        var currency: Currency
        var targeting: Predicate
        var isActive: Bool
        /// Whether a budget may keep it from bidding.
        let isLimited: Bool
    }

    let number: UInt64
    /// By id.
    let entries: [String: Entry]

    /// What an entry bids on the first impression in US dollars; nil where it does not.
    private func offer(
        _ entry: Entry, _ request: borrowing BidRequest, _ context: TargetingContext, _ rates: CurrencyRates
    ) -> CPM? {
        guard entry.isActive,
            let price = rates.convert(entry.cpm, from: entry.currency, to: .usd, rounding: .down),
            price > .zero, price >= request.imps[0].bidfloor ?? .zero,
            Evaluator.matches(entry.targeting, request.imps[0], of: request, context)
        else { return nil }
        return price
    }

    /// What is wrong with a decision; nil where this revision accounts for it.
    ///
    /// - Parameter winner: nil where nobody bids.
    func fault(
        of winner: (strategy: String, price: CPM)?, _ request: borrowing BidRequest, _ context: TargetingContext,
        _ rates: CurrencyRates
    ) -> String? {
        var best: (id: String, price: CPM)?
        for (id, entry) in entries where !entry.isLimited {
            if let price = offer(entry, request, context, rates), price > best?.price ?? .zero { best = (id, price) }
        }
        guard let winner else { return best.map { "nobody bids, but \($0.id) offers \($0.price.micros)" } }
        guard let entry = entries[winner.strategy] else { return "\(winner.strategy) wins, which is not registered" }
        guard let price = offer(entry, request, context, rates) else {
            return "\(winner.strategy) wins, which may not bid"
        }
        guard price == winner.price else {
            return "\(winner.strategy) wins at \(winner.price.micros), its price is \(price.micros)"
        }
        guard let best, best.price > price else { return nil }
        return "\(winner.strategy) wins at \(price.micros), but \(best.id) offers \(best.price.micros)"
    }
}
