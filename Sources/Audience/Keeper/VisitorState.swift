internal import Events

/// What the keeper alone needs of a visitor; what bids need of it stands in the tables.
struct VisitorState {
    var history = VisitorHistory()
    /// Of the ids of the acts taken last, the lower half: a repeat of any is none.
    private(set) var seen: [UInt64] = []
    /// When an audience of it has to be looked at again, in milliseconds; each once.
    var due: [(audience: UInt32, millis: Int64)] = []
    /// Numbers of visitors that were found to be this one: their part of the log has keys of its own.
    var former: [VisitorNumber] = []
    /// Of a household: whom it was seen with; of anybody else: in which households it was seen.
    var members: [VisitorNumber] = []

    /// Notes a household; that of longest ago goes for one too many.
    mutating func meet(_ visitor: VisitorNumber) {
        if members.last == visitor { return }
        members.removeAll { $0 == visitor }
        if members.count == Self.membersMax { members.removeFirst() }
        members.append(visitor)
    }

    /// Of a household more are told apart than it may have; of a visitor these are the addresses of late.
    private static let membersMax = 128

    /// More than a history holds: what is older than all of them is not kept anyway.
    static let seenMax = 1024

    func hasSeen(_ id: IdentityKey) -> Bool { seen.contains(id.low) }

    mutating func see(_ id: IdentityKey) {
        if seen.count == Self.seenMax { seen.removeFirst() }
        seen.append(id.low)
    }

    /// - Parameter ids: as ``seen`` had them.
    mutating func see(_ ids: [UInt64]) { seen = (ids + seen).suffix(Self.seenMax) }

    /// Remembers the next look at an audience.
    ///
    /// - Returns: whether nothing earlier was planned.
    mutating func plan(_ audience: UInt32, at millis: Int64) -> Bool {
        guard let index = due.firstIndex(where: { $0.audience == audience }) else {
            due.append((audience, millis))
            return true
        }
        guard millis < due[index].millis else { return false }
        due[index].millis = millis
        return true
    }

    /// Forgets the look that has fallen due; false where another is planned instead.
    mutating func takeDue(_ audience: UInt32, at millis: Int64) -> Bool {
        guard let index = due.firstIndex(where: { $0.audience == audience }), due[index].millis <= millis else {
            return false
        }
        due.swapAt(index, due.count - 1)
        due.removeLast()
        return true
    }
}
