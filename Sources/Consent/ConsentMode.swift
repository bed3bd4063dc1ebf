/// What the visitor's signals allow us to do with a request, from most to least.
package enum ConsentMode: UInt8, CaseIterable, BitwiseCopyable, Comparable, Sendable {
    /// Nothing personal, not even a bid.
    case none = 0
    /// No identifier is read or stored; the page, the content, a coarse place and the time remain.
    case contextual = 1
    /// Identifiers for capping and measurement only.
    case limited = 2
    /// Identifiers and profiles.
    case full = 3

    package static func < (lhs: ConsentMode, rhs: ConsentMode) -> Bool { lhs.rawValue < rhs.rawValue }

    package var label: String { "\(self)" }
}
