import Testing
import Units

@testable import Targeting

@Suite("Slot table")
struct SlotTableTests {
    /// Slots of strategies that have so many each.
    ///
    /// - Parameter isGuarded: whether a slot has a residual, which then is its own number.
    private static func slots(_ counts: [Int], isGuarded: (Int) -> Bool = { _ in false }) -> [SlotTable.Slot] {
        var slots: [SlotTable.Slot] = []
        for (strategy, count) in counts.enumerated() {
            for _ in 0..<count {
                let residual = isGuarded(slots.count) ? UInt32(slots.count) : 0
                slots.append(SlotTable.Slot(strategy: UInt32(strategy), residual: residual))
            }
        }
        return slots
    }

    /// Holds every answer of a table to the list that it was made of.
    private func check(_ slots: [SlotTable.Slot]) {
        let table = SlotTable(slots)
        defer { table.free() }
        #expect(table.count == slots.count)
        let strategies = Int(slots.last.map { $0.strategy + 1 } ?? 0)
        var start = 0
        for strategy in 0..<strategies {
            var end = start
            while end < slots.count, slots[end].strategy == strategy { end += 1 }
            #expect(table.slots(of: strategy) == start..<end, "strategy \(strategy)")
            start = end
        }
        #expect(table.slots(of: strategies).isEmpty)
    }

    /// Expands bits of words, and holds what comes to the list.
    private func checkExpansion(of bits: [Int], in slots: [SlotTable.Slot]) {
        let table = SlotTable(slots)
        let found = Slab(repeating: SlotTable.Slot(strategy: 0, residual: 0), count: 64)
        let listed = Slab<UInt32>(repeating: 0, count: 64)
        defer {
            table.free()
            found.free()
            listed.free()
        }
        var last = UInt32.max
        for word in 0..<(slots.count + 63) / 64 {
            let wanted = bits.map { word * 64 + $0 }.filter { $0 < slots.count }
            let mask = wanted.reduce(UInt64(0)) { $0 | 1 << UInt64($1 % 64) }
            let end = table.expand(mask, of: word, into: found, from: 0)
            #expect((0..<end).map { found[$0].strategy } == wanted.map { slots[$0].strategy })
            #expect((0..<end).map { found[$0].residual } == wanted.map { slots[$0].residual })
            var once: [UInt32] = []
            for slot in wanted where slots[slot].strategy != (once.last ?? last) { once.append(slots[slot].strategy) }
            let listedEnd = table.list(mask, of: word, into: listed, from: 0, after: &last)
            #expect((0..<listedEnd).map { listed[$0] } == once)
        }
    }

    @Test("no slots, and one strategy of any number of them", arguments: [0, 1, 32, 511, 512, 513, 2000])
    func one(_ count: Int) { check(Self.slots([count])) }

    @Test("a strategy lies over the border of a block", arguments: [1, 2, 31, 32])
    func border(_ length: Int) {
        for first in (513 - length)...513 {
            let counts = [Int](repeating: 1, count: first - 1) + [length] + [Int](repeating: 1, count: 600)
            check(Self.slots(counts))
        }
    }

    @Test("places that nobody has lie between two strategies", arguments: [1, 31, 63, 64, 200])
    func gaps(_ length: Int) {
        for before in [512 - length, 1024 - length] {
            let counts = [Int](repeating: 1, count: before - 3) + [3, 2] + [Int](repeating: 1, count: 600)
            let dense = Self.slots(counts) { $0.isMultiple(of: 3) && $0 > 0 }
            let gap = [SlotTable.Slot?](repeating: nil, count: length)
            let table = SlotTable(dense[..<before].map(Optional.some) + gap + dense[before...].map(Optional.some))
            let found = Slab(repeating: SlotTable.Slot(strategy: 0, residual: 0), count: 64)
            defer {
                table.free()
                found.free()
            }
            func place(_ slot: Int) -> Int { slot < before ? slot : slot + length }
            var start = 0
            for (strategy, count) in counts.enumerated() {
                #expect(table.slots(of: strategy) == place(start)..<place(start + count - 1) + 1)
                start += count
            }
            #expect(table.slots(of: counts.count).isEmpty)
            for slot in dense.indices {
                let end = table.expand(1 << UInt64(place(slot) % 64), of: place(slot) / 64, into: found, from: 0)
                #expect(end == 1 && found[0].strategy == dense[slot].strategy)
                #expect(found[0].residual == dense[slot].residual)
            }
            #expect((0..<table.used.count * 64).count { table.used.contains(bit: $0) } == dense.count)
            #expect((before..<before + length).allSatisfy { !table.used.contains(bit: $0) })
        }
    }

    @Test("strategies of many slots each, of one, and of both", arguments: 0..<UInt64(12))
    func random(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let most = [1, 3, 32][Int(seed % 3)]
        let counts = (0..<1500).map { _ in Int.random(in: 1...most, using: &random) }
        let guarded = (0..<1500 * 32).map { _ in Bool.random(using: &random) }
        let slots = Self.slots(counts) { guarded[$0] && $0 > 0 }
        check(slots)
        checkExpansion(of: Array(0..<64), in: slots)
        checkExpansion(of: [0, 31, 32, 63], in: slots)
        checkExpansion(of: (0..<64).filter { _ in Bool.random(using: &random) }, in: slots)
    }
}
