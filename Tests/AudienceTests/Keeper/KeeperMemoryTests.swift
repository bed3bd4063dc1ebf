import Documents
import Events
import Testing
import Units

@testable import Audience

@Suite("What the keeper keeps in memory")
struct KeeperMemoryTests {
    private static let viewers = KeeperWorld.rule("viewers", #"{"event":"view","within":"30d"}"#)

    @Test("bytes of states are those of the states there are, however they came about")
    func states() {
        var random = SplitMix64(seed: 3)
        var states = VisitorStates()
        for step in 0..<3000 {
            let visitor = VisitorNumber(UInt32.random(in: 1...40, using: &random))
            let key = IdentityKey(high: 0, low: UInt64(step))
            switch Int.random(in: 0..<8, using: &random) {
            case 0: states[visitor] = nil
            case 1: _ = states.removeValue(forKey: visitor)
            case 2: states[visitor]?.former.append(VisitorNumber(1))
            case 3: states[visitor, default: VisitorState()].meet(VisitorNumber(UInt32(step)))
            case 4: _ = states[visitor, default: VisitorState()].plan(UInt32(step % 50), at: 1)
            case 5: _ = states[visitor]?.history.trim(before: Int64(step) - 500)
            default:
                let act = VisitorAct(id: key, type: "view", instant: Instant(micros: Int64(step) * 1000))
                states[visitor, default: VisitorState()].see(key)
                _ = states[visitor]?.history.record(act, by: SymbolKey(1, 2))
            }
        }
        var again = VisitorStates()
        for (visitor, state) in states { again[visitor] = state }
        #expect(states.count > 10)
        #expect(states.bytes == again.bytes)
        for visitor in Array(states.keys) { states[visitor] = nil }
        #expect(states.bytes == 0)
    }

    @Test("histories count under the limit: who did much leaves no room for strangers, until it is forgotten")
    func histories() throws {
        var policy = AudiencePolicy()
        policy.bytesMax = AudienceTables(visitors: 100, identities: 400).bytes.total + 10_000
        let world = try KeeperWorld([Self.viewers], policy: policy)
        for index in 0..<500 {
            world.event("view", "ann", id: "e\(index)")
            world.flush()
        }
        #expect(world.keeper.figures.bytes.histories > 10_000)
        world.event("view", "stranger")
        world.flush()
        #expect(world.told.answers.last?.outcome.refused.first?.reason.contains("memory") == true)
        // Whom we know is taken all the same.
        world.event("view", "ann", id: "more")
        world.flush()
        #expect(world.told.answers.last?.outcome.accepted == 1)
        world.clock.advance(millis: 2 * 3_600_000)
        for _ in 0..<100 { _ = world.keeper.turn() }
        #expect(world.book.counts.evicted == 1)
        world.event("view", "stranger")
        world.flush()
        #expect(world.acts("stranger") == 1)
    }

    @Test("timers of who is gone are swept, and the others fall due in order")
    func timers() throws {
        let world = try KeeperWorld([Self.viewers])
        for index in 0..<50 { world.event("view", "v\(index)") }
        world.flush()
        #expect(world.book.timers.count == 50)
        for index in 0..<50 where index % 3 != 0 {
            world.keeper.post(.erase(.identifier(.cookie("v\(index)"))) { _ in })
        }
        world.flush()
        for _ in 0..<5 { world.book.sweep(100, at: world.clock.millis) }
        #expect(world.book.timers.count == 17)
        #expect(world.book.bytes.timers == 17 * 16)

        var random = SplitMix64(seed: 9)
        var queue = TimerQueue()
        for _ in 0..<1000 {
            let due = Int64.random(in: 0..<500, using: &random)
            queue.insert(.init(due: due, visitor: UInt32(due % 2), audience: 1))
        }
        for _ in 0..<20 { queue.sweep(100) { $0.visitor == 1 } }
        var last: Int64 = 0
        while let next = queue.next(at: .max) {
            #expect(next.visitor == 1 && next.due >= last)
            last = next.due
        }
        #expect(last > 480)
    }

    @Test("what waits to be taken is bounded by its bytes, and one message finds room in any case")
    func inbox() {
        var inbox = AudienceKeeper.Inbox()
        let body = [UInt8](repeating: 0, count: 1 << 20)
        let message = AudienceKeeper.Message.submission(
            .events(body: body, source: EventSource(advertiser: nil), at: Instant(micros: 0)), { _ in })
        let (first, second) = (inbox.offer(message, bytesMax: 1000), inbox.offer(message, bytesMax: 1000))
        #expect(first && !second)
        for _ in 0..<3 { _ = inbox.offer(message, bytesMax: 3 << 20) }
        #expect(inbox.messages.count == 2)
        #expect(inbox.bytes > 2 << 20 && inbox.bytes < 3 << 20)
        let taken = inbox.take()
        #expect(taken.messages.count == 2 && inbox.bytes == 0 && inbox.messages.isEmpty)
    }
}
