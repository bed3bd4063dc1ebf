import Foundation
import Sealing
import Synchronization
import Testing
import Units

/// A directory of a test's own, with room for a file of keys.
struct KeyDirectory {
    let path = FileManager.default.temporaryDirectory.appending(path: "vendue-keys-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    var file: String { path + "/visitor.keys" }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: file))) }

    /// Replaces the file, readable by its owner alone.
    func put(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: file))
        try chmod(0o600)
    }

    func chmod(_ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }
}

@Suite("Visitor keys")
struct VisitorKeysTests {
    @Test("a key that was made is there when the file is opened again, and every visitor has another")
    func lasts() throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        var made: [VisitorKey] = []
        do {
            let keys = try VisitorKeys(path: directory.file)
            for number in 0..<600 as Range<UInt32> {
                try keys.make(number)
                made.append(try #require(try keys.key(number)))
            }
            try keys.sync()
        }
        let keys = try VisitorKeys(path: directory.file)
        for number in 0..<600 as Range<UInt32> { #expect(try keys.key(number) == made[Int(number)]) }
        #expect(Set(made.flatMap { [$0.low, $0.high] }).count == 1200)
        #expect(try keys.entry(600) == .never)
        #expect(try keys.key(600) == nil)
        #expect(try keys.entry(.max) == .never)
    }

    @Test("a deleted key is nowhere in the file, and its number gets no other")
    func deletes() throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        let keys = try VisitorKeys(path: directory.file)
        for number in 0..<10 as Range<UInt32> { try keys.make(number) }
        let key = try #require(try keys.key(4))
        let neighbours = (try keys.key(3), try keys.key(5))
        try keys.delete(4)
        try keys.delete(4)
        #expect(try keys.entry(4) == .deleted)
        #expect(try keys.key(4) == nil)
        #expect(throws: VisitorKeysError.deleted(visitor: 4)) { try keys.make(4) }
        #expect((try keys.key(3), try keys.key(5)) == neighbours)
        let bytes = try directory.bytes()
        let words = stride(from: 0, to: bytes.count, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        #expect(!words.contains(key.low) && !words.contains(key.high))
        #expect(words.contains(neighbours.0?.low ?? 0))
        #expect(try VisitorKeys(path: directory.file).entry(4) == .deleted)
    }

    @Test("one who never had a key can be deleted, far behind the end of the file too")
    func deletesUnknown() throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        let keys = try VisitorKeys(path: directory.file)
        try keys.make(1)
        let key = try keys.key(1)
        try keys.delete(3_000_000)
        #expect(try keys.entry(3_000_000) == .deleted)
        #expect(try keys.entry(2_999_999) == .never)
        try keys.make(100_000)
        #expect(try keys.key(100_000) != nil)
        #expect(try VisitorKeys(path: directory.file).key(1) == key)
    }

    @Test("a number whose record a crash prevented gets a fresh key")
    func madeTwice() throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        let first: VisitorKey?
        do {
            let keys = try VisitorKeys(path: directory.file)
            try keys.make(8)
            first = try keys.key(8)
        }
        let keys = try VisitorKeys(path: directory.file)
        try keys.make(8)
        #expect(try keys.key(8) != first)
    }

    @Test(
        "whatever of the file's unsynced end a power cut takes, it opens, and keys synced before are there",
        arguments: [4096, 4097, 4096 + 15, 4096 + 16 * 100, 4096 + 16 * 100 + 7, 4096 + (1 << 20) - 1])
    func powerCut(size: Int) throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        var made: [VisitorKey?] = []
        do {
            let keys = try VisitorKeys(path: directory.file)
            for number in 0..<100 as Range<UInt32> {
                try keys.make(number)
                made.append(try keys.key(number))
            }
        }
        try directory.put(Array(try directory.bytes().prefix(size)))
        let keys = try VisitorKeys(path: directory.file)
        let kept = min(100, (size - 4096) / 16)
        for number in 0..<kept { #expect(try keys.key(UInt32(number)) == made[number]) }
        for number in kept..<100 {
            #expect(try keys.entry(UInt32(number)) == .never)
            try keys.make(UInt32(number))
            #expect(try keys.key(UInt32(number)) != nil)
        }
        for number in 0..<kept { #expect(try keys.key(UInt32(number)) == made[number]) }
    }

    @Test("the file is its owner's alone, and one that others can read is refused with the remedy")
    func permissions() throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        _ = try VisitorKeys(path: directory.file)
        let mode = try FileManager.default.attributesOfItem(atPath: directory.file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(!FileManager.default.fileExists(atPath: directory.file + ".new"))
        try directory.chmod(0o640)
        let error = VisitorKeysError.readableByOthers(path: directory.file, mode: 0o640)
        #expect(throws: error) { try VisitorKeys(path: directory.file) }
        #expect("\(error)".contains("chmod 600 \(directory.file)"))
    }

    @Test("what is no file of keys is refused and left as it is")
    func foreign() throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        _ = try VisitorKeys(path: directory.file)
        let sound = try directory.bytes()
        for bytes in [[], Array(sound.prefix(4095)), [UInt8](repeating: 7, count: 5000)] {
            try directory.put(bytes)
            #expect(throws: VisitorKeysError.notKeys(path: directory.file)) { try VisitorKeys(path: directory.file) }
            #expect(try directory.bytes() == bytes)
        }
        var newer = sound
        newer[8] = 2
        try directory.put(newer)
        #expect(throws: VisitorKeysError.unknownVersion(path: directory.file, version: 2)) {
            try VisitorKeys(path: directory.file)
        }
        #expect(throws: VisitorKeysError.self) { try VisitorKeys(path: directory.path) }
    }

    @Test("a reader makes no file and changes none")
    func reading() throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        #expect(throws: VisitorKeysError.io(call: "open", path: directory.file, errno: ENOENT)) {
            try VisitorKeys(path: directory.file, .reading)
        }
        let keys = try VisitorKeys(path: directory.file)
        try keys.make(2)
        let reader = try VisitorKeys(path: directory.file, .reading)
        #expect(try reader.key(2) == keys.key(2))
        try keys.delete(2)
        #expect(try reader.entry(2) == .deleted)
        #expect(throws: VisitorKeysError.io(call: "pwrite", path: directory.file, errno: EBADF)) { try reader.make(3) }
    }

    @Test("a directory that is not there is said")
    func noDirectory() throws {
        let directory = try KeyDirectory()
        directory.remove()
        #expect(throws: VisitorKeysError.io(call: "open", path: directory.file + ".new", errno: ENOENT)) {
            try VisitorKeys(path: directory.file)
        }
    }

    @Test("one thread makes and deletes while another syncs and a third reads")
    func threads() throws {
        let directory = try KeyDirectory()
        defer { directory.remove() }
        let keys = try VisitorKeys(path: directory.file)
        let isDone = Atomic<Bool>(false)
        let faults = Mutex<[String]>([])
        let group = DispatchGroup()
        let bodies: [@Sendable (UInt32) throws -> Void] = [
            { _ in try keys.sync() },
            { round in
                // A key is whole at any moment: both halves of no key but none are zeros.
                if let key = try keys.key(round % 2000), key.low == 0 || key.high == 0 {
                    faults.withLock { $0.append("half a key of \(round % 2000)") }
                }
            },
        ]
        for body in bodies {
            DispatchQueue.global().async(group: group) {
                var round: UInt32 = 0
                while !isDone.load(ordering: .acquiring) {
                    do { try body(round) } catch { faults.withLock { $0.append("\(error)") } }
                    round &+= 1
                }
            }
        }
        for number in 0..<2000 as Range<UInt32> {
            try keys.make(number)
            if number % 50 == 0 { try keys.delete(number) }
        }
        isDone.store(true, ordering: .releasing)
        group.wait()
        #expect(faults.withLock { $0 } == [])
        for number in 0..<2000 as Range<UInt32> {
            #expect(try (keys.entry(number) == .deleted) == (number % 50 == 0))
            #expect(try (keys.key(number) == nil) == (number % 50 == 0))
        }
    }
}
