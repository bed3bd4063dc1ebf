internal import Units

#if canImport(Glibc)
internal import Glibc
#endif

/// The questions that traffic asks of chance.
extension SplitMix64 {
    /// A whole number from 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A whole number of the range, each as likely.
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// A number from 0 up to, not including, 1.
    mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Whether something of this probability happens; 0 never does, 1 always.
    mutating func happens(_ probability: Double) -> Bool {
        unit() < probability
    }

    /// One of the elements, each as likely.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// A draw from the exponential distribution of mean 1.
    mutating func exponential() -> Double {
        -log(1 - unit())
    }

    /// A draw from the standard normal distribution (Box and Muller's method, its first half).
    mutating func normal() -> Double {
        (2 * exponential()).squareRoot() * cos(2 * Double.pi * unit())
    }
}
