internal import Audience
package import BidKit
package import Creative
internal import Dispatch
package import Documents
package import IPSignals
package import Ledger
internal import Synchronization
package import Targeting
package import Units
package import Vetting

/// Keeps what is registered, compiled, and makes snapshots of it: a change costs what it changes, not what there is.
///
/// A new strategy first joins a handful that no index holds and every auction looks through; ``merge()`` brings them
/// into the tail, and the tail, grown large, into the base. A changed or removed one leaves a tombstone where it was.
/// Auctions go on with the snapshots that they have: nobody waits for a merge.
package final class SnapshotBuilder: Sendable {
    /// Fresh strategies that are worth an index; each costs every auction a tenth of a microsecond.
    static let freshMax = 16

    private let kinds: [BidderKind]
    private let ledger: BudgetLedger
    private let categories: CategoryTree
    private let state: Mutex<State>

    private struct State {
        var parts = Snapshot.Parts()
        /// What was registered, in the latest version; of those that cannot run too.
        var registered: [String: Registered] = [:]
        var owners: [String: AdvertiserDocument] = [:]
        var exchanges: [String: Exchange] = [:]
        var faults: [String: String] = [:]
        /// A strategy's place in the tallies. It stays taken when the strategy goes: ids come back, and it is a few bytes.
        var tallies: [String: Int] = [:]
        /// An advertiser's place among the caps, which stays as a tally's does.
        var ownerNumbers: [String: Int] = [:]
        var isMerging = false
        /// Strategies that went while a merge is under way, which may bring them back.
        var retired: [Strategy] = []
    }

    private struct Registered {
        let strategy: Strategy?
        let advertiser: String
        let currency: Currency
    }

    package init(
        kinds: [BidderKind], ledger: BudgetLedger, rates: CurrencyRates = CurrencyRates(), vetting: Vetting = .builtIn,
        ipSignals: IPSignals = .none, categories: CategoryTree = CategoryTree()
    ) {
        self.kinds = kinds
        self.categories = categories
        self.ledger = ledger
        var state = State()
        state.parts.rates = rates
        state.parts.vetting = vetting
        state.parts.ipSignals = ipSignals
        self.state = Mutex(state)
    }

    // MARK: Changes

    /// Takes new rates and lists; bounds reckoned by older rates are corrected until the next merge.
    ///
    /// - Parameter ipSignals: without audiences, which stay what they are; nil where nothing is known anew.
    package func use(rates: CurrencyRates, vetting: Vetting, ipSignals: IPSignals? = nil) {
        state.withLock { state in
            state.parts.rates = rates
            state.parts.vetting = vetting
            if let ipSignals { state.parts.ipSignals = ipSignals.with(audiences: state.parts.ipSignals.audiences) }
        }
    }

    /// Takes how audiences are spelled from now on.
    package func use(audienceNames names: AudienceNames) { state.withLock { $0.parts.audienceNames = names } }

    /// Takes the audiences that are lists of addresses.
    package func use(audiences: AddressTable) {
        state.withLock { $0.parts.ipSignals = $0.parts.ipSignals.with(audiences: audiences) }
    }

    /// Takes all that a revision changes at once: a merge that ends meanwhile makes its snapshot of all of it or of none.
    ///
    /// - Returns: what of it cannot run, and why.
    package func apply(_ changes: SnapshotChanges) -> [String] {
        let compiled = compile(changes.strategies)
        return state.withLock { state in
            var faults = take(changes.advertisers, removed: changes.removedAdvertisers, &state)
            take(changes.exchanges, removed: changes.removedExchanges, &state)
            faults += take(changes.strategies, compiled, removed: changes.removedStrategies, &state)
            state.parts.revision = max(state.parts.revision, changes.revision)
            return faults
        }
    }

    /// Takes advertisers, new or changed, and drops others.
    ///
    /// - Returns: what cannot run because of it.
    package func apply(advertisers: [AdvertiserDocument], removed: [String] = []) -> [String] {
        state.withLock { take(advertisers, removed: removed, &$0) }
    }

    private func take(_ advertisers: [AdvertiserDocument], removed: [String], _ state: inout State) -> [String] {
        var touched: Set<String> = []
        for advertiser in advertisers {
            ledger.use(advertiser.budget, of: .advertiser(advertiser.id), nil, advertiser.clock)
            let owner = Self.number(ofOwner: advertiser.id, &state)
            state.parts.advertiserCaps[owner] = ImpressionCap.list(advertiser.frequency, .advertiser, of: advertiser.id)
            let before = state.owners.updateValue(advertiser, forKey: advertiser.id)
            state.parts.advertisers.insert(advertiser.id)
            if before.map({ Self.accepts($0) != Self.accepts(advertiser) }) ?? true { touched.insert(advertiser.id) }
        }
        for id in removed where state.owners.removeValue(forKey: id) != nil {
            state.parts.advertisers.remove(id)
            touched.insert(id)
        }
        return touched.isEmpty ? [] : review(touched, &state)
    }

    /// Takes exchanges, new or changed, and drops others.
    package func apply(exchanges: [ExchangeDocument], removed: [String] = []) {
        state.withLock { take(exchanges, removed: removed, &$0) }
    }

    private func take(_ exchanges: [ExchangeDocument], removed: [String], _ state: inout State) {
        for document in exchanges {
            state.exchanges[document.id] = Exchange(id: Array(document.id.utf8), document: document)
        }
        for id in removed { state.exchanges[id] = nil }
        state.parts.exchanges = state.exchanges.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Takes strategies, new or changed, and drops others.
    ///
    /// - Returns: what of it cannot run, and why.
    /// - Complexity: O(changes), each some microseconds.
    package func apply(strategies: [StrategyDocument], removed: [String] = []) -> [String] {
        let compiled = compile(strategies)
        return state.withLock { take(strategies, compiled, removed: removed, &$0) }
    }

    private func take(
        _ strategies: [StrategyDocument], _ compiled: [Strategy?], removed: [String], _ state: inout State
    ) -> [String] {
        for id in removed { forget(id, &state) }
        return zip(strategies, compiled).compactMap { document, strategy in
            forget(document.id, &state)
            if strategy == nil {
                state.faults[document.id] =
                    "strategy \(document.id): this service has no bidder \(document.bidder) for its terms"
            }
            state.registered[document.id] = Registered(
                strategy: strategy, advertiser: document.advertiser, currency: document.currency)
            return admit(document.id, &state)
        }
    }

    private static func tally(of id: String, _ state: inout State) -> Int {
        let tally = state.tallies[id] ?? state.tallies.count
        state.tallies[id] = tally
        return tally
    }

    private static func number(ofOwner id: String, _ state: inout State) -> Int {
        if let number = state.ownerNumbers[id] { return number }
        state.ownerNumbers[id] = state.parts.advertiserCaps.count
        state.parts.advertiserCaps.append([])
        return state.parts.advertiserCaps.count - 1
    }

    /// Where a strategy stands in lists that outlive its versions.
    private struct Places {
        let tally: Int
        let owner: Int
    }

    /// What takes long needs nothing of the state: it is done before the state is taken, on all cores.
    private func compile(_ documents: [StrategyDocument]) -> [Strategy?] {
        let places = state.withLock { state in
            documents.map { document in
                Places(
                    tally: Self.tally(of: document.id, &state), owner: Self.number(ofOwner: document.advertiser, &state)
                )
            }
        }
        guard documents.count > 64 else { return documents.indices.map { compile(documents[$0], places[$0]) } }
        let compiled = Mutex([Strategy?](repeating: nil, count: documents.count))
        let chunk = 32
        DispatchQueue.concurrentPerform(iterations: (documents.count + chunk - 1) / chunk) { number in
            let range = number * chunk..<min(documents.count, (number + 1) * chunk)
            let part = range.map { compile(documents[$0], places[$0]) }
            compiled.withLock { $0.replaceSubrange(range, with: part) }
        }
        return compiled.withLock { $0 }
    }

    private func forget(_ id: String, _ state: inout State) {
        if let strategy = state.registered[id]?.strategy { retire(strategy, &state) }
        state.registered[id] = nil
        state.faults[id] = nil
    }

    private func compile(_ document: StrategyDocument, _ places: Places) -> Strategy? {
        guard let kind = kinds.first(where: { $0.name == document.bidder }), let cell = kind.seat(document.terms) else {
            return nil
        }
        let largest = Spend(at: cell.maxCPM, quantity: .one)
        for id in [AccountID.strategy(document.id), .advertiser(document.advertiser)] {
            ledger.account(id).expect(bid: largest)
        }
        ledger.use(document.budget, of: .strategy(document.id), document.flight, document.clock)
        return Strategy(
            document, categories: categories, cell: cell, ledger: ledger, owner: places.owner,
            tally: places.tally)
    }

    /// Lets a registered strategy bid, unless something speaks against it.
    ///
    /// - Returns: what does.
    private func admit(_ id: String, _ state: inout State) -> String? {
        guard let registered = state.registered[id], let strategy = registered.strategy else { return state.faults[id] }
        state.faults[id] = Self.fault(of: id, registered, state.owners[registered.advertiser])
        if let fault = state.faults[id] { return fault }
        if strategy.isActive { state.parts.fresh.append(strategy) } else { state.parts.paused.append(strategy) }
        return nil
    }

    private static func fault(of id: String, _ registered: Registered, _ owner: AdvertiserDocument?) -> String? {
        guard let owner else { return "strategy \(id): there is no advertiser \(registered.advertiser)" }
        // One account cannot add dollars to euros.
        guard let currency = accepts(owner), currency != registered.currency else { return nil }
        return
            "strategy \(id): its currency is \(registered.currency), the budget of advertiser \(owner.id) is in \(currency)"
    }

    /// The one currency that an advertiser's strategies may have; nil for any.
    private static func accepts(_ owner: AdvertiserDocument) -> Currency? {
        owner.budget == Budget() ? nil : owner.currency
    }

    /// Looks again at the strategies of advertisers that came, went or changed.
    private func review(_ owners: Set<String>, _ state: inout State) -> [String] {
        let ids = state.registered.filter { owners.contains($0.value.advertiser) }.keys.sorted()
        // All go before any comes back, so that nobody is looked for among those who did.
        for id in ids { if let strategy = state.registered[id]?.strategy { retire(strategy, &state) } }
        return ids.compactMap { admit($0, &state) }
    }

    /// Takes a strategy out of where it is, if it is anywhere.
    private func retire(_ strategy: Strategy, _ state: inout State) {
        if state.isMerging { state.retired.append(strategy) }
        if let index = state.parts.fresh.lastIndex(where: { $0 === strategy }) {
            state.parts.fresh.remove(at: index)
        } else if let index = state.parts.paused.lastIndex(where: { $0 === strategy }) {
            state.parts.paused.remove(at: index)
        } else if let number = state.parts.tail.position(of: strategy) {
            state.parts.goneFromTail.insert(number, of: state.parts.tail)
        } else if let number = state.parts.base.position(of: strategy) {
            state.parts.goneFromBase.insert(number, of: state.parts.base)
        }
    }

    // MARK: Snapshots

    /// Everything as it is now, under the number of a revision.
    package func snapshot(revision: UInt64) -> Snapshot {
        state.withLock { state in
            state.parts.revision = revision
            return Self.snapshot(&state)
        }
    }

    private static func snapshot(_ state: inout State) -> Snapshot {
        state.parts.sequence += 1
        state.parts.faults = state.faults.sorted { $0.key < $1.key }.map(\.value)
        return Snapshot(state.parts)
    }

    /// The place of a strategy in the tallies; nil for one that never was.
    package func tally(of id: String) -> Int? { state.withLock { $0.tallies[id] } }

    /// Strategies that no index holds yet.
    package var freshCount: Int { state.withLock { $0.parts.fresh.count } }

    /// Whether a merge would make auctions faster by more than it is worth.
    package var isWorthMerging: Bool {
        state.withLock { state in
            !state.isMerging
                && (state.parts.fresh.count > Self.freshMax
                    || state.parts.goneFromBase.count > Self.tailMax(of: state.parts.base))
        }
    }

    /// The tail is brought into the base when it is so large that both cost alike: building the tail anew for every few
    /// changes, and building the base anew for every tail.
    private static func tailMax(of base: StrategyPool) -> Int {
        max(256, Int((64 * Double(base.strategies.count)).squareRoot()))
    }

    private struct Plan {
        let strategies: [Strategy]
        let fresh: [Strategy]
        let rates: CurrencyRates
        let isWhole: Bool
    }

    /// Brings fresh strategies into an index. Takes long where there are many: to be called beside everything else, while
    /// changes and snapshots go on.
    ///
    /// - Returns: a snapshot of the same revision that is faster to search; nil where there is nothing to do, or another
    ///   merge is under way.
    package func merge() -> Snapshot? {
        guard let plan = state.withLock({ Self.plan(&$0) }) else { return nil }
        let pool = StrategyPool(plan.strategies, plan.rates)
        return state.withLock { state in
            Self.install(pool, plan, &state)
            return Self.snapshot(&state)
        }
    }

    private static func plan(_ state: inout State) -> Plan? {
        let parts = state.parts
        guard !state.isMerging, !parts.fresh.isEmpty || !parts.goneFromBase.isEmpty else { return nil }
        state.isMerging = true
        let tail = Self.live(parts.tail, without: parts.goneFromTail) + parts.fresh
        let max = tailMax(of: parts.base)
        let isWhole = tail.count > max || parts.goneFromBase.count > max || parts.base.strategies.isEmpty
        return Plan(
            strategies: isWhole ? live(parts.base, without: parts.goneFromBase) + tail : tail, fresh: parts.fresh,
            rates: parts.rates, isWhole: isWhole)
    }

    private static func live(_ pool: StrategyPool, without gone: Gone) -> [Strategy] {
        guard !gone.isEmpty else { return pool.strategies }
        let gone = Set(gone.numbers)
        return pool.strategies.indices.filter { !gone.contains($0) }.map { pool.strategies[$0] }
    }

    private static func install(_ pool: StrategyPool, _ plan: Plan, _ state: inout State) {
        var gone = Gone()
        for strategy in state.retired {
            if let number = pool.position(of: strategy) { gone.insert(number, of: pool) }
        }
        // Who went and came back meanwhile is still fresh.
        let merged = Set(plan.fresh.map { ObjectIdentifier($0) }).subtracting(
            state.retired.map { ObjectIdentifier($0) })
        state.parts.fresh.removeAll { merged.contains(ObjectIdentifier($0)) }
        if plan.isWhole {
            state.parts.base = pool
            state.parts.goneFromBase = gone
            state.parts.tail = .empty
            state.parts.goneFromTail = Gone()
        } else {
            state.parts.tail = pool
            state.parts.goneFromTail = gone
        }
        state.retired = []
        state.isMerging = false
    }
}

extension BudgetLedger {
    /// Has an account keep a budget: its limits, and how fast they may be reached.
    fileprivate func use(_ budget: Budget, of id: AccountID, _ flight: Flight?, _ clock: LocalClock) {
        setLimits(of: id, total: budget.total, daily: budget.daily, clock: clock)
        let goal = PacingGoal(
            total: budget.total, daily: budget.daily, start: flight?.start, end: flight?.end, clock: clock)
        pace(id, by: budget.pacing == .even ? goal : nil)
    }
}

extension SnapshotBuilder {
    /// A snapshot of everything given and of nothing else: for tests, benchmarks and whoever has all at once.
    package static func compile(
        kinds: [BidderKind], ledger: BudgetLedger, rates: CurrencyRates, vetting: Vetting = .builtIn, revision: UInt64,
        advertisers: [AdvertiserDocument], strategies: [StrategyDocument], exchanges: [ExchangeDocument]
    ) -> Snapshot {
        let builder = SnapshotBuilder(kinds: kinds, ledger: ledger, rates: rates, vetting: vetting)
        _ = builder.apply(advertisers: advertisers)
        builder.apply(exchanges: exchanges)
        _ = builder.apply(strategies: strategies)
        _ = builder.merge()
        return builder.snapshot(revision: revision)
    }
}
