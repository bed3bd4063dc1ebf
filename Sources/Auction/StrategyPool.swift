internal import BidKit
internal import Targeting
internal import Units

/// Strategies that were compiled together, in the order in which the index of their targeting numbers them.
///
/// Immutable. What changes afterwards is told apart: ``Tombstones`` for what went, another pool for what came.
final class StrategyPool: Sendable {
    let strategies: [Strategy]
    let index: TargetingIndex
    /// By which the bounds were reckoned.
    let rates: CurrencyRates
    /// Of its strategies, each once.
    let currencies: [Currency]
    /// Numbers of the strategies, by ascending lot: ids lie all over the memory, and comparing them would wait for it.
    private let byLot: [(lot: UInt64, number: UInt32)]

    static let empty = StrategyPool([], CurrencyRates())

    /// - Complexity: some microseconds a strategy.
    init(_ strategies: [Strategy], _ rates: CurrencyRates) {
        let ordered = strategies.map { (bound: Self.bound(of: $0, rates), lot: $0.lot, strategy: $0) }.sorted {
            $0.bound != $1.bound ? $0.bound > $1.bound : $0.lot < $1.lot
        }
        let index = TargetingIndex(ordered.map(\.strategy.targeting), bounds: ordered.map(\.bound))
        let numbered = index.order.map { ordered[Int($0)].strategy }
        self.index = index
        self.strategies = numbered
        self.rates = rates
        currencies = Array(Set(strategies.map(\.currency)))
        byLot = numbered.enumerated().map { (lot: $1.lot, number: UInt32($0)) }.sorted { $0.lot < $1.lot }
    }

    /// The most that a strategy can bid, in micros of a US dollar, rounded up: the greatest number where it is unknown, or
    /// where more than the price decides.
    static func bound(of strategy: Strategy, _ rates: CurrencyRates) -> Int64 {
        if strategy.isNeverCut { return .max }
        return rates.convert(strategy.cell.maxCPM, from: strategy.currency, to: .usd, rounding: .up)?.micros ?? .max
    }

    /// The number of a strategy; nil where it is not in the pool.
    ///
    /// - Complexity: O(log strategies).
    func position(of strategy: Strategy) -> Int? {
        var low = 0
        var high = byLot.count
        while low < high {
            let middle = (low + high) / 2
            if byLot[middle].lot < strategy.lot { low = middle + 1 } else { high = middle }
        }
        // Two ids may have the same lot.
        while low < byLot.count, byLot[low].lot == strategy.lot {
            if strategies[Int(byLot[low].number)] === strategy { return Int(byLot[low].number) }
            low += 1
        }
        return nil
    }
}

/// Strategies that have gone from a pool since it was made.
struct Gone {
    /// Ascending, as the slots are.
    private(set) var numbers: [Int] = []
    private(set) var slots: [UInt32] = []

    var count: Int { numbers.count }
    var isEmpty: Bool { numbers.isEmpty }

    /// - Complexity: O(log strategies), and moving what comes behind.
    mutating func insert(_ number: Int, of pool: StrategyPool) {
        let place = Self.place(of: number, in: numbers)
        guard place == numbers.count || numbers[place] != number else { return }
        numbers.insert(number, at: place)
        let own = pool.index.slots(of: number)
        guard let first = own.first else { return }
        slots.insert(contentsOf: own, at: Self.place(of: first, in: slots))
    }

    /// How many are at a number or behind it.
    ///
    /// - Complexity: O(log count).
    func count(from number: Int) -> Int { count - Self.place(of: number, in: numbers) }

    /// Where a value stands, or would.
    private static func place<Value: Comparable>(of value: Value, in values: [Value]) -> Int {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
