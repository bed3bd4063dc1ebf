import Events
import Testing
import Units

@testable import Audience

private let key = SymbolKey(identityKey: KeeperWorld.key)

private func act(_ type: String, at millis: Int64, _ properties: [(String, VisitorAct.Value)] = []) -> VisitorAct {
    var act = VisitorAct(
        id: IdentityKey(high: 0, low: UInt64(millis)), type: type, instant: Instant(micros: millis * 1000))
    act.properties = properties.map { VisitorAct.Property($0, $1) }
    return act
}

private func history(_ acts: [VisitorAct], _ limits: HistoryLimits = HistoryLimits()) -> VisitorHistory {
    var history = VisitorHistory()
    for act in acts { _ = history.record(act, by: key, limits: limits) }
    return history
}

/// Instants and types of the acts, in their order.
private func acts(_ history: VisitorHistory) -> [(Int64, Symbol)] {
    VisitorHistory.Parts(history).acts.map { ($0.millis, $0.symbol) }
}

@Suite("Histories of visitors")
struct VisitorHistoryTests {
    @Test("an empty history takes no memory, a view of one category 29 bytes")
    func size() {
        #expect(MemoryLayout<VisitorHistory>.size == 8)
        #expect(VisitorHistory().byteCount == 0)
        let one = history([act("view", at: 1, [("category", .text("shoes"))])])
        let two = history([1, 2].map { act("view", at: $0, [("category", .text("shoes"))]) })
        #expect(two.byteCount - one.byteCount == 29)
        #expect(VisitorHistory(bytes: VisitorHistory().bytes[...]) == VisitorHistory())
    }

    @Test("acts stand in the order of their instants, whatever order they came in")
    func order() {
        let sorted = history([1, 2, 3, 4, 5].map { act("view", at: $0, [("n", .number(Micros($0)))]) })
        let mixed = history([3, 5, 1, 4, 2].map { act("view", at: $0, [("n", .number(Micros($0)))]) })
        #expect(sorted == mixed)
        #expect(acts(mixed).map(\.0) == [1, 2, 3, 4, 5])
    }

    @Test("the oldest act goes when there are too many, and is counted; a late one goes at once")
    func bound() {
        var limits = HistoryLimits()
        limits.acts = 3
        var kept = history([2, 3, 4].map { act("view", at: $0) }, limits)
        let cart = kept.record(act("cart", at: 5), by: key, limits: limits)
        #expect(cart == .init(recorded: key.symbol("cart"), dropped: key.symbol("view")))
        #expect(kept.record(act("cart", at: 1), by: key, limits: limits) == .init())
        #expect(acts(kept).map(\.0) == [3, 4, 5])
        #expect(kept.dropped == 2)
        #expect(VisitorHistory(bytes: kept.bytes[...]) == kept)
    }

    @Test("an instant outside the calendar is not kept, and nothing traps")
    func instants() {
        var history = VisitorHistory()
        for micros in [Int64.min, -1, .max] {
            let act = VisitorAct(id: IdentityKey(high: 0, low: 0), type: "view", instant: Instant(micros: micros))
            #expect(history.record(act, by: key) == .init())
        }
        #expect(history.isEmpty)
    }

    @Test("the ten things seen last, each once, late ones in their place")
    func items() {
        let seen = { (name: String, millis: Int64) in act("view", at: millis, [("item", .text(name))]) }
        var history = history((1...12).map { seen("i\($0)", Int64($0) * 10) })
        #expect(history.items.map(\.name) == (3...12).reversed().map { "i\($0)" })
        _ = history.record(seen("i5", 200), by: key)
        _ = history.record(seen("late", 65), by: key)
        #expect(history.items.map(\.name) == ["i5", "i12", "i11", "i10", "i9", "i8", "i7", "late", "i6", "i4"])
        _ = history.record(seen("i12", 1), by: key)
        #expect(history.items.first { $0.name == "i12" }?.millis == 120)
        _ = history.record(seen(String(repeating: "x", count: 129), 300), by: key)
        #expect(history.items.first?.name == "i5")
        #expect(VisitorHistory(bytes: history.bytes[...]) == history)
    }

    @Test("trimming tells the types of which something went")
    func trim() {
        var history = history([
            act("view", at: 1, [("item", .text("old"))]), act("cart", at: 2), act("view", at: 3),
            act("traits", at: 1, [("a", .flag(true))]), act("traits", at: 9, [("b", .flag(true))]),
            act("view", at: 9, [("item", .text("new"))]),
        ])
        #expect(history.trim(before: 1).isEmpty)
        #expect(history.trim(before: 3) == [key.symbol("view"), key.symbol("cart"), .traits])
        #expect(acts(history).map(\.0) == [3, 9])
        #expect(history.items.map(\.name) == ["new"])
        #expect(history.trim(before: 100).count == 2)
        #expect(history.isEmpty)
        #expect(history.byteCount == 0)
    }

    @Test("a merged history is the one of all acts, traits and things together")
    func merge() {
        var generator = SplitMix64(seed: 11)
        for _ in 0..<300 {
            var random = RandomRules(seed: generator.next())
            var whole: [VisitorAct] = []
            var parts: [[VisitorAct]] = [[], []]
            for index in 0..<random.below(30) {
                // No two of an instant: which of those came first a merge cannot know.
                var next = random.act()
                next.instant = Instant(micros: next.instant.micros / 1_000_000 * 1_000_000 + Int64(index) * 1000)
                if random.below(3) == 0 { next.properties.append(.init("item", .text("i\(random.below(12))"))) }
                whole.append(next)
                parts[random.below(2)].append(next)
            }
            var merged = history(parts[0])
            merged.merge(history(parts[1]))
            let expected = history(whole)
            #expect(acts(merged).map(\.0) == acts(expected).map(\.0))
            #expect(merged.items == expected.items)
            #expect(merged.byteCount == expected.byteCount)
            let traits = { (history: VisitorHistory) in
                Set(VisitorHistory.Parts(history).traits.map { Array($0.bytes) })
            }
            #expect(traits(merged) == traits(expected))
        }
    }

    @Test("a merge keeps the latest acts and counts those that went")
    func mergeBound() {
        var limits = HistoryLimits()
        limits.acts = 4
        var left = history([1, 3, 5].map { act("view", at: $0) }, limits)
        left.merge(history([2, 4, 6].map { act("cart", at: $0) }, limits), limits: limits)
        #expect(acts(left).map(\.0) == [3, 4, 5, 6])
        #expect(left.dropped == 2)
        var empty = VisitorHistory()
        empty.merge(left)
        #expect(acts(empty).map(\.0) == [3, 4, 5, 6])
    }

    @Test("bytes come back as they went, and damaged ones come back sound or not at all")
    func bytes() {
        var random = RandomRules(seed: 5)
        var refused = 0
        for _ in 0..<40 {
            var acts = (0..<1 + random.below(8)).map { _ in random.act() }
            acts[0].properties.append(.init("item", .text("ünïcode")))
            let whole = history(acts)
            let bytes = whole.bytes
            #expect(VisitorHistory(bytes: bytes[...]) == whole)
            for count in 0..<bytes.count where count != 1 {
                #expect(VisitorHistory(bytes: bytes[..<count]) == nil, "\(count) of \(bytes.count) bytes")
            }
            for place in bytes.indices {
                var damaged = bytes
                damaged[place] ^= 1 << UInt8(random.below(8))
                guard var read = VisitorHistory(bytes: damaged[...]) else {
                    refused += 1
                    continue
                }
                // Whatever is accepted can be used.
                #expect(VisitorHistory(bytes: read.bytes[...]) == read)
                _ = read.record(random.act(), by: key)
                read.merge(whole)
                _ = read.trim(before: RandomRules.start + 5000)
                #expect(VisitorHistory(bytes: read.bytes[...]) == read)
            }
        }
        #expect(refused > 1000)
    }

    @Test("traits and values beyond their number are left out, and what is kept can be read")
    func bounds() {
        let many = (0..<100).map { ("p\($0)", VisitorAct.Value.texts((0..<16).map { "\($0)" })) }
        var history = history([act("view", at: 1, many), act("traits", at: 2, many), act("traits", at: 3, many)])
        let parts = VisitorHistory.Parts(history)
        #expect(parts.traits.count == 64)
        #expect(VisitorHistory(bytes: history.bytes[...]) == history)
        for millis in 0..<600 { _ = history.record(act("view", at: Int64(millis), many), by: key) }
        #expect(history.count == 512)
        #expect(VisitorHistory(bytes: history.bytes[...]) == history)
    }
}
