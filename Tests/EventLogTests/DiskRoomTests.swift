import EventLog
import Foundation
import Synchronization
import Testing
import Units

/// A clock that a test sets.
private final class SetTime: TimeSource {
    private let micros = Atomic<Int64>(1_000_000)

    func instant() -> Instant { Instant(micros: micros.load(ordering: .relaxed)) }
    func moment() -> Moment { Moment(nanos: micros.load(ordering: .relaxed) * 1000) }
    func pass(seconds: Int64) { micros.add(seconds * 1_000_000, ordering: .relaxed) }
}

@Suite("Room on the disk")
struct DiskRoomTests {
    private static let segment = 1 << 20
    /// Beside the segment itself, for the group that goes past the end.
    private static let slack = 256 << 10

    private let storage = FaultyStorage()
    private let time = SetTime()

    private func open(capacity: Int, free: Int, reserve: Int) throws -> (EventLog, Collected<Bool>) {
        storage.capacity = capacity
        let log = try EventLog(
            storage: storage, time: time, segmentBytesMax: Self.segment,
            room: .init(freeBytesMin: free, reserveBytes: reserve)
        ) { _, _ in }
        let heard = Collected<Bool>()
        log.onRoom { heard.append($0) }
        return (log, heard)
    }

    /// A second later.
    private func turn(_ log: EventLog) {
        time.pass(seconds: 1)
        log.turn()
    }

    @Test("an empty disk has room, and a reserve is made at once")
    func ample() throws {
        let (log, heard) = try open(capacity: 10 << 20, free: 2 << 20, reserve: 1 << 20)
        #expect(log.room.isAmple)
        #expect(storage.reserve == 1 << 20)
        #expect(log.room.reserveBytes == 1 << 20)
        turn(log)
        #expect(log.room.freeBytes == 9 << 20)
        #expect(heard.all == [])
    }

    @Test("a disk without room for the reserve has none from the start")
    func lowAtStart() throws {
        let (log, _) = try open(capacity: 2 << 20, free: 2 << 20, reserve: 1 << 20)
        #expect(!log.room.isAmple)
        #expect(storage.reserve == 0)
        #expect(log.room.shortages == 1)
    }

    @Test("below the limit there is no room, a quarter above it there is again, and each is told once")
    func resumes() throws {
        let (log, heard) = try open(capacity: 10 << 20, free: 4 << 20, reserve: 1 << 20)
        storage.put("other", [UInt8](repeating: 1, count: 6 << 20))
        // Nobody looks more than once a second.
        log.turn()
        #expect(log.room.isAmple)
        turn(log)
        turn(log)
        #expect(!log.room.isAmple)
        storage.put("other", [UInt8](repeating: 1, count: 9 << 19))
        turn(log)
        #expect(!log.room.isAmple)
        storage.put("other", [])
        turn(log)
        #expect(log.room.isAmple)
        #expect(heard.all == [false, true])
        #expect(log.room.shortages == 1)
    }

    @Test("a segment that finds no room gets the reserve, every record lands, and bidding stops")
    func usesReserve() throws {
        let first = Self.segment + Self.slack
        let (log, _) = try open(capacity: first + Self.segment, free: 1, reserve: Self.segment)
        // With what is in it a disk that holds nothing but the first segment and the reserve.
        let payload = 60_000
        var count = 0
        while storage.files.count < 2, count < 40 {
            count += 1
            #expect(log.append(record(count, padding: payload)) == UInt64(count))
            log.turn()
            #expect(log.durableSequence == UInt64(count), "record \(count)")
        }
        #expect(storage.files.count == 2)
        #expect(storage.reserve == 0)
        #expect(!log.room.isAmple)
        #expect(log.failure == nil)
        #expect(try entries(storage).count == count)
    }

    @Test("when the reserve is used up too, the log fails before it writes anything")
    func usedUp() throws {
        let (log, _) = try open(capacity: 5 << 20, free: 1, reserve: 1 << 20)
        var count = 0
        while log.failure == nil, count < 200 {
            count += 1
            _ = log.append(record(count, padding: 60_000))
            turn(log)
        }
        guard case .io("fallocate", _, ENOSPC)? = log.failure else {
            Issue.record("failed by \(String(describing: log.failure))")
            return
        }
        #expect(log.durableSequence == UInt64(count - 1))
        #expect(storage.unsyncedBytes == 0)
        // With room again a restart has it all.
        storage.capacity = 50 << 20
        let (again, replayed) = try openLog(storage)
        #expect(replayed == Entry.counting(1...count - 1))
        #expect(again.recovery.tornBytes == 0)
    }

    @Test("without limits nobody looks")
    func none() throws {
        storage.capacity = 0
        storage.put("other", [1])
        let log = try openLog(storage.copy()).log
        turn(log)
        #expect(log.room.isAmple)
        #expect(log.room.freeBytes == nil)
    }
}
