internal import Audience
internal import BidKit
internal import Documents
package import IPSignals
package import Targeting
package import Units
package import Vetting

/// Everything configurable, compiled and immutable: what one revision of the registry means for a bid.
///
/// Made by the control side, posted to each event loop, never changed; a decision is a function of one snapshot. How its
/// strategies are laid out, in a large pool, a small one and a handful that no index holds yet, changes how long a
/// decision takes, and which reason is counted for some who make no bid, and nothing else.
package final class Snapshot: Sendable {
    package let revision: UInt64
    /// Grows with every snapshot of a builder: a later one may have the same revision, laid out anew.
    package let sequence: UInt64
    /// Sorted by id.
    package let exchanges: [Exchange]
    package let rates: CurrencyRates
    package let vetting: Vetting
    /// How targeting spells the audiences there are.
    package let audienceNames: AudienceNames
    package let ipSignals: IPSignals
    /// Frequency caps of advertisers, by ``Strategy/owner``.
    let advertiserCaps: [[ImpressionCap]]
    /// Strategies that cannot run, and why: for the operator.
    package let faults: [String]
    /// Strategies that may bid.
    package let count: Int
    let base: StrategyPool
    let tail: StrategyPool
    let fresh: [Strategy]
    /// Registered, but paused.
    let paused: [Strategy]
    let goneFromBase: Tombstones
    let goneFromTail: Tombstones
    private let gone: (base: Gone, tail: Gone)
    private let advertisers: Set<String>

    /// The parts of a snapshot, as its builder keeps them.
    struct Parts {
        var revision: UInt64 = 0
        var sequence: UInt64 = 0
        var exchanges: [Exchange] = []
        var rates = CurrencyRates()
        var vetting = Vetting.builtIn
        var audienceNames = AudienceNames.none
        var ipSignals = IPSignals.none
        var advertiserCaps: [[ImpressionCap]] = []
        var faults: [String] = []
        var base = StrategyPool.empty
        var tail = StrategyPool.empty
        var fresh: [Strategy] = []
        var paused: [Strategy] = []
        var goneFromBase = Gone()
        var goneFromTail = Gone()
        var advertisers: Set<String> = []
    }

    init(_ parts: Parts) {
        revision = parts.revision
        sequence = parts.sequence
        exchanges = parts.exchanges
        rates = parts.rates
        vetting = parts.vetting
        audienceNames = parts.audienceNames
        ipSignals = parts.ipSignals
        advertiserCaps = parts.advertiserCaps
        faults = parts.faults
        base = parts.base
        tail = parts.tail
        fresh = parts.fresh
        paused = parts.paused
        gone = (parts.goneFromBase, parts.goneFromTail)
        goneFromBase = gone.base.isEmpty ? .none : Tombstones(slots: gone.base.slots)
        goneFromTail = gone.tail.isEmpty ? .none : Tombstones(slots: gone.tail.slots)
        advertisers = parts.advertisers
        count = base.strategies.count - gone.base.count + tail.strategies.count - gone.tail.count + fresh.count
    }

    /// Nothing registered.
    package static let empty = Snapshot(Parts())

    /// The strategy of a number: those of the base first, then those of the tail, then the fresh.
    @inline(__always)
    func strategy(_ number: Int) -> Strategy {
        if number < base.strategies.count { return base.strategies[number] }
        let rest = number &- base.strategies.count
        return rest < tail.strategies.count ? tail.strategies[rest] : fresh[rest &- tail.strategies.count]
    }

    /// How many strategies of the base and of the tail may bid, from a place in each on.
    ///
    /// - Complexity: O(log gone).
    func count(fromBase first: Int, fromTail tailFirst: Int) -> Int {
        base.strategies.count - first - gone.base.count(from: first)
            + tail.strategies.count - tailFirst - gone.tail.count(from: tailFirst)
    }

    /// Numbers of the strategies that may bid.
    ///
    /// - Complexity: O(strategies).
    var numbers: [Int] {
        let gone = Set(gone.base.numbers).union(gone.tail.numbers.map { $0 + base.strategies.count })
        let end = base.strategies.count + tail.strategies.count + fresh.count
        return (0..<end).filter { !gone.contains($0) }
    }

    /// The first strategy that may bid and is wanted.
    ///
    /// - Complexity: O(strategies before it). Allocates nothing.
    func first(where isWanted: (Strategy) -> Bool) -> Strategy? {
        Self.first(of: base.strategies, without: gone.base.numbers, isWanted)
            ?? Self.first(of: tail.strategies, without: gone.tail.numbers, isWanted) ?? fresh.first(where: isWanted)
    }

    /// - Parameter gone: numbers, ascending.
    private static func first(
        of strategies: [Strategy], without gone: [Int], _ isWanted: (Strategy) -> Bool
    ) -> Strategy? {
        var buried = 0
        for number in strategies.indices {
            if buried < gone.count, gone[buried] == number {
                buried += 1
            } else if isWanted(strategies[number]) {
                return strategies[number]
            }
        }
        return nil
    }

    /// All strategies that can run, paused ones too, by id.
    ///
    /// - Complexity: O(strategies log strategies): for tests and the operator.
    package var strategies: [Strategy] {
        (numbers.map { strategy($0) } + paused).sorted { $0.id.lexicographicallyPrecedes($1.id) }
    }

    /// Whether any strategy bids in this currency.
    ///
    /// - Complexity: O(currencies + fresh strategies), of which there are few.
    func bids(in currency: Currency) -> Bool {
        for other in base.currencies where other == currency { return true }
        for other in tail.currencies where other == currency { return true }
        for strategy in fresh where strategy.currency == currency { return true }
        return false
    }

    /// The exchange with this id.
    ///
    /// - Complexity: O(exchanges), of which there are few.
    package func exchange(_ id: UnsafeRawBufferPointer) -> Int? {
        for index in exchanges.indices where unsafe exchanges[index].hasID(id) { return index }
        return nil
    }

    /// The same by a text.
    package func exchange(named id: String) -> Int? {
        var id = id
        return id.withUTF8 { unsafe exchange(UnsafeRawBufferPointer($0)) }
    }

    package func hasAdvertiser(_ id: String) -> Bool { advertisers.contains(id) }
}
