/// What a frequency cap counts: whose impressions, within what time, and for a visitor or for a household.
///
///     63      32 31          30                 0
///     [ counter ] [ household ] [ window's seconds ]
package struct CappedCounter: Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - counter: stands for whose impressions they are.
    ///   - windowSeconds: below 2^31.
    package init(counter: UInt32, windowSeconds: UInt32, isHousehold: Bool) {
        rawValue = UInt64(counter) << 32 | (isHousehold ? 1 << 31 : 0) | UInt64(windowSeconds & 0x7FFF_FFFF)
    }

    package var counter: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
    package var windowSeconds: UInt32 { UInt32(truncatingIfNeeded: rawValue & 0x7FFF_FFFF) }
    package var isHousehold: Bool { rawValue >> 31 & 1 == 1 }

    /// Of one impression: four caps each of its strategy, its creative and its advertiser.
    package static let countMax = 12
}
