import EventLog
import Events
import Testing
import Units

@Suite("Runs in the log")
struct RunTests {
    private func runs(_ storage: any LogStorage) throws -> [RunRecord.Kind?] {
        var kinds: [RunRecord.Kind?] = []
        _ = try LogReader(storage).walkRecords { (_, record: LogRecord) throws(LogError) in
            if case .run(let run) = record { kinds.append(run.kind) } else { kinds.append(nil) }
        }
        return kinds
    }

    @Test("a run that ends in order leaves a stop behind everything else, what loops pushed among it")
    func cleanEnd() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        #expect(log.recovery.runs == RunHistory())
        let ring = log.makeRing(capacity: 1 << 14)
        try log.beginRun(at: SystemTime().instant())
        log.start()
        #expect(log.append(record(2)) == 2)
        #expect(ring.push(3))
        log.stop()
        #expect(try runs(storage) == [.start, nil, nil, .stop])
        #expect(storage.unsyncedBytes == 0)
        let (again, replayed) = try openLog(storage)
        #expect(replayed == [Entry(sequence: 2, number: 2), Entry(sequence: 3, number: 3)])
        #expect(!again.recovery.runs.endsUncleanly)
        #expect(again.recovery.next == 5)
    }

    @Test("a beginning is durable before anything else, so a crash of the first moments is one")
    func crashAtOnce() throws {
        let storage = FaultyStorage()
        let first = try openLog(storage).log
        try first.beginRun(at: SystemTime().instant())
        first.start()
        first.stop()
        let second = try openLog(storage.copy()).log
        #expect(!second.recovery.runs.endsUncleanly)
        let crashed = storage.copy()
        try openLog(crashed).log.beginRun(at: SystemTime().instant())
        #expect(crashed.unsyncedBytes == 0)
        let third = try openLog(crashed).log
        #expect(third.recovery.runs.endsUncleanly)
        try third.beginRun(at: SystemTime().instant())
        #expect(try openLog(crashed).log.recovery.runs.crashes.count == 1)
    }

    @Test("a log that failed does not say that it ended in order, and once stopping it takes no bids")
    func failed() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        try log.beginRun(at: SystemTime().instant())
        log.start()
        #expect(log.takesBids)
        storage.fail { $0.syncs = 1 }
        _ = log.append(record(2))
        while log.failure == nil {}
        #expect(!log.takesBids)
        log.stop()
        #expect(try runs(storage).contains(.stop) == false)
        let other = try openLog(FaultyStorage()).log
        other.start()
        other.stop()
        #expect(!other.takesBids)
    }

    @Test("followers and readers of events pass over runs, and sequences stay whole")
    func passedOver() throws {
        let storage = FaultyStorage()
        for number in 0..<3 {
            let log = try openLog(storage).log
            let seen = Collected<Entry>()
            log.follow { seen.append(Entry($0, $1)) }
            try log.beginRun(at: SystemTime().instant())
            log.start()
            let sequence = UInt64(3 * number + 2)
            #expect(log.append(record(number)) == sequence)
            log.stop()
            #expect(seen.all == [Entry(sequence: sequence, number: number)])
        }
        #expect(try entries(storage).map(\.sequence) == [2, 5, 8])
        #expect(try runs(storage) == [.start, nil, .stop, .start, nil, .stop, .start, nil, .stop])
    }

    @Test("who takes the turns itself ends a run in order as well")
    func withoutThread() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let ring = log.makeRing(capacity: 1 << 14)
        try log.beginRun(at: SystemTime().instant())
        #expect(log.append(record(2)) == 2)
        log.turn()
        #expect(ring.push(3))
        log.stop()
        #expect(log.append(record(4)) == nil)
        #expect(try runs(storage) == [.start, nil, nil, .stop])
        #expect(storage.unsyncedBytes == 0)
    }

    @Test("a seal whose sync failed is synced by the next start, before a segment stands behind it")
    func sealOfBefore() throws {
        let storage = FaultyStorage()
        let first = try openLog(storage, segmentBytesMax: 256).log
        first.start()
        _ = first.append(record(1))
        first.flush()
        storage.fail { $0.syncs = 1 }
        _ = first.append(record(2))
        while first.failure == nil {}
        first.stop()
        #expect(storage.unsyncedBytes > 0)
        let second = try openLog(storage, segmentBytesMax: 256).log
        #expect(storage.unsyncedBytes == 0)
        second.start()
        _ = second.append(record(3))
        second.stop()
        #expect(try entries(storage).count >= 2)
    }

    @Test("records that are staged are taken together or not at all")
    func staged() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let ring = log.makeRing(capacity: 1 << 14)
        log.start()
        #expect(ring.stage(1) && ring.stage(2))
        ring.discard()
        #expect(ring.stage(3) && ring.stage(4))
        ring.commit()
        log.stop()
        #expect(try entries(storage).map(\.number) == [3, 4])
    }
}
