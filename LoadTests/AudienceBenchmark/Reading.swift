internal import Audience
internal import CAllocations
internal import Events
internal import Foundation
internal import Synchronization
internal import Units

/// Times what a bid asks of the tables, on threads of its own, while another thread writes.
struct Reading {
    /// Nanoseconds of each look, sorted: an identifier looked up and the profile behind it copied out.
    let nanos: [UInt32]
    /// Of all readers while they looked.
    let allocations: Int
    /// Visitors not found, or found with fewer memberships than they have.
    let wrong: Int
    /// Changes made meanwhile, by second.
    let changesPerSecond: Double
    /// What the writer's slowest batch of a millisecond's changes took.
    let slowestWriteMicros: Double

    private final class State: Sendable {
        let isOver = Atomic<Bool>(false)
        let results = Mutex<[(nanos: [UInt32], allocations: Int, wrong: Int)]>([])
    }

    init(_ tables: AudienceTables, _ world: AudienceWorld, readers: Int, events: Int, seconds: Int) {
        let state = State()
        let threads = (0..<readers).map { index in
            let thread = Thread { Self.look(tables, world, state, UInt64(index)) }
            thread.stackSize = 1 << 20
            thread.start()
            return thread
        }
        let start = ContinuousClock.now
        let (changes, slowest) = Self.write(tables, world, events: events, seconds: seconds)
        let took = ContinuousClock.now - start
        state.isOver.store(true, ordering: .releasing)
        while !threads.allSatisfy(\.isFinished) { Thread.sleep(forTimeInterval: 0.01) }
        let results = state.results.withLock { $0 }
        nanos = results.flatMap(\.nanos).sorted()
        allocations = results.reduce(0) { $0 + $1.allocations }
        wrong = results.reduce(0) { $0 + $1.wrong }
        changesPerSecond = Double(changes) / (AudienceBenchmark.seconds(took))
        slowestWriteMicros = AudienceBenchmark.seconds(slowest) * 1e6
    }

    func micros(_ share: Double) -> Double {
        nanos.isEmpty ? 0 : Double(nanos[min(nanos.count - 1, Int(Double(nanos.count) * share))]) / 1000
    }

    private static func look(_ tables: AudienceTables, _ world: AudienceWorld, _ state: State, _ stream: UInt64) {
        let reader = tables.makeReader()
        var list = MembershipList()
        var random = SplitMix64(seed: world.seed &+ 100 &+ stream)
        let time = SystemTime()
        var nanos: [UInt32] = []
        // Looks beyond are not kept: no memory may be taken while looking.
        nanos.reserveCapacity(20_000_000)
        var wrong = 0
        let before = vendue_memory_counts_now().allocations
        while !state.isOver.load(ordering: .relaxed) {
            let visitor = world.someone(&random)
            let key = world.key(visitor.rawValue, Int(random.next() % UInt64(world.identifiers)))
            let start = time.moment().nanos
            let found = reader.find(key)
            let flags = found.flatMap { reader.read($0, atMillis: AudienceWorld.now, into: &list) }
            let end = time.moment().nanos
            if found != visitor || flags == nil || list.count < world.memberships { wrong += 1 }
            if nanos.count < nanos.capacity { nanos.append(UInt32(clamping: end - start)) }
        }
        let allocations = Int(vendue_memory_counts_now().allocations - before)
        state.results.withLock { $0.append((nanos, allocations, wrong)) }
    }

    /// So many events a second, a millisecond's at a time: each sets a membership, counts, and is noted as seen; some
    /// link an identifier again. Between them the sweep goes on.
    private static func write(
        _ tables: AudienceTables, _ world: AudienceWorld, events: Int, seconds: Int
    ) -> (changes: Int, slowest: Duration) {
        var random = SplitMix64(seed: world.seed &+ 99)
        let start = ContinuousClock.now
        var slowest = Duration.zero
        var changes = 0
        for tick in 0..<seconds * 1000 {
            let due = start + .milliseconds(tick)
            let begin = ContinuousClock.now
            if begin < due { Thread.sleep(forTimeInterval: AudienceBenchmark.seconds(due - begin)) }
            let from = ContinuousClock.now
            for _ in 0..<(tick + 1) * events / 1000 - tick * events / 1000 {
                let visitor = world.someone(&random)
                let audience = world.audience(visitor.rawValue, Int(random.next() % UInt64(world.memberships)))
                tables.setMembership(visitor, audience: audience, untilMillis: .max)
                tables.count(
                    visitor, counter: 1, windowSeconds: AudienceWorld.windowSeconds, at: AudienceWorld.now)
                tables.touch(visitor, atSeconds: UInt32(AudienceWorld.now / 1000))
                if random.next() % 16 == 0 { tables.link(world.key(visitor.rawValue, 0), kind: .own, to: visitor) }
                changes += 1
            }
            _ = tables.sweep(slots: 50, atMillis: AudienceWorld.now) { _, _ in false }
            slowest = max(slowest, ContinuousClock.now - from)
        }
        return (changes, slowest)
    }
}
