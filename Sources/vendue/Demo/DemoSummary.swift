internal import Events
internal import Foundation
internal import Ledger
internal import Traffic
internal import Units

/// The demo's result for people: one screen.
struct DemoSummary {
    private let truth: DemoTruth
    private let seconds: Double

    init(_ truth: DemoTruth, seconds: Double) {
        self.truth = truth
        self.seconds = seconds
    }

    var text: String {
        ([headline, "", strategies, ""] + audiences + [speed] + money + [verdict]).joined(separator: "\n")
    }

    private var headline: String {
        let counts = truth.report.counts
        return """

            \(counts.requests) bid requests in \(seconds.formatted()) s: \(counts.bids) bids on \(counts.bidAnswers) of them, \
            \(counts.noBids) no-bids, \(truth.late) late, \(counts.errors) errors
            \(counts.wins) wins → \(counts.impressions) impressions → \(counts.clicks) clicks → \(counts.conversions) conversions; \
            \(counts.losses) losses; \(counts.repeats) notices sent twice on purpose, none counted twice
            """
    }

    private var strategies: String {
        var table = TextTable(["strategy", "bids#", "wins#", "win rate#", "clicks#", "conv.#", "spend#", "per mille#"])
        for (key, tally) in truth.delivery.sorted(by: { $0.tally.spend > $1.tally.spend }) where !key.strategy.isEmpty {
            let wins = tally[.win]
            let perMille = tally[.billing] > 0 ? tally.spend.nanos / Int64(tally[.billing]) : 0
            table.add([
                key.strategy, "\(tally[.bid])", "\(wins)", percent(wins, tally[.bid]), "\(tally[.click])",
                "\(tally[.conversion])", DecimalText.fixed(micros: tally.spend.micros.rawValue), cents(perMille),
            ])
        }
        return table.text
    }

    /// What visitors did at the shops, and what came of it; nothing where nobody shopped.
    private var audiences: [String] {
        let counts = truth.report.counts
        guard counts.events + counts.eventsRefused + counts.eventErrors > 0 else { return [] }
        let bids = truth.delivery.reduce(UInt64(0)) { sum, entry in
            DemoWorld.aimedStrategies.contains(entry.key.strategy) ? sum + entry.tally[.bid] : sum
        }
        let refused = counts.eventsRefused > 0 ? ", \(counts.eventsRefused) refused" : ""
        return [
            "audiences: \(counts.events) events of shoppers taken\(refused); "
                + "\(bids) bids on visitors for what they had looked at or left in the cart"
        ]
    }

    private var speed: String {
        let latency = truth.report.latency
        return
            "answers: p50 \(latency.p50) µs, p99 \(latency.p99) µs, p99.9 \(latency.p999) µs from the moment each request was due"
    }

    private var money: [String] {
        let total = truth.books.reduce(into: Account.Books()) { sum, entry in
            guard case .strategy = entry.id else { return }
            sum.reserved += entry.books.reserved
            sum.settled += entry.books.settled
            sum.settledLate += entry.books.settledLate
            sum.released += entry.books.released
            sum.expired += entry.books.expired
            sum.outstanding += entry.books.outstanding
        }
        let text = { (spend: Spend) in DecimalText.fixed(micros: spend.micros.rawValue) }
        return [
            "books:   reserved \(text(total.reserved)) = settled \(text(total.settled)) + released \(text(total.released))"
                + " + outstanding \(text(total.outstanding)) + expired \(text(total.expired)), in the strategies' currencies"
        ]
    }

    private var verdict: String {
        if truth.isBalanced {
            return "balanced: the exchange's own count of notices and money equals the log's and the ledger's"
        }
        return (["NOT balanced:"] + truth.faults.map { "  " + $0 }).joined(separator: "\n")
    }

    private func percent(_ part: UInt64, _ whole: UInt64) -> String {
        whole == 0 ? "–" : "\((part * 1000 / whole + 5) / 10) %"
    }

    private func cents(_ micros: Int64) -> String {
        let text = DecimalText.fixed(micros: micros)
        return String(text.dropLast(4))
    }
}
