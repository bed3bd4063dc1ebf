/// What decides chance in one auction: 128 bits, drawn once and recorded with the decision.
///
/// The same seed gives the same bid ids, the same tie-breaks and the same creative rotation.
@frozen
public struct Seed: BitwiseCopyable, Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A number for one question within the auction; different questions give independent numbers.
    @inlinable
    public func number(_ question: UInt64) -> UInt64 {
        Mix.scramble(high ^ Mix.scramble(low &+ question &* 0x9E37_79B9_7F4A_7C15))
    }
}

/// A stream of seeds from one root seed: each event loop owns one.
@frozen
public struct SeedGenerator: Sendable {
    @usableFromInline var root: Seed
    @usableFromInline var count: UInt64 = 0

    /// - Parameter stream: keeps loops that share a root apart.
    public init(root: Seed, stream: UInt64) {
        self.root = Seed(high: root.high ^ Mix.scramble(stream &+ 1), low: root.low)
    }

    @inlinable
    public mutating func next() -> Seed {
        count &+= 1
        let high = root.number(count)
        return Seed(high: high, low: Mix.scramble(high ^ root.low &+ count))
    }
}

/// A repeatable generator for everything that is drawn in bulk: traffic, simulations, tests.
///
/// SplitMix64 (Steele, Lea and Flood, 2014): fast, one word of state, not for secrets.
@frozen
public struct SplitMix64: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    @inlinable
    public init(seed: UInt64) { state = seed }

    @inlinable
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Mix.scramble(state)
    }
}

/// The finaliser of SplitMix64: every input bit reaches every output bit.
@frozen
public enum Mix {
    @inlinable
    public static func scramble(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
