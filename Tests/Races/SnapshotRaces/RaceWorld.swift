internal import Auction
internal import BidKit
internal import Documents
internal import FlatPrice
internal import Ledger
internal import Synchronization
internal import Units

/// What the threads share: a builder, books, and the newest snapshot with what its revision registers.
final class RaceWorld: Sendable {
    let seed: UInt64
    let builder: SnapshotBuilder
    let ledger = BudgetLedger()
    /// Strategies to draw from, by country, domain and price; the id is the drawer's.
    let drafts: [StrategyDocument]
    /// Bytes of requests.
    let requests: [[UInt8]]

    struct Published {
        let snapshot: Snapshot
        let revision: RaceRevision
    }

    private struct State {
        /// Those that a snapshot yet to come may be of.
        var revisions: [UInt64: RaceRevision] = [:]
        var published: Published?
        /// All that was ever handed over: reference counts are kept by a library that is not instrumented, so to the
        /// sanitizer who frees a snapshot has nothing to do with who read it before.
        var kept: [(Snapshot, RaceRevision?)] = []
        var tallies: [PassTallies] = []
        var counts = RaceCounts()
    }

    private let state = Mutex(State())
    private let isStopped = Atomic(false)

    static let strategies = 300
    static let exchange = "adx"
    /// What those may spend that are kept from bidding by it, in US dollars.
    static let budget = Micros(50_000)

    init(seed: UInt64) throws {
        self.seed = seed
        builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: ledger, rates: Self.rates(pound: 1_250_000))
        drafts = try RaceDocuments.drafts()
        requests = RaceDocuments.requests()
        var changes = SnapshotChanges(revision: 1)
        changes.advertisers = [try RaceDocuments.advertiser()]
        changes.exchanges = [try RaceDocuments.exchange()]
        _ = builder.apply(changes)
        ledger.advance(to: SystemTime().instant())
        expect(RaceRevision(number: 1, entries: [:]))
        publish(builder.snapshot(revision: 1))
    }

    static func rates(pound: Int64) -> CurrencyRates {
        Currency("GBP".utf8).map { CurrencyRates(dollarsPerUnit: [$0: pound]) } ?? CurrencyRates()
    }

    // MARK: Handing over

    func stop() { isStopped.store(true, ordering: .relaxed) }
    var isOver: Bool { isStopped.load(ordering: .relaxed) }

    /// Announces what a revision will register; to be called before the builder is told.
    func expect(_ revision: RaceRevision) { state.withLock { $0.revisions[revision.number] = revision } }

    /// Hands a snapshot to the readers, unless they have a newer one.
    func publish(_ snapshot: Snapshot) {
        state.withLock { state in
            state.kept.append((snapshot, state.revisions[snapshot.revision]))
            guard snapshot.sequence > state.published?.snapshot.sequence ?? 0 else { return }
            guard let revision = state.revisions[snapshot.revision] else {
                state.counts.mismatches += 1
                print("a snapshot names revision \(snapshot.revision), which is not one that may come")
                return
            }
            state.published = Published(snapshot: snapshot, revision: revision)
            state.revisions = state.revisions.filter { $0.key >= snapshot.revision }
        }
    }

    var newest: Published? { state.withLock { $0.published } }

    func show(_ tallies: PassTallies) { state.withLock { $0.tallies.append(tallies) } }
    var tallies: [PassTallies] { state.withLock { $0.tallies } }

    // MARK: Counting

    func count(_ change: (inout RaceCounts) -> Void) { state.withLock { change(&$0.counts) } }
    var counts: RaceCounts { state.withLock { $0.counts } }

    /// Counts what should not be, and tells the first of it.
    func mismatch(_ what: String) {
        let number = state.withLock { state in
            state.counts.mismatches += 1
            return state.counts.mismatches
        }
        if number <= 20 { print("mismatch: \(what)") }
    }

    // MARK: Books

    /// Looks at tallies and books while auctions count and reserve, as the control side does.
    func audit() {
        var before: [[UInt64]] = []
        while !isOver {
            ledger.advance(to: SystemTime().instant())
            for (id, books) in ledger.books() {
                guard case .strategy(let name) = id, RaceDocuments.isLimited(name) else { continue }
                // A reservation is counted for a moment before it is refused, but not here.
                if books.reserved > Spend(nanos: Self.budget.rawValue * 1000) {
                    mismatch("\(name) reserved \(books.reserved)")
                }
            }
            let counts = tallies.flatMap { tallies in
                (0..<Self.strategies).compactMap { builder.tally(of: RaceDocuments.id($0)) }.map {
                    tallies.counts(of: $0)
                }
            }
            if counts.count == before.count, zip(counts, before).contains(where: { zip($0, $1).contains { $0 < $1 } }) {
                mismatch("a tally fell")
            }
            before = counts
            count { $0.audits += 1 }
        }
    }

    /// Holds the books to their balance; to be called when nobody reserves any more.
    func checkBooks() {
        for (id, books) in ledger.books() where !books.balance {
            mismatch("the books of \(id) do not balance: \(books)")
        }
    }
}
