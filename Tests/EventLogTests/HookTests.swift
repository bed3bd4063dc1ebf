import EventLog
import Events
import Foundation
import Synchronization
import Testing

@Suite("Hooks of the event log")
struct HookTests {
    /// Keys that become durable when somebody says so.
    private final class Keys: Sendable {
        let made = Atomic<Int>(0)
        let durable = Atomic<Int>(0)

        func sync() { durable.store(made.load(ordering: .acquiring), ordering: .releasing) }
    }

    @Test("what a record needs is durable before anything of its group is written")
    func before() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let keys = Keys()
        log.beforeGroup {
            // A moment in which the next records come, with keys that this group need not have.
            keys.sync()
            Thread.sleep(forTimeInterval: 0.001)
            return true
        }
        let lacking = Collected<UInt64>()
        log.onDurable { if $0 > UInt64(keys.durable.load(ordering: .acquiring)) { lacking.append($0) } }
        log.start()
        for number in 1...300 {
            keys.made.store(number, ordering: .releasing)
            _ = log.append(visitorRecord(number))
            if number % 7 == 0 { Thread.sleep(forTimeInterval: 0.0005) }
        }
        log.stop()
        #expect(log.durableSequence == 300)
        #expect(lacking.all == [])
    }

    @Test("when the hook is called nothing of the group is in the file")
    func nothingWritten() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let sizes = Collected<Int>()
        log.beforeGroup {
            sizes.append(storage.files.values.reduce(0) { $0 + $1.count })
            return true
        }
        log.start()
        var expected: [Int] = []
        for number in 1...3 {
            expected.append(storage.files.values.reduce(0) { $0 + $1.count })
            _ = log.append(visitorRecord(number))
            log.flush()
        }
        log.stop()
        #expect(sizes.all == expected)
    }

    @Test("decision records alone need no preparation")
    func ringsAlone() throws {
        let log = try openLog(FaultyStorage()).log
        let calls = Atomic<Int>(0)
        log.beforeGroup {
            calls.add(1, ordering: .relaxed)
            return true
        }
        let ring = log.makeRing(capacity: 1 << 14)
        log.start()
        for number in 1...5 {
            #expect(ring.push(number))
            log.flush()
        }
        #expect(log.durableSequence == 5)
        #expect(calls.load(ordering: .relaxed) == 0)
        _ = log.append(record(6))
        log.flush()
        #expect(calls.load(ordering: .relaxed) == 1)
        #expect(ring.push(7))
        log.flush()
        #expect(calls.load(ordering: .relaxed) == 1)
        log.stop()
    }

    @Test("a hook that fails fails the log: nothing of the group is written, nothing more is taken")
    func failing() throws {
        let storage = FaultyStorage()
        let log = try openLog(storage).log
        let isSound = Atomic<Bool>(true)
        log.beforeGroup { isSound.load(ordering: .acquiring) }
        let heard = Collected<UInt64>()
        log.onDurable { heard.append($0) }
        log.start()
        _ = log.append(visitorRecord(1))
        log.flush()
        let files = storage.files
        isSound.store(false, ordering: .releasing)
        _ = log.append(visitorRecord(2))
        log.flush()
        #expect(log.failure == .unprepared)
        #expect(log.hasFailed)
        #expect(log.append(visitorRecord(3)) == nil)
        isSound.store(true, ordering: .releasing)
        log.stop()
        #expect(storage.files == files)
        // Whose record waits must hear that it will not come.
        #expect(heard.all == [1, 1])
    }
    @Test("the followers have seen every event before a flush returns")
    func folded() throws {
        let log = try openLog(FaultyStorage()).log
        let events = Collected<UInt64>()
        log.follow { sequence, _ in events.append(sequence) }
        log.start()
        for number in 1...40 {
            _ = log.append(number % 3 == 0 ? visitorRecord(number) : record(number))
            if number % 5 == 0 {
                log.flush()
                #expect(events.all.last == UInt64(number % 3 == 0 ? number - 1 : number))
            }
        }
        log.stop()
    }
}
