/// Amounts by quarter of an hour since 1970, of which the newest is at hand.
struct QuarterSums {
    /// The quarter that is added to most, and its amount.
    private var newest: Int64 = .min
    private var amount: Int64 = 0
    private var older: [Int64: Int64] = [:]

    var isEmpty: Bool { amount == 0 && older.isEmpty }

    /// - Complexity: O(1), for the newest quarter without looking anything up.
    mutating func add(_ nanos: Int64, at quarter: Int64) {
        if quarter == newest {
            amount += nanos
        } else if quarter < newest {
            older[quarter, default: 0] += nanos
        } else {
            if amount != 0 { older[newest] = amount }
            newest = quarter
            amount = nanos
        }
    }

    /// Takes an amount out of a quarter, and what that does not hold out of the oldest.
    mutating func subtract(_ nanos: Int64, at quarter: Int64) {
        var rest = nanos - take(nanos, from: quarter)
        while rest > 0, let oldest = older.keys.min() ?? (amount > 0 ? newest : nil) {
            rest -= take(rest, from: oldest)
        }
    }

    private mutating func take(_ nanos: Int64, from quarter: Int64) -> Int64 {
        if quarter == newest {
            let taken = min(nanos, amount)
            amount -= taken
            return taken
        }
        guard let held = older[quarter] else { return 0 }
        let taken = min(nanos, held)
        older[quarter] = held > taken ? held - taken : nil
        return taken
    }

    /// Forgets quarters before this one.
    mutating func prune(before quarter: Int64) {
        if newest < quarter { amount = 0 }
        if older.contains(where: { $0.key < quarter }) { older = older.filter { $0.key >= quarter } }
    }

    /// All from a quarter on.
    func sum(from quarter: Int64 = .min) -> Int64 {
        older.reduce(newest >= quarter ? amount : 0) { $1.key >= quarter ? $0 + $1.value : $0 }
    }
}

/// What a checkpoint keeps of the sums.
extension QuarterSums {
    /// The amounts, that of the newest quarter last.
    var entries: [(quarter: Int64, amount: Int64)] {
        older.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + (newest == .min ? [] : [(newest, amount)])
    }

    /// Takes the entries back, each in the order in which ``entries`` has them.
    mutating func restore(_ quarter: Int64, _ amount: Int64) {
        if newest != .min { older[newest] = self.amount }
        newest = quarter
        self.amount = amount
    }
}
