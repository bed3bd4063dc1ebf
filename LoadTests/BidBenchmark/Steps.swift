/// What is run over every request and measured; by itself or, for a step that cannot be reached alone, as the
/// difference of two that part at that step.
enum Run: String, CaseIterable {
    /// Looks at each request and does nothing: must count nothing.
    case empty
    /// simdjson alone.
    case parse
    /// Bytes to `BidRequest`.
    case read
    /// Reads, and decides what the visitor's consent allows, for a vendor.
    case consent
    /// Reads and holds an auction that ends after screening.
    case paused
    /// Reads and holds an auction in which no targeting matches.
    case unmatched
    /// Reads and holds an auction in which targeting matches, but no creative fits.
    case unfit
    /// Reads and holds an auction in which whoever may bid is asked and passes.
    case silent
    /// Reads and holds an auction in which no candidate can pay.
    case unpaid
    /// Reads and holds an auction that ends with a bid wherever one is possible.
    case bidding
    /// Seals one token.
    case seal
    /// Puts one decision record into the ring.
    case record

    /// The strategies of its auctions; nil where none is held.
    var cast: Cast? {
        switch self {
        case .empty, .parse, .read, .consent, .seal, .record: nil
        case .paused: .paused
        case .unmatched: .unmatched
        case .unfit: .unfit
        case .silent: .silent
        case .unpaid: .unpaid
        case .bidding: .bidding
        }
    }
}

/// One step of a bid, as ARCHITECTURE.md names them, and how it is told from the others.
struct Step {
    /// As the thresholds name it.
    let name: String
    let run: Run
    /// What is taken off ``run``.
    let less: Run?
    /// For people.
    let summary: String

    init(_ name: String, _ run: Run, less: Run? = nil, _ summary: String) {
        self.name = name
        self.run = run
        self.less = less
        self.summary = summary
    }

    /// In the order of a bid.
    static let all = [
        Step("parse", .parse, "simdjson alone, as the measure"),
        Step("read", .read, "bytes to BidRequest, parse included"),
        Step("consent", .consent, less: .read, "TCF, GPP and US strings, held to a policy"),
        Step("screen", .paused, less: .read, "exchange, consent, currency; ends with one paused strategy"),
        Step("shortlist-none", .unmatched, less: .paused, "targeting, by the index; none matches"),
        Step(
            "shortlist-some", .unfit, less: .paused,
            "the same where some match, their flight, seat and creatives; none fits"),
        Step("ask", .silent, less: .unfit, "creatives that fit, floors, and the strategies themselves; all pass"),
        Step("decide-unpaid", .unpaid, less: .silent, "offers, best first, each finding its budget empty"),
        Step(
            "bid", .bidding, less: .unmatched,
            "the best asked until nobody left can win; reservation, seals, response, record"),
        Step("seal", .seal, "one token of 240 bytes"),
        Step("record", .record, "one decision record of 300 bytes into the ring"),
        Step("whole", .bidding, less: .read, "screen to record"),
    ]
}
