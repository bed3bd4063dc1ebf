import Documents
import Events
import Targeting
import Testing

@testable import Audience

@Suite("What an address is told")
struct KeeperHouseholdTests {
    private static let viewers = KeeperWorld.rule("viewers", #"{"event":"view"}"#)
    private static let address = #","ip":"192.0.2.7""#
    private static let day: Int64 = 86_400_000

    @Test("nothing of who opted out, and no repeat, reaches a household: none is even made")
    func refused() throws {
        let world = try KeeperWorld([Self.viewers])
        world.optOut("ann")
        world.event("view", "bob", id: "e1", from: "acme")
        world.flush()
        world.event("view", "ann", Self.address, id: "e2")
        world.event("view", "bob", Self.address, id: "e1", from: "acme")
        world.flush()
        #expect(world.household("192.0.2.7") == nil)
        #expect(world.told.answers.suffix(2).map(\.outcome.accepted) == [0, 0])
    }

    @Test("what waits for the log when its visitor leaves reaches no household, now or when it is read again")
    func leavesAmidWaiting() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "bob", Self.address, id: "e1")
        world.flush()
        world.event("view", "ann", Self.address, id: "e2")
        world.optOut("ann")
        world.flush()
        for world in [world, try KeeperWorld(after: world)] {
            let household = try #require(world.household("192.0.2.7"))
            #expect(world.book.states[household]?.history.isEmpty != false)
            #expect(world.audiences(of: household) == [])
            #expect(world.audiences("bob") == ["viewers"])
        }
    }

    @Test("each act counts for its household's days, and others do not prolong them")
    func actsAge() throws {
        let world = try KeeperWorld([Self.viewers, KeeperWorld.rule("all", #"{"any":[{"event":["view","cart"]}]}"#)])
        world.event("view", "ann", Self.address, id: "e1")
        world.flush()
        let household = try #require(world.household("192.0.2.7"))
        world.clock.advance(millis: 10 * Self.day)
        world.event("cart", "ann", Self.address, id: "e2")
        world.flush()
        // Another rule is registered, and so everything worked out again.
        try world.put([KeeperWorld.rule("viewers", #"{"all":[{"event":"view"}]}"#)])
        world.flush()
        #expect(world.audiences(of: household) == ["all", "viewers"])
        world.clock.advance(millis: world.policy.householdMillis - 10 * Self.day)
        #expect(world.audiences(of: household) == [])
        world.settle()
        #expect(world.audiences(of: household) == ["all"])
        #expect(world.book.states[household]?.history.count == 1)
        world.clock.advance(millis: 10 * Self.day)
        world.settle()
        #expect(world.audiences(of: household) == [])
        #expect(world.audiences("ann") == ["all", "viewers"])
    }

    @Test("sweeping drops what is older than a household's days, and of visitors what is older than theirs")
    func sweep() throws {
        let world = try KeeperWorld()
        world.event("view", "ann", Self.address, id: "e1")
        world.flush()
        let household = try #require(world.household("192.0.2.7"))
        world.clock.advance(millis: world.policy.householdMillis - 1)
        world.book.sweep(1000, at: world.clock.millis)
        #expect(world.book.states[household]?.history.count == 1)
        world.clock.advance(millis: 1)
        world.book.sweep(1000, at: world.clock.millis)
        #expect(world.book.states[household]?.history.count == 0)
        #expect(world.acts("ann") == 1)
    }

    @Test("a household counts persons: cookies that became one visitor's are one")
    func persons() throws {
        let world = try KeeperWorld([Self.viewers])
        for index in 0..<world.policy.householdVisitorsMax {
            world.event("view", "v\(index)", Self.address, id: "e\(index)")
        }
        world.flush()
        for cookie in ["v0", "v1"] {
            world.events(#"{"type":"view","visitor":{"cookie":"\#(cookie)","ifa":"phone"}}"#)
        }
        world.event("view", "one more", Self.address, id: "more")
        world.flush()
        let household = try #require(world.household("192.0.2.7"))
        #expect(world.tables.flags(household) == [.household])
        #expect(world.audiences(of: household) == ["viewers"])
    }

    @Test("a household that turns out to be shared still knows which numbers were merged into it")
    func former() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", Self.address, id: "e0")
        world.event("view", "ann", #","ip":"192.0.2.8""#, id: "e1")
        world.flush()
        let number = try #require(world.household("192.0.2.8"))
        let identity = world.hasher.household(try #require(IPAddress("192.0.2.7".utf8)))
        let survivor = try world.book.resolve([identity], and: number, at: world.clock.millis)
        #expect(world.book.states[survivor]?.former == [number])
        for index in 0...world.policy.householdVisitorsMax {
            world.event("view", "v\(index)", Self.address, id: "s\(index)")
        }
        world.flush()
        #expect(world.tables.flags(survivor) == [.household, .shared])
        #expect(world.book.states[survivor]?.former == [number])
        #expect(world.book.states[survivor]?.history.isEmpty == true)
    }
}
