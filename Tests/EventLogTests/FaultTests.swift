import EventLog
import Foundation
import Testing

@Suite("Log faults")
struct FaultTests {
    /// A started log with one durable record whose next group will fail.
    private func failing(
        _ fault: (inout FaultyStorage.Faults) -> Void, segmentBytesMax: Int = 1 << 20
    ) throws -> (storage: FaultyStorage, log: EventLog, ring: DecisionRing, heard: Collected<UInt64>) {
        let storage = FaultyStorage()
        let log = try openLog(storage, segmentBytesMax: segmentBytesMax).log
        let ring = log.makeRing(capacity: 1 << 14)
        let heard = Collected<UInt64>()
        log.onDurable { heard.append($0) }
        log.start()
        _ = log.append(record(1))
        log.flush()
        storage.fail(fault)
        _ = log.append(record(2))
        log.flush()
        return (storage, log, ring, heard)
    }

    enum Call: String, CaseIterable, CustomTestStringConvertible {
        case sync, write, create
        var testDescription: String { rawValue }

        func fail(_ faults: inout FaultyStorage.Faults) {
            switch self {
            case .sync: faults.syncs = 1
            case .write: faults.writes = 1
            case .create: faults.creates = 1
            }
        }

        /// A new segment for each group where creating one is what fails.
        var segmentBytesMax: Int { self == .create ? 1 : 1 << 20 }
    }

    @Test(
        "after a failed call the log says so, acknowledges nothing of the group, and takes no more",
        arguments: Call.allCases)
    func fails(call: Call) throws {
        let (storage, log, _, heard) = try failing(call.fail, segmentBytesMax: call.segmentBytesMax)
        #expect(log.failure != nil)
        #expect(log.durableSequence == 1)
        #expect(log.append(record(3)) == nil)
        // Listeners hear of the failure, as those whose notices wait must be answered.
        #expect(heard.all == [1, 1])
        log.stop()
        #expect(log.durableSequence == 1)
        #expect(try entries(storage).prefix(1) == Entry.counting(1...1)[...])
    }

    @Test("the failure names the call and the file")
    func names() throws {
        let log = try failing { $0.syncs = 1 }.log
        #expect(log.failure == .io(call: "fdatasync", path: Segment.name(first: 1), errno: 5))
        log.stop()
    }

    @Test(
        "a disk that works again makes nothing durable, for nobody knows what it lost; decision records do not either",
        arguments: Call.allCases)
    func staysFailed(call: Call) throws {
        let (storage, log, ring, heard) = try failing(call.fail, segmentBytesMax: call.segmentBytesMax)
        let files = storage.files
        _ = ring.push(3)
        Thread.sleep(forTimeInterval: 0.1)
        #expect(log.durableSequence == 1)
        #expect(heard.all.allSatisfy { $0 == 1 })
        #expect(storage.files == files)
        log.stop()
        #expect(log.durableSequence == 1)
        #expect(log.failure != nil)
    }

    @Test("followers never see a record that did not become durable", arguments: Call.allCases)
    func followersAfterFailure(call: Call) throws {
        let storage = FaultyStorage()
        let log = try openLog(storage, segmentBytesMax: call.segmentBytesMax).log
        let seen = Collected<Entry>()
        log.follow { seen.append(Entry($0, $1)) }
        let ring = log.makeRing(capacity: 1 << 14)
        log.start()
        _ = log.append(record(1))
        log.flush()
        storage.fail(call.fail)
        _ = log.append(record(2))
        log.flush()
        _ = ring.push(3)
        Thread.sleep(forTimeInterval: 0.1)
        log.stop()
        #expect(seen.all == Entry.counting(1...1))
    }

    @Test("each file is closed once, whatever fails", arguments: Call.allCases)
    func closesOnce(call: Call) throws {
        let (storage, log, _, _) = try failing(call.fail, segmentBytesMax: call.segmentBytesMax)
        log.stop()
        // A descriptor closed twice may by then be another file's.
        #expect(storage.closes.filter { $0.value != 1 } == [:])
        #expect(storage.closes[Segment.name(first: 1)] == 1)
    }

    @Test("a flush on a failed log returns")
    func flushReturns() throws {
        let log = try failing { $0.syncs = 1 }.log
        log.flush()
        log.stop()
        log.flush()
    }

    @Test("after a failure a fresh start goes on with what the disk kept", arguments: Call.allCases)
    func restart(call: Call) throws {
        let (storage, log, _, _) = try failing(call.fail, segmentBytesMax: call.segmentBytesMax)
        log.stop()
        let (again, replayed) = try openLog(storage)
        #expect(replayed.first == Entry(sequence: 1, number: 1))
        again.start()
        let sequence = try #require(again.append(record(9)))
        again.flush()
        #expect(again.durableSequence == sequence)
        again.stop()
        #expect(try entries(storage).last == Entry(sequence: sequence, number: 9))
    }

    /// A run of twelve records in segments of two, whose calls are all the same each time.
    private func run(_ storage: FaultyStorage) throws -> (log: EventLog, acknowledged: [Entry]) {
        let log = try openLog(storage, segmentBytesMax: 250).log
        var acknowledged: [Entry] = []
        for number in 1...12 {
            guard let sequence = log.append(record(number)) else { break }
            log.turn()
            if log.durableSequence >= sequence { acknowledged.append(Entry(sequence: sequence, number: number)) }
        }
        return (log, acknowledged)
    }

    @Test("whichever call fails, nothing is written behind it, and a restart has every acknowledged record")
    func everyPosition() throws {
        let well = FaultyStorage()
        #expect(try run(well).acknowledged == Entry.counting(1...12))
        let calls = well.calls
        // Every kind of call is among them, a seal's too.
        #expect(well.files.count > 3)
        #expect(calls.count > 30)
        for call in calls.indices {
            let storage = FaultyStorage()
            storage.fail { $0.call = call }
            let (log, acknowledged) = try run(storage)
            // Room that cannot be set aside for a whole segment is asked for again, for the group alone.
            if calls[call].hasPrefix("set aside") {
                #expect(log.failure == nil, "\(calls[call])")
                #expect(acknowledged == Entry.counting(1...12), "\(calls[call])")
                continue
            }
            #expect(log.failure != nil, "\(calls[call])")
            #expect(storage.calls == Array(calls[...call]), "\(calls[call])")
            #expect(log.append(record(99)) == nil)
            log.turn()
            #expect(storage.calls.count == call + 1, "\(calls[call])")
            let (again, replayed) = try openLog(storage.copy(), segmentBytesMax: 250)
            #expect(Array(replayed.prefix(acknowledged.count)) == acknowledged, "\(calls[call])")
            #expect(replayed.count <= acknowledged.count + 1, "\(calls[call])")
            #expect(again.append(record(13)) == again.recovery.next)
            again.turn()
            #expect(again.durableSequence == again.recovery.next, "\(calls[call])")
        }
    }
}
