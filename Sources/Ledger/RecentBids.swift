internal import Events
package import Units

/// Ids of the bids whose reservations may still live, by the minute in which they were made.
///
/// Made while the log is read, so that a notice about a bid that is in it can be told from one that the log lost. An id
/// is kept as 64 of its bits: of a million bids two are taken for one once in some ten million starts.
package struct RecentBids: Sendable {
    /// Minutes that are remembered: more than live at a time, so that a clock that jumps finds room too.
    private static let minutesMax = 16

    /// Bids of one minute: open addressing, zero for an empty place.
    private struct Bids: Sendable {
        let minute: Int64
        var places = [UInt64](repeating: 0, count: 64)
        var count = 0
        /// When this was added to last, counted in minutes begun.
        var turn = 0

        mutating func insert(_ key: UInt64) {
            if count * 3 >= places.count * 2 { grow() }
            let place = place(of: key)
            if places[place] == 0 { count += 1 }
            places[place] = key
        }

        func contains(_ key: UInt64) -> Bool { places[place(of: key)] == key }

        /// Where a key is or belongs; there is always an empty place.
        private func place(of key: UInt64) -> Int {
            let mask = places.count - 1
            var place = Int(truncatingIfNeeded: key &* 0x9E37_79B9_7F4A_7C15 >> 20) & mask
            while places[place] != 0, places[place] != key { place = (place + 1) & mask }
            return place
        }

        private mutating func grow() {
            let old = places
            places = [UInt64](repeating: 0, count: old.count * 2)
            for key in old where key != 0 { places[place(of: key)] = key }
        }
    }

    private var minutes: [Bids] = []
    /// The minute at hand.
    private var last = 0
    private var turns = 0

    package init() {}

    /// Remembers a bid.
    ///
    /// - Complexity: O(1).
    package mutating func insert(_ id: BidID, at instant: Instant) {
        let minute = Account.minute(instant)
        if last >= minutes.count || minutes[last].minute != minute { turn(to: minute) }
        minutes[last].insert(Self.key(id))
    }

    /// Finds or makes the place of a minute; what was added to longest ago makes room.
    private mutating func turn(to minute: Int64) {
        turns += 1
        if let known = minutes.firstIndex(where: { $0.minute == minute }) {
            last = known
        } else if minutes.count < Self.minutesMax {
            last = minutes.count
            minutes.append(Bids(minute: minute))
        } else {
            last = minutes.indices.min { minutes[$0].turn < minutes[$1].turn } ?? 0
            minutes[last] = Bids(minute: minute)
        }
        minutes[last].turn = turns
    }

    package func contains(_ id: BidID, at instant: Instant) -> Bool {
        let minute = Account.minute(instant)
        return minutes.contains { $0.minute == minute && $0.contains(Self.key(id)) }
    }

    /// Never zero.
    private static func key(_ id: BidID) -> UInt64 { max(1, id.low ^ id.high &* 0xD6E8_FEB8_6659_FD93) }
}

/// What a checkpoint keeps of the bids.
extension RecentBids {
    /// The minutes in their order, and the bids of each.
    ///
    /// - Parameter name: with which the tables' names begin.
    func tables(_ name: String) -> [StateTable] {
        var turned = StateTable(name + "Minutes", columns: ["minute", "turn", "isLast"])
        var bids = StateTable(name + "Bids", columns: ["place", "key"])
        for (place, minute) in minutes.enumerated() {
            turned.append([minute.minute, Int64(minute.turn), place == last ? 1 : 0])
            for key in minute.places.filter({ $0 != 0 }).sorted() {
                bids.append([Int64(place), Int64(bitPattern: key)])
            }
        }
        return [turned, bids]
    }

    /// - Returns: nil where the tables are not those of some bids.
    init?(_ turned: StateTable, _ bids: StateTable) {
        guard turned.rows <= Self.minutesMax, let minute = turned.column("minute"), let turn = turned.column("turn"),
            let isLast = turned.column("isLast"), let place = bids.column("place"), let key = bids.column("key")
        else { return nil }
        for row in 0..<turned.rows {
            guard let counted = Int(exactly: turned[row, turn]) else { return nil }
            minutes.append(Bids(minute: turned[row, minute]))
            minutes[row].turn = counted
            turns = max(turns, counted)
            if turned[row, isLast] != 0 { last = row }
        }
        for row in 0..<bids.rows {
            guard let index = Int(exactly: bids[row, place]), minutes.indices.contains(index), bids[row, key] != 0
            else {
                return nil
            }
            minutes[index].insert(UInt64(bitPattern: bids[row, key]))
        }
    }
}
