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
    /// The block to come.
    private var block = 0
    /// Slots found in the block at hand, and how many of them were looked at.
    private var found = 0
    private var seen = 0
    /// The strategy returned last.
    private var last = UInt32.max

    init(_ tables: TargetingIndex.Tables, _ buried: Slab<UInt32>) {
        self.tables = tables
        scratch = MatchScratch(for: tables, buried)
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
        block = tables.blocks
        found = 0
        seen = 0
    }

    mutating func start(_ imp: Imp, of request: borrowing BidRequest) {
        scratch.forgetFacts(downTo: requestMarks)
        if tables.hasLeaves { self.imp = imp }
        key.rewind()
        stateImpression(imp, of: request)
        resolve()
        scratch.rewind(tables)
        block = 0
        found = 0
        seen = 0
        last = .max
    }

    mutating func next(
        _ request: borrowing BidRequest, _ context: borrowing TargetingContext, worth least: Int64
    ) -> Int? {
        while true {
            while seen < found {
                let slot = scratch.found[seen]
                // Left unseen: a search for less goes on here.
                if slot.strategy != last, tables.bounds[Int(slot.strategy)] < least { return nil }
                seen &+= 1
                // The slots of a strategy are neighbours: one that holds is enough.
                if slot.strategy == last { continue }
                if slot.residual != 0, !holds(Int(slot.residual), request, context) { continue }
                last = slot.strategy
                return Int(slot.strategy)
            }
            seen = 0
            repeat {
                guard block < tables.blocks, tables.bound(of: block) >= least else {
                    found = 0
                    return nil
                }
                found = scratch.findSlots(of: block, tables)
                block &+= 1
            } while found == 0
        }
    }

    /// The first strategy that was not looked at, because it and all behind it cannot bid enough, or because the caller
    /// asked no further; the count of strategies where all were.
    var firstUnreached: Int {
        guard seen < found || block < tables.blocks else { return tables.strategies }
        let next = seen < found ? scratch.found[seen].strategy : tables.slots.firstStrategy(of: block)
        return Int(next == last ? next + 1 : next)
    }
}
