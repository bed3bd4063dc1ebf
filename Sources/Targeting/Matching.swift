internal import OpenRTB

/// The state of a ``TargetingMatcher``: a value, so that each of its calls is one access to the object that holds it.
struct Matching {
    private(set) var tables: TargetingIndex.Tables
    private(set) var leaves: [Leaf] = []
    var scratch: MatchScratch
    var key = ValueKey()
    /// For the evaluator, where the index has leaves for it.
    private(set) var imp = Imp()

    /// Where the facts and streams of the request end and those of the impression begin.
    private var requestMarks = MatchScratch.Marks()

    // Of the iteration.
    /// The block to come.
    private var block = 0
    /// First slot of the word at hand, and its candidates to come.
    private var base = 0
    private var word: UInt64 = 0
    /// Words of the block behind the one at hand.
    private var wordsLeft = 0
    /// The strategy returned last.
    private var last = UInt32.max

    init(_ tables: TargetingIndex.Tables, _ buried: Slab<UInt32>) {
        self.tables = tables
        scratch = MatchScratch(for: tables, buried)
    }

    func free() {
        scratch.free()
        key.free()
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
        stateRequest(request, context)
        requestMarks = scratch.marks
        block = tables.blocks
        word = 0
        wordsLeft = 0
    }

    mutating func start(_ imp: Imp, of request: borrowing BidRequest) {
        scratch.forgetFacts(downTo: requestMarks)
        if tables.hasLeaves { self.imp = imp }
        stateImpression(imp, of: request)
        scratch.rewind(tables)
        block = 0
        word = 0
        wordsLeft = 0
        last = .max
    }

    mutating func next(
        _ request: borrowing BidRequest, _ context: borrowing TargetingContext, worth least: Int64
    ) -> Int? {
        while true {
            while word != 0 {
                let slot = tables.slots[base &+ word.trailingZeroBitCount]
                word &= word &- 1
                // The slots of a strategy are neighbours: one that holds is enough.
                if slot.strategy == last { continue }
                if slot.residual != 0, !holds(Int(slot.residual), request, context) { continue }
                last = slot.strategy
                return Int(slot.strategy)
            }
            guard advance(worth: least) else { return nil }
        }
    }

    /// Strategies that were not looked at, because none of them can bid enough.
    var unreached: Int {
        block < tables.blocks ? tables.strategies - Int(tables.slots[block * 512].strategy) : 0
    }

    /// Goes to the next word with candidates, through as many blocks as it takes.
    private mutating func advance(worth least: Int64) -> Bool {
        while true {
            while wordsLeft > 0 {
                let index = Slab<UInt64>.wordsPerBlock &- wordsLeft
                wordsLeft &-= 1
                word = scratch.candidates[index]
                base = (block &- 1) &* 512 &+ index &* 64
                if word != 0 { return true }
            }
            repeat {
                guard block < tables.blocks, tables.bounds[block] >= least else { return false }
                block &+= 1
            } while !scratch.findCandidates(in: block &- 1, tables)
            wordsLeft = Slab<UInt64>.wordsPerBlock
        }
    }
}
