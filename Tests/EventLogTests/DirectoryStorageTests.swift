import EventLog
import Foundation
import Testing

/// A directory of a test's own, not made yet.
private struct TemporaryDirectory {
    let path = FileManager.default.temporaryDirectory.appending(path: "vendue-\(UUID().uuidString)").path

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func truncate(_ name: String, dropping count: Int) throws {
        let bytes = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
        try bytes.dropLast(count).write(to: URL(filePath: "\(path)/\(name)"))
    }
}

@Suite("Directory storage")
struct DirectoryStorageTests {
    @Test("a log in a directory is written, torn, reopened and gone on with")
    func lifeOfALog() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path + "/made/on/the/way")
        let log = try openLog(storage).log
        log.start()
        for number in 1...3 { _ = log.append(record(number)) }
        log.stop()
        #expect(try storage.names() == [Segment.name(first: 1)])
        try directory.truncate("made/on/the/way/" + Segment.name(first: 1), dropping: 1)
        let (again, replayed) = try openLog(storage)
        #expect(replayed == Entry.counting(1...2))
        #expect(again.recovery.tornBytes > 0)
        again.start()
        #expect(again.append(record(3)) == 3)
        again.stop()
        #expect(try entries(storage) == Entry.counting(1...3))
    }

    @Test("segments roll over into files that a later start finds in order")
    func rolls() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path)
        let log = try openLog(storage, segmentBytesMax: 1).log
        log.start()
        for number in 1...12 {
            _ = log.append(record(number))
            log.flush()
        }
        log.stop()
        #expect(try LogReader(storage).segments() == (1...12).map { Segment.name(first: $0) })
        #expect(try openLog(storage).replayed == Entry.counting(1...12))
    }

    @Test("files that are no segments are left alone")
    func otherFiles() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path)
        try Data("keys".utf8).write(to: URL(filePath: directory.path + "/keys"))
        #expect(try storage.names() == [])
        #expect(try openLog(storage).replayed == [])
    }

    @Test("a segment that is already there is not begun again")
    func createsOnce() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path)
        try storage.create("a.vlog").close()
        let path = directory.path + "/a.vlog"
        #expect(throws: LogError.io(call: "open", path: path, errno: EEXIST)) { try storage.create("a.vlog") }
    }

    @Test("a file or directory that is not there is an error of the operator's to mend")
    func missing() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path)
        #expect(throws: LogError.self) { try storage.read("none.vlog") }
        #expect(throws: LogError.io(call: "open", path: directory.path + "/none.vlog", errno: ENOENT)) {
            try storage.reopen("none.vlog", keeping: 0)
        }
        #expect(throws: LogError.self) { try DirectoryStorage(path: "/dev/null/log") }
        try FileManager.default.removeItem(atPath: directory.path)
        #expect(throws: LogError.self) { try storage.names() }
    }

    @Test("what is reopened is cut to what was sound")
    func reopenCuts() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path)
        try Data([1, 2, 3, 4]).write(to: URL(filePath: directory.path + "/a.vlog"))
        let file = try storage.reopen("a.vlog", keeping: 2)
        let more: [UInt8] = [9]
        try unsafe more.withUnsafeBufferPointer { bytes in unsafe try file.write(bytes) }
        try file.sync()
        file.close()
        #expect(try storage.read("a.vlog") == [1, 2, 9])
    }

    /// Length of a file, and what it takes on the disk.
    private func size(_ path: String) throws -> (length: Int, taken: Int) {
        var figures = stat()
        try #require(unsafe stat(path, &figures) == 0)
        return (Int(figures.st_size), Int(figures.st_blocks) * 512)
    }

    @Test("a segment has its room from the start, is read while it is written, and gives back what is left")
    func setsAside() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path)
        let log = try openLog(storage, segmentBytesMax: 8 << 20).log
        let path = directory.path + "/" + Segment.name(first: 1)
        for number in 1...3 {
            _ = log.append(record(number))
            log.turn()
        }
        #expect(log.durableSequence == 3)
        let running = try size(path)
        #expect(running.taken >= 8 << 20)
        #expect(running.length < 1 << 20)
        #expect(try entries(storage) == Entry.counting(1...3))
        let beside = try LogReader(storage).walk { (_, _) throws(LogError) in }
        #expect(beside.tornBytes == 0)
        log.start()
        log.stop()
        let stopped = try size(path)
        #expect(stopped.length == beside.lastFileSoundBytes)
        #expect(stopped.taken < 1 << 16)
    }

    @Test("zeros that a killed process left are cut, and written over")
    func zerosLeft() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path)
        for round in 1...4 {
            // Never stopped, as after a kill.
            let (log, replayed) = try openLog(storage)
            #expect(replayed.count == round - 1)
            #expect(log.recovery.tornBytes == 0)
            #expect(log.append(record(round)) == UInt64(round))
            log.turn()
        }
        #expect(try entries(storage) == Entry.counting(1...4))
        #expect(try storage.names().count == 1)
    }

    @Test("the reserve takes room on the disk until it is given up")
    func reserve() throws {
        let directory = TemporaryDirectory()
        defer { directory.remove() }
        let storage = try DirectoryStorage(path: directory.path)
        #expect(storage.reserveBytes == 0)
        try storage.makeReserve(bytes: 4 << 20)
        #expect(storage.reserveBytes >= 4 << 20)
        try storage.makeReserve(bytes: 4 << 20)
        #expect(try storage.names() == [])
        storage.removeReserve()
        #expect(storage.reserveBytes == 0)
        #expect((storage.freeBytes() ?? 0) > 0)
        // More than any disk has.
        #expect(throws: LogError.self) { try storage.makeReserve(bytes: 1 << 60) }
        #expect(storage.reserveBytes == 0)
    }
}
