package import OpenRTB

/// Asks an index who wants an impression: one for each event loop, which owns the memory that matching writes into.
///
///     matcher.begin(index, request, context)
///     for imp in request.imps {
///         matcher.start(imp, of: request, context)
///         while let strategy = matcher.next(request, context, worth: best) { … }
///     }
///
/// Pulling keeps the caller in control: it may stop early, and tiers that it never came to cost nothing.
/// Request and context must be the same from `begin` to the last `next`.
///
/// - Complexity: a look-up for each value that the request states on a dimension that any strategy uses; then, for
///   each tier that is come to, one pass over the summaries of the rows of these values, and over those words of the rows
///   that can have matches; then a check of each candidate whose rows do not say all. Allocates nothing unless the index
///   is new, or more of it matches than ever before.
@safe
package final class TargetingMatcher {
    /// Keeps alive what `matching` looks into.
    private var index = TargetingIndex([])
    private var tombstones = Tombstones.none
    /// Tells them without touching their reference counts.
    private var adopted: (index: ObjectIdentifier, tombstones: ObjectIdentifier)
    // Invariant: points at one value from `init` to `deinit`, which nothing but this object's calls reach. One event
    // loop owns the matcher and no call leads back into it, so that checking each access at run time, which a stored
    // value would cost, could find nothing.
    private let matching: UnsafeMutablePointer<Matching>

    /// - Parameter windowBlocks: blocks of 512 slots that are worked on at once, a multiple of eight. What comes of it is
    ///   the same, and takes a few bytes a slot.
    package init(windowBlocks: Int = 512) {
        precondition(windowBlocks > 0 && windowBlocks.isMultiple(of: 8))
        adopted = (ObjectIdentifier(index), ObjectIdentifier(tombstones))
        unsafe matching = .allocate(capacity: 1)
        unsafe matching.initialize(to: Matching(index.tables, tombstones.slots, windowBlocks: windowBlocks))
    }

    deinit {
        unsafe matching.pointee.free()
        unsafe matching.deinitialize(count: 1)
        unsafe matching.deallocate()
    }

    /// Looks up everything of the request that does not depend on the impression; once a request and index.
    ///
    /// - Parameter tombstones: of that index; their strategies are left out.
    package func begin(
        _ index: TargetingIndex, without tombstones: Tombstones = .none, _ request: borrowing BidRequest,
        _ context: borrowing TargetingContext
    ) {
        if ObjectIdentifier(index) != adopted.index || ObjectIdentifier(tombstones) != adopted.tombstones {
            adopt(index, tombstones)
        }
        unsafe matching.pointee.begin(request, context)
    }

    /// Starts over with an impression of that request.
    package func start(_ imp: Imp, of request: borrowing BidRequest, _ context: borrowing TargetingContext) {
        unsafe matching.pointee.start(imp, of: request)
    }

    /// The next strategy whose targeting accepts the impression; nil at the end, and before any impression.
    ///
    /// - Parameter least: what a strategy must be able to bid to be worth its while, in the unit of the index' bounds.
    ///   Those that are not are left for later: with a smaller `least` the search goes on where it stopped.
    /// - Returns: numbers, each once, those of better tiers (``SlotOrder``) first, and of a tier who can bid more first.
    package func next(
        _ request: borrowing BidRequest, _ context: borrowing TargetingContext, worth least: Int64 = .min
    ) -> Int? {
        unsafe matching.pointee.next(request, context, worth: least)
    }

    /// Appends all strategies whose targeting accepts the impression and that did not come yet, in whatever order.
    package func list(
        _ request: borrowing BidRequest, _ context: borrowing TargetingContext, into list: inout [UInt32]
    ) {
        unsafe matching.pointee.list(request, context, into: &list)
    }

    /// The first strategy of those tiers that were left for later, with all behind it; the index' count where none was.
    package var firstUnreached: Int { unsafe matching.pointee.firstUnreached }

    /// Strategies before that one that were left for later, as far as rows and postings accept them.
    package var unseen: Int { unsafe matching.pointee.unseenCount }

    /// Turns to another index; the one before lives until its last fact is forgotten.
    private func adopt(_ index: TargetingIndex, _ tombstones: Tombstones) {
        let last = tombstones.slots.count > 0 ? Int(tombstones.slots[tombstones.slots.count - 1]) : -1
        precondition(last < index.slots, "tombstones are of this index")
        unsafe matching.pointee.adopt(index.tables, index.leaves, without: tombstones.slots)
        self.index = index
        self.tombstones = tombstones
        adopted = (ObjectIdentifier(index), ObjectIdentifier(tombstones))
    }
}
