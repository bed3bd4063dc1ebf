import Events
import Foundation
import Synchronization
import Testing

@testable import Audience

@Suite("The keeper's files")
struct KeeperFilesTests {
    private static let viewers = KeeperWorld.rule("viewers", #"{"event":"view"}"#)

    /// A world that has written a snapshot of three visitors.
    private func snapshot() throws -> KeeperWorld {
        let world = try KeeperWorld([Self.viewers])
        for cookie in ["ann", "bob", "cid"] { world.event("view", cookie, id: cookie) }
        world.flush()
        world.snapshot()
        #expect(world.book.counts.snapshots == 1)
        return world
    }

    private func file(_ suffix: String, of world: KeeperWorld) throws -> URL {
        let names = try FileManager.default.contentsOfDirectory(atPath: world.directory.path)
        let name = try #require(names.first { $0.hasSuffix(suffix) })
        return URL(fileURLWithPath: world.directory.path + "/" + name)
    }

    @Test("a flipped byte anywhere in a block of states refuses it")
    func flippedStates() throws {
        let world = try snapshot()
        var block: [UInt8] = []
        var visitors = Array(world.book.states.keys)
        StateBlock.write(&visitors, of: world.book, into: &block)
        let whole = try KeeperWorld()
        let outcome = try #require(StateBlock.read(block[...], into: whole.book))
        #expect(outcome.read == block.count)
        #expect(!outcome.isEnd)
        #expect(whole.book.states.count == 3)
        for index in block.indices {
            var damaged = block
            damaged[index] ^= 0x40
            let other = try KeeperWorld()
            let outcome = StateBlock.read(damaged[...], into: other.book)
            // A length that asks for more than there is waits for it; the file then ends early.
            #expect(outcome == nil || outcome?.read == 0)
            #expect(other.book.states.isEmpty)
        }
    }

    @Test("a damaged snapshot, or one cut short, is refused with the remedy", arguments: [".snapshot", ".histories"])
    func damage(suffix: String) throws {
        let world = try snapshot()
        let url = try file(suffix, of: world)
        let whole = [UInt8](try Data(contentsOf: url))
        var flipped = whole
        flipped[whole.count / 2] ^= 1
        for damaged in [flipped, Array(whole.dropLast()), Array(whole.dropLast(whole.count / 2)), []] {
            try Data(damaged).write(to: url)
            let fault = #expect(throws: AudienceFault.self) { _ = try KeeperWorld(after: world) }
            #expect(fault?.description.contains("away: the log holds everything but the members of lists") == true)
        }
        try Data(whole).write(to: url)
        #expect(try KeeperWorld(after: world).audiences("ann") == ["viewers"])
        // The remedy helps.
        for suffix in [".snapshot", ".histories"] {
            try FileManager.default.removeItem(at: try file(suffix, of: world))
        }
        #expect(try KeeperWorld(after: world).audiences("ann") == ["viewers"])
    }

    @Test("a snapshot without the file of keys is refused, before an empty one takes its place")
    func keysMissing() throws {
        let world = try snapshot()
        let folder = try AudienceFolder(path: world.directory.path)
        let keys = world.directory.path + "/../" + UUID().uuidString
        let fault = #expect(throws: AudienceFault.self) { try folder.checkKeys(path: keys) }
        #expect(fault?.description.contains("restore it from the copy") == true)
        try folder.checkKeys(path: world.directory.path + "/roster")
        let fresh = KeeperDirectory()
        try AudienceFolder(path: fresh.path).checkKeys(path: keys)
    }

    @Test("a snapshot of the same record takes the other's place, and what it leaves are its two files")
    func again() throws {
        let world = try snapshot()
        world.snapshot()
        #expect(world.book.counts.snapshots == 2)
        let names = try FileManager.default.contentsOfDirectory(atPath: world.directory.path).sorted()
        #expect(names == ["\(world.log.end).histories", "\(world.log.end).snapshot", "lists", "roster"])
        #expect(try KeeperWorld(after: world).audiences("ann") == ["viewers"])
    }

    @Test("a snapshot that cannot be put in its place is reported, and the one before stays")
    func unwritable() throws {
        let world = try snapshot()
        world.event("view", "dan", id: "dan")
        world.flush()
        // A folder that is not empty is where the file is to be.
        let place = world.directory.path + "/\(world.log.end).snapshot/full"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        world.snapshot()
        #expect(world.book.counts.snapshots == 1)
        #expect(world.told.reports.last?.contains("a snapshot of the audience cannot be written") == true)
        #expect(world.keeper.isWritingSnapshot == false)
        try FileManager.default.removeItem(atPath: world.directory.path + "/\(world.log.end).snapshot")
        #expect(try KeeperWorld(after: world).audiences("ann") == ["viewers"])
    }

    @Test("while a snapshot waits for the disk visitors act, and no other is begun")
    func background() throws {
        let world = try KeeperWorld([Self.viewers])
        let waiting = Mutex<[@Sendable () -> Void]>([])
        world.keeper.inBackground = { work in waiting.withLock { $0.append(work) } }
        world.event("view", "ann", id: "e1")
        world.flush()
        world.snapshot()
        world.event("view", "bob", id: "e2")
        world.flush()
        world.snapshot()
        #expect(world.audiences("bob") == ["viewers"])
        #expect(world.book.counts.snapshots == 0)
        let work = waiting.withLock { $0 }
        #expect(work.count == 1)
        for body in work { body() }
        world.settle()
        #expect(world.book.counts.snapshots == 1)
        // The one that was asked for meanwhile is begun now.
        #expect(waiting.withLock { $0.count } == 2)
    }

    @Test("a list that was not finished is no list, and a damaged roster is refused with the remedy")
    func listsAndRoster() throws {
        let directory = KeeperDirectory()
        let folder = try AudienceFolder(path: directory.path)
        let list = try folder.makeList("a1")
        try list.add(Identity(.cookie, IdentityKey(high: 1, low: 2)))
        #expect(try folder.lists() == [])
        #expect(try folder.openList("a1") == nil)
        try list.finish()
        #expect(try folder.lists() == ["a1"])
        #expect(try folder.openList("a1")?.next() == [Identity(.cookie, IdentityKey(high: 1, low: 2))])
        let cut = try folder.makeList("b1")
        try cut.add(Identity(.cookie, IdentityKey(high: 1, low: 2)))
        folder.removeParts()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/lists") == ["a1"])
        try folder.append(toRoster: "1\tviewers\tabc")
        try folder.append(toRoster: "2\tothers\tdef\n")
        #expect(try folder.roster() == "2\tothers\tdef\n")
        try folder.append(toRoster: "what is this\n")
        let fault = #expect(throws: AudienceFault.self) { _ = try KeeperWorld(directory: directory) }
        #expect(fault?.description.contains("restore it from a copy") == true)
    }
}
