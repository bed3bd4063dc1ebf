/// In which order strategies take their slots: by tiers of what they can bid, and within a tier beside those that want
/// alike.
///
/// Tiers make a search for the best short: it ends with the first tier that nobody below can beat. They double, so that
/// the first is one block of 512 slots, and half of all strategies are in the last. Within a tier neighbours share what
/// turns most requests away, a size or a country: what a request has no use for then lies in whole words and blocks,
/// which it need not read.
///
///     tier     0      1      2         3                   4 …
///     blocks   0      1      2 3       4 5 6 7             8 … 15
///     bound    9.50   7.20   7.10      5.00                3.80
struct SlotOrder {
    /// One run of blocks.
    struct Tier: BitwiseCopyable {
        /// The first strategy of the tier.
        let firstStrategy: UInt32
        /// The most that one of its strategies can bid, or one behind it.
        let bound: Int64
    }

    /// The blocks of a tier, some of which may lie beyond the last one in use.
    static func blocks(of tier: Int) -> Range<Int> { (tier == 0 ? 0 : 1 << (tier - 1))..<(1 << tier) }

    /// Below, the whole tier is read anyhow, and its strategies stay in the order of their bounds.
    static let firstClusteredTier = 4
    /// Those blocks of tiers, and their ends, are multiples of so many: a summary has a bit for each of their 64 words.
    static let firstClusteredBlock = blocks(of: firstClusteredTier).lowerBound

    /// Whether a window may start with this block and end anywhere: it then holds whole words of summaries.
    static func startsSummaryWord(_ block: Int) -> Bool { block.isMultiple(of: firstClusteredBlock) }

    /// Strategies as they follow each other: what stands at a place is the strategy's position before.
    private(set) var strategies: [UInt32]
    private(set) var tiers: [Tier] = []

    /// - Parameters:
    ///   - slotCounts: by strategy, at most 512 each.
    ///   - bounds: by strategy, never rising.
    ///   - key: of a strategy; those whose keys are near each other want alike.
    init(slotCounts: [UInt32], bounds: [Int64], key: (_ strategy: Int) -> UInt64) {
        strategies = []
        strategies.reserveCapacity(slotCounts.count)
        var next = 0
        while next < slotCounts.count {
            let first = next
            let tier = tiers.count
            var room = Self.blocks(of: tier).count * 512
            while next < slotCounts.count, Int(slotCounts[next]) <= room {
                room -= Int(slotCounts[next])
                next += 1
            }
            tiers.append(Tier(firstStrategy: UInt32(first), bound: bounds[first]))
            if tier < Self.firstClusteredTier {
                strategies += (first..<next).lazy.map { UInt32($0) }
            } else {
                var keyed = (first..<next).map { (key: key($0), strategy: UInt32($0)) }
                keyed.sort { $0.key != $1.key ? $0.key < $1.key : $0.strategy < $1.strategy }
                strategies += keyed.lazy.map(\.strategy)
            }
        }
    }
}
