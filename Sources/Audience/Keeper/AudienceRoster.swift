/// Which number each audience has: once given, a number never means anything else.
///
/// It is kept as lines of text, `number<TAB>id<TAB>digest`, the last line of an id in force; `-<TAB>id` takes it away.
/// The digest says which rule or list the memberships under the number were made by: where it is another, they have to
/// be made anew. An audience whose list is replaced gets another number, so that the new list takes the old one's place
/// in one step; memberships under a number that no line names any more are dropped by and by.
package struct AudienceRoster: Sendable {
    package struct Entry: Equatable, Sendable {
        package let number: AudienceNumber
        /// What the memberships under it were made by; empty for nothing yet.
        package var digest: String
    }

    package private(set) var entries: [String: Entry] = [:]
    private var next: UInt32 = 1

    package init() {}

    /// - Parameter text: what ``line(_:)`` and ``removal(of:)`` wrote, in order; a line cut short at the end is none.
    /// - Returns: nil for a text that neither wrote.
    package init?(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // What stands behind the last line's end was cut short by a crash.
        lines = lines.dropLast()
        for line in lines {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2, parts[0] == "-" {
                entries[parts[1]] = nil
            } else if parts.count == 3, let number = UInt32(parts[0]), number > 0, number < 1 << 24 {
                entries[parts[1]] = Entry(number: AudienceNumber(number), digest: parts[2])
                next = max(next, number + 1)
            } else {
                return nil
            }
        }
    }

    /// A number that nobody had.
    ///
    /// - Returns: nil when all sixteen million are gone.
    package mutating func takeNumber() -> AudienceNumber? {
        guard next < 1 << 24 else { return nil }
        defer { next += 1 }
        return AudienceNumber(next)
    }

    package mutating func set(_ id: String, _ entry: Entry) { entries[id] = entry }
    package mutating func remove(_ id: String) { entries[id] = nil }

    package func line(_ id: String) -> String? {
        entries[id].map { "\($0.number.rawValue)\t\(id)\t\($0.digest)\n" }
    }

    package static func removal(of id: String) -> String { "-\t\(id)\n" }
}
