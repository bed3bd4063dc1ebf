internal import Units

/// A ranking drawn from in proportion to weights: a few members are met often, most hardly ever.
struct Popularity: Sendable {
    /// Sums of the weights up to and including each rank, in parts of 2^64: ascending, the last one all ones.
    private let bounds: [UInt64]

    /// Zipf's law with exponent 1, flattened at the top as Mandelbrot did: rank `r` weighs `1 / (r + flatness)`.
    ///
    /// The larger the flatness, which is above 0, the less the first ranks stand out.
    init(ranks: Int, flatness: Double) {
        self.init(weights: (0..<ranks).map { 1 / (Double($0) + flatness) })
    }

    /// - Parameter weights: not empty, each above 0.
    init(weights: [Double]) {
        precondition(!weights.isEmpty)
        let total = weights.reduce(0, +)
        var sum = 0.0
        var bounds: [UInt64] = []
        bounds.reserveCapacity(weights.count)
        for weight in weights {
            sum += weight
            let share = sum / total
            bounds.append(share < 1 ? UInt64(share * 0x1p64) : .max)
        }
        bounds[bounds.count - 1] = .max
        self.bounds = bounds
    }

    /// A rank, 0 the most popular one.
    ///
    /// - Complexity: O(log ranks). Allocates nothing.
    func draw(_ chance: inout SplitMix64) -> Int {
        let point = chance.next()
        var low = 0
        var high = bounds.count - 1
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < point { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
