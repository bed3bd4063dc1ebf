internal import Auction
internal import Audience
internal import Consent
internal import ControlPlane
internal import Documents
internal import OpenRTB
internal import Sealing
internal import Synchronization
internal import Units

/// Holds auctions that bid nothing, to say what became of each strategy; beside the event loops, on what they use.
actor Explainer {
    private let auction: Auction
    private let reader = BidRequestReader()
    private let time: any TimeSource
    private let latest: LatestSnapshot

    init(
        keys: KeyRing, visitorKey: [UInt8], consent: ConsentPolicy, audience: AudienceTables, time: any TimeSource,
        latest: LatestSnapshot
    ) {
        auction = Auction(ring: keys, visitorKey: visitorKey, time: time, consent: consent, audience: audience)
        self.time = time
        self.latest = latest
    }

    /// - Returns: one JSON object.
    func explain(_ query: ExplainQuery) throws(ExplainFault) -> String {
        let snapshot = latest.snapshot
        let exchange = try exchange(query.exchange, snapshot)
        if let strategy = query.strategy, !snapshot.strategies.contains(where: { $0.idText == strategy }) {
            let fault = snapshot.faults.first { $0.hasPrefix("strategy \(strategy):") }
            throw ExplainFault(fault ?? "there is no strategy “\(strategy)”", at: "/strategy")
        }
        do throws(ReadError) {
            try reader.read(copying: query.request)
        } catch {
            throw ExplainFault("is no bid request: \(error)", at: "/request")
        }
        auction.locate(reader, by: snapshot, at: time.instant())
        let context = AuctionContext(
            snapshot: snapshot, exchange: exchange, instant: time.instant(),
            seed: Seed(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)), deadline: .none)
        let explanation = auction.explain(reader.request, context, strategy: query.strategy)
        return explanation.json(exchange: snapshot.exchanges[exchange].document.id)
    }

    private func exchange(_ id: String?, _ snapshot: Snapshot) throws(ExplainFault) -> Int {
        let ids = snapshot.exchanges.map(\.document.id)
        let known = ids.isEmpty ? "none is registered" : "one of \(ids.joined(separator: ", "))"
        guard let id else {
            guard ids.count == 1 else { throw ExplainFault("required, but missing", at: "/exchange", hint: known) }
            return 0
        }
        guard let index = snapshot.exchange(named: id) else {
            throw ExplainFault("there is no exchange “\(id)”", at: "/exchange", hint: known)
        }
        return index
    }
}

/// The snapshot that the event loops were given last.
final class LatestSnapshot: Sendable {
    private let held = Mutex(Snapshot.empty)

    /// Never goes back to an earlier one.
    var snapshot: Snapshot {
        get { held.withLock { $0 } }
        set { held.withLock { if newValue.sequence >= $0.sequence { $0 = newValue } } }
    }
}

extension Explanation {
    fileprivate func json(exchange: String) -> String {
        let verdicts = verdicts.map { verdict in
            let members: [(String, String)] = [
                ("strategy", JSONText.quoted(verdict.strategy)), ("impid", JSONText.quoted(verdict.impid)),
                ("bids", "\(verdict.reason == nil)"), ("reason", Self.text(verdict.reason?.label)),
                ("rule", JSONText.quoted(verdict.rule)), ("ours", JSONText.quoted(verdict.ours)),
                ("theirs", JSONText.quoted(verdict.theirs)), ("creative", Self.text(verdict.creative)),
                ("deal", Self.text(verdict.deal)),
                ("price", Self.text(verdict.price.map { DecimalText.string(micros: $0.micros) })),
            ]
            return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        }
        return """
            {"exchange":\(JSONText.quoted(exchange)),"revision":\(revision),"no_bid":\(Self.text(noBid?.label)),\
            "currency":\(Self.text(currency?.description)),"consent":\(consentText),"omitted":\(omitted),\
            "verdicts":[\(verdicts.joined(separator: ","))]}

            """
    }

    /// What may be done with the visitor, and the signal that decided; null where a request ended before that.
    private var consentText: String {
        guard let consent else { return "null" }
        return """
            {"mode":"\(consent.mode.label)","because":"\(consent.because.label)",\
            "precise_geo":\(consent.preciseGeo),"measure":\(consent.mayMeasure),"ifa":\(consent.ifaAllowed)}
            """
    }

    private static func text(_ text: String?) -> String { text.map { JSONText.quoted($0) } ?? "null" }
}
