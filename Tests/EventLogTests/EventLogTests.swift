import EventLog
import Events
import Foundation
import Synchronization
import Testing
import Units

@Suite("Event log")
struct EventLogTests {
    @Test("what was appended is durable after a flush, and is read back in order")
    func appends() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        log.start()
        let sequences = (1...100).compactMap { log.append(record($0)) }
        log.flush()
        #expect(sequences == Array(1...100))
        #expect(log.durableSequence == 100)
        #expect(log.failure == nil)
        #expect(try entries(storage) == Entry.counting(1...100))
        log.stop()
    }

    @Test("a log opened again replays everything and goes on behind it")
    func reopens() throws {
        let storage = try storage(with: 5)
        let (log, replayed) = try openLog(storage)
        #expect(replayed == Entry.counting(1...5))
        #expect(log.recovery.records == 5)
        #expect(log.recovery.next == 6)
        #expect(log.recovery.tornBytes == 0)
        #expect(log.durableSequence == 5)
        log.start()
        #expect(log.append(record(6)) == 6)
        log.stop()
        #expect(try entries(storage) == Entry.counting(1...6))
        #expect(storage.files.count == 1)
    }

    @Test("a new log is empty and begins with record 1")
    func empty() throws {
        let (log, replayed) = try openLog(FaultyStorage())
        #expect(replayed == [])
        #expect(log.recovery.segments == 0)
        #expect(log.recovery.next == 1)
        #expect(log.recovery.lastFile == nil)
        #expect(log.durableSequence == 0)
        #expect(log.append(record(1)) == 1)
    }

    @Test("what was appended before the start is written after it")
    func beforeStart() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        _ = log.append(record(1))
        #expect(storage.files.isEmpty)
        log.start()
        log.stop()
        #expect(try entries(storage) == Entry.counting(1...1))
    }

    @Test("stopping writes out what is queued and closes the file; afterwards nothing is taken")
    func stops() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        log.start()
        for number in 1...50 { _ = log.append(record(number)) }
        log.stop()
        #expect(try entries(storage) == Entry.counting(1...50))
        #expect(storage.unsyncedBytes == 0)
        #expect(storage.closes.values.allSatisfy { $0 == 1 })
        #expect(log.append(record(51)) == nil)
        log.stop()
    }

    @Test("a segment that is full is followed by another, named by its first record")
    func rolls() throws {
        let storage = try storage(with: 5, segmentBytesMax: 1)
        #expect(storage.sortedNames == (1...5).map { Segment.name(first: $0) })
        #expect(try entries(storage) == Entry.counting(1...5))
        let (log, replayed) = try openLog(storage, segmentBytesMax: 1)
        #expect(replayed == Entry.counting(1...5))
        #expect(log.recovery.segments == 5)
        log.start()
        _ = log.append(record(6))
        log.stop()
        #expect(try entries(storage) == Entry.counting(1...6))
        #expect(storage.sortedNames.last == Segment.name(first: 6))
    }

    @Test("a reader that wants later records gets those alone")
    func readsFrom() throws {
        let storage = try storage(with: 6, segmentBytesMax: 400)
        #expect(storage.files.count > 1)
        for first in 0...7 {
            let wanted = Entry.counting(1...6).filter { $0.sequence >= first }
            #expect(try entries(storage, from: UInt64(first)) == wanted, "from \(first)")
        }
    }

    @Test("followers see every event once and in order, what loops pushed into rings too")
    func followers() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let one = Collected<Entry>()
        let other = Collected<Entry>()
        log.follow { one.append(Entry($0, $1)) }
        log.follow { other.append(Entry($0, $1)) }
        let ring = log.makeRing(capacity: 1 << 16)
        log.start()
        for number in 1...60 {
            if number % 3 == 0 { #expect(ring.push(number)) } else { _ = log.append(record(number)) }
            if number % 10 == 0 { log.flush() }
        }
        log.stop()
        #expect(one.all == other.all)
        #expect(one.all == (try entries(storage)))
        #expect(one.all.map(\.sequence) == Array(1...60))
        #expect(one.all.map(\.number).sorted() == Array(1...60))
        #expect(one.all.map(\.number).filter { $0 % 3 == 0 } == Array(stride(from: 3, through: 60, by: 3)))
        #expect(one.all.map(\.number).filter { $0 % 3 != 0 } == (1...60).filter { $0 % 3 != 0 })
    }

    @Test("followers of a log opened again see what is new, not what was replayed")
    func followersAfterReplay() throws {
        let storage = try storage(with: 3)
        let log = try openLog(storage).log
        let seen = Collected<Entry>()
        log.follow { seen.append(Entry($0, $1)) }
        log.start()
        _ = log.append(record(4))
        log.stop()
        #expect(seen.all == [Entry(sequence: 4, number: 4)])
    }

    @Test("records of several rings reach the log, each ring's in its order")
    func rings() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let rings = (0..<3).map { _ in log.makeRing(capacity: 1 << 14) }
        log.start()
        for number in 0..<90 { #expect(rings[number % 3].push(number)) }
        log.stop()
        let numbers = try entries(storage).map(\.number)
        #expect(numbers.count == 90)
        for ring in 0..<3 {
            #expect(numbers.filter { $0 % 3 == ring } == Array(stride(from: ring, to: 90, by: 3)))
        }
        #expect(log.refusedRecords == 0)
    }

    @Test("a flush also waits for what was pushed into a ring before it")
    func flushesRings() throws {
        let storage = FaultyStorage()
        storage.fail { $0.syncDelay = 0.1 }
        let log = try openLog(storage).log
        let ring = log.makeRing(capacity: 1 << 14)
        log.start()
        #expect(ring.push(1))
        log.flush()
        #expect(log.durableSequence == 1)
        log.stop()
    }

    @Test("records refused by full rings are counted together")
    func dropped() throws {
        let log = try openLog(FaultyStorage()).log
        for _ in 0..<2 {
            let ring = log.makeRing(capacity: 16)
            #expect(!ring.push(1))
        }
        #expect(log.refusedRecords == 2)
    }

    @Test("listeners hear how far the log is durable, never backwards, and only after the sync")
    func listeners() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let heard = Collected<UInt64>()
        let unsynced = Collected<Int>()
        log.onDurable {
            heard.append($0)
            unsynced.append(storage.unsyncedBytes)
        }
        log.start()
        for number in 1...20 {
            _ = log.append(record(number))
            if number % 4 == 0 { log.flush() }
        }
        log.stop()
        #expect(heard.all == heard.all.sorted())
        #expect(heard.all.last == 20)
        #expect(unsynced.all.allSatisfy { $0 == 0 })
    }

    @Test("under a slow disk the groups grow, and records of many threads all arrive")
    func groups() throws {
        let storage = FaultyStorage()
        storage.fail { $0.syncDelay = 0.005 }
        let log = try openLog(storage).log
        log.start()
        let sequences = Collected<UInt64>()
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for number in 0..<100 {
                if let sequence = log.append(record(thread * 100 + number)) { sequences.append(sequence) }
            }
        }
        log.stop()
        #expect(Set(sequences.all) == Set(1...400))
        let written = try entries(storage)
        #expect(written.map(\.sequence) == Array(1...400))
        #expect(written.map(\.number).sorted() == Array(0..<400))
        for thread in 0..<4 {
            #expect(written.map(\.number).filter { $0 / 100 == thread } == Array(thread * 100..<thread * 100 + 100))
        }
        #expect(storage.syncs < 200)
    }

    @Test("where only a crash of the process counts, nothing waits for the disk")
    func processCrash() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage, durability: .processCrash).log
        log.start()
        _ = log.append(record(1))
        log.flush()
        #expect(log.durableSequence == 1)
        #expect(storage.syncs == 0)
        log.stop()
        #expect(try entries(storage) == Entry.counting(1...1))
    }

    @Test("tickers are called though nothing is written")
    func tickers() throws {
        let log = try openLog(FaultyStorage()).log
        let ticks = Collected<Instant>()
        let ticked = DispatchSemaphore(value: 0)
        log.onTick {
            ticks.append($0)
            ticked.signal()
        }
        log.start()
        for _ in 0..<3 { #expect(ticked.wait(timeout: .now() + 10) == .success) }
        log.stop()
        #expect(ticks.all == ticks.all.sorted())
    }

    @Test("a record that arrives as the writer goes to sleep does not wait for its next idle look")
    func noLostWakeUp() throws {
        let time = SystemTime()
        let waits = Collected<Int64>()
        let appended = Atomic<Int64>(0)
        let wrote = Atomic<Bool>(false)
        let log = try openLog(FaultyStorage()).log
        log.onDurable { _ in
            waits.append(time.moment().nanos - appended.load(ordering: .relaxed))
            wrote.store(true, ordering: .relaxed)
        }
        // A ticker that runs after the writer found nothing to write runs before it sleeps: the moment in question.
        log.onTick { _ in
            if wrote.exchange(false, ordering: .relaxed) || waits.all.count == 10 { return }
            appended.store(time.moment().nanos, ordering: .relaxed)
            _ = log.append(record(1))
        }
        log.start()
        Thread.sleep(forTimeInterval: 0.5)
        log.stop()
        // The shortest of several, as this machine may be busy: an idle look comes only after 20 ms.
        #expect((waits.all.min() ?? .max) < 10_000_000)
    }
}
