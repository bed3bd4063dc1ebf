package import BidKit
package import Consent

/// Why each strategy bids on each impression of a request, or does not.
package struct Explanation: Sendable {
    /// What one strategy comes to on one impression.
    package struct Verdict: Sendable {
        package let strategy: String
        package let impid: String
        /// That it would show; nil where it did not come to choosing one.
        package var creative: String?
        /// That it competes in; nil in the open auction.
        package var deal: String?
        /// The first rule that stopped it; nil where it bids.
        package let reason: PassReason?
        /// The fields of request and strategy that the rule is about.
        package var rule = ""
        /// What the strategy has there, and what the request has.
        package var ours = ""
        package var theirs = ""
        /// Its offer, in the response's currency; nil where it made none.
        package var price: CPM?
    }

    /// Why the request as a whole gets no bid; nil where it gets one.
    package var noBid: NoBidReason?
    package var currency: Currency?
    /// What the visitor's signals allow, and which of them decided; nil where nobody came to asking.
    package var consent: ConsentDecision?
    package var revision: UInt64 = 0
    /// By impression, then by strategy.
    package var verdicts: [Verdict] = []
    /// Strategies whose targeting does not match and that were left out, because there are too many.
    package var omitted = 0
}

/// Sees the verdicts of an auction that is held to be explained.
final class Witness {
    struct Seen {
        let reason: PassReason?
        let offer: Offer?
    }

    /// By impression and number of the strategy.
    private(set) var verdicts: [[Int: Seen]] = []

    /// What screening made of the visitor's signals.
    var consent: ConsentDecision?

    init(imps: Int) { verdicts = Array(repeating: [:], count: imps) }

    /// The last word counts, but who wins in one deal and is outbid in another has won.
    ///
    /// - Parameter isDisplaced: whether it had won before.
    func see(_ reason: PassReason?, _ number: Int, imp: Int, _ offer: Offer?, isDisplaced: Bool = false) {
        let known = verdicts[imp][number]
        if let known, known.reason == nil, reason != nil, !isDisplaced { return }
        verdicts[imp][number] = Seen(reason: reason, offer: offer ?? known?.offer)
    }
}
