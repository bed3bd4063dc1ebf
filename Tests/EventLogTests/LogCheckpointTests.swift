import EventLog
import Events
import Foundation
import Testing
import Units

@Suite("Checkpoints of the log")
struct LogCheckpointTests {
    private func checkpoint(next: UInt64) -> LogCheckpoint {
        var runs = RunHistory()
        runs.add(LogRecord.run(RunRecord(.start, at: Instant(micros: 5))))
        runs.add(LogRecord.run(RunRecord(.start, at: Instant(micros: 6))))
        return LogCheckpoint(
            next: next, created: Instant(micros: 77), visitorsThrough: 3, runs: runs,
            ledger: [StateTable("ledger", ["now": 9]), StateTable("lanes", columns: ["spend"])])
    }

    private func put(_ checkpoint: LogCheckpoint, into storage: FaultyStorage) {
        storage.put(LogCheckpoint.name(next: checkpoint.next), checkpoint.bytes)
    }

    /// Records 1 to 6, a segment each, of which a checkpoint stands for the first three.
    private func trimmed(keeping kept: ClosedRange<UInt64> = 4...6) throws -> FaultyStorage {
        let storage = try storage(with: 6, segmentBytesMax: 1)
        put(checkpoint(next: 4), into: storage)
        for number in 1...6 as ClosedRange<UInt64> where !kept.contains(number) {
            storage.remove(Segment.name(first: number))
        }
        return storage
    }

    /// Opens as a service does.
    private func open(_ storage: any LogStorage) throws -> (log: EventLog, replayed: [Entry]) {
        var replayed: [Entry] = []
        let checkpoint = try LogReader(storage).checkpoint()
        let log = try EventLog(storage: storage, segmentBytesMax: 1, behind: checkpoint) {
            replayed.append(Entry($0, $1))
        }
        return (log, replayed)
    }

    @Test("what was written is read")
    func roundTrip() throws {
        let written = checkpoint(next: 1234)
        let name = LogCheckpoint.name(next: 1234)
        #expect(name == "00000000000000001234.checkpoint")
        #expect(try LogCheckpoint(written.bytes, file: name) == written)
    }

    @Test("every flipped bit and every cut is noticed, and the file is named")
    func damage() throws {
        let written = checkpoint(next: 4).bytes
        let name = LogCheckpoint.name(next: 4)
        for index in written.indices {
            for bit in [0, 3, 7] as [UInt8] {
                var bent = written
                bent[index] ^= 1 << bit
                let fault = #expect(throws: LogError.self, "byte \(index)") { try LogCheckpoint(bent, file: name) }
                #expect(fault?.description.contains(name) == true)
            }
            #expect(throws: LogError.self, "\(index) bytes") {
                try LogCheckpoint(Array(written.prefix(index)), file: name)
            }
        }
        #expect(throws: LogError.self) { try LogCheckpoint(written, file: LogCheckpoint.name(next: 5)) }
    }

    @Test("a checkpoint of a newer version is not read")
    func newerVersion() {
        var bytes = checkpoint(next: 4).bytes
        bytes[8] = 2
        let name = LogCheckpoint.name(next: 4)
        #expect(throws: LogError.unknownVersion(file: name, version: 2)) { try LogCheckpoint(bytes, file: name) }
    }

    @Test(
        "a start reads what is behind the checkpoint, and goes on with the sequence", arguments: [1, 2, 4] as [UInt64])
    func start(firstKept: UInt64) throws {
        // A crash may have come before all, or some, of what it stands for was removed.
        let storage = try trimmed(keeping: firstKept...6)
        let (log, replayed) = try open(storage)
        #expect(replayed == Entry.counting(4...6))
        // Of the runs that the checkpoint tells of, the second found the first crashed.
        #expect(log.recovery.runs.crashes == [Instant(micros: 6)])
        #expect(log.recovery.runs.endsUncleanly)
        #expect(log.append(record(7)) == 7)
        log.turn()
        #expect(try open(storage).replayed == Entry.counting(4...7))
    }

    @Test("other readers begin with the first record that is there")
    func readers() throws {
        #expect(try entries(trimmed()) == Entry.counting(4...6))
        #expect(try entries(trimmed(keeping: 2...6)) == Entry.counting(2...6))
        #expect(try entries(trimmed(), from: 6) == Entry.counting(6...6))
    }

    @Test("a hole behind the checkpoint, an end before it, or nothing behind it is refused")
    func holes() throws {
        for kept in [5...6, 1...2] as [ClosedRange<UInt64>] {
            let storage = try trimmed(keeping: kept)
            let fault = #expect(throws: LogError.self) { try open(storage) }
            #expect(fault?.description.contains("checkpoint") == true, "\(kept)")
            #expect(throws: LogError.self) { try entries(storage) }
        }
        let empty = FaultyStorage()
        put(checkpoint(next: 4), into: empty)
        #expect(throws: LogError.self) { try open(empty) }
    }

    @Test("the newest of several checkpoints counts")
    func newest() throws {
        let storage = try trimmed(keeping: 2...6)
        put(checkpoint(next: 3), into: storage)
        #expect(try open(storage).replayed == Entry.counting(4...6))
        storage.remove(LogCheckpoint.name(next: 4))
        #expect(try open(storage).replayed == Entry.counting(3...6))
    }

    /// Drops segments when the second is read, as a service does beside a reader.
    private final class Vanishing: LogStorage {
        let base: FaultyStorage
        let checkpoint: LogCheckpoint

        init(_ base: FaultyStorage, _ checkpoint: LogCheckpoint) {
            self.base = base
            self.checkpoint = checkpoint
        }

        func names() throws(LogError) -> [String] { try base.names() }
        func checkpoints() throws(LogError) -> [String] { try base.checkpoints() }
        func read(_ name: String) throws(LogError) -> [UInt8] {
            if name == Segment.name(first: 2) {
                base.put(LogCheckpoint.name(next: checkpoint.next), checkpoint.bytes)
                for number in 1..<checkpoint.next { base.remove(Segment.name(first: number)) }
            }
            return try base.read(name)
        }
        func create(_ name: String) throws(LogError) -> any LogFile { try base.create(name) }
        func reopen(_ name: String, keeping bytes: Int) throws(LogError) -> any LogFile {
            try base.reopen(name, keeping: bytes)
        }
    }

    @Test("segments that are dropped while a reader walks are passed over; others that vanish are damage")
    func dropped() throws {
        let base = try storage(with: 6, segmentBytesMax: 1)
        let read = try entries(Vanishing(base.copy(), checkpoint(next: 4)))
        #expect(read.map(\.sequence) == [1, 4, 5, 6])
        base.remove(Segment.name(first: 5))
        #expect(throws: LogError.self) { try entries(Vanishing(base, checkpoint(next: 4))) }
    }

    // MARK: On a disk

    private func directory() throws -> DirectoryStorage {
        try DirectoryStorage(
            path: FileManager.default.temporaryDirectory.appending(path: "vendue-\(UUID().uuidString)").path)
    }

    /// Puts the files of a storage on a disk.
    private func copy(_ storage: FaultyStorage, to directory: DirectoryStorage) throws {
        for (name, bytes) in storage.files { try directory.replace(name, by: bytes) }
    }

    @Test("files are put, found and removed in a directory, and nothing else is left there")
    func files() throws {
        let storage = try directory()
        defer { try? FileManager.default.removeItem(atPath: storage.path) }
        try copy(try trimmed(), to: storage)
        #expect(try open(storage).replayed == Entry.counting(4...6))
        try storage.remove(LogCheckpoint.name(next: 4))
        #expect(try storage.checkpoints() == [])
        #expect(throws: LogError.self) { try storage.remove(LogCheckpoint.name(next: 4)) }
        let left = try FileManager.default.contentsOfDirectory(atPath: storage.path)
        #expect(left.allSatisfy { $0.hasSuffix(Segment.suffix) })
    }

    @Test("a quarantine puts a damaged checkpoint aside, and names what is lost with it")
    func quarantine() throws {
        let storage = try directory()
        defer { try? FileManager.default.removeItem(atPath: storage.path) }
        try copy(try trimmed(), to: storage)
        let name = LogCheckpoint.name(next: 4)
        try storage.replace(name, by: Array(checkpoint(next: 4).bytes.dropLast()))
        #expect(throws: LogError.self) { try open(storage) }
        let findings = try LogQuarantine(storage, at: Instant(micros: 5)).run()
        #expect(findings.map(\.file) == [name, Segment.name(first: 1)])
        let (log, replayed) = try open(storage)
        #expect(replayed == Entry.counting(4...6))
        #expect(log.recovery.gaps == [1..<4])
        #expect(FileManager.default.fileExists(atPath: "\(storage.quarantinePath)/\(name)"))
        #expect(try LogQuarantine(storage, at: Instant(micros: 5)).run() == [])
    }

    @Test("a quarantine leaves a sound trimmed log alone, and makes a gap of what is missing behind its checkpoint")
    func quarantineBehind() throws {
        let storage = try directory()
        defer { try? FileManager.default.removeItem(atPath: storage.path) }
        try copy(try trimmed(), to: storage)
        #expect(try LogQuarantine(storage, at: Instant(micros: 5)).run() == [])
        try storage.remove(Segment.name(first: 4))
        #expect(try LogQuarantine(storage, at: Instant(micros: 5)).run().flatMap(\.lost) == [4..<5])
        #expect(try open(storage).log.recovery.gaps == [4..<5])
        for name in try storage.names() { try storage.remove(name) }
        #expect(try LogQuarantine(storage, at: Instant(micros: 5)).run().count == 1)
        #expect(try open(storage).log.append(record(4)) == 4)
    }
}
