import BidPlane
import EventLog
import Events
import Foundation
import Ledger
import OpenRTB
import Testing
import Units

/// A clock that only a test moves, from 1 September 2026 on.
private final class Clock: TimeSource, @unchecked Sendable {
    // Unchecked because of the variable. Invariant: these tests have one thread.
    var now = Instant(seconds: 1_788_220_800)

    func instant() -> Instant { now }
    func moment() -> Moment { Moment(nanos: now.micros * 1000) }
}

/// A storage that a crash interrupts: from a call on that changes something, none does anything any more.
private final class CrashingStorage: TrimmableStorage, @unchecked Sendable {
    // Unchecked because of the variable. Invariant: these tests have one thread.
    private let base: DirectoryStorage
    private var callsLeft: Int
    /// Whether the last call is done before the crash.
    private let doesLast: Bool

    init(_ base: DirectoryStorage, calls: Int, doesLast: Bool) {
        self.base = base
        callsLeft = calls
        self.doesLast = doesLast
    }

    private func call(_ body: () throws(LogError) -> Void) throws(LogError) {
        callsLeft -= 1
        if callsLeft >= 0 || callsLeft == -1 && doesLast { try body() }
        if callsLeft < 0 { throw .io(call: "crash", path: base.path, errno: 5) }
    }

    func replace(_ name: String, by bytes: [UInt8]) throws(LogError) {
        try call { () throws(LogError) in try base.replace(name, by: bytes) }
    }
    func remove(_ name: String) throws(LogError) { try call { () throws(LogError) in try base.remove(name) } }
    func names() throws(LogError) -> [String] { try base.names() }
    func checkpoints() throws(LogError) -> [String] { try base.checkpoints() }
    func read(_ name: String) throws(LogError) -> [UInt8] { try base.read(name) }
    func create(_ name: String) throws(LogError) -> any LogFile { try base.create(name) }
    func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile {
        try base.reopen(name, keeping: bytes)
    }
}

/// The log of some runs, some of which crash, over weeks; and what a start makes of it.
private final class Weeks {
    let directory: ScratchDirectory
    let clock = Clock()
    /// Each with when it was made.
    private(set) var bids: [BidFacts] = []
    private var random: SplitMix64
    private var money: MoneySide?

    init(seed: UInt64, days: Int) throws {
        directory = try ScratchDirectory()
        random = SplitMix64(seed: seed)
        try begin()
        for _ in 0..<days { try day() }
        money?.log.stop()
        money = nil
    }

    var storage: DirectoryStorage { get throws { try DirectoryStorage(path: directory.path) } }

    private func begin() throws {
        let money = try MoneySide(
            opening: try storage, durability: .processCrash, time: clock, ledger: BudgetLedger(),
            segmentBytesMax: 5000)
        money.connect()
        self.money = money
    }

    private func day() throws {
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            bid()
            clock.now = clock.now.adding(seconds: Int64.random(in: 0...200, using: &random))
            if Bool.random(using: &random) { notice() }
            if Bool.random(using: &random) { money?.log.turn() }
        }
        append(TrafficRecord(at: clock.now, seconds: 3600, requests: 5000).bytes)
        money?.log.turn()
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            // A crash: the next run finds no word of an end.
            money = nil
            try begin()
        case 1:
            money?.log.stop()
            try begin()
        default: break
        }
        clock.now = clock.now.adding(seconds: Int64.random(in: 40_000...90_000, using: &random))
    }

    func append(_ bytes: [UInt8]) { _ = money?.log.append(bytes) }

    private func append(_ event: Event) {
        var facts = ByteWriter(capacity: 256)
        let it = event.facts
        BidFactsWriter.write(
            .init(
                bidID: it.bidID, instant: it.instant, price: it.price, currency: it.currency,
                budgetPrice: it.budgetPrice, budgetCurrency: it.budgetCurrency, quantity: it.quantity, mtype: it.mtype,
                consent: 0, isTest: it.isTest, billsAtImpression: false, width: 0, height: 0, visitorHigh: 0,
                visitorLow: 0, run: it.run), into: &facts)
        for text in [it.exchange, it.advertiser, it.strategy, "c", "", "", "a", "1", "", ""] {
            BidFactsWriter.write(Array(text.utf8), into: &facts)
        }
        var out = ByteWriter(capacity: 256)
        EventCoder.write(event, factBytes: facts.array()[...], into: &out)
        append(out.array())
    }

    private func bid() {
        var facts = BidFacts()
        facts.bidID = BidID(high: 3, low: UInt64(bids.count + 1))
        facts.instant = clock.now
        facts.price = CPM(micros: Int64.random(in: 1...9_000_000, using: &random))
        facts.budgetPrice = facts.price
        facts.exchange = Bool.random(using: &random) ? "x" : "y"
        facts.advertiser = "acme"
        facts.strategy = Bool.random(using: &random) ? "shoes" : "hats"
        facts.run = money?.log.run ?? .none
        bids.append(facts)
        // Some are lost in a crash.
        if Int.random(in: 0..<8, using: &random) > 0 { append(Event(.bid, at: clock.now, facts: facts)) }
    }

    private func notice() {
        guard let facts = bids.suffix(6).randomElement(using: &random) else { return }
        let kind = [EventKind.win, .billing, .billing, .loss, .click].randomElement(using: &random) ?? .win
        var event = Event(kind, at: clock.now, facts: facts)
        if kind == .billing { event.settled = facts.reserved }
        if kind == .billing || kind == .loss { event.released = facts.reserved }
        append(event)
    }

    func copy(of directory: ScratchDirectory? = nil) throws -> ScratchDirectory {
        let path = (directory ?? self.directory).path
        let other = try ScratchDirectory()
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            try FileManager.default.copyItem(atPath: "\(path)/\(name)", toPath: "\(other.path)/\(name)")
        }
        return other
    }

    /// Everything that a start at the clock's time makes of a directory that it may change.
    func start(_ directory: ScratchDirectory) throws -> [String] {
        let money = try MoneySide(
            opening: try DirectoryStorage(path: directory.path), durability: .processCrash, time: clock,
            ledger: BudgetLedger(), segmentBytesMax: 5000)
        for strategy in ["shoes", "hats"] {
            money.ledger.account(.strategy(strategy)).setLimits(total: Micros(9_000_000), daily: nil, clock: .utc)
        }
        var told = money.ledger.standings().map { "\($0.id) \($0.books) \($0.standing)" }.sorted()
        told += money.ledger.tallies().map { "\($0.key) \($0.tally)" }
        told += money.ledger.exchangeBooks().map { "\($0)" }
        told += ["\(money.ledger.pacing)", "\(money.log.recovery.runs)", "next \(money.log.recovery.next)"]
        for facts in bids {
            told.append(
                "\(facts.bidID) \(money.register.entry(facts.bidID, bidInstant: facts.instant).map { "\($0)" } ?? "")")
            told.append("\(money.register.isLost(facts, at: clock.now))")
        }
        return told
    }

    /// As `retention.log_days` says it.
    func terms(days: Int64 = 32, segmentsMax: Int = 64) -> LogTrim.Terms {
        var terms = LogTrim.Terms(before: clock.now.adding(seconds: -days * 86_400), visitorsThrough: 0)
        terms.segmentsMax = segmentsMax
        return terms
    }

    func trim(_ directory: ScratchDirectory, _ terms: LogTrim.Terms) throws -> LogTrim.Outcome {
        try LogTrim(try DirectoryStorage(path: directory.path)).run(terms, at: clock.now)
    }

    func names(_ directory: ScratchDirectory) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }
}

@Suite("Dropping the beginning of the log")
struct LogTrimTests {
    @Test("a start on what is left finds the same books, notices, runs and lost bids", arguments: 0..<4)
    func sameStart(seed: UInt64) throws {
        let weeks = try Weeks(seed: seed, days: 90)
        let expected = try weeks.start(try weeks.copy())
        for days in [32, 50] as [Int64] {
            let trimmed = try weeks.copy()
            let outcome = try weeks.trim(trimmed, weeks.terms(days: days))
            #expect(outcome.segments > 0)
            #expect(try weeks.start(trimmed) == expected, "\(days) days")
        }
    }

    @Test("a segment at a time, day by day, comes to the same", arguments: 0..<2)
    func stepwise(seed: UInt64) throws {
        let weeks = try Weeks(seed: seed, days: 90)
        let expected = try weeks.start(try weeks.copy())
        let trimmed = try weeks.copy()
        var steps = 0
        for days in stride(from: 60, through: 32, by: -1) as StrideThrough<Int64> {
            while try weeks.trim(trimmed, weeks.terms(days: days, segmentsMax: 1)).segments > 0 { steps += 1 }
        }
        #expect(steps > 3)
        #expect(try weeks.names(trimmed).filter { $0.hasSuffix(LogCheckpoint.suffix) }.count == 1)
        #expect(try weeks.start(trimmed) == expected)
    }

    @Test(
        "a crash at any point leaves what a start reads rightly, and the next pass finishes", arguments: [true, false])
    func crash(doesLast: Bool) throws {
        let weeks = try Weeks(seed: 3, days: 90)
        let expected = try weeks.start(try weeks.copy())
        let first = try weeks.copy()
        _ = try weeks.trim(first, weeks.terms(days: 45))
        var calls = 0
        while true {
            let trimmed = try weeks.copy(of: first)
            let storage = CrashingStorage(
                try DirectoryStorage(path: trimmed.path), calls: calls, doesLast: doesLast)
            let isDone = (try? LogTrim(storage).run(weeks.terms(segmentsMax: 3), at: weeks.clock.now)) != nil
            #expect(try weeks.start(try weeks.copy(of: trimmed)) == expected, "\(calls) calls")
            _ = try weeks.trim(trimmed, weeks.terms())
            #expect(try weeks.names(trimmed).filter { $0.hasSuffix(LogCheckpoint.suffix) }.count == 1)
            #expect(try weeks.start(trimmed) == expected, "\(calls) calls, and again")
            if isDone { break }
            calls += 1
        }
        // A checkpoint, three segments, the older checkpoint.
        #expect(calls > 4)
    }

    @Test("beside a running service nothing is disturbed")
    func beside() throws {
        let weeks = try Weeks(seed: 4, days: 90)
        let directory = try weeks.copy()
        let money = try MoneySide(
            opening: try DirectoryStorage(path: directory.path), time: weeks.clock, ledger: BudgetLedger(),
            segmentBytesMax: 5000)
        money.connect()
        let before = money.ledger.standings().map { "\($0.id) \($0.books)" }.sorted()
        let next = money.log.recovery.next
        #expect(try weeks.trim(directory, weeks.terms()).segments > 0)
        for _ in 0..<200 { _ = money.log.append(TrafficRecord(at: weeks.clock.now, seconds: 60, requests: 1).bytes) }
        money.log.turn()
        money.log.stop()
        #expect(money.log.failure == nil)
        let again = try MoneySide(
            opening: try DirectoryStorage(path: directory.path), time: weeks.clock, ledger: BudgetLedger())
        #expect(again.ledger.standings().map { "\($0.id) \($0.books)" }.sorted() == before)
        // Its start, the records, its stop.
        #expect(again.log.recovery.next == next + 202)
    }

    @Test("the last segment stays, whatever its age, and what is young")
    func kept() throws {
        let weeks = try Weeks(seed: 5, days: 90)
        let directory = try weeks.copy()
        guard case .young(let instant) = try weeks.trim(directory, weeks.terms(days: 40)).kept else {
            Issue.record("nothing was young")
            return
        }
        #expect(instant >= weeks.terms(days: 40).before)
        let outcome = try weeks.trim(directory, weeks.terms(days: -1))
        #expect(outcome.kept == .inUse)
        #expect(try DirectoryStorage(path: directory.path).names().count == 1)
        #expect(try weeks.trim(directory, weeks.terms(days: -1)).segments == 0)
    }

    @Test("a segment with a record about a visitor stays until a snapshot has it")
    func visitors() throws {
        let directory = try ScratchDirectory()
        let clock = Clock()
        let money = try MoneySide(
            opening: try DirectoryStorage(path: directory.path), time: clock, ledger: BudgetLedger(), segmentBytesMax: 1
        )
        let optOut = try #require(
            VisitorRecordCoder.write(.optOut(VisitorNumber(9), true), at: clock.now) { Array($2) })
        let sequence = try #require(money.log.append(optOut))
        money.log.turn()
        for _ in 0..<3 {
            _ = money.log.append(TrafficRecord(at: clock.now, seconds: 60, requests: 1).bytes)
            money.log.turn()
        }
        money.log.stop()
        clock.now = clock.now.adding(seconds: 400 * 86_400)
        let trim = LogTrim(try DirectoryStorage(path: directory.path))
        var terms = LogTrim.Terms(before: clock.now, visitorsThrough: sequence - 1)
        #expect(try trim.run(terms, at: clock.now).kept == .visitor(sequence))
        terms.visitorsThrough = sequence
        #expect(try trim.run(terms, at: clock.now).kept == .inUse)
        #expect(try LogReader(try DirectoryStorage(path: directory.path)).checkpoint()?.visitorsThrough == sequence)
    }

    @Test("damage in what would go is refused, and nothing goes")
    func damage() throws {
        let weeks = try Weeks(seed: 6, days: 90)
        let storage = try weeks.storage
        let names = try storage.names().sorted()
        var bytes = try storage.read(names[1])
        bytes[bytes.count / 2] ^= 4
        try storage.replace(names[1], by: bytes)
        let fault = #expect(throws: LogError.self) { try weeks.trim(weeks.directory, weeks.terms()) }
        #expect(fault?.description.contains(names[1]) == true)
        #expect(try storage.names().sorted() == names)
        #expect(try storage.checkpoints() == [])
    }

    @Test("a damaged checkpoint refuses a start, and the next pass")
    func damagedCheckpoint() throws {
        let weeks = try Weeks(seed: 7, days: 90)
        _ = try weeks.trim(weeks.directory, weeks.terms(days: 45))
        let storage = try weeks.storage
        let name = try #require(try storage.checkpoints().first)
        var bytes = try storage.read(name)
        bytes[bytes.count / 2] ^= 4
        try storage.replace(name, by: bytes)
        let names = try storage.names().sorted()
        #expect(throws: LogError.self) { try weeks.start(weeks.directory) }
        #expect(throws: LogError.self) { try weeks.trim(weeks.directory, weeks.terms()) }
        #expect(try storage.names().sorted() == names)
    }
}
