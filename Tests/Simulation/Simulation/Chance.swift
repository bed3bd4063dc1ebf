internal import Units

/// Everything that is left to chance in one run, drawn from one seed in one order.
struct Chance {
    private var generator: SplitMix64

    init(_ seed: UInt64) { generator = SplitMix64(seed: Mix.scramble(seed &+ 0x5349_4D55)) }

    mutating func word() -> UInt64 { generator.next() }

    /// A whole number from 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: generator.next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// Whether something that happens so many times in a thousand happens.
    mutating func happens(perMille: Int) -> Bool { below(1000) < perMille }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// One of the indices, each as likely as its weight; the weights are not all 0.
    mutating func index(weights: [Int]) -> Int {
        var rest = below(weights.reduce(0, +))
        for index in weights.indices {
            rest -= weights[index]
            if rest < 0 { return index }
        }
        return weights.count - 1
    }
}
