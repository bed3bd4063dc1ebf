/// That a visitor belongs to an audience until an instant.
///
///     63        40 39                                    0
///     [ audience ] [ milliseconds since 2020, all ones: never ends ]
package struct Membership: Hashable, BitwiseCopyable, Sendable {
    let word: UInt64

    init(word: UInt64) { self.word = word }

    /// - Parameters:
    ///   - audience: below 2^24.
    ///   - untilMillis: the first millisecond since 1970 at which it is over; `.max` for never. Instants after 2054 count
    ///     as never, those before 2020 as 2020.
    /// - Returns: nil where the audience has no such number.
    package init?(_ audience: AudienceNumber, untilMillis: Int64) {
        guard audience.rawValue < 1 << 24 else { return nil }
        word = UInt64(audience.rawValue) << 40 | Self.expiry(untilMillis)
    }

    package var audience: AudienceNumber { AudienceNumber(UInt32(truncatingIfNeeded: word >> 40)) }

    package var untilMillis: Int64 {
        let expiry = word & Self.never
        return expiry == Self.never ? .max : Int64(expiry) + Self.epochMillis
    }

    /// Whether it never held: it ended before 2020.
    var isOver: Bool { word & Self.never == 0 }

    /// Whether it holds at an instant, given by ``expiry(_:)``.
    @inline(__always)
    func holds(at instant: UInt64) -> Bool { word & Self.never > instant }

    /// An instant as it is compared with memberships; one beyond 2054 is the last before never.
    @inline(__always)
    static func instant(_ millis: Int64) -> UInt64 { min(expiry(millis), never - 1) }

    private static func expiry(_ millis: Int64) -> UInt64 {
        if millis <= epochMillis { return 0 }
        return min(UInt64(millis - epochMillis), never)
    }

    private static let never: UInt64 = 1 << 40 - 1
    /// 2020-01-01T00:00:00Z.
    private static let epochMillis: Int64 = 1_577_836_800_000
}

/// The memberships of one visitor at one instant, copied out of the tables.
///
/// Kept by a loop and filled anew for each request; allocates nothing after it was made.
@safe
package struct MembershipList: ~Copyable {
    // Invariant: `base` holds room for `TableLimits.membershipsMax` words, the first `count` of them written.
    private let base: UnsafeMutablePointer<UInt64>
    package private(set) var count = 0

    package init() { unsafe base = .allocate(capacity: TableLimits.membershipsMax) }

    deinit { unsafe base.deallocate() }

    package var isEmpty: Bool { count == 0 }

    package subscript(index: Int) -> Membership {
        precondition(index >= 0 && index < count)
        return unsafe Membership(word: base[index])
    }

    /// Whether the visitor belongs to an audience.
    ///
    /// - Complexity: O(count).
    package func contains(_ audience: AudienceNumber) -> Bool {
        for index in 0..<count where unsafe base[index] >> 40 == UInt64(audience.rawValue) { return true }
        return false
    }

    package mutating func clear() { count = 0 }

    @inline(__always)
    mutating func append(_ word: UInt64) {
        guard count < TableLimits.membershipsMax else { return }
        unsafe base[count] = word
        count += 1
    }
}
