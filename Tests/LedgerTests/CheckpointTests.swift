import Events
import Testing
import Units

@testable import Ledger

/// A log as several runs of a service might write it, all of it by chance.
private struct RandomLog {
    private(set) var records: [LogRecord] = []
    private(set) var now = dawn
    private var random: SplitMix64
    private var bids: UInt64 = 0
    private var run: UInt32 = 0
    /// Bids of which notices may come, with what has become of each.
    private var open: [(facts: BidFacts, isReleased: Bool)] = []

    init(seed: UInt64, records count: Int) {
        random = SplitMix64(seed: seed)
        begin()
        while records.count < count { step() }
    }

    private mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: bid()
        case 40..<65: notice()
        case 65..<70: bid(isLogged: false)
        case 70..<73: billBeforeBid()
        case 73..<75: lonelyConversion()
        case 75..<92: now = now.adding(seconds: Int64.random(in: 0...40, using: &random))
        case 92..<95: now = now.adding(seconds: Int64.random(in: 60...1200, using: &random))
        case 95: now = now.adding(seconds: Int64.random(in: 3600...100_000, using: &random))
        case 96: now = now.adding(seconds: -Int64.random(in: 1...900, using: &random))
        case 97:
            let requests = UInt64.random(in: 1...100_000, using: &random)
            records.append(.traffic(TrafficRecord(at: now, seconds: 3600, requests: requests)))
        default: turn(isClean: Bool.random(using: &random))
        }
    }

    private mutating func turn(isClean: Bool) {
        if isClean { records.append(.run(RunRecord(.stop, at: now, number: run))) }
        // Somebody may have set the clock.
        if Bool.random(using: &random) { now = now.adding(seconds: Int64.random(in: -300...300, using: &random)) }
        begin()
    }

    private mutating func begin() {
        run += 1
        records.append(.run(RunRecord(.start, at: now, number: run)))
    }

    private mutating func facts() -> BidFacts {
        bids += 1
        let strategy = ["shoes", "hats", "coats"].randomElement(using: &random) ?? ""
        var facts = BidFacts.bid(
            bids, strategy, micros: Int64.random(in: 1...9_000_000, using: &random),
            at: now.adding(seconds: -Int64.random(in: 0...2, using: &random)))
        facts.exchange = Bool.random(using: &random) ? "x" : "y"
        if strategy == "coats" {
            facts.advertiser = "winter"
            facts.budgetCurrency = Currency("EUR".utf8) ?? .usd
        }
        facts.isTest = Int.random(in: 0..<20, using: &random) == 0
        facts.run = RunMark(run: run)
        return facts
    }

    private mutating func append(_ kind: EventKind, _ facts: BidFacts, _ change: (inout Event) -> Void = { _ in }) {
        var event = Event(kind, at: now, facts: facts)
        change(&event)
        records.append(.event(event))
    }

    private mutating func bid(isLogged: Bool = true) {
        var facts = facts()
        if isLogged {
            append(.bid, facts)
            open.append((facts, false))
        } else {
            facts.run = RunMark(run: run - 1)
            let isBill = Bool.random(using: &random)
            append(isBill ? .billing : .loss, facts) { event in
                event.isUnlogged = true
                event.released = facts.reserved
                event.settled = isBill ? facts.reserved : nil
            }
        }
    }

    private mutating func billBeforeBid() {
        let facts = facts()
        append(.billing, facts) { event in
            event.settled = facts.reserved
            event.released = facts.reserved
        }
        // Or the crash came between the two.
        if Bool.random(using: &random) { append(.bid, facts) }
    }

    private mutating func notice() {
        guard !open.isEmpty else { return }
        let index = Int.random(in: 0..<open.count, using: &random)
        let (facts, isReleased) = open[index]
        let kind =
            [EventKind.billing, .billing, .loss, .win, .impression, .click].randomElement(using: &random) ?? .win
        let spent = Spend(nanos: Int64.random(in: 0...max(0, facts.reserved.nanos), using: &random))
        append(kind, facts) { event in
            guard kind == .billing || kind == .loss else { return }
            if !isReleased { event.released = facts.reserved }
            if kind == .billing { event.settled = spent }
        }
        guard kind == .billing || kind == .loss else { return }
        if kind == .billing || isReleased { open.remove(at: index) } else { open[index].isReleased = true }
    }

    private mutating func lonelyConversion() {
        var facts = BidFacts()
        facts.advertiser = "acme"
        append(.conversion, facts)
    }
}

@Suite("Checkpoints of the ledger")
struct CheckpointTests {
    private struct Folded {
        let ledger = BudgetLedger()
        var runs = RunHistory()

        mutating func fold(_ records: some Sequence<LogRecord>) {
            for record in records {
                ledger.replay(record)
                runs.add(record)
            }
        }

        /// The same, as a start finds it that has nothing but the bytes.
        func reread() throws -> Folded {
            var bytes: [UInt8] = []
            for table in runs.tables + ledger.checkpoint() { table.write(to: &bytes) }
            let tables = try #require(StateTable.read(bytes[...]))
            var again = Folded()
            try again.ledger.restore(tables)
            again.runs = try #require(RunHistory(tables))
            return again
        }
    }

    /// All that a ledger tells, in order.
    private func figures(_ ledger: BudgetLedger) -> String {
        let standings = ledger.standings().map { "\($0.id) \($0.books) \($0.standing)" }.sorted()
        let tallies = ledger.tallies().map { "\($0.key) \($0.tally)" }
        let exchanges = ledger.exchangeBooks().map { "\($0.exchange) \($0.currency) \($0.books)" }
        return (standings + tallies + exchanges + ["\(ledger.pacing)"]).joined(separator: "\n")
    }

    @Test(
        "a checkpoint at any record, and the rest folded onto it, come to the same as all of the log", arguments: 0..<6
    )
    func everyBoundary(seed: UInt64) throws {
        let log = RandomLog(seed: seed, records: 140)
        var all = Folded()
        all.fold(log.records)
        let expected = figures(all.ledger)
        let state = all.ledger.checkpoint()
        var front = Folded()
        for boundary in 0...log.records.count {
            var rest = try front.reread()
            rest.fold(log.records[boundary...])
            #expect(figures(rest.ledger) == expected, "seed \(seed), boundary \(boundary)")
            #expect(rest.ledger.checkpoint() == state, "seed \(seed), boundary \(boundary)")
            #expect(rest.runs == all.runs, "seed \(seed), boundary \(boundary)")
            if boundary < log.records.count { front.fold([log.records[boundary]]) }
        }
    }

    @Test("checkpoints upon checkpoints come to the same as well", arguments: 0..<6)
    func chain(seed: UInt64) throws {
        let log = RandomLog(seed: seed, records: 600)
        var all = Folded()
        all.fold(log.records)
        var chained = Folded()
        var random = SplitMix64(seed: seed)
        var rest = log.records[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...60, using: &random)
            chained.fold(rest.prefix(count))
            rest = rest.dropFirst(count)
            chained = try chained.reread()
        }
        #expect(figures(chained.ledger) == figures(all.ledger), "seed \(seed)")
        #expect(chained.ledger.checkpoint() == all.ledger.checkpoint(), "seed \(seed)")
    }

    /// Ends the reading, sets limits, and goes on as a service does.
    private func goOn(_ folded: Folded, from now: Instant) -> [String] {
        var told: [String] = []
        let restart = folded.ledger.restart(after: folded.runs, at: now)
        for strategy in ["shoes", "hats", "coats"] {
            folded.ledger.account(.strategy(strategy)).setLimits(
                total: Micros(900_000), daily: Micros(500_000), clock: .utc)
        }
        told.append(figures(folded.ledger))
        for number in 1...600 as ClosedRange<UInt64> {
            told.append(
                "\(restart.isLost(BidID(high: 7, low: number), of: .none, at: now.adding(seconds: -60), now: now))")
        }
        for second in stride(from: 0, through: 90_000, by: 3000) as StrideThrough<Int64> {
            let instant = now.adding(seconds: second)
            let facts = BidFacts.bid(UInt64(100_000 + second), at: instant)
            if folded.ledger.account(.strategy("shoes")).reserve(facts.reserved, at: instant) {
                folded.ledger.apply(.of(.bid, facts))
                folded.ledger.apply(
                    .of(.billing, facts, after: 3, settled: facts.reserved.nanos, released: facts.reserved.nanos))
            }
            folded.ledger.advance(to: instant)
            told.append(figures(folded.ledger))
        }
        return told
    }

    @Test("a start on a checkpoint holds back, knows lost bids and goes on as one that reads all", arguments: 0..<6)
    func start(seed: UInt64) throws {
        let log = RandomLog(seed: seed, records: 240)
        var all = Folded()
        all.fold(log.records)
        let expected = goOn(all, from: log.now.adding(seconds: 5))
        for boundary in stride(from: 0, through: 240, by: 40) + [239] {
            var front = Folded()
            front.fold(log.records[..<boundary])
            var rest = try front.reread()
            rest.fold(log.records[boundary...])
            #expect(goOn(rest, from: log.now.adding(seconds: 5)) == expected, "seed \(seed), boundary \(boundary)")
        }
    }

    @Test("the logs of these tests have what a boundary could break")
    func variety() {
        var hasOutstanding = false
        var hasCrash = false
        var hasBillFirst = false
        var hasExposure = false
        for seed in 0..<12 as Range<UInt64> {
            var folded = Folded()
            for record in RandomLog(seed: seed, records: 140).records {
                folded.fold([record])
                let standings = folded.ledger.standings()
                hasOutstanding = hasOutstanding || standings.contains { $0.books.outstanding > .zero }
                hasExposure = hasExposure || standings.contains { $0.standing.lateExposure > .zero }
                hasBillFirst =
                    hasBillFirst || folded.ledger.checkpoint().contains { $0.name == "billedFirst" && $0.rows > 0 }
                hasCrash = hasCrash || !folded.runs.crashes.isEmpty
            }
        }
        #expect(hasOutstanding && hasCrash && hasBillFirst && hasExposure)
    }

    // MARK: What is no checkpoint

    private func tables() -> [StateTable] {
        var folded = Folded()
        folded.fold(RandomLog(seed: 5, records: 120).records)
        return folded.ledger.checkpoint()
    }

    @Test("a table that is missing is named")
    func missing() {
        for table in tables() {
            let others = tables().filter { $0.name != table.name }
            let fault = #expect(throws: CheckpointFault.self) { try BudgetLedger().restore(others) }
            #expect(fault?.description.contains(table.name) == true)
        }
    }

    @Test("a column that only a newer version knows is refused by name: what it says must not be lost")
    func newer() {
        for table in tables() {
            var widened = StateTable(table.name, columns: table.columns + ["future"])
            for row in 0..<table.rows {
                widened.append(table.columns.indices.map { table[row, $0] } + [7], text: table.text(row))
            }
            let others = tables().filter { $0.name != table.name } + [widened]
            let fault = #expect(throws: CheckpointFault.self) { try BudgetLedger().restore(others) }
            #expect(fault?.description.contains("future") == true, "\(table.name)")
        }
    }

    @Test("numbers that cannot be are refused and never trap", arguments: [Int64.min, -1, 1 << 40, .max])
    func senseless(number: Int64) throws {
        for table in tables() where table.rows > 0 {
            for column in table.columns.indices {
                var bent = StateTable(table.name, columns: table.columns)
                for row in 0..<table.rows {
                    var values = table.columns.indices.map { table[row, $0] }
                    values[column] = number
                    bent.append(values, text: table.text(row))
                }
                let ledger = BudgetLedger()
                let others = tables().filter { $0.name != table.name } + [bent]
                // Refused or taken: money may be any number, places and counts may not.
                do throws(CheckpointFault) {
                    try ledger.restore(others)
                } catch {
                    #expect(!error.description.isEmpty)
                }
            }
        }
    }
}
