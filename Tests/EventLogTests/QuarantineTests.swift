import EventLog
import Events
import Foundation
import OpenRTB
import Testing
import Units

@Suite("Quarantine")
struct QuarantineTests {
    /// A log in a directory of its own: nine records in three segments, two groups in each but the last.
    private final class Damaged {
        let storage: DirectoryStorage

        init() throws {
            storage = try DirectoryStorage(
                path: FileManager.default.temporaryDirectory.appending(path: "vendue-\(UUID().uuidString)").path)
            let log = try openLog(storage, segmentBytesMax: 350).log
            for number in 1...9 {
                _ = log.append(record(number))
                // Groups of one and of two.
                if number % 3 != 1 { log.turn() }
            }
            log.start()
            log.stop()
        }

        deinit { try? FileManager.default.removeItem(atPath: storage.path) }

        var names: [String] { get throws { try storage.names().sorted() } }

        func write(_ name: String, _ bytes: [UInt8]) throws {
            try Data(bytes).write(to: URL(filePath: "\(storage.path)/\(name)"))
        }

        func quarantine() throws -> [LogQuarantine.Finding] {
            try LogQuarantine(storage, at: Instant(micros: 5)).run()
        }
    }

    /// Holds what is left to what was there: each record in its place, or named as lost.
    private func check(
        _ damaged: Damaged, _ findings: [LogQuarantine.Finding], _ what: String, mayEndEarly: Bool = false
    ) throws {
        let (log, replayed) = try openLog(damaged.storage)
        #expect(replayed.allSatisfy { $0.sequence == UInt64($0.number) }, "\(what)")
        let lost = findings.flatMap(\.lost)
        #expect(log.recovery.gaps == lost, "\(what)")
        #expect(!replayed.contains { entry in lost.contains { $0.contains(entry.sequence) } }, "\(what)")
        let known = Set(replayed.map(\.sequence)).union(lost.flatMap { Array($0) })
        #expect(known.isSuperset(of: mayEndEarly ? [] : Set(1...9)), "\(what)")
        let next = log.recovery.next
        #expect(log.append(record(Int(next))) == next)
        log.turn()
        #expect(log.durableSequence == next, "\(what)")
        #expect(try entries(damaged.storage) == replayed + [Entry(sequence: next, number: Int(next))], "\(what)")
        #expect(try damaged.quarantine() == [], "\(what)")
    }

    @Test("of a sound log nothing is put aside")
    func sound() throws {
        let damaged = try Damaged()
        #expect(try damaged.names.count == 3)
        #expect(try damaged.quarantine() == [])
        #expect(!FileManager.default.fileExists(atPath: damaged.storage.quarantinePath))
        #expect(try openLog(damaged.storage).replayed == Entry.counting(1...9))
    }

    @Test("a flipped byte costs its own record at most, and the file stays as it was found", arguments: 0..<3)
    func flipped(segment: Int) throws {
        let size = try { try $0.storage.read($0.names[segment]).count }(Damaged())
        for index in stride(from: 0, to: size, by: 13) {
            let damaged = try Damaged()
            let name = try damaged.names[segment]
            var bytes = try damaged.storage.read(name)
            bytes[index] ^= 0x11
            try damaged.write(name, bytes)
            let findings = try damaged.quarantine()
            // In the last segment's last group it may be a write that was cut off.
            if segment == 2, findings.isEmpty { continue }
            #expect(findings.map(\.file) == [name], "byte \(index)")
            #expect(findings.flatMap(\.lost).reduce(0) { $0 + $1.count } <= 1, "byte \(index)")
            #expect((findings.first?.offset ?? 0) <= index, "byte \(index)")
            let aside = FileManager.default.contents(atPath: "\(damaged.storage.quarantinePath)/\(name)")
            #expect(aside.map { [UInt8]($0) } == bytes, "byte \(index)")
            try check(damaged, findings, "segment \(segment), byte \(index)")
        }
    }

    @Test(
        "whatever is done to a segment, every record is there or named as lost",
        arguments: 1...40 as ClosedRange<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let damaged = try Damaged()
        let segment = Int(random.next() % 3)
        let name = try damaged.names[segment]
        var bytes = try damaged.storage.read(name)
        let start = Int(random.next() % UInt64(bytes.count))
        let count = min(bytes.count - start, 1 + Int(random.next() % 200))
        switch random.next() % 4 {
        case 0: bytes.replaceSubrange(start..<start + count, with: [UInt8](repeating: 0, count: count))
        case 1: for index in start..<start + count { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
        case 2: bytes.removeSubrange(start..<start + count)
        default: bytes.removeLast(count)
        }
        try damaged.write(name, bytes)
        let findings = try damaged.quarantine()
        try check(damaged, findings, "seed \(seed)", mayEndEarly: segment == 2)
    }

    @Test("a segment that is not there leaves a gap of all its records")
    func missing() throws {
        let damaged = try Damaged()
        let names = try damaged.names
        let bounds = names.compactMap { UInt64($0.dropLast(5)) }
        try FileManager.default.removeItem(atPath: "\(damaged.storage.path)/\(names[1])")
        #expect(throws: LogError.self) { try openLog(damaged.storage) }
        let findings = try damaged.quarantine()
        #expect(findings.map(\.lost) == [[bounds[1]..<bounds[2]]])
        try check(damaged, findings, "missing")
    }

    @Test("gaps are told for ever, also when damage comes again")
    func again() throws {
        let damaged = try Damaged()
        let name = try damaged.names[0]
        for round in 1...2 {
            var bytes = try damaged.storage.read(name)
            let place = bytes.count - 32 - 20
            bytes[round == 1 ? 90 : place] ^= 1
            try damaged.write(name, bytes)
            #expect(throws: LogError.self) { try openLog(damaged.storage) }
            #expect(try damaged.quarantine().count == 1)
        }
        let gaps = try openLog(damaged.storage).log.recovery.gaps
        #expect(gaps.reduce(0) { $0 + $1.count } == 2)
        let aside = try FileManager.default.contentsOfDirectory(atPath: damaged.storage.quarantinePath)
        #expect(aside.sorted() == [name, name + ".2"])
    }

    @Test("a log of a newer version is left alone")
    func newer() throws {
        let damaged = try Damaged()
        let name = try damaged.names[1]
        var bytes = try damaged.storage.read(name)
        bytes[8] = 9
        let sum = CRC32C.sum(Array(bytes[0..<12]) + Array(bytes[16..<32]))
        for index in 0..<4 { bytes[12 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(index * 8)) }
        try damaged.write(name, bytes)
        #expect(throws: LogError.unknownVersion(file: name, version: 9)) { try damaged.quarantine() }
        #expect(try damaged.storage.read(name) == bytes)
    }
}
