import EventLog
import Events
import OpenRTB
import Synchronization
import Testing
import Units

@Suite("Visitor records in the log")
struct VisitorRecordTests {
    private static func link(_ visitor: VisitorNumber) -> VisitorRecord {
        .link(visitor, [Identity(.ifa, IdentityKey(high: 1, low: UInt64(visitor.rawValue)))])
    }

    /// Two events, then records of visitors 3 and 4, then an event.
    private func mixed() throws -> FaultyStorage {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        log.start()
        let records = [record(1), record(2), visitorRecord(3), visitorRecord(4, Self.link), record(5)]
        for (index, bytes) in records.enumerated() {
            #expect(log.append(bytes) == UInt64(index + 1))
            if index == 2 { log.flush() }
        }
        log.stop()
        return storage
    }

    @Test("readers and followers of events pass over them, and their sequences stay")
    func passedOver() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let seen = Collected<Entry>()
        log.follow { seen.append(Entry($0, $1)) }
        log.start()
        let ring = log.makeRing(capacity: 1 << 12)
        for bytes in [visitorRecord(1), record(2), visitorRecord(3), visitorRecord(4), record(5)] {
            _ = log.append(bytes)
        }
        log.flush()
        #expect(ring.push(6))
        log.stop()
        let events = [2, 5, 6].map { Entry(sequence: UInt64($0), number: $0) }
        #expect(seen.all == events)
        #expect(try entries(storage) == events)
        #expect(try entries(storage, from: 3) == Array(events.dropFirst()))
    }

    @Test("a log opened again replays events to the one and visitors to the other, in order")
    func replays() throws {
        let storage = try mixed()
        var order: [UInt64] = []
        var visitors: [UInt64: [UInt8]] = [:]
        let log = try EventLog(
            storage: storage,
            replayVisitor: { sequence, bytes in
                order.append(sequence)
                visitors[sequence] = Array(bytes)
            },
            replay: { sequence, event in
                order.append(sequence)
                #expect(Entry(sequence, event) == Entry(sequence: sequence, number: Int(sequence)))
            })
        #expect(order == [1, 2, 3, 4, 5])
        #expect(visitors == [3: visitorRecord(3), 4: visitorRecord(4, Self.link)])
        #expect(log.recovery.records == 5)
        #expect(log.append(visitorRecord(6)) == 6)
    }

    @Test("a walk over all records gives both kinds")
    func walksRecords() throws {
        let storage = try mixed()
        var kinds: [VisitorRecordCoder.Kind?] = []
        let summary = try LogReader(storage).walkRecords(from: 2) { (sequence, record: LogRecord) throws(LogError) in
            switch record {
            case .event: kinds.append(nil)
            case .run: Issue.record("nobody began a run")
            case .visitor(let head, let bytes):
                #expect(head.visitor == VisitorNumber(UInt32(sequence)))
                #expect(VisitorRecordCoder.readHead(bytes) == head)
                kinds.append(head.kind)
            case .traffic: Issue.record("there is none")
            }
        }
        #expect(kinds == [nil, .optOut, .link, nil])
        #expect(summary.records == 5)
    }

    @Test("a sound record with a visitor record's first byte and no head of one is damage")
    func damagedHead() throws {
        let storage = FaultyStorage()
        let name = Segment.name(first: 1)
        var out = ByteWriter()
        out.append(Segment.header(first: 1, created: Instant(micros: 0)))
        Segment.appendFrame(sequence: 1, to: &out) { $0.append([33, 9, 0, 0]) }
        storage.put(name, out.array())
        #expect(throws: LogError.damaged(file: name, offset: 40, why: "a sound record that is no visitor record")) {
            try openLog(storage)
        }
    }

    @Test("no bit flipped in a log makes another record of a visitor's: it ends before it, or is damage")
    func flippedBits() throws {
        let storage = try mixed()
        let name = storage.sortedNames[0]
        let bytes = storage.files[name] ?? []
        var sound: [LogRecord] = []
        _ = try LogReader(storage).walkRecords { (_, record: LogRecord) throws(LogError) in sound.append(record) }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8(index % 8)
            let other = FaultyStorage()
            other.put(name, changed)
            var read: [LogRecord] = []
            _ = try? LogReader(other).walkRecords { (_, record: LogRecord) throws(LogError) in read.append(record) }
            #expect(read.count < sound.count, "byte \(index)")
            #expect(read[...] == sound.prefix(read.count), "byte \(index)")
        }
    }
}
