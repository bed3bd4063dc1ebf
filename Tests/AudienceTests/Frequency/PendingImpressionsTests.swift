import Events
import Foundation
import Synchronization
import Testing
import Units

@testable import Audience

@Suite("Impressions that were bid for and not counted yet")
struct PendingImpressionsTests {
    private static let ann = IdentityKey(high: 1, low: 2)
    private static let bob = IdentityKey(high: 1, low: 3)
    private static let cap = CappedCounter(counter: 7, windowSeconds: 3600, isHousehold: false)
    private static let start = Instant(seconds: 1_793_500_020)

    private static func minutes(_ minutes: Int64) -> Instant { Instant(micros: start.micros + minutes * 60_000_000) }

    @Test("each visitor and each cap has reservations of its own")
    func apart() {
        let pending = PendingImpressions(rows: 1 << 10)
        #expect(pending.reserve(Self.ann, Self.cap, at: Self.start) == 1)
        #expect(pending.reserve(Self.ann, Self.cap, at: Self.start) == 2)
        #expect(pending.reserve(Self.bob, Self.cap, at: Self.start) == 1)
        let other = CappedCounter(counter: 7, windowSeconds: 7200, isHousehold: false)
        #expect(pending.count(Self.ann, other, at: Self.start) == 0)
        #expect(pending.count(Self.ann, Self.cap, at: Self.start) == 2)
    }

    @Test("a reservation ends when it is released, in the minute of its bid, and never twice")
    func release() {
        let pending = PendingImpressions(rows: 1 << 10)
        _ = pending.reserve(Self.ann, Self.cap, at: Self.start)
        _ = pending.reserve(Self.ann, Self.cap, at: Self.minutes(2))
        pending.release(Self.ann, Self.cap, at: Self.start)
        pending.release(Self.ann, Self.cap, at: Self.start)
        pending.release(Self.ann, Self.cap, at: Self.minutes(1))
        #expect(pending.count(Self.ann, Self.cap, at: Self.minutes(2)) == 1)
        pending.release(Self.ann, Self.cap, at: Self.minutes(2))
        #expect(pending.count(Self.ann, Self.cap, at: Self.minutes(2)) == 0)
    }

    @Test("a reservation that nobody ends is over when the fifth minute behind its own is")
    func expiry() {
        let pending = PendingImpressions(rows: 1)
        for round in 0..<3 as Range<Int64> {
            for minute in 0...5 as ClosedRange<Int64> {
                _ = pending.reserve(Self.ann, Self.cap, at: Self.minutes(round * 100 + minute))
            }
            #expect(pending.count(Self.ann, Self.cap, at: Self.minutes(round * 100 + 5)) == 6)
            #expect(pending.count(Self.ann, Self.cap, at: Self.minutes(round * 100 + 6)) == 5)
            #expect(pending.count(Self.ann, Self.cap, at: Self.minutes(round * 100 + 11)) == 0)
        }
        #expect(pending.fullCount == 0)
    }

    @Test("a row that is full takes no more, until some of it is over")
    func full() {
        let pending = PendingImpressions(rows: 1)
        let visitors = (0..<20).map { IdentityKey(high: 99, low: $0) }
        let taken = visitors.filter { pending.reserve($0, Self.cap, at: Self.start) != nil }
        #expect(taken.count == PendingImpressions.entriesPerRow)
        #expect(pending.fullCount == 4)
        #expect(pending.reserve(visitors[19], Self.cap, at: Self.minutes(5)) == nil)
        #expect(pending.reserve(visitors[19], Self.cap, at: Self.minutes(6)) == 1)
        #expect(pending.reserve(visitors[1], Self.cap, at: Self.start) == 2)
    }

    /// How much several threads hold at one time.
    private final class Held: Sendable {
        let now = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        let times = Atomic<Int>(0)
        let excess = Atomic<Int>(0)
    }

    @Test("threads that reserve and release at once never hold more than the cap", arguments: [1, 3])
    func parallel(cap: Int) {
        let pending = PendingImpressions(rows: 1)
        let held = Held()
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for step in 0..<20_000 {
                // The minute turns for each thread at another time.
                let instant = Self.minutes(Int64((step + thread * 700) / 10_000))
                guard let count = pending.reserve(Self.ann, Self.cap, at: instant) else { continue }
                if count <= cap {
                    let now = held.now.add(1, ordering: .sequentiallyConsistent).newValue
                    held.most.max(now, ordering: .relaxed)
                    if now > cap { held.excess.add(1, ordering: .relaxed) }
                    held.times.add(1, ordering: .relaxed)
                    held.now.subtract(1, ordering: .sequentiallyConsistent)
                }
                pending.release(Self.ann, Self.cap, at: instant)
            }
        }
        #expect(held.excess.load(ordering: .relaxed) == 0)
        #expect(held.times.load(ordering: .relaxed) > 0 && held.most.load(ordering: .relaxed) > 0)
        #expect(pending.count(Self.ann, Self.cap, at: Self.minutes(2)) == 0)
    }
}
