import Events
import Testing
import Units

private let noon = Instant(seconds: 1_788_264_000)

@Suite("Records of runs")
struct RunRecordTests {
    @Test("a record is read as it was written, and as the log's", arguments: RunRecord.Kind.allCases)
    func roundTrip(kind: RunRecord.Kind) {
        let record = RunRecord(kind, at: noon)
        #expect(RunRecord(record.bytes[...]) == record)
        #expect(LogRecord(record.bytes[...]) == .run(record))
        #expect(LogRecord(record.bytes[...])?.instant == noon)
        #expect(EventCoder.read(record.bytes[...]) == nil)
        // A later version may say more.
        #expect(RunRecord((record.bytes + [9, 1, 0, 7])[...]) == record)
    }

    @Test("bytes that were not written as such a record are none")
    func damage() {
        let bytes = RunRecord(.stop, at: noon).bytes
        for count in 0..<bytes.count { #expect(LogRecord(bytes.prefix(count)) == nil) }
        for (index, value) in [(0, 66), (1, 2)] as [(Int, UInt8)] {
            var other = bytes
            other[index] = value
            #expect(LogRecord(other[...]) == nil)
        }
        #expect(RunRecord((bytes + [9])[...]) == nil)
        #expect(RunRecord((bytes + [9, 2, 0, 7])[...]) == nil)
    }

    private func history(_ records: [LogRecord]) -> RunHistory {
        records.reduce(into: RunHistory()) { $0.add($1) }
    }

    private func run(_ kind: RunRecord.Kind, _ seconds: Int64) -> LogRecord {
        .run(RunRecord(kind, at: noon.adding(seconds: seconds)))
    }

    @Test("an empty log and one that ends with a stop ended in order, any other did not")
    func ends() {
        let event = LogRecord.event(Event(.win, at: noon, facts: BidFacts()))
        #expect(!history([]).endsUncleanly)
        #expect(!history([run(.start, 0), event, run(.stop, 1)]).endsUncleanly)
        #expect(history([run(.start, 0)]).endsUncleanly)
        #expect(history([event]).endsUncleanly)
        #expect(history([run(.start, 0), run(.stop, 1), run(.start, 2)]).endsUncleanly)
        #expect(history([run(.start, 0), run(.stop, 1), event]).endsUncleanly)
    }

    @Test("every crash counts from the start that found it, and the one at the end")
    func crashes() {
        let event = LogRecord.event(Event(.win, at: noon, facts: BidFacts()))
        let records = [run(.start, 0), event, run(.start, 10), run(.stop, 20), run(.start, 30), run(.start, 40), event]
        let history = history(records)
        #expect(history.crashes == [noon.adding(seconds: 10), noon.adding(seconds: 40)])
        #expect(history.crashes(since: noon) == 3)
        #expect(history.crashes(since: noon.adding(seconds: 40)) == 2)
        #expect(history.crashes(since: noon.adding(seconds: 41)) == 1)
    }
}
