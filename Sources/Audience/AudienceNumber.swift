/// An audience's place in the tables of this service, below 2^24.
package struct AudienceNumber: Hashable, Comparable, BitwiseCopyable, Sendable {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static func < (lhs: AudienceNumber, rhs: AudienceNumber) -> Bool { lhs.rawValue < rhs.rawValue }
}
