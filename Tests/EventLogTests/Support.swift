import EventLog
import Events
import OpenRTB
import Synchronization
import Units

/// What several threads tell, in the order in which they told it.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func append(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// A record and its place in the log.
struct Entry: Equatable, Sendable {
    let sequence: UInt64
    /// What ``record(_:padding:)`` was given.
    let number: Int

    init(_ sequence: UInt64, _ event: Event) {
        self.sequence = sequence
        number = Int(event.facts.auction) ?? -1
    }

    init(_ sequence: UInt64, _ logged: LoggedEvent) {
        self.sequence = sequence
        number = logged.event.flatMap { Int($0.facts.auction) } ?? -1
    }

    init(sequence: UInt64, number: Int) {
        self.sequence = sequence
        self.number = number
    }

    /// Records 1, 2, 3 … at the places 1, 2, 3 ….
    static func counting(_ range: ClosedRange<Int>) -> [Entry] {
        range.map { Entry(sequence: UInt64($0), number: $0) }
    }
}

/// The bytes of an event that bears a number.
///
/// - Parameter padding: bytes more.
func record(_ number: Int, padding: Int = 0) -> [UInt8] {
    var facts = ByteWriter(capacity: 256)
    BidFactsWriter.write(
        .init(
            bidID: BidID(high: 0, low: UInt64(number)), instant: Instant(micros: 0), price: .zero, currency: .usd,
            budgetPrice: .zero, budgetCurrency: .usd, quantity: .one, mtype: .banner, consent: 0, isTest: false,
            billsAtImpression: false, width: 0, height: 0, visitorHigh: 0, visitorLow: 0), into: &facts)
    let strings = ["", "", "", "", "", "", "\(number)", "", "", String(repeating: "x", count: padding)]
    for string in strings { BidFactsWriter.write(Array(string.utf8), into: &facts) }
    let bytes = facts.array()
    var out = ByteWriter(capacity: 256)
    EventCoder.write(
        Event(.win, at: Instant(micros: 0), facts: BidFacts()), factBytes: bytes[...], into: &out)
    return out.array()
}

/// The bytes of a record about a visitor, its payload as it is.
func visitorRecord(_ number: Int, _ record: (VisitorNumber) -> VisitorRecord = { .optOut($0, true) }) -> [UInt8] {
    let record = record(VisitorNumber(UInt32(number)))
    return VisitorRecordCoder.write(record, at: Instant(micros: 0)) { Array($2) } ?? []
}

extension DecisionRing {
    /// Pushes a record as the bid path does.
    func push(_ number: Int) -> Bool {
        var out = ByteWriter(capacity: 256)
        out.append(record(number))
        return push(out)
    }

    /// Puts a record where the log does not see it yet.
    func stage(_ number: Int) -> Bool {
        var out = ByteWriter(capacity: 256)
        out.append(record(number))
        return stage(out)
    }
}

/// A log over `storage` that has not been started, and what it replayed.
func openLog(
    _ storage: any LogStorage, durability: Durability = .powerLoss, segmentBytesMax: Int = 1 << 20
) throws(LogError) -> (log: EventLog, replayed: [Entry]) {
    var replayed: [Entry] = []
    let log = try EventLog(storage: storage, durability: durability, segmentBytesMax: segmentBytesMax) {
        replayed.append(Entry($0, $1))
    }
    return (log, replayed)
}

/// A storage with records 1 to `count`, each written and made durable by itself.
func storage(with count: Int, segmentBytesMax: Int = 1 << 20) throws -> FaultyStorage {
    let storage = FaultyStorage()
    let log = try openLog(storage, segmentBytesMax: segmentBytesMax).log
    log.start()
    for number in 1...count {
        _ = log.append(record(number))
        log.flush()
    }
    log.stop()
    return storage
}

/// Everything that a log holds.
func entries(_ storage: any LogStorage, from sequence: UInt64 = 0) throws(LogError) -> [Entry] {
    var entries: [Entry] = []
    _ = try LogReader(storage).walk(from: sequence) { (number, event) throws(LogError) in
        entries.append(Entry(number, event))
    }
    return entries
}
