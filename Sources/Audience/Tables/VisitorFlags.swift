/// What is known of a visitor besides its profile.
package struct VisitorFlags: OptionSet, BitwiseCopyable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Asked us to leave it alone.
    package static let optedOut = VisitorFlags(rawValue: 1)
    /// An address, not a person.
    package static let household = VisitorFlags(rawValue: 2)
    /// An address of more visitors than a household has.
    package static let shared = VisitorFlags(rawValue: 4)
}

/// Bounds of the tables, each with its reason.
package enum TableLimits {
    /// Of one visitor. A bid reads all of them; beyond that the ones that end first are dropped, and counted.
    package static let membershipsMax = 512
    /// Of one visitor. Beyond that those that end first are dropped, and counted.
    package static let countersMax = 256
    /// Bytes of a snapshot's block: what a damaged length can make a loader wait for.
    package static let blockBytesMax = 1 << 22
}
