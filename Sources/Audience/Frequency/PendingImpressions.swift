package import Events
internal import Synchronization
package import Units

/// Impressions that were bid for and are not counted yet, for all event loops together: what keeps auctions held at the
/// same moment from passing a cap.
///
/// A reservation is one of the entries of a *row*, which the visitor and the cap choose. An entry is a word:
///
///     63       24 23         8 7      0
///     [ tag 40   ] [ minute 16 ] [ count ]      zero: free
///
/// Reservations of one minute share an entry, and nothing but the word itself says that it is over, so nobody clears up.
/// Whoever reserves looks at all entries afterwards: of two who reserve at once each sees the other, so perhaps both step
/// back, but never both go on. A row that is full takes no reservation: then there is no bid. Whatever goes wrong, a tag
/// shared by chance among it, counts too many, never too few.
package final class PendingImpressions: @unchecked Sendable {
    // Unchecked because of the memory. Invariant: it is committed whole before anybody sees this object, and never touched
    // but through `words`.
    private let words: AtomicWords
    private let memory: ReservedMemory
    private let rows: Int
    private let strangers = Atomic<Bool>(true)
    private let full = Atomic<UInt64>(0)

    /// Two cache lines.
    static let entriesPerRow = 16
    /// How long an impression is waited for, in minutes, as its budget is.
    package static let lifetimeMinutes: Int64 = 5
    private static let countMax: UInt64 = 255

    /// - Parameter rows: a power of two. The default holds a million reservations with one row in a million full, and
    ///   takes at most 32 MiB, as far as it is used.
    init(rows: Int = 1 << 18) {
        precondition(rows > 0 && rows & (rows - 1) == 0)
        let bytes = rows * Self.entriesPerRow * 8
        guard let memory = ReservedMemory(bytes, largePages: false), memory.commit(bytes) else {
            preconditionFailure("no memory for \(bytes) bytes of pending impressions")
        }
        self.memory = memory
        self.rows = rows
        words = memory.words
    }

    /// Whether there is room to count for visitors who are unknown so far; told by the tables' writer.
    package var takesStrangers: Bool {
        get { strangers.load(ordering: .relaxed) }
        set { strangers.store(newValue, ordering: .relaxed) }
    }

    /// Reservations refused because their row was full.
    package var fullCount: UInt64 { full.load(ordering: .relaxed) }

    /// Reserves an impression.
    ///
    /// - Parameters:
    ///   - visitor: the pseudonym of the visitor or the household.
    ///   - instant: of the bid.
    /// - Returns: how many are reserved, this one included; nil where there is no room for it.
    /// - Complexity: O(1), one or two reads of memory that is in no cache. Allocates nothing.
    package func reserve(_ visitor: IdentityKey, _ counter: CappedCounter, at instant: Instant) -> Int? {
        let place = Place(visitor, counter, rows)
        let minute = Self.minute(instant)
        // Each failure is somebody else's success in the same row.
        for _ in 0..<64 {
            guard let index = entry(place, minute) else { break }
            let word = words.loadOrdered(index)
            let isSame = word >> 8 == place.tag << 16 | minute
            guard isSame ? word & 0xFF < Self.countMax : !Self.isLive(word, at: minute) else { continue }
            let next = isSame ? word + 1 : place.tag << 24 | minute << 8 | 1
            if words.exchange(word, for: next, index) { return count(place, minute) }
        }
        full.add(1, ordering: .relaxed)
        return nil
    }

    /// How many impressions are reserved.
    package func count(_ visitor: IdentityKey, _ counter: CappedCounter, at instant: Instant) -> Int {
        count(Place(visitor, counter, rows), Self.minute(instant))
    }

    /// Ends a reservation: the impression was counted, or will not come. One that is over already changes nothing.
    ///
    /// - Parameter instant: of the bid, as it was reserved.
    package func release(_ visitor: IdentityKey, _ counter: CappedCounter, at instant: Instant) {
        let place = Place(visitor, counter, rows)
        let wanted = place.tag << 16 | Self.minute(instant)
        for index in place.entries {
            var word = words.loadOrdered(index)
            while word >> 8 == wanted, word & 0xFF > 0 {
                if words.exchange(word, for: word & 0xFF == 1 ? 0 : word - 1, index) { return }
                word = words.loadOrdered(index)
            }
        }
    }

    /// Where a reservation of this minute may go: to others of the same minute, else to a free place.
    private func entry(_ place: Place, _ minute: UInt64) -> Int? {
        var free: Int?
        for index in place.entries {
            let word = words.loadOrdered(index)
            if word >> 8 == place.tag << 16 | minute, word & 0xFF < Self.countMax { return index }
            if free == nil, !Self.isLive(word, at: minute) { free = index }
        }
        return free
    }

    private func count(_ place: Place, _ minute: UInt64) -> Int {
        var count = 0
        for index in place.entries {
            let word = words.loadOrdered(index)
            if word >> 24 == place.tag, Self.isLive(word, at: minute) { count += Int(word & 0xFF) }
        }
        return count
    }

    /// Minutes are compared modulo 65,536; a clock put back by some minutes ends nothing.
    private static func isLive(_ word: UInt64, at minute: UInt64) -> Bool {
        guard word & 0xFF > 0 else { return false }
        let age = Int16(truncatingIfNeeded: Int(minute) - Int(word >> 8 & 0xFFFF))
        return age <= lifetimeMinutes && age >= -60
    }

    private static func minute(_ instant: Instant) -> UInt64 {
        UInt64(truncatingIfNeeded: instant.micros / 60_000_000) & 0xFFFF
    }

    /// Where the reservations of a visitor and a cap are.
    private struct Place {
        /// Never zero.
        let tag: UInt64
        let entries: Range<Int>

        init(_ visitor: IdentityKey, _ counter: CappedCounter, _ rows: Int) {
            let hash = Mix.scramble(visitor.high ^ Mix.scramble(visitor.low ^ Mix.scramble(counter.rawValue)))
            let first = Int(truncatingIfNeeded: hash & UInt64(rows - 1)) * PendingImpressions.entriesPerRow
            entries = first..<first + PendingImpressions.entriesPerRow
            tag = hash >> 24 | 1
        }
    }
}
