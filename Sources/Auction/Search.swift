internal import BidKit
internal import Targeting

/// Brings the strategies of a snapshot whose targeting accepts an impression, the best paying first, as long as anybody
/// wants to hear of them.
///
/// One for each event loop. The snapshot's parts come one after the other: the fresh, whom no index holds, then the tail,
/// then the base.
final class Search {
    private let tail = TargetingMatcher()
    private let base = TargetingMatcher()
    /// Fresh strategies that were looked at.
    private var freshSeen = 0
    /// Strategies of the tail and the base that are left, as far as they were listed.
    private var listed: [UInt32] = []
    private var listedSeen = 0
    /// How many of them are of the tail, which come first.
    private var listedOfTail = 0
    /// Corrections of bounds that were reckoned by older rates, in millionths.
    private var tailGain: Int64 = 1_000_000
    private var baseGain: Int64 = 1_000_000
    /// The snapshot that they are of.
    private var sequence: UInt64 = .max

    /// Looks up what the request states; once a request.
    func begin(_ snapshot: Snapshot, _ request: borrowing BidRequest, _ context: borrowing TargetingContext) {
        if snapshot.sequence != sequence {
            sequence = snapshot.sequence
            tailGain = snapshot.rates.gain(since: snapshot.tail.rates)
            baseGain = snapshot.rates.gain(since: snapshot.base.rates)
        }
        // An empty index has nothing to look up, but its matcher must let go of the one before.
        tail.begin(snapshot.tail.index, without: snapshot.goneFromTail, request, context)
        base.begin(snapshot.base.index, without: snapshot.goneFromBase, request, context)
    }

    /// Starts over with an impression of that request.
    func start(_ imp: Imp, of request: borrowing BidRequest, _ context: borrowing TargetingContext) {
        freshSeen = 0
        if !listed.isEmpty { listed.removeAll(keepingCapacity: true) }
        listedSeen = 0
        tail.start(imp, of: request, context)
        base.start(imp, of: request, context)
    }

    /// The next strategy.
    ///
    /// - Parameter least: what a strategy must be able to bid to be worth asking, in micros of a US dollar. A later call
    ///   with less brings those who were passed over; `.min` brings everybody, in whatever order, and then no
    ///   other may follow.
    /// - Returns: its number in the snapshot; nil where nobody is left who is worth it.
    func next(
        _ snapshot: Snapshot, _ imp: Imp, _ request: borrowing BidRequest, _ context: borrowing TargetingContext,
        worth least: Int64
    ) -> Int? {
        let indexed = snapshot.base.strategies.count &+ snapshot.tail.strategies.count
        while freshSeen < snapshot.fresh.count {
            let number = freshSeen
            freshSeen &+= 1
            if Evaluator.matches(snapshot.fresh[number].targeting, imp, of: request, context) {
                return indexed &+ number
            }
        }
        if least == .min { return nextOfAll(snapshot, request, context) }
        if let number = tail.next(request, context, worth: Self.before(tailGain, least)) {
            return snapshot.base.strategies.count &+ number
        }
        return base.next(request, context, worth: Self.before(baseGain, least))
    }

    /// The next one of the tail and the base, which are listed the first time: who wants to hear of all need not have them
    /// in order.
    private func nextOfAll(
        _ snapshot: Snapshot, _ request: borrowing BidRequest, _ context: borrowing TargetingContext
    ) -> Int? {
        if listedSeen == listed.count {
            listed.removeAll(keepingCapacity: true)
            listedSeen = 0
            tail.list(request, context, into: &listed)
            listedOfTail = listed.count
            base.list(request, context, into: &listed)
        }
        guard listedSeen < listed.count else { return nil }
        let number = Int(listed[listedSeen])
        listedSeen += 1
        return listedSeen <= listedOfTail ? snapshot.base.strategies.count + number : number
    }

    /// Strategies that may bid and were not looked at, because they cannot bid enough or nobody asked any further.
    func unreached(_ snapshot: Snapshot) -> Int {
        snapshot.count(fromBase: base.firstUnreached, fromTail: tail.firstUnreached) &+ base.unseen &+ tail.unseen
    }

    /// What a bound must have been by older rates to come to `least` by these.
    private static func before(_ gain: Int64, _ least: Int64) -> Int64 {
        if gain == 1_000_000 || least <= 0 || least == .max { return least }
        let product = UInt64(least).multipliedFullWidth(by: 1_000_000)
        // The gain is above a million, so the quotient fits.
        return Int64(UInt64(gain).dividingFullWidth(product).quotient)
    }
}
