import Events
import Testing
import Units

@Suite("A record of traffic")
struct TrafficRecordTests {
    private let record = TrafficRecord(at: Instant(seconds: 1_788_220_800), seconds: 3600, requests: .max)

    @Test("comes back as it was written, also with a newer version's fields behind it")
    func roundTrip() {
        #expect(TrafficRecord(record.bytes[...]) == record)
        #expect(TrafficRecord((record.bytes + [9, 9])[...]) == record)
        #expect(LogRecord(record.bytes[...]) == .traffic(record))
        #expect(LogRecord(record.bytes[...])?.instant == record.instant)
    }

    @Test("is none when it is cut, of another version or of another kind")
    func damage() {
        for count in 0..<record.bytes.count { #expect(TrafficRecord(record.bytes.prefix(count)[...]) == nil) }
        for place in 0...1 {
            var bytes = record.bytes
            bytes[place] += 1
            #expect(TrafficRecord(bytes[...]) == nil)
        }
    }

    @Test("is taken for no visitor's record and no event")
    func kind() {
        #expect(!VisitorRecordCoder.isVisitorRecord(TrafficRecord.kind))
        #expect(EventKind(rawValue: TrafficRecord.kind) == nil)
    }
}
