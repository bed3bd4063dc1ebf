import Documents
import Events
import Testing

@testable import Audience

@Suite("Audiences that are registered while visitors act")
struct KeeperCatalogTests {
    @Test("an advertiser's rule sees its own acts and the operator's, and nobody else's")
    func owners() throws {
        let world = try KeeperWorld([
            KeeperWorld.rule("acme", #"{"event":"view"}"#, of: "acme"),
            KeeperWorld.rule("other", #"{"event":"view"}"#, of: "other"),
            KeeperWorld.rule("house", #"{"event":"view"}"#),
        ])
        world.event("view", "ann", id: "e1", from: "acme")
        world.event("view", "bob", id: "e2")
        world.flush()
        #expect(world.audiences("ann") == ["acme"])
        #expect(world.audiences("bob") == ["acme", "house", "other"])
    }

    @Test("traits are their advertiser's too, and one advertiser does not overwrite another's")
    func traits() throws {
        let rule = #"{"trait":{"tier":["gold"]}}"#
        let world = try KeeperWorld([
            KeeperWorld.rule("acme", rule, of: "acme"), KeeperWorld.rule("other", rule, of: "other"),
        ])
        world.event("traits", "ann", #","properties":{"tier":"gold"}"#, id: "e1", from: "acme")
        world.flush()
        #expect(world.audiences("ann") == ["acme"])
        world.event("traits", "ann", #","properties":{"tier":"tin"}"#, id: "e2", from: "other")
        world.flush()
        #expect(world.audiences("ann") == ["acme"])
        world.event("traits", "bob", #","properties":{"tier":"gold"}"#, id: "e3")
        world.flush()
        #expect(world.audiences("bob") == ["acme", "other"])
    }

    @Test("an audience of another advertiser cannot be referred to, and tells nothing of its members")
    func strangers() throws {
        let world = try KeeperWorld([
            KeeperWorld.rule("secret", #"{"event":"view"}"#, of: "acme"),
            KeeperWorld.rule("spy", #"{"audience":["secret"]}"#, of: "other"),
            KeeperWorld.rule("friend", #"{"audience":["secret"]}"#, of: "acme"),
        ])
        world.event("view", "ann", id: "e1", from: "acme")
        world.flush()
        #expect(world.audiences("ann") == ["friend", "secret"])
    }

    @Test("a changed rule's memberships take the old ones' place when all are worked out, not before")
    func changedRule() throws {
        let world = try KeeperWorld([KeeperWorld.rule("a", #"{"event":"view"}"#)])
        // More than are looked at in one go.
        let lines = (0..<2100).map {
            #"{"type":"\#($0 % 2 == 0 ? "view" : "cart")","visitor":{"cookie":"v\#($0)"}}"#
        }
        for start in stride(from: 0, to: lines.count, by: 500) {
            world.events(lines[start..<min(start + 500, lines.count)].joined(separator: "\n"))
        }
        world.flush()
        #expect(world.audiences("v0") == ["a"])
        let before = try #require(world.keeper.catalog.roster.entries["a"])
        world.clock.makeSlow()
        try world.put([KeeperWorld.rule("a", #"{"event":"cart"}"#)])
        var turns = 0
        repeat {
            _ = world.keeper.turn()
            turns += 1
            if world.keeper.catalog.roster.entries["a"] == before {
                #expect(world.audiences("v0") == ["a"])
                #expect(world.audiences("v1") == [])
            }
        } while !world.keeper.jobs.isEmpty && turns < 10_000
        #expect(turns > 10)
        #expect(world.keeper.catalog.roster.entries["a"] != before)
        for index in 0..<2100 { #expect(world.audiences("v\(index)") == (index % 2 == 0 ? [] : ["a"])) }
    }

    private static func list(_ cookies: [String]) -> String {
        #"{"id":"list","members":[\#(cookies.map { #"{"cookie":"\#($0)"}"# }.joined(separator: ","))]}"#
    }

    @Test("a list takes another's place in one step")
    func lists() throws {
        let world = try KeeperWorld([Self.list(["ann", "bob"])])
        world.flush()
        #expect(world.audiences("ann") == ["list"])
        #expect(world.audiences("bob") == ["list"])
        try world.put([Self.list(["cid", "ann"])])
        world.clock.makeSlow()
        for _ in 0..<100 {
            _ = world.keeper.turn()
            world.keeper.logIsDurable(through: world.log.end, hasFailed: false)
            // Who is new is in when who is old is out, and who is in both is never out.
            #expect(world.audiences("ann") == ["list"])
            #expect(world.audiences("bob").isEmpty == !world.audiences("cid").isEmpty)
        }
        #expect(world.audiences("cid") == ["list"])
    }

    @Test("a rule that refers to a list, directly or not, follows it")
    func rulesOverLists() throws {
        let world = try KeeperWorld([
            Self.list(["ann"]), KeeperWorld.rule("follows", #"{"audience":["list"]}"#),
            KeeperWorld.rule("indirect", #"{"all":[{"audience":["follows"]},{"event":"view"}]}"#),
        ])
        world.flush()
        for cookie in ["ann", "bob"] { world.event("view", cookie) }
        world.flush()
        try world.put([Self.list(["ann", "bob"])])
        world.flush()
        #expect(world.audiences("ann") == ["follows", "indirect", "list"])
        #expect(world.audiences("bob") == ["follows", "indirect", "list"])
        try world.put([Self.list(["bob"])])
        world.flush()
        #expect(world.audiences("ann") == [])
        #expect(world.audiences("bob") == ["follows", "indirect", "list"])
    }

    @Test("a rule over a list also holds for members of whom nothing but the list is known")
    func membersWithoutActs() throws {
        let world = try KeeperWorld([
            Self.list(["ann"]), KeeperWorld.rule("follows", #"{"audience":["list"]}"#),
        ])
        world.flush()
        #expect(world.audiences("ann") == ["follows", "list"])
    }

    @Test("rules over a list are worked out each after those that it refers to, whatever they are called")
    func order() throws {
        let world = try KeeperWorld([
            Self.list([]), KeeperWorld.rule("z", #"{"audience":["list"]}"#),
            KeeperWorld.rule("a", #"{"audience":["z"]}"#),
        ])
        world.event("view", "ann")
        world.flush()
        try world.put([Self.list(["ann"])])
        world.flush()
        #expect(world.audiences("ann") == ["a", "list", "z"])
    }

    @Test("a removed audience is nobody's, and its number is never anybody else's")
    func removal() throws {
        let world = try KeeperWorld([KeeperWorld.rule("a", #"{"event":"view"}"#)])
        world.event("view", "ann", id: "e1")
        world.flush()
        let number = try #require(world.keeper.catalog.roster.entries["a"]).number
        try world.put([], removed: ["a"])
        world.flush()
        #expect(world.audiences("ann") == [])
        try world.put([KeeperWorld.rule("b", #"{"event":"cart"}"#)])
        world.flush()
        #expect(world.keeper.catalog.roster.entries["b"]?.number != number)
        #expect(world.audiences("ann") == [])
        let next = try KeeperWorld(after: world)
        try next.put([KeeperWorld.rule("a", #"{"event":"cart"}"#)])
        next.flush()
        let numbers = next.keeper.catalog.roster.entries.values.map(\.number)
        #expect(!numbers.contains(number))
        #expect(Set(numbers).count == 2)
        #expect(next.audiences("ann") == [])
    }

    @Test("audiences that refer to each other in a circle are reported and have nobody")
    func circle() throws {
        let world = try KeeperWorld([
            KeeperWorld.rule("a", #"{"any":[{"audience":["b"]},{"event":"view"}]}"#),
            KeeperWorld.rule("b", #"{"audience":["a"]}"#),
        ])
        world.event("view", "ann", id: "e1")
        world.flush()
        #expect(world.audiences("ann") == [])
        #expect(world.told.reports.contains { $0.contains("circle") })
    }

    @Test("an audience's size is known at once: of lists, of rules, and of who went")
    func sizes() throws {
        let world = try KeeperWorld([Self.list(["ann", "bob"]), KeeperWorld.rule("viewers", #"{"event":"view"}"#)])
        for cookie in ["ann", "cid", "dan"] { world.event("view", cookie) }
        world.flush()
        #expect(world.keeper.figures.sizes == ["list": 2, "viewers": 3])
        world.optOut("ann")
        world.keeper.post(.erase(.identifier(.cookie("cid"))) { _ in })
        world.flush()
        #expect(world.keeper.figures.sizes == ["list": 1, "viewers": 1])
        world.snapshot()
        let next = try KeeperWorld(after: world)
        next.settle()
        #expect(next.keeper.figures.sizes == ["list": 1, "viewers": 1])
    }

    @Test("to be listed anew is being heard of: idleness begins with the last upload")
    func listedAnew() throws {
        let day: Int64 = 86_400_000
        let world = try KeeperWorld([Self.list(["ann", "bob"])])
        world.flush()
        world.clock.advance(millis: Int64(world.policy.visitorDays - 1) * day)
        try world.put([Self.list(["ann", "cid"])])
        world.flush()
        world.clock.advance(millis: Int64(world.policy.visitorDays - 1) * day)
        world.book.sweep(1000, at: world.clock.millis)
        #expect(world.audiences("ann") == ["list"])
        #expect(world.audiences("cid") == ["list"])
        #expect(world.visitor("bob") == nil)
    }
}
