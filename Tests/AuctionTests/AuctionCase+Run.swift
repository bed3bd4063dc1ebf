import Documents
import Ledger
import OpenRTB
import Units

@testable import Auction

/// What came of a case.
struct CaseOutcome {
    /// In words, where the request could not be read.
    var error: String?
    /// The reason's name, where there is no bid.
    var nbr: String?
    var response: Node?
    /// Every bid, with `strategy`, `creative`, `seat` and `group` beside its own members.
    var bids: [Node] = []
    var verdicts: [CaseVerdict] = []
    /// By strategy, in billionths of its currency.
    var reserved: [String: Int64] = [:]
}

/// What was said of one strategy on one impression.
struct CaseVerdict {
    let strategy: String
    let impid: String
    /// The reason's name; nil where it bids.
    let reason: String?
}

extension AuctionCase {
    /// Registers what the case says, sends its request, and asks for the reasons where the case expects some.
    ///
    /// - Throws: what is wrong with a strategy, an advertiser or the exchange.
    func run() throws -> CaseOutcome {
        let kit = try AuctionKit(
            strategies: strategies.map(\.json),
            advertisers: advertisers.isEmpty ? ["{}"] : advertisers.map(\.json),
            exchanges: [exchange.json],
            rates: rates ?? AuctionKit.defaultRates
        )
        var outcome = CaseOutcome()
        if let fault = kit.snapshot.faults.first { throw Unexpected.value(fault) }
        do {
            let held = try kit.hold(
                request, seed: seed, at: instant, by: kit.auction(time: ScriptedTime(steps: elapsed), consent: consent))
            if case .noBid(let reason) = held.outcome { outcome.nbr = reason.label }
            if !held.bytes.isEmpty {
                let response = try Node.readOne(held.text)
                outcome.response = response
                outcome.bids = Self.bids(of: response)
            }
        } catch let error as ReadError {
            outcome.error = error.description
            return outcome
        }
        for strategy in kit.snapshot.strategies {
            outcome.reserved[strategy.idText] = kit.books(strategy.idText).reserved.nanos
        }
        // On books of its own, where the bids above have reserved nothing.
        if !expectation.reasons.isEmpty { outcome.verdicts = try verdicts() }
        return outcome
    }

    private static func bids(of response: Node) -> [Node] {
        response["seatbid"].list.flatMap { seat in
            seat["bid"].list.map { bid in
                var bid = bid
                bid.set("strategy", bid["cid"] ?? Node(.null))
                bid.set("creative", bid["crid"] ?? Node(.null))
                bid.set("seat", seat["seat"] ?? Node(.null))
                bid.set("group", seat["group"] ?? Node(.null))
                return bid
            }
        }
    }

    /// The one place that asks the auction why.
    private func verdicts() throws -> [CaseVerdict] {
        let kit = try AuctionKit(
            strategies: strategies.map(\.json),
            advertisers: advertisers.isEmpty ? ["{}"] : advertisers.map(\.json),
            exchanges: [exchange.json],
            rates: rates ?? AuctionKit.defaultRates
        )
        let reader = BidRequestReader()
        try reader.read(copying: Array(request.utf8))
        let context = AuctionContext(
            snapshot: kit.snapshot,
            exchange: 0,
            instant: instant,
            seed: seed,
            deadline: Deadline(80, millisAfter: Moment(nanos: 0))
        )
        let explanation = kit.auction(time: ScriptedTime(steps: elapsed), consent: consent).explain(
            reader.request, context)
        return explanation.verdicts.map {
            CaseVerdict(strategy: $0.strategy, impid: $0.impid, reason: $0.reason?.label)
        }
    }
}

extension Node? {
    /// The elements of a list; none where there is no list.
    var list: [Node] {
        guard case .list(let nodes)? = self?.content else { return [] }
        return nodes
    }
}
