import Consent
import Documents
import Events
import Targeting
import Testing
import Units

@testable import Audience

@Suite("Impressions that count for frequency caps")
struct KeeperFrequencyTests {
    private static let hour: Int64 = 3_600_000
    private static let day = CappedCounter(counter: 7, windowSeconds: 86_400, isHousehold: false)
    private static let home = CappedCounter(counter: 8, windowSeconds: 86_400, isHousehold: true)

    /// A notice of a bid on whoever has the cookie.
    private static func notice(
        _ kind: EventKind, _ cookie: String, bid: UInt64, _ world: KeeperWorld, caps: [CappedCounter] = [day]
    ) -> Event {
        var facts = BidFacts()
        facts.bidID = BidID(high: 1, low: bid)
        facts.instant = world.clock.instant()
        facts.consent = ConsentMode.full.rawValue
        let key = world.key(cookie)
        (facts.visitorHigh, facts.visitorLow) = (key.high, key.low)
        facts.strategy = "shoes"
        facts.caps = caps
        facts.household = caps.contains(where: \.isHousehold) ? world.hasher.household(address("192.0.2.7")).key : nil
        var event = Event(kind, at: world.clock.instant(), facts: facts)
        event.released = kind == .loss ? facts.reserved : nil
        return event
    }

    private static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text.utf8) else { preconditionFailure(text) }
        return address
    }

    private static func count(
        _ visitor: VisitorNumber?, _ world: KeeperWorld, _ cap: CappedCounter = day
    ) -> Int {
        guard let visitor else { return 0 }
        return world.tables.makeReader().counter(
            visitor, counter: cap.counter, windowSeconds: cap.windowSeconds, atMillis: world.clock.millis)
    }

    private static func count(_ cookie: String, _ world: KeeperWorld) -> Int { count(world.visitor(cookie), world) }

    private static func reserve(_ cookie: String, _ world: KeeperWorld) {
        _ = world.tables.pending.reserve(world.key(cookie), day, at: world.clock.instant())
    }

    private static func pending(_ cookie: String, _ world: KeeperWorld) -> Int {
        world.tables.pending.count(world.key(cookie), day, at: world.clock.instant())
    }

    @Test("an impression of somebody unknown is counted when it is durable, and its reservation ends no earlier")
    func counted() throws {
        let world = try KeeperWorld()
        Self.reserve("ann", world)
        world.keeper.follow(Self.notice(.impression, "ann", bid: 1, world))
        world.settle()
        #expect(Self.count("ann", world) == 0)
        #expect(Self.pending("ann", world) == 1)
        world.flush()
        #expect(Self.count("ann", world) == 1)
        #expect(Self.pending("ann", world) == 0)
        #expect(Self.count("bob", world) == 0)
    }

    @Test("an impression and the bill of one bid count once, in either order, however often they come")
    func once() throws {
        for kinds in [[EventKind.impression, .billing], [.billing, .impression], [.billing, .billing]] {
            let world = try KeeperWorld()
            for bid in 1...3 as ClosedRange<UInt64> {
                for kind in kinds + kinds {
                    world.keeper.follow(Self.notice(kind, "ann", bid: bid, world))
                    if bid == 2 { world.flush() }
                }
            }
            world.flush()
            #expect(Self.count("ann", world) == 3)
            #expect(world.acts("ann") == 3)
        }
    }

    @Test("what has no full consent, is a test, or is no impression, counts for nothing")
    func uncounted() throws {
        let world = try KeeperWorld()
        var limited = Self.notice(.impression, "ann", bid: 1, world)
        limited.facts.consent = ConsentMode.limited.rawValue
        var test = Self.notice(.billing, "ann", bid: 2, world)
        test.facts.isTest = true
        for event in [
            limited, test, Self.notice(.win, "ann", bid: 3, world), Self.notice(.click, "ann", bid: 4, world),
        ] {
            world.keeper.follow(event)
        }
        world.flush()
        #expect(Self.count("ann", world) == 0)
    }

    @Test("a loss ends the reservation, a loss of what was billed before does not")
    func loss() throws {
        let world = try KeeperWorld()
        Self.reserve("ann", world)
        var late = Self.notice(.loss, "ann", bid: 1, world)
        late.released = nil
        world.keeper.follow(late)
        #expect(Self.pending("ann", world) == 1)
        world.keeper.follow(Self.notice(.loss, "ann", bid: 1, world))
        #expect(Self.pending("ann", world) == 0)
    }

    @Test("who opts out or is erased is counted anew")
    func forgotten() throws {
        let world = try KeeperWorld()
        world.keeper.follow(Self.notice(.impression, "ann", bid: 1, world))
        world.keeper.follow(Self.notice(.impression, "bob", bid: 2, world))
        world.flush()
        #expect([Self.count("ann", world), Self.count("bob", world)] == [1, 1])
        world.optOut("ann")
        world.keeper.erase(.surrogate(world.key("bob"))) { _ in }
        world.flush()
        #expect([Self.count("ann", world), Self.count("bob", world)] == [0, 0])
        world.optOut("ann", false)
        world.keeper.follow(Self.notice(.impression, "ann", bid: 3, world))
        world.keeper.follow(Self.notice(.impression, "bob", bid: 4, world))
        world.flush()
        #expect([Self.count("ann", world), Self.count("bob", world)] == [1, 1])
    }

    @Test("a cap of a household counts for the address, once for each impression of whoever lives there")
    func household() throws {
        let world = try KeeperWorld()
        let caps = [Self.day, Self.home]
        world.keeper.follow(Self.notice(.impression, "ann", bid: 1, world, caps: caps))
        world.keeper.follow(Self.notice(.impression, "bob", bid: 2, world, caps: caps))
        world.keeper.follow(Self.notice(.billing, "bob", bid: 2, world, caps: caps))
        world.flush()
        #expect([Self.count("ann", world), Self.count("bob", world)] == [1, 1])
        #expect(Self.count(world.household("192.0.2.7"), world, Self.home) == 2)
        #expect(Self.count(world.household("192.0.2.7"), world) == 0)
    }

    @Test("the log read again counts the same, behind any snapshot", arguments: 1...12 as ClosedRange<UInt64>)
    func replay(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var world = try KeeperWorld()
        let cookies = ["ann", "bob", "cid", "dan"]
        for step in 0..<60 as Range<UInt64> {
            let cookie = cookies[Int.random(in: 0..<4, using: &random)]
            switch Int.random(in: 0..<20, using: &random) {
            case 0: world.optOut(cookie)
            case 1: world.optOut(cookie, false)
            case 2: world.join(cookie, "u\(cookies[Int.random(in: 0..<4, using: &random)])")
            case 3: world.snapshot()
            case 4: world.clock.advance(millis: 2 * Self.hour)
            default:
                let kind = Bool.random(using: &random) ? EventKind.impression : .billing
                world.keeper.follow(Self.notice(kind, cookie, bid: step / 2, world))
            }
            if Int.random(in: 0..<3, using: &random) > 0 { world.flush() }
            if step % 20 == 19 {
                world.flush()
                let after = try KeeperWorld(after: world)
                for cookie in cookies {
                    #expect(Self.count(cookie, after) == Self.count(cookie, world), "\(cookie) at \(step)")
                }
                world = after
            }
        }
    }

    @Test("without room for another visitor nobody unknown is bid on")
    func room() throws {
        var policy = AudiencePolicy()
        policy.bytesMax = 1
        let world = try KeeperWorld(policy: policy)
        #expect(world.tables.pending.takesStrangers)
        world.settle()
        #expect(!world.tables.pending.takesStrangers)
    }
}
