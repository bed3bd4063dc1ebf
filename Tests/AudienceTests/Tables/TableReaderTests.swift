import Audience
import Events
import Foundation
import Synchronization
import Testing
import Units

@Suite("Reading audience tables")
struct TableReaderTests {
    private final class Outcome: Sendable {
        let isOver = Atomic<Bool>(false)
        let looks = Atomic<Int>(0)
        let lost = Atomic<Int>(0)
        let torn = Atomic<Int>(0)
    }

    /// What the visitors keep all the time: it says who they are, so that a look at another's memory is noticed.
    private static func mark(_ visitor: VisitorNumber) -> AudienceNumber { AudienceNumber(1000 + visitor.rawValue) }

    private static func key(_ visitor: VisitorNumber) -> IdentityKey {
        IdentityKey(
            high: Mix.scramble(UInt64(visitor.rawValue)), low: Mix.scramble(UInt64(visitor.rawValue) &+ 1 << 40))
    }

    @Test("beside a writer readers never miss what is there all the time, nor see another's")
    func besideWriter() {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let visitors = (0..<500).compactMap { _ in tables.makeVisitor() }
        for visitor in visitors {
            tables.link(Self.key(visitor), kind: .ifa, to: visitor)
            tables.setMembership(visitor, audience: Self.mark(visitor), untilMillis: .max)
        }
        let outcome = Outcome()
        let threads = (0..<2).map { stream in
            let thread = Thread { Self.look(tables, visitors, outcome, seed: UInt64(stream)) }
            thread.start()
            return thread
        }
        Self.write(tables, visitors, outcome)
        outcome.isOver.store(true, ordering: .releasing)
        while !threads.allSatisfy(\.isFinished) { Thread.sleep(forTimeInterval: 0.001) }
        #expect(outcome.looks.load(ordering: .relaxed) >= 10_000)
        #expect(outcome.lost.load(ordering: .relaxed) == 0)
        #expect(outcome.torn.load(ordering: .relaxed) == 0)
    }

    private static func look(_ tables: AudienceTables, _ visitors: [VisitorNumber], _ outcome: Outcome, seed: UInt64) {
        let reader = tables.makeReader()
        var list = MembershipList()
        var random = SplitMix64(seed: seed)
        while !outcome.isOver.load(ordering: .relaxed) {
            let visitor = visitors[Int.random(in: 0..<visitors.count, using: &random)]
            guard let found = reader.find(key(visitor)), found == visitor,
                reader.read(found, atMillis: 0, into: &list) != nil, list.contains(mark(visitor))
            else {
                outcome.lost.add(1, ordering: .relaxed)
                continue
            }
            for index in 0..<list.count where list[index].audience.rawValue >= 1000 {
                if list[index].audience != mark(visitor) { outcome.torn.add(1, ordering: .relaxed) }
            }
            let count = reader.counter(visitor, counter: visitor.rawValue, windowSeconds: .max, atMillis: 0)
            if count < 0 || count > 1 << 24 { outcome.torn.add(1, ordering: .relaxed) }
            outcome.looks.add(1, ordering: .relaxed)
        }
    }

    /// Lets profiles grow and shrink, identifiers of others come and go, and the identity table grow; until the readers
    /// have looked often enough.
    private static func write(_ tables: AudienceTables, _ visitors: [VisitorNumber], _ outcome: Outcome) {
        var random = SplitMix64(seed: 9)
        var others: [VisitorNumber] = []
        for step in 0... {
            let visitor = visitors[Int.random(in: 0..<visitors.count, using: &random)]
            let audience = AudienceNumber(UInt32.random(in: 0..<200, using: &random))
            tables.setMembership(visitor, audience: audience, untilMillis: 1_600_000_000_000)
            tables.removeMembership(visitor, audience: AudienceNumber(UInt32.random(in: 0..<200, using: &random)))
            tables.count(visitor, counter: visitor.rawValue, windowSeconds: .max, at: 0)
            if step % 3 == 0, let other = tables.makeVisitor() {
                tables.link(IdentityKey(high: random.next(), low: random.next()), kind: .eid, to: other)
                others.append(other)
            }
            if step % 5 == 0, let other = others.popLast() { tables.merge(other, into: visitor) }
            if step % 7 == 0, let other = others.popLast() { tables.remove(other) }
            if step % 50 == 0 {
                _ = tables.sweep(slots: 200, atMillis: step % 500 == 0 ? 1_700_000_000_000 : 0) { _, _ in false }
            }
            if step > 20_000, outcome.looks.load(ordering: .relaxed) >= 10_000 { return }
            if step > 10_000_000 { return }
        }
    }

    @Test("numbers that are all gone give their memory back, and can be made again from the log")
    func released() {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let visitors = (0..<10_000).compactMap { _ in tables.makeVisitor() }
        let before = tables.bytes.directory
        for visitor in visitors.dropFirst(10) { tables.remove(visitor) }
        for _ in 0..<100 { _ = tables.sweep(slots: 1000, atMillis: 0) { _, _ in false } }
        // The first page holds somebody, the last is not full.
        #expect(tables.bytes.directory <= before / 4)
        #expect(tables.makeVisitor(visitors[5000]))
        tables.touch(visitors[5000], atSeconds: 3)
        #expect(tables.lastSeen(visitors[5000]) == 3 && tables.lastSeen(visitors[5001]) == nil)
        #expect(tables.bytes.directory > before / 10)
        #expect(visitors.prefix(10).allSatisfy { tables.resolve($0) == $0 })
    }
}
