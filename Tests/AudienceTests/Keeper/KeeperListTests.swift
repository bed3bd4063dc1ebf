import Events
import Foundation
import Synchronization
import Testing

@testable import Audience

@Suite("Lists of members")
struct KeeperListTests {
    private static func listed(_ more: String = "") -> String { #"{"id":"listed","members":[]\#(more)}"# }

    /// A world whose list of these cookies is in force, and in no snapshot.
    private func world(_ cookies: [String], _ more: String = "") throws -> KeeperWorld {
        let world = try KeeperWorld([Self.listed(more), KeeperWorld.rule("follows", #"{"audience":["listed"]}"#)])
        world.flush()
        try world.upload("listed", cookies)
        world.flush()
        for cookie in cookies { #expect(world.audiences(cookie) == ["follows", "listed"]) }
        world.stopDisk()
        return world
    }

    private func until(_ cookie: String, in world: KeeperWorld) -> Int64? {
        guard let visitor = world.visitor(cookie), let entry = world.keeper.catalog.roster.entries["listed"] else {
            return nil
        }
        return world.tables.membership(visitor, audience: entry.number)
    }

    @Test("members are known again after a crash, and nobody who was erased, until a later list has them")
    func erased() throws {
        let world = try world(["ann", "bob"])
        world.erase("ann")
        world.becomeDurable()
        let next = try KeeperWorld(after: world)
        #expect(next.visitor("ann") == nil)
        #expect(next.audiences("bob") == ["follows", "listed"])
        #expect(next.told.reports == [])
        try next.upload("listed", ["ann", "bob"])
        next.flush()
        #expect(next.audiences("ann") == ["follows", "listed"])
    }

    @Test("who comes again after the erasure is somebody new, in no list of before")
    func returned() throws {
        let world = try world(["ann", "bob"])
        world.erase("ann")
        world.event("view", "ann", id: "e1")
        world.flush()
        #expect(world.audiences("ann") == [])
        let next = try KeeperWorld(after: world)
        #expect(next.acts("ann") == 1)
        #expect(next.audiences("ann") == [])
    }

    @Test(
        "who is erased while a list is entered does not come back by its rest, but by a list of later",
        arguments: [false, true])
    func erasedMeanwhile(isUploadedAgain: Bool) throws {
        let world = try KeeperWorld([Self.listed()])
        world.event("view", "ann")
        world.flush()
        let cookies = (0..<3000).map { "m\($0)" } + ["ann"]
        try world.upload("listed", cookies)
        world.clock.makeSlow()
        for _ in 0..<3 { _ = world.keeper.turn() }
        #expect(world.visitor("m0") != nil)
        #expect(world.visitor("m2999") == nil)
        world.clock.makeSlow(false)
        world.erase("ann")
        // The sweep goes around meanwhile, and forgets identifiers of nobody.
        for _ in 0..<20 { world.book.sweep(512, at: world.clock.millis) }
        if isUploadedAgain { try world.upload("listed", ["m0", "ann"]) }
        world.flush()
        #expect(world.audiences("m0") == ["listed"])
        #expect(world.audiences("ann") == (isUploadedAgain ? ["listed"] : []))
        #expect((world.visitor("ann") != nil) == isUploadedAgain)
        #expect(world.visitor("m2999") != nil)
    }

    @Test("a list is in force when the log has all of its members, not before")
    func durable() throws {
        let world = try KeeperWorld([Self.listed()])
        world.flush()
        let told = Mutex<[Int?]>([])
        try world.upload("listed", ["ann"]) { count in told.withLock { $0.append(count) } }
        world.settle()
        world.keeper.logIsDurable(through: world.log.end - 1, hasFailed: false)
        world.settle()
        #expect(world.audiences("ann") == [])
        #expect(told.withLock { $0 } == [])
        world.becomeDurable()
        #expect(world.audiences("ann") == ["listed"])
        #expect(told.withLock { $0 } == [1])
        // A log that has failed ends what waits for it.
        world.log.isRefusing = true
        try world.upload("listed", ["bob"]) { count in told.withLock { $0.append(count) } }
        world.settle()
        #expect(told.withLock { $0.count } == 1)
        world.keeper.logIsDurable(through: world.log.end, hasFailed: true)
        world.settle()
        #expect(told.withLock { $0 } == [1, nil])
        #expect(world.keeper.jobs.isEmpty)
        #expect(world.audiences("ann") == ["listed"])
    }

    @Test("a membership ends so long after the upload, whenever it was entered")
    func expiry() throws {
        let world = try world(["ann"], #","expires":"1h""#)
        let end = world.clock.millis + 3_600_000
        #expect(until("ann", in: world) == end)
        world.clock.advance(millis: 1_800_000)
        let next = try KeeperWorld(after: world)
        #expect(until("ann", in: next) == end)
        #expect(next.audiences("ann") == ["follows", "listed"])
    }

    @Test("another `expires` gives the members there are other ends, also after a crash")
    func revised() throws {
        let world = try world(["ann", "bob"], #","expires":"1h""#)
        let uploaded = world.clock.millis
        world.clock.advance(millis: 60_000)
        try world.put([Self.listed(#","expires":"2h""#)])
        world.settle()
        #expect(until("ann", in: world) == uploaded + 7_200_000)
        // No snapshot has it: it is done again.
        let next = try KeeperWorld(after: world)
        next.settle()
        #expect(until("bob", in: next) == uploaded + 7_200_000)
        #expect(next.keeper.catalog.makings.isEmpty)
        #expect(try AudienceFolder(path: next.directory.path).lists() == [])
        let third = try KeeperWorld(after: next)
        third.settle()
        #expect(until("ann", in: third) == uploaded + 7_200_000)
        #expect(third.book.counts.snapshots == 0)
        third.clock.advance(millis: 7_140_000)
        third.settle()
        #expect(third.audiences("ann") == [])
    }

    @Test("with another owner an audience is empty until its list is uploaded again")
    func owner() throws {
        let world = try world(["ann"])
        try world.put([Self.listed(#","advertiser":"acme""#)])
        world.flush()
        #expect(!world.audiences("ann").contains("listed"))
        try world.upload("listed", ["ann"])
        world.flush()
        #expect(world.audiences("ann").contains("listed"))
    }

    @Test("a list that is cut short or damaged is reported and removed, and nothing of it is in force")
    func damaged() throws {
        let world = try world((0..<20).map { "m\($0)" })
        let folder = try AudienceFolder(path: world.directory.path)
        let name = try #require(try folder.lists().first { $0.hasPrefix("upload-") })
        let url = URL(fileURLWithPath: folder.path + "/lists/" + name)
        let whole = [UInt8](try Data(contentsOf: url))
        var damages = [0, 1, 16, 17, 33, whole.count - 17, whole.count - 1].map { Array(whole.prefix($0)) }
        for index in stride(from: 0, to: whole.count, by: 5) {
            var flipped = whole
            flipped[index] ^= 0x10
            damages.append(flipped)
        }
        for damage in damages {
            try Data(damage).write(to: url)
            let next = try KeeperWorld(after: world)
            next.stopDisk()
            #expect(next.told.reports.count == 1)
            #expect(next.told.reports.first?.contains("audience listed: the list \(name) is removed") == true)
            #expect(next.audiences("m0") == [])
            #expect(try folder.lists() == [])
        }
        try Data(whole).write(to: url)
        #expect(try KeeperWorld(after: world).audiences("m19") == ["follows", "listed"])
        try FileManager.default.removeItem(at: url)
        #expect(try KeeperWorld(after: world).told.reports.first?.contains("is gone; upload it again") == true)
    }

    @Test("an upload that is damaged changes nothing")
    func damagedUpload() throws {
        let world = try world(["ann"])
        let list = try world.keeper.folder.makeList("flipped")
        for index in 0..<5000 { try list.add(world.hasher.identity(.cookie("c\(index)"))) }
        try list.finish()
        let url = URL(fileURLWithPath: world.directory.path + "/lists/flipped")
        var bytes = [UInt8](try Data(contentsOf: url))
        bytes[17 * 4990 + 3] ^= 1
        try Data(bytes).write(to: url)
        let told = Mutex<[Int?]>([])
        world.keeper.post(.upload(audience: "listed", list: "flipped") { count in told.withLock { $0.append(count) } })
        world.flush()
        #expect(told.withLock { $0 } == [nil])
        #expect(world.audiences("ann") == ["follows", "listed"])
        #expect(world.audiences("c0") == [])
    }
}
