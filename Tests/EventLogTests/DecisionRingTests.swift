import Foundation
import OpenRTB
import Synchronization
import Testing
import Units

@testable import EventLog

extension DecisionRing {
    /// Every record in the ring.
    fileprivate func drained() -> [[UInt8]] {
        var records: [[UInt8]] = []
        unsafe drain { first, second in records.append(unsafe Array(first) + Array(second)) }
        return records
    }

    fileprivate func push(_ bytes: [UInt8]) -> Bool {
        var record = ByteWriter(capacity: 16)
        record.append(bytes)
        return push(record)
    }

    fileprivate func stage(_ bytes: [UInt8]) -> Bool {
        var record = ByteWriter(capacity: 16)
        record.append(bytes)
        return stage(record)
    }
}

@Suite("Decision ring")
struct DecisionRingTests {
    @Test("records come out as they went in, in order")
    func order() {
        let ring = DecisionRing(capacity: 64)
        #expect(ring.isEmpty)
        #expect(ring.push([1, 2, 3]))
        #expect(ring.push([4]))
        #expect(!ring.isEmpty)
        #expect(ring.drained() == [[1, 2, 3], [4]])
        #expect(ring.isEmpty)
        #expect(ring.drained() == [])
    }

    @Test("records go around the end of the ring, their lengths too", arguments: [8, 16, 64, 1024])
    func wraps(capacity: Int) {
        let ring = DecisionRing(capacity: capacity)
        var random = SplitMix64(seed: UInt64(capacity))
        for round in 0..<2000 {
            let count = 1 + Int(random.next() % UInt64(capacity - 4))
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 + round) }
            #expect(ring.push(bytes))
            #expect(ring.drained() == [bytes])
        }
        #expect(ring.refused == 0)
    }

    @Test("a full ring refuses what comes next, and counts it")
    func full() {
        let ring = DecisionRing(capacity: 32)
        #expect(ring.push([UInt8](repeating: 1, count: 12)))
        #expect(ring.push([UInt8](repeating: 2, count: 12)))
        #expect(!ring.push([3]))
        #expect(!ring.push([4]))
        #expect(ring.refused == 2)
        #expect(ring.drained() == [[UInt8](repeating: 1, count: 12), [UInt8](repeating: 2, count: 12)])
        #expect(ring.push([5]))
        #expect(ring.drained() == [[5]])
        #expect(ring.refused == 2)
    }

    @Test("what is staged is seen when it is committed, and its room is free again when it is discarded")
    func staging() {
        let ring = DecisionRing(capacity: 32)
        #expect(ring.stage([1, 2, 3, 4, 5, 6, 7, 8]))
        #expect(ring.isEmpty)
        #expect(ring.stage([9, 9, 9, 9, 9, 9, 9, 9]))
        #expect(!ring.stage([9, 9, 9, 9, 9]))
        ring.discard()
        #expect(ring.push([UInt8](repeating: 1, count: 28)))
        #expect(ring.drained().map(\.count) == [28])
        #expect(ring.stage([1]) && ring.stage([2]))
        ring.commit()
        #expect(ring.drained() == [[1], [2]])
        #expect(ring.refused == 1)
    }

    @Test("the largest record is four bytes smaller than the ring")
    func largest() {
        let ring = DecisionRing(capacity: 32)
        #expect(!ring.push([UInt8](repeating: 1, count: 29)))
        #expect(ring.push([UInt8](repeating: 1, count: 28)))
        #expect(!ring.push([]))
        #expect(ring.drained().map(\.count) == [28])
    }

    @Test("a producer and a consumer on two threads keep the order and lose nothing but what was counted")
    func concurrent() {
        let ring = DecisionRing(capacity: 4096)
        let count = 50_000
        let accepted = Mutex<[UInt32]>([])
        let done = Atomic<Bool>(false)
        let ended = DispatchSemaphore(value: 0)
        let producer = Thread {
            var record = ByteWriter(capacity: 256)
            var taken: [UInt32] = []
            for number in 0..<UInt32(count) {
                record.clear()
                record.appendFixed(number)
                for _ in 0..<Int(number % 97) { record.append(UInt8(truncatingIfNeeded: number)) }
                if ring.push(record) { taken.append(number) }
            }
            accepted.withLock { $0 = taken }
            done.store(true, ordering: .releasing)
            ended.signal()
        }
        producer.start()
        var received: [UInt32] = []
        var sound = true
        while true {
            let wasDone = done.load(ordering: .acquiring)
            for bytes in ring.drained() {
                let number = bytes.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                received.append(number)
                let rest = bytes.dropFirst(4)
                if rest.count != Int(number % 97) || rest.contains(where: { $0 != UInt8(truncatingIfNeeded: number) }) {
                    sound = false
                }
            }
            if wasDone { break }
        }
        ended.wait()
        #expect(sound)
        #expect(received == accepted.withLock { $0 })
        #expect(UInt64(count - received.count) == ring.refused)
        #expect(!received.isEmpty)
    }
}
