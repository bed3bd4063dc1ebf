internal import Auction
internal import Consent
internal import Documents
internal import Events
internal import Ledger
internal import OpenRTB
internal import Targeting
internal import Traffic
internal import Units

/// A bid request through all that a bid is: read, consent, targeting, auction on every exchange, response, records.
package struct OpenRTBSubject: InputCheck {
    private let reader = BidRequestReader()
    private let auction = FuzzWorld.makeAuction()
    private let ledger = BudgetLedger()
    private let snapshot: Snapshot
    private let predicates = FuzzWorld.makePredicates()
    /// Passes through the same reader and auction between two readings of an input.
    private let between = Array(FuzzWorld.requests[0].utf8)

    package init() { snapshot = FuzzWorld.makeSnapshot(ledger) }

    /// All that came of one request.
    private enum Result: Equatable {
        case refused(ReadError)
        case read(ConsentMode, matches: [Bool], [Held])
    }

    private struct Held: Equatable {
        let outcome: AuctionOutcome
        let response: [UInt8]
        let records: [[UInt8]]
    }

    package func check(_ input: [UInt8]) {
        let first = result(of: input, isChecked: true)
        try? reader.read(copying: between)
        _ = hold(reader.request, exchange: 0)
        let second = result(of: input, isChecked: false)
        Property.holds(second == first, "the same request has the same answers, whatever came before it")
    }

    /// - Parameter isChecked: whether the properties of each answer are looked at, not only what it is.
    private func result(of input: [UInt8], isChecked: Bool) -> Result {
        do throws(ReadError) {
            try reader.read(copying: input)
        } catch {
            Property.holds(!error.description.isEmpty, "a refusal says why")
            return .refused(error)
        }
        Property.holds(reader.request.imps.count <= Limits.impsMax, "no more impressions are read than the limit")
        let consent = ConsentPolicy().decide(ConsentSignals(of: reader.request), at: FuzzWorld.instant).mode
        let matches = matches(reader.request)
        let held = snapshot.exchanges.indices.map { exchange in
            let held = hold(reader.request, exchange: exchange)
            if isChecked { check(held, exchange: exchange, of: reader.request, consent) }
            return held
        }
        return .read(consent, matches: matches, held)
    }

    /// What each predicate says of the first impression, with personal data and without; checked against its opposite.
    private func matches(_ request: borrowing BidRequest) -> [Bool] {
        guard let imp = request.imps.first else { return [] }
        var matches: [Bool] = []
        for personal in [false, true] {
            let context = TargetingContext(
                exchange: Array("adx".utf8), instant: FuzzWorld.instant, personalDataAllowed: personal)
            for predicate in predicates {
                let isMatch = Evaluator.matches(predicate, imp, of: request, context)
                let isOther = Evaluator.matches(.not(predicate), imp, of: request, context)
                Property.holds(isMatch != isOther, "a predicate or its opposite matches, never both")
                matches.append(isMatch)
            }
        }
        return matches
    }

    private func hold(_ request: borrowing BidRequest, exchange: Int) -> Held {
        let context = AuctionContext(
            snapshot: snapshot, exchange: exchange, instant: FuzzWorld.instant, seed: FuzzWorld.seed, deadline: .none)
        var response = ByteWriter(capacity: 1024)
        var records: [[UInt8]] = []
        let outcome = auction.hold(request, context, into: &response) {
            records.append($0.array())
            return true
        }
        giveBack(records)
        let isEven = ledger.books().allSatisfy { $0.books.reserved == .zero && $0.books.outstanding == .zero }
        Property.holds(isEven, "what was reserved is what the records say")
        return Held(outcome: outcome, response: response.array(), records: records)
    }

    private func check(_ held: Held, exchange: Int, of request: borrowing BidRequest, _ consent: ConsentMode) {
        guard case .bid(let count) = held.outcome else {
            Property.holds(held.response.isEmpty && held.records.isEmpty, "without a bid nothing is written")
            return
        }
        Property.holds(count > 0 && held.records.count == count, "each bid has its record")
        let answer = AnswerProperties(held.response, of: request)
        answer.checkBids(of: request, count: count, currency: snapshot.exchanges[exchange].document.currency)
        answer.checkRecords(held.records, consent: consent)
    }

    /// Takes back what the bids reserved, so that the next input finds full budgets.
    private func giveBack(_ records: [[UInt8]]) {
        for record in records {
            guard let facts = EventCoder.read(record[...])?.facts else { continue }
            for id in [AccountID.strategy(facts.strategy), .advertiser(facts.advertiser)] {
                ledger.account(id).cancel(facts.reserved, at: FuzzWorld.instant)
            }
        }
    }

    static var seeds: [[UInt8]] {
        let generator = RequestGenerator(seed: 11)
        let generated = (0..<48).map { generator.request(at: $0).body }.filter { $0.count <= 8192 }
        return FuzzWorld.requests.map { Array($0.utf8) } + generated
    }
}
