/// What the log records.
package enum EventKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case bid = 1
    case win = 2
    case billing = 3
    case loss = 4
    case impression = 5
    case click = 6
    case conversion = 7

    /// The word in every export and in `kind`.
    package var label: String { "\(self)" }

    /// The word in commands and URLs: `wins`, `losses`.
    package var plural: String { self == .loss ? "losses" : label + "s" }

    /// How long after the bid a notice of this kind is taken, in seconds.
    ///
    /// A day for what the exchange sends, 30 days for what the visitor does.
    package var windowSeconds: Int64 {
        switch self {
        case .click, .conversion: 30 * 86_400
        default: 86_400
        }
    }
}
