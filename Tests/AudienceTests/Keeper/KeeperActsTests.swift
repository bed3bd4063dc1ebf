import Consent
import Documents
import Events
import Testing

@testable import Audience

@Suite("What visitors do, on its way into their profiles")
struct KeeperActsTests {
    private static let hour: Int64 = 3_600_000
    private static let viewers = KeeperWorld.rule("viewers", #"{"event":"view"}"#)
    private static let abandoned = KeeperWorld.rule(
        "abandoned",
        #"""
        {"all":[{"event":"cart","recency":{"at_least":"1h","at_most":"2h"}},
        {"not":{"event":"purchase","within":"1h"}}]}
        """#
    )

    @Test("an act is in the profile once its record is durable, and answered no earlier")
    func durable() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", id: "e1")
        world.settle()
        #expect(world.acts("ann") == 0)
        #expect(world.audiences("ann") == [])
        #expect(world.told.names == [])
        world.event("view", "bob", id: "e2")
        world.settle()
        let end = world.log.end
        // All but the last record: that is bob's act.
        world.keeper.logIsDurable(through: end - 1, hasFailed: false)
        world.settle()
        #expect(world.audiences("ann") == ["viewers"])
        #expect(world.audiences("bob") == [])
        #expect(world.told.names == ["e1"])
        world.becomeDurable()
        #expect(world.audiences("bob") == ["viewers"])
        #expect(world.told.names == ["e1", "e2"])
        #expect(world.told.answers.allSatisfy { $0.outcome.accepted == 1 })
    }

    @Test("a log that failed leaves all that wait unanswered but for the refusal, and keeps nothing of them")
    func failure() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", id: "e1")
        world.settle()
        let end = world.log.end
        world.event("view", "bob", id: "e2")
        world.event("view", "cid", id: "e3")
        world.settle()
        world.keeper.logIsDurable(through: end, hasFailed: true)
        world.settle()
        #expect(world.told.names == ["e1", "e2", "e3"])
        #expect(world.told.answers.map(\.outcome.isUnavailable) == [false, true, true])
        #expect(world.acts("ann") == 1)
        #expect(world.acts("bob") == 0)
    }

    @Test("what the log refuses is answered at once as unavailable")
    func refusal() throws {
        let world = try KeeperWorld([Self.viewers])
        world.log.isRefusing = true
        world.event("view", "ann", id: "e1")
        world.settle()
        #expect(world.told.answers.map(\.outcome) == [.unavailable])
        world.log.isRefusing = false
        world.event("view", "ann", id: "e1")
        world.flush()
        #expect(world.told.answers.last?.outcome.accepted == 1)
        #expect(world.acts("ann") == 1)
    }

    @Test("an event's id counts once: while it waits, when it is known, and after a snapshot")
    func repeats() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", id: "e1", from: "acme")
        world.event("view", "ann", id: "e1", from: "acme")
        world.flush()
        world.event("view", "ann", id: "e1", from: "acme")
        world.flush()
        #expect(world.told.answers.map(\.outcome.duplicates) == [0, 1, 1])
        #expect(world.acts("ann") == 1)
        world.snapshot()
        #expect(world.book.counts.snapshots == 1)
        let next = try KeeperWorld(after: world)
        next.event("view", "ann", id: "e1", from: "acme")
        next.flush()
        #expect(next.told.answers.map(\.outcome.duplicates) == [1])
        #expect(next.acts("ann") == 1)
        // Another sender's id is another's.
        next.event("view", "ann", id: "e1", from: "other")
        next.flush()
        #expect(next.acts("ann") == 2)
    }

    @Test("repeats are known among the last 1,024 acts of a visitor, whichever of them is sent again")
    func seen() {
        var state = VisitorState()
        for number in 0..<UInt64(1500) {
            state.see(IdentityKey(high: 0, low: number))
            let oldest = number >= 1024 ? number - 1023 : 0
            #expect(state.hasSeen(IdentityKey(high: 0, low: oldest)))
            #expect(oldest == 0 || !state.hasSeen(IdentityKey(high: 0, low: oldest - 1)))
        }
    }

    @Test("time alone lets visitors in and out, at the very millisecond")
    func timers() throws {
        let world = try KeeperWorld([Self.abandoned])
        world.event("cart", "ann", id: "e1")
        world.event("cart", "bob", id: "e2")
        world.flush()
        #expect(world.audiences("ann") == [])
        world.clock.advance(millis: Self.hour / 2)
        world.event("purchase", "bob", id: "e3")
        world.flush()
        world.clock.advance(millis: Self.hour / 2 - 1)
        world.settle()
        #expect(world.audiences("ann") == [])
        world.clock.advance(millis: 1)
        world.settle()
        #expect(world.audiences("ann") == ["abandoned"])
        #expect(world.audiences("bob") == [])
        world.clock.advance(millis: Self.hour)
        world.settle()
        #expect(world.audiences("ann") == ["abandoned"])
        world.clock.advance(millis: 1)
        // Bids know without a turn of the keeper.
        #expect(world.audiences("ann") == [])
        world.settle()
        #expect(world.audiences("bob") == [])
    }

    @Test("memory that is full lets the idle go, and counts them, so that others may come")
    func eviction() throws {
        var policy = AudiencePolicy()
        policy.bytesMax = AudienceTables(visitors: 100, identities: 400).bytes.total + 65_536
        let world = try KeeperWorld([Self.viewers], policy: policy)
        var came = 0
        while came < 50_000, world.told.answers.last?.outcome.refused.isEmpty != false {
            let bodies = (came..<came + 200).map { #"{"type":"view","visitor":{"cookie":"v\#($0)"}}"# }
            world.events(bodies.joined(separator: "\n"))
            came += bodies.count
            world.flush()
        }
        let refused = try #require(world.told.answers.last?.outcome.refused.first)
        #expect(refused.reason.contains("memory"))
        #expect(world.acts("v0") == 1)
        // Nobody has been idle for an hour, which is the least.
        world.clock.advance(millis: 2 * Self.hour)
        for _ in 0..<5000 where !world.tables.hasRoom { _ = world.keeper.turn() }
        #expect(world.tables.hasRoom)
        #expect(world.book.counts.evicted > 0)
        #expect(world.book.counts.idle == 0)
        #expect(world.visitor("v0") == nil)
        // The rest of the round makes room for more than one.
        for _ in 0..<500 {
            world.clock.advance(millis: 25)
            _ = world.keeper.turn()
        }
        world.event("view", "late", id: "late")
        world.flush()
        #expect(world.told.answers.last?.outcome.refused == [])
        #expect(world.acts("late") == 1)
    }

    @Test("an advertiser's word joins the visitor of a click on its own ad, not on another's; the operator's any")
    func clicks() throws {
        let world = try KeeperWorld()
        for (name, advertiser, click, isTaken) in [
            ("own", "acme", "click-acme", true), ("foreign", "acme", "click-bolt", false),
            ("nobody's", "acme", "click-nobody", false), ("forged", "acme", "click-forged", true),
            ("operator", nil, "click-bolt", true),
        ] as [(String, String?, String, Bool)] {
            world.event("view", name, #","click":"\#(click)""#, from: advertiser)
            world.flush()
            let outcome = try #require(world.told.answers.last?.outcome)
            #expect(outcome.accepted == (isTaken ? 1 : 0), "\(name)")
            #expect(
                outcome.refused.map(\.reason)
                    == (isTaken ? [] : ["click: it is of another advertiser's ad; leave it out"]))
            #expect(world.acts(name) == (isTaken ? 1 : 0))
        }
        #expect(world.tables.find(IdentityKey(high: 7, low: 1)) == world.visitor("own"))
        #expect(world.tables.find(IdentityKey(high: 7, low: 2)) == world.visitor("operator"))
        #expect(world.visitor("foreign") == nil)
    }

    /// A world in which nobody can be made any more; ann is known.
    private func full() throws -> KeeperWorld {
        var policy = AudiencePolicy()
        policy.bytesMax = AudienceTables(visitors: 100, identities: 400).bytes.total + 4096
        let world = try KeeperWorld([Self.viewers], policy: policy)
        world.event("view", "ann", id: "e1")
        world.flush()
        for index in 0..<10_000 where world.tables.hasRoom {
            world.event("view", "v\(index)")
            world.settle()
        }
        world.flush()
        #expect(!world.tables.hasRoom)
        return world
    }

    @Test("with memory full an opt-out succeeds: of who is known it is kept, and who is unknown has nothing to lose")
    func optOutWithoutRoom() throws {
        let world = try full()
        world.optOut("stranger")
        world.optOut("ann")
        world.flush()
        #expect(world.told.answers.suffix(2).map(\.outcome.isUnavailable) == [false, false])
        #expect(world.visitor("stranger") == nil)
        #expect(world.flags("ann").contains(.optedOut))
        #expect(world.acts("ann") == 0)
    }

    @Test("identifiers that there is no room for are counted, and the log tells of none that nobody is found by")
    func linksWithoutRoom() throws {
        let world = try full()
        for index in 0..<2000 where world.book.counts.unlinked == 0 {
            world.events(#"{"type":"view","visitor":{"cookie":"ann","ifa":"device-\#(index)"}}"#)
            world.flush()
        }
        #expect(world.book.counts.unlinked == 1)
        #expect(world.told.answers.last?.outcome.accepted == 1)
        for case .link(let visitor, let identities) in world.log.records.map(\.record) {
            for identity in identities { #expect(world.tables.find(identity.key) == visitor) }
        }
    }

    @Test("a link that the log refuses is none, and makes nobody")
    func linkRefused() throws {
        let world = try KeeperWorld([Self.viewers])
        world.event("view", "ann", id: "e1")
        world.flush()
        world.log.isRefusing = true
        world.events(#"{"type":"view","visitor":{"cookie":"ann","ifa":"1"}}"#)
        world.event("view", "bob", id: "e2")
        world.flush()
        #expect(world.tables.find(world.hasher.identity(.ifa("1")).key) == nil)
        #expect(world.visitor("bob") == nil)
        #expect(world.tables.visitorCount == 1)
    }

    @Test("a notice's act is kept though a label is longer than an act's text: cut behind a whole character")
    func longLabel() throws {
        let world = try KeeperWorld([KeeperWorld.rule("seen", #"{"event":"impression"}"#)])
        var facts = BidFacts()
        (facts.visitorHigh, facts.visitorLow) = (1, 2)
        facts.consent = ConsentMode.full.rawValue
        facts.domain = String(repeating: "é🌷", count: 60)
        world.keeper.follow(Event(.impression, at: world.clock.instant(), facts: facts))
        world.flush()
        guard case .act(_, let act)? = world.log.records.last?.record else {
            Issue.record("no act")
            return
        }
        let domain = act.properties.first { $0.name == "domain" }?.value
        #expect(domain == .text(String(repeating: "é🌷", count: 42) + "é"))
        #expect(world.book.counts.acts == 1)
    }
}
