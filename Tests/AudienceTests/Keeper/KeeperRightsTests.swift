import Documents
import Events
import Synchronization
import Testing

@testable import Audience

@Suite("What visitors may ask of the keeper")
struct KeeperRightsTests {
    private static let viewers = KeeperWorld.rule("viewers", #"{"event":"view"}"#)
    private static let address = #","ip":"192.0.2.7""#

    private func erase(_ cookie: String, in world: KeeperWorld) -> EraseOutcome? {
        let outcome = Outcome()
        world.keeper.post(.erase(.identifier(.cookie(cookie))) { outcome.set($0) })
        world.settle()
        #expect(outcome.value != .erased || world.keeper.durable == world.log.end)
        world.becomeDurable()
        return outcome.value
    }

    private final class Outcome: Sendable {
        private let held = Mutex<EraseOutcome?>(nil)
        var value: EraseOutcome? { held.withLock { $0 } }
        func set(_ value: EraseOutcome) { held.withLock { $0 = value } }
    }

    @Test("who opts out is in no audience at once, nor by a list, until opting in and doing something again")
    func optOut() throws {
        let list = #"{"id":"listed","members":[{"cookie":"ann"},{"cookie":"bob"}]}"#
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", id: "e1")
        world.flush()
        #expect(world.audiences("ann") == ["viewers"])
        world.optOut("ann")
        world.settle()
        #expect(world.audiences("ann") == [])
        #expect(world.acts("ann") == 0)
        world.becomeDurable()
        world.event("view", "ann", id: "e2")
        world.flush()
        #expect(world.told.answers.last?.outcome.refused.first?.reason.contains("opted out") == true)
        try world.put([list])
        world.flush()
        #expect(world.audiences("ann") == [])
        #expect(world.audiences("bob") == ["listed"])
        world.optOut("ann", false)
        world.flush()
        #expect(world.acts("ann") == 0)
        world.event("view", "ann", id: "e3")
        world.flush()
        #expect(world.audiences("ann") == ["viewers"])
    }

    @Test("an opt-out holds for both when two turn out to be one")
    func optOutMerges() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", id: "e1")
        world.flush()
        world.optOut("phone")
        world.flush()
        world.events(
            #"{"type":"view","visitor":{"cookie":"ann","ifa":"1"}}"# + "\n"
                + #"{"type":"view","visitor":{"cookie":"phone","ifa":"1"}}"#)
        world.flush()
        #expect(world.visitor("ann") == world.visitor("phone"))
        #expect(world.flags("ann").contains(.optedOut))
        #expect(world.audiences("ann") == [])
        #expect(world.acts("ann") == 0)
    }

    @Test("erasing makes every identifier unknown and deletes the keys of all that became one")
    func erasure() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", id: "e1")
        world.event("view", "phone", id: "e2")
        world.event("view", "bob", id: "e3")
        world.flush()
        let numbers = Set([world.visitor("ann"), world.visitor("phone")].compactMap { $0 })
        #expect(numbers.count == 2)
        world.events(
            #"{"type":"view","visitor":{"cookie":"ann","ifa":"1"}}"# + "\n"
                + #"{"type":"view","visitor":{"cookie":"phone","ifa":"1"}}"#)
        world.flush()
        #expect(world.visitor("ann") == world.visitor("phone"))
        #expect(erase("phone", in: world) == nil || world.visitor("ann") == nil)
        #expect(world.visitor("ann") == nil)
        #expect(world.visitor("phone") == nil)
        #expect(world.keys.deleted == numbers)
        #expect(world.audiences("bob") == ["viewers"])
        #expect(erase("phone", in: world) == .unknown)
        let next = try KeeperWorld(after: world)
        #expect(next.visitor("ann") == nil)
        #expect(next.audiences("bob") == ["viewers"])
        // Whoever comes again is somebody new.
        next.event("view", "ann", id: "e4")
        next.flush()
        #expect(next.acts("ann") == 1)
        #expect(next.visitor("ann").map(numbers.contains) == false)
    }

    @Test("an export says whose each audience is, and an act whose it is")
    func owners() throws {
        let world = try KeeperWorld([Self.viewers, KeeperWorld.rule("own", #"{"event":"view"}"#, of: "acme")])
        world.event("view", "ann", id: "e1", from: "acme")
        world.event("view", "ann", id: "e2")
        world.flush()
        let export = world.keeper.export(try #require(world.visitor("ann")))
        #expect(export.audiences.map { "\($0.id) of \($0.owner)" } == ["own of acme", "viewers of "])
        let acts = world.log.records.compactMap { if case .act(_, let act) = $0.record { act } else { nil } }
        #expect(acts.map(\.owner) == ["acme", ""])
    }

    @Test("after an erasure a snapshot goes before all other long work, also after a crash")
    func snapshotAtOnce() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", id: "e1")
        world.flush()
        world.snapshot()
        let cookies = (0..<2000).map { #"{"cookie":"m\#($0)"}"# }.joined(separator: ",")
        try world.put([#"{"id":"listed","members":[\#(cookies)]}"#])
        world.clock.makeSlow()
        _ = world.keeper.turn()
        #expect(world.keeper.jobs.count == 1)
        world.keeper.post(.erase(.identifier(.cookie("ann"))) { _ in })
        for _ in 0..<200 where world.book.counts.snapshots < 2 { _ = world.keeper.turn() }
        #expect(world.book.counts.snapshots == 2)
        #expect(world.keeper.jobs.count == 1)
        #expect(world.audiences("m0") == [])
        world.clock.makeSlow(false)
        world.flush()
        // A crash between the erasure and its snapshot.
        world.event("view", "bob", id: "e2")
        world.flush()
        world.snapshot()
        world.stopDisk()
        #expect(erase("bob", in: world) != .unknown)
        let before = world.keeper.folder.snapshots()
        let next = try KeeperWorld(after: world)
        next.settle()
        #expect(next.book.counts.snapshots == 1)
        #expect(next.keeper.folder.snapshots() != before)
    }

    @Test("numbers of visitors who are gone are passed over")
    func gone() throws {
        let world = try KeeperWorld([Self.viewers])
        for cookie in ["ann", "bob", "cid"] { world.event("view", cookie, id: cookie) }
        world.flush()
        for cookie in ["ann", "bob", "cid"] { _ = erase(cookie, in: world) }
        let next = try KeeperWorld(after: world, directory: KeeperDirectory())
        next.event("view", "dan", id: "e4")
        next.flush()
        #expect(next.told.answers.last?.outcome.accepted == 1)
        #expect(next.visitor("dan") == VisitorNumber(4))
    }

    @Test("the household of one who is erased, or opts out, forgets")
    func householdForgets() throws {
        for isErasure in [true, false] {
            let world = try KeeperWorld([Self.viewers])
            world.event("view", "ann", Self.address, id: "e1")
            world.event("view", "bob", Self.address, id: "e2")
            world.flush()
            let household = try #require(world.household("192.0.2.7"))
            #expect(world.audiences(of: household) == ["viewers"])
            #expect(world.book.states[household]?.history.count == 2)
            if isErasure { _ = erase("ann", in: world) } else { world.optOut("ann") }
            world.flush()
            #expect(world.audiences(of: household) == [])
            #expect(world.book.states[household]?.history.isEmpty != false)
            #expect(world.audiences("bob") == ["viewers"])
        }
    }

    @Test("an address of too many visitors is no household, and gathers nothing")
    func shared() throws {
        let world = try KeeperWorld([Self.viewers])
        for index in 0..<world.policy.householdVisitorsMax {
            world.event("view", "v\(index)", Self.address, id: "e\(index)")
        }
        world.flush()
        let household = try #require(world.household("192.0.2.7"))
        #expect(world.tables.flags(household) == [.household])
        #expect(world.book.states[household]?.members.count == world.policy.householdVisitorsMax)
        #expect(world.audiences(of: household) == ["viewers"])
        world.event("view", "one more", Self.address, id: "more")
        world.flush()
        #expect(world.tables.flags(household) == [.household, .shared])
        #expect(world.audiences(of: household) == [])
        world.event("view", "v0", Self.address, id: "again")
        world.flush()
        #expect(world.book.states[household]?.history.isEmpty != false)
        #expect(world.audiences("one more") == ["viewers"])
    }

    @Test("what a household was told ends with its days")
    func decay() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", Self.address, id: "e1")
        world.flush()
        let household = try #require(world.household("192.0.2.7"))
        world.clock.advance(millis: world.policy.householdMillis - 1)
        world.settle()
        #expect(world.audiences(of: household) == ["viewers"])
        world.clock.advance(millis: 1)
        world.settle()
        #expect(world.audiences(of: household) == [])
        #expect(world.audiences("ann") == ["viewers"])
    }
}
