import Testing
import Units

@testable import Targeting

@Suite("Slot order")
struct SlotOrderTests {
    @Test(
        "tiers fit their blocks, fall in what can be bid, and within one who wants alike lies together",
        arguments: 0..<UInt64(6))
    func tiers(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let most: UInt32 = [1, 3, 32][Int(seed % 3)]
        let count = 9000
        let slotCounts = (0..<count).map { _ in UInt32.random(in: 1...most, using: &random) }
        let bounds = (0..<count).map { _ in Int64.random(in: 0..<50, using: &random) }.sorted(by: >)
        let keys = (0..<count).map { _ in UInt64.random(in: 0..<20, using: &random) }
        let order = SlotOrder(slotCounts: slotCounts, bounds: bounds) { keys[$0] }
        #expect(order.strategies.sorted() == (0..<UInt32(count)).map { $0 })
        let ends = order.tiers.dropFirst().map { Int($0.firstStrategy) } + [count]
        for (tier, end) in ends.enumerated() {
            let first = Int(order.tiers[tier].firstStrategy)
            let members = order.strategies[first..<end].map { Int($0) }
            let room = SlotOrder.blocks(of: tier).count * 512
            #expect(members.reduce(0) { $0 + Int(slotCounts[$1]) } <= room)
            // No tier has a strategy that fits into the one before.
            if tier + 1 < ends.count { #expect(members.reduce(0) { $0 + Int(slotCounts[$1]) } > room - 32) }
            #expect(members.sorted() == Array(first..<end))
            #expect(order.tiers[tier].bound == members.map { bounds[$0] }.max())
            if tier < SlotOrder.firstClusteredTier {
                #expect(members == Array(first..<end))
            } else {
                #expect(zip(members, members.dropFirst()).allSatisfy { keys[$0] <= keys[$1] })
            }
        }
    }

    @Test("tiers start where those before end, and large ones hold whole words of summaries")
    func blocks() {
        for tier in 0..<24 {
            #expect(SlotOrder.blocks(of: tier).upperBound == SlotOrder.blocks(of: tier + 1).lowerBound)
            if tier >= SlotOrder.firstClusteredTier {
                #expect(SlotOrder.blocks(of: tier).lowerBound.isMultiple(of: SlotOrder.firstClusteredBlock))
            }
        }
        #expect(SlotOrder.firstClusteredBlock == 8)
    }

    @Test("who wants alike is told by the dimensions that turn most away, the most wanted value first")
    func alike() {
        // Values 0 to 4 are sizes, evenly wanted; 5 and 6 countries, of which one is hardly ever wanted; 7 a device.
        let dimensions: [Dimension] = [.size, .size, .size, .size, .size, .country, .country, .device]
        var wants: [WantedAlike.Want] = []
        for number in 0..<100 {
            wants.append((dimension: .size, values: [UInt32(number % 5)][...]))
            wants.append((dimension: .country, values: [number % 10 == 0 ? UInt32(6) : 5][...]))
            if number == 0 { wants.append((dimension: .device, values: [7])) }
        }
        wants.append((dimension: .size, values: [3]))
        let alike = WantedAlike(wants, dimensions: dimensions)
        func key(_ size: [UInt32], _ country: [UInt32] = []) -> UInt64 {
            alike.key([(dimension: .size, values: size[...]), (dimension: .country, values: country[...])])
        }
        // Size 3 is wanted most, so it is the first; nothing wanted comes before it.
        #expect(key([]) == 0)
        #expect(key([3]) < key([0]) && key([0]) < key([1]))
        #expect(key([3, 0]) > key([3]) && key([3, 0]) < key([0]))
        #expect(key([0, 3]) == key([3, 0]))
        // Sizes decide before countries, and devices not at all.
        #expect(key([3], [5]) < key([3], [6]) && key([3], [6]) < key([0], [5]))
        let device: [WantedAlike.Want] = [(dimension: .device, values: [7])]
        #expect(alike.key(device) == 0)
    }

    @Test("a summary has a bit for each word that is not empty", arguments: [1, 500, 3600, 4096, 5000, 9000])
    func summaries(_ slots: Int) {
        var random = SplitMix64(seed: UInt64(slots))
        var builder = RowBuilder(slots: slots, values: 3)
        _ = builder.addRow(without: (0..<UInt32(slots)).filter { _ in Int.random(in: 0..<90, using: &random) > 0 })
        _ = builder.addRow(without: [])
        _ = builder.addRow(without: 0..<UInt32(slots))
        let (rows, summaries) = builder.takeRows()
        defer {
            rows.free()
            summaries.free()
        }
        for row in 0..<3 {
            for word in 0..<builder.stride {
                let bit = row * RowBuilder.summaryWords(builder.stride) * 64 + word
                #expect(summaries.contains(bit: bit) == (rows[row * builder.stride + word] != 0))
            }
        }
    }

    @Test("runs of memory keep what they hold as they grow and shrink, small or in large pages")
    func memory() {
        let large = (2 << 20) / 8
        for count in [0, 1, large - 1, large, large + 1] {
            var slab = Slab<UInt64>(repeating: 7, count: count)
            for _ in 0..<3 {
                let before = slab.count
                slab = slab.grown(toHold: before + 1, padding: 9)
                #expect(slab.count >= before + 1)
                if before > 0 { #expect(slab[before - 1] == (before == count ? 7 : 9)) }
                #expect(slab[before] == 9)
            }
            for length in [0, min(count, 5), count] {
                let part = slab.prefix(length, padding: 0)
                #expect(part.count == length && (0..<length).allSatisfy { part[$0] == 7 })
                part.free()
            }
            slab.free()
        }
    }
}
