/// Tells which strategies want alike, by a number: on the two dimensions that turn most requests away.
///
/// How many requests a dimension turns away is guessed from the strategies: what many want is what many requests state.
struct WantedAlike {
    /// By number of the value, 1 for the one of its dimension that is wanted most; 0 for values of other dimensions.
    private let ranks: [UInt8]
    private let dimensions: [Dimension]

    /// What a strategy wants of one dimension.
    typealias Want = (dimension: Dimension, values: ArraySlice<UInt32>)

    /// - Parameters:
    ///   - wants: of all strategies.
    ///   - dimensions: by number of the value.
    init(_ wants: some Sequence<Want>, dimensions: [Dimension]) {
        var mentions = [UInt32](repeating: 0, count: dimensions.count)
        var wanting = [Double](repeating: 0, count: Dimension.allCases.count)
        for want in wants {
            wanting[Int(want.dimension.rawValue)] += 1
            for value in want.values { mentions[Int(value)] += 1 }
        }
        var sums = [Double](repeating: 0, count: wanting.count)
        var squares = sums
        for (value, count) in mentions.enumerated() where count > 0 {
            sums[Int(dimensions[value].rawValue)] += Double(count)
            squares[Int(dimensions[value].rawValue)] += Double(count) * Double(count)
        }
        // Of those who want something of the dimension, all but those who want what a request is likely to state.
        func turnedAway(_ dimension: Dimension) -> Double {
            let number = Int(dimension.rawValue)
            return sums[number] == 0 ? 0 : wanting[number] - squares[number] / sums[number]
        }
        let byYield = Dimension.allCases.sorted { turnedAway($0) > turnedAway($1) }
        self.dimensions = byYield.prefix(2).filter { turnedAway($0) > 0 }
        var ranks = [UInt8](repeating: 0, count: dimensions.count)
        for dimension in self.dimensions {
            let values = dimensions.indices.filter { dimensions[$0] == dimension && mentions[$0] > 0 }
            let ordered = values.sorted { (mentions[$0], $1) > (mentions[$1], $0) }
            for (rank, value) in ordered.enumerated() { ranks[value] = UInt8(min(rank + 1, 255)) }
        }
        self.ranks = ranks
    }

    /// The four most wanted values of each of the two dimensions, the most wanted first; 0 where it wants anything.
    func key(_ wants: some Sequence<Want>) -> UInt64 {
        var key: UInt64 = 0
        for want in wants {
            guard let place = dimensions.firstIndex(of: want.dimension) else { continue }
            var least: UInt8 = 0
            for byte in 0..<4 {
                // The next higher rank; there are few values, or their order matters little.
                var next: UInt8 = .max
                var isFound = false
                for value in want.values where ranks[Int(value)] > least && ranks[Int(value)] <= next {
                    next = ranks[Int(value)]
                    isFound = true
                }
                guard isFound else { break }
                key |= UInt64(next) << UInt64((1 - place) * 32 + (3 - byte) * 8)
                least = next
            }
        }
        return key
    }
}
