import EventLog
import Testing

@testable import Simulation

@Suite("Simulated disk")
struct SimulatedDiskTests {
    private func write(_ bytes: [UInt8], to file: any LogFile) throws {
        try unsafe bytes.withUnsafeBufferPointer { bytes in unsafe try file.write(bytes) }
    }

    @Test("a power cut leaves what was synced, and of the rest what it likes")
    func powerCut() throws {
        var lengths: Set<Int> = []
        var altered = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            let disk = SimulatedDisk(Chance(seed))
            let file = try disk.create("a")
            try write([1, 2, 3, 4], to: file)
            try file.sync()
            try write([5, 6, 7, 8], to: file)
            disk.cutPower()
            let left = try disk.read("a")
            #expect(left.prefix(4) == [1, 2, 3, 4])
            #expect(left.count <= 8)
            lengths.insert(left.count)
            if !left.elementsEqual([1, 2, 3, 4, 5, 6, 7, 8].prefix(left.count)) { altered += 1 }
        }
        #expect(lengths == [4, 5, 6, 7, 8])
        #expect(altered > 10)
    }

    @Test("the end of a process loses nothing that was written")
    func processEnds() throws {
        let disk = SimulatedDisk(Chance(1))
        try write([1, 2], to: disk.create("a"))
        disk.restart()
        #expect(try disk.read("a") == [1, 2])
        #expect(disk.syncedBytes("a") == [])
    }

    @Test("the call that a fault was armed for fails, and with the power all after it", arguments: 0...3)
    func armed(calls: Int) throws {
        let disk = SimulatedDisk(Chance(1))
        let file = try disk.create("a")
        disk.arm(.failure, after: calls)
        for _ in 0..<calls { try file.sync() }
        #expect(throws: LogError.self) { try file.sync() }
        try file.sync()
        disk.arm(.powerCut, after: calls)
        for _ in 0..<calls { try file.sync() }
        #expect(throws: LogError.self) { try file.sync() }
        #expect(throws: LogError.self) { try disk.read("a") }
        #expect(disk.isOff && disk.faults == 2)
        disk.cutPower()
        #expect(try disk.read("a") == [])
    }

    @Test("a full disk takes what there is room for")
    func full() throws {
        let disk = SimulatedDisk(Chance(1))
        let file = try disk.create("a")
        disk.leaveRoom(3)
        #expect(throws: LogError.io(call: "write", path: "a", errno: 28)) { try write([1, 2, 3, 4], to: file) }
        #expect(try disk.read("a") == [1, 2, 3])
        disk.leaveRoom(nil)
        try write([5], to: file)
        #expect(try disk.read("a") == [1, 2, 3, 5])
    }
}
