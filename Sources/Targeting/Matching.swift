internal import OpenRTB

/// The state of a ``TargetingMatcher``: a value, so that each of its calls is one access to the object that holds it.
struct Matching {
    private(set) var tables: TargetingIndex.Tables
    private(set) var leaves: [Leaf] = []
    var scratch: MatchScratch
    /// What the request states, as it is spelled out and looked up.
    var key = ValueKey(roomFor: 64)
    var lookups = Lookups()
    /// For the evaluator, where the index has leaves for it.
    private(set) var imp = Imp()

    /// Where the facts and streams of the request end and those of the impression begin.
    private var requestMarks = MatchScratch.Marks()

    // Of the iteration.
    /// The tier to come.
    private var tier = 0
    /// Slots found in the tier at hand that were not looked at, a heap: see ``BestFirst``.
    private var found = 0
    /// Strategies that they are of.
    private var unseen = 0
    /// The strategy looked at last.
    private var last = UInt32.max
    /// Whether that was returned.
    private var isLastReturned = false

    init(_ tables: TargetingIndex.Tables, _ buried: Slab<UInt32>, windowBlocks: Int) {
        self.tables = tables
        scratch = MatchScratch(for: tables, buried, windowBlocks: windowBlocks)
    }

    func free() {
        scratch.free()
        key.free()
        lookups.free()
    }

    /// Turns to another index, whose memory must live as long as this one looks into it.
    mutating func adopt(_ tables: TargetingIndex.Tables, _ leaves: [Leaf], without buried: Slab<UInt32>) {
        scratch.forget(buried)
        scratch.fit(tables)
        self.tables = tables
        self.leaves = leaves
    }

    mutating func begin(_ request: borrowing BidRequest, _ context: borrowing TargetingContext) {
        scratch.forgetFacts(downTo: MatchScratch.Marks())
        key.rewind()
        stateRequest(request, context)
        resolve()
        requestMarks = scratch.marks
        tier = tables.tiers.count
        forgetTier()
    }

    mutating func start(_ imp: Imp, of request: borrowing BidRequest) {
        scratch.forgetFacts(downTo: requestMarks)
        if tables.hasLeaves { self.imp = imp }
        key.rewind()
        stateImpression(imp, of: request)
        resolve()
        scratch.rewind()
        tier = 0
        forgetTier()
    }

    private mutating func forgetTier() {
        found = 0
        unseen = 0
        last = .max
        isLastReturned = false
    }

    mutating func next(
        _ request: borrowing BidRequest, _ context: borrowing TargetingContext, worth least: Int64
    ) -> Int? {
        while true {
            while found > 0 {
                let slot = scratch.found[0]
                if slot.strategy != last {
                    // Left unseen: a search for less goes on here.
                    if tables.bounds[Int(slot.strategy)] < least { return nil }
                    last = slot.strategy
                    isLastReturned = false
                    unseen &-= 1
                }
                BestFirst(scratch.found, tables.bounds).removeFirst(found)
                found &-= 1
                // One slot of a strategy that holds is enough.
                if isLastReturned { continue }
                if slot.residual != 0, !holds(Int(slot.residual), request, context) { continue }
                isLastReturned = true
                return Int(slot.strategy)
            }
            guard tier < tables.tiers.count, tables.tiers[tier].bound >= least else { return nil }
            load()
        }
    }

    /// Finds the slots of the next tier.
    private mutating func load() {
        found = scratch.findSlots(of: tier, tables)
        tier &+= 1
        unseen = 0
        var before = UInt32.max
        for index in 0..<found {
            unseen &+= scratch.found[index].strategy == before ? 0 : 1
            before = scratch.found[index].strategy
        }
        BestFirst(scratch.found, tables.bounds).arrange(found)
    }

    /// Lists all that have not come yet.
    mutating func list(
        _ request: borrowing BidRequest, _ context: borrowing TargetingContext, into list: inout [UInt32]
    ) {
        while found > 0, let number = next(request, context, worth: .min) { list.append(UInt32(number)) }
        guard tier < tables.tiers.count else { return }
        var start = SlotOrder.blocks(of: tier).lowerBound
        tier = tables.tiers.count
        last = .max
        while start < tables.blocks {
            // Tiers do not matter here: the fewer the windows, the better. Small tiers have no summary, unless all do.
            let end = SlotOrder.startsSummaryWord(start) ? start + scratch.windowBlocks : SlotOrder.firstClusteredBlock
            let window = start..<min(end, tables.blocks)
            scratch.findWords(of: window, tables)
            for index in 0..<scratch.survivors.count {
                let bits = heldBits(index, window.lowerBound &* 8, request, context)
                let word = window.lowerBound &* 8 &+ scratch.survivors.place(index)
                scratch.list(bits, of: word, tables, after: &last)
            }
            scratch.handOver(to: &list)
            start = window.upperBound
        }
    }

    /// Those slots of a word that hold where their rows do not say all.
    @inline(__always)
    private mutating func heldBits(
        _ index: Int, _ start: Int, _ request: borrowing BidRequest, _ context: borrowing TargetingContext
    ) -> UInt64 {
        var bits = scratch.survivors.bits(index)
        let word = start &+ scratch.survivors.place(index)
        var rest = bits & tables.slots.guarded[word]
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            let residual = tables.slots.residuals[word &* 64 &+ bit]
            if !holds(Int(residual), request, context) { bits &= ~(1 &<< UInt64(truncatingIfNeeded: bit)) }
            rest &= rest &- 1
        }
        return bits
    }

    /// The first strategy of the tiers that were not looked into, because nobody there can bid enough, or because the
    /// caller asked no further; the count of strategies where all were.
    var firstUnreached: Int {
        tier < tables.tiers.count ? Int(tables.tiers[tier].firstStrategy) : tables.strategies
    }

    /// Strategies that match by rows and postings and were not looked at, for the same reasons, of the tiers before.
    var unseenCount: Int { unseen }
}
