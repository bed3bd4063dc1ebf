public import BidKit

/// Offers the same price for every impression that its targeting reaches.
///
/// Terms: `cpm`, the price; `max_cpm`, at most which is ever bid, `cpm` where absent.
public struct FlatPrice: BidStrategy {
    private let cpm: CPM
    public let maxCPM: CPM

    public static let kind = BidderKind("flat-price") { (terms: inout Terms) -> FlatPrice? in
        let cpm = terms.cpm("cpm")
        let maxCPM = terms.optionalCPM("max_cpm")
        guard let cpm else { return nil }
        return FlatPrice(cpm: cpm, maxCPM: maxCPM ?? cpm)
    }

    init(cpm: CPM, maxCPM: CPM) {
        self.cpm = min(cpm, maxCPM)
        self.maxCPM = maxCPM
    }

    public borrowing func answer(_ opportunity: borrowing Opportunity, in request: borrowing BidRequest) -> Answer {
        cpm < opportunity.floor ? .pass("below floor") : .offer(cpm)
    }
}
