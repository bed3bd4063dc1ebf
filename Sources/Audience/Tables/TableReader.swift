package import Events
internal import Synchronization

/// What one thread sees of the audience tables: it never waits, and allocates nothing.
///
/// Each call sees every visitor as it was at some instant during the call.
package final class TableReader {
    private let tables: AudienceTables
    private let line: Int

    init(_ tables: AudienceTables) {
        self.tables = tables
        line = tables.epochs.register()
    }

    deinit { tables.epochs.unregister(line) }

    /// Whose an identifier is, merged visitors followed.
    ///
    /// - Complexity: O(1). Two reads of memory that is in no cache.
    package func find(_ key: IdentityKey) -> VisitorNumber? {
        tables.epochs.enter(line)
        defer { tables.epochs.leave(line) }
        let base = unsafe tables.shownIdentities.load(ordering: .acquiring)
        let number = unsafe IdentityView(base).visitor(key)
        return number == 0 ? nil : resolve(number)?.number
    }

    /// Copies out what a visitor belongs to at an instant.
    ///
    /// - Parameters:
    ///   - visitor: found before; it may have been merged or removed since.
    ///   - millis: since 1970.
    ///   - list: cleared first; it has room for all.
    /// - Returns: what else is known of the visitor; nil for nobody.
    /// - Complexity: O(memberships). Two or three reads of memory that is in no cache.
    package func read(
        _ visitor: VisitorNumber, atMillis millis: Int64, into list: inout MembershipList
    ) -> VisitorFlags? {
        list.clear()
        tables.epochs.enter(line)
        defer { tables.epochs.leave(line) }
        guard let word = resolve(visitor.rawValue)?.word else { return nil }
        guard word.block > 0 else { return word.flags }
        let words = tables.pool.words
        let start = Int(word.block) * 2
        let head = ProfileHead(words.loadAcquiring(start))
        let instant = Membership.instant(millis)
        for index in start + 1..<start + 1 + head.memberships {
            let membership = Membership(word: words.load(index))
            if membership.holds(at: instant) { list.append(membership.word) }
        }
        return word.flags
    }

    /// What is known of a visitor besides its profile, which is not touched; nil for nobody.
    ///
    /// - Complexity: O(1). One read of memory that is in no cache.
    package func flags(_ visitor: VisitorNumber) -> VisitorFlags? {
        tables.epochs.enter(line)
        defer { tables.epochs.leave(line) }
        return resolve(visitor.rawValue)?.word.flags
    }

    /// How often something was counted for a visitor within the window that ends at an instant.
    ///
    /// - Parameter millis: since 1970.
    /// - Returns: zero for nobody.
    package func counter(
        _ visitor: VisitorNumber, counter: UInt32, windowSeconds: UInt32, atMillis millis: Int64
    ) -> Int {
        tables.epochs.enter(line)
        defer { tables.epochs.leave(line) }
        guard let word = resolve(visitor.rawValue)?.word, word.block > 0 else { return 0 }
        let words = tables.pool.words
        let start = Int(word.block) * 2
        let head = ProfileHead(words.loadAcquiring(start))
        let name = FrequencyCounter.name(counter, windowSeconds)
        for index in 0..<head.counters where words.load(start + head.counterIndex(index)) == name {
            let found = FrequencyCounter(name: name, state: words.load(start + head.counterIndex(index) + 1))
            return found.count(at: FrequencyCounter.second(millis))
        }
        return 0
    }

    /// Copies out all counters of a visitor.
    ///
    /// - Parameter list: cleared first; with room for ``TableLimits/countersMax`` nothing is allocated.
    func read(countersOf visitor: VisitorNumber, into list: inout [FrequencyCounter]) {
        list.removeAll(keepingCapacity: true)
        tables.epochs.enter(line)
        defer { tables.epochs.leave(line) }
        guard let word = resolve(visitor.rawValue)?.word, word.block > 0 else { return }
        let words = tables.pool.words
        let start = Int(word.block) * 2
        let head = ProfileHead(words.loadAcquiring(start))
        for counter in 0..<head.counters {
            let index = start + head.counterIndex(counter)
            list.append(FrequencyCounter(name: words.load(index), state: words.load(index + 1)))
        }
    }

    /// Who a number stands for, and what the directory says of that visitor.
    @inline(__always)
    private func resolve(_ number: UInt32) -> (number: VisitorNumber, word: DirectoryWord)? {
        var number = number
        // More steps than one only while a merge is under way; the writer never leaves them behind.
        for _ in 0..<4 {
            let word = tables.directory.look(number)
            if word.form == .visitor { return (VisitorNumber(number), word) }
            if word.form == .nobody { return nil }
            number = word.target
        }
        return nil
    }
}
