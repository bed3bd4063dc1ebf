internal import Events

/// Why a snapshot cannot be loaded. The operator's remedy is an older snapshot, or none: the log holds everything.
package enum TableLoadError: Error, Equatable, Sendable {
    /// Not a snapshot's block, or one whose bytes are not those that were written.
    case damaged(offset: Int)
    /// Whole, but of a format that this version does not know.
    case format(UInt64)
    /// A block is missing, or out of its place.
    case gap(offset: Int)
    /// Whole, but what it says cannot be: the words from `offset` on.
    case senseless(offset: Int)
    /// It ends before its last block.
    case incomplete(offset: Int)
    /// The system has no memory for it.
    case noMemory(offset: Int)

    package var description: String {
        switch self {
        case .damaged(let offset): "snapshot damaged at byte \(offset)"
        case .format(let format): "snapshot of format \(format), this version reads \(TableBlock.format)"
        case .gap(let offset): "snapshot lacks a block before byte \(offset)"
        case .senseless(let offset): "snapshot makes no sense at byte \(offset)"
        case .incomplete(let offset): "snapshot ends at byte \(offset), before its end"
        case .noMemory(let offset): "no memory for the snapshot from byte \(offset) on"
        }
    }
}

extension TableLoadError: CustomStringConvertible {}

/// Fills empty tables from a snapshot, as ``TableDump`` wrote it.
///
/// After an error the tables hold part of it and are of no use.
package struct TableLoader: ~Copyable {
    private let tables: AudienceTables
    private let identitiesMax: UInt64
    private var offset = 0
    private var place: UInt64 = 0
    private var isComplete = false
    private var stamps = TableStamps()
    private var merged: [UInt32] = []

    /// - Parameters:
    ///   - tables: without visitors, and without readers until all is loaded.
    ///   - bytes: of the whole snapshot, so that what it says of itself cannot ask for more memory than it can fill.
    package init(_ tables: AudienceTables, bytes: Int) {
        precondition(tables.visitorCount == 0 && tables.identityCount == 0)
        identitiesMax = UInt64(max(0, bytes) / IdentityView.slotBytes)
        self.tables = tables
        tables.isLoading = true
    }

    /// Loads the whole blocks at the front of some bytes.
    ///
    /// - Parameter bytes: of the snapshot, from where the last call stopped.
    /// - Returns: how many bytes were read; the rest, part of a block, must be given again with what follows it.
    package mutating func load(_ bytes: UnsafeRawBufferPointer) throws(TableLoadError) -> Int {
        var position = 0
        while let length = try unsafe blockLength(bytes, at: position) {
            let block = unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            try unsafe load(block: block)
            position += length
            offset += length
        }
        return position
    }

    /// Ends loading.
    ///
    /// - Returns: what must be known to fold the log behind the snapshot.
    package consuming func finish() throws(TableLoadError) -> TableStamps {
        guard isComplete else { throw .incomplete(offset: offset) }
        tables.join(merged: merged)
        tables.isLoading = false
        return stamps
    }

    /// - Returns: nil where the block is not whole yet.
    private func blockLength(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(TableLoadError) -> Int? {
        let left = bytes.count - position
        guard left > 0 else { return nil }
        if isComplete { throw .damaged(offset: offset) }
        guard left >= TableBlock.headBytes else { return nil }
        let words = unsafe WordCursor(UnsafeRawBufferPointer(rebasing: bytes[position...]))
        let payload = words[1] & 0xFFFF_FFFF
        guard words[0] & 0xFFFF_FFFF == UInt64(TableBlock.magic), payload % 8 == 0,
            payload <= TableLimits.blockBytesMax
        else { throw .damaged(offset: offset) }
        let length = TableBlock.headBytes + Int(payload)
        return left >= length ? length : nil
    }

    private mutating func load(block: UnsafeRawBufferPointer) throws(TableLoadError) {
        let words = unsafe WordCursor(block)
        guard UInt64(unsafe TableBlock.sum(block)) == words[1] >> 32,
            let kind = TableBlock.Kind(rawValue: UInt32(truncatingIfNeeded: words[0] >> 32))
        else { throw .damaged(offset: offset) }
        let stamp = words[2]
        guard words[3] == place, (kind == .head) == (place == 0) else { throw .gap(offset: offset) }
        place += 1
        if kind == .head { stamps.oldest = stamp }
        guard stamp >= stamps.newest else { throw senseless(2) }
        stamps.newest = stamp
        switch kind {
        case .head:
            guard words.count == 7 else { throw senseless(4) }
            guard words[4] == TableBlock.format else { throw .format(words[4]) }
            try extend(words[5], 5)
            guard words[6] <= identitiesMax else { throw senseless(6) }
            guard tables.reserve(identities: Int(words[6])) else { throw .noMemory(offset: offset) }
        case .identities: try load(identities: words)
        case .visitors: try load(visitors: words, stamp)
        case .again:
            var index = 4
            while index < words.count {
                stamps.again[UInt32(truncatingIfNeeded: words[index])] = stamp
                try load(visitor: words, &index)
            }
        case .end:
            guard words.count == 5 else { throw senseless(4) }
            try extend(words[4], 4)
            isComplete = true
        }
    }

    private func senseless(_ word: Int) -> TableLoadError { .senseless(offset: offset + 8 * word) }

    private func extend(_ end: UInt64, _ index: Int) throws(TableLoadError) {
        guard end >= 1, end <= 1 << 32 else { throw senseless(index) }
        guard tables.directory.extend(to: Int(end)) else { throw .noMemory(offset: offset) }
    }

    private func load(identities words: WordCursor) throws(TableLoadError) {
        guard words.count % 2 == 0 else { throw senseless(words.count) }
        var index = 4
        while index < words.count {
            let slot = IdentitySlot(low: words[index], value: words[index + 1])
            guard slot.visitor > 0, slot.kind != nil else { throw senseless(index) }
            guard tables.put(slot) else { throw .noMemory(offset: offset) }
            index += 2
        }
    }

    private mutating func load(visitors words: WordCursor, _ stamp: UInt64) throws(TableLoadError) {
        guard words.count > 4 else { throw senseless(4) }
        let first = words[4] & 0xFFFF_FFFF
        let end = words[4] >> 32
        guard first == stamps.ranges.last?.end ?? 1, end >= first else { throw senseless(4) }
        try extend(max(1, end, UInt64(tables.directory.end)), 4)
        stamps.ranges.append((end, stamp))
        var index = 5
        while index < words.count {
            guard (first..<end).contains(words[index] & 0xFFFF_FFFF) else { throw senseless(index) }
            try load(visitor: words, &index)
        }
    }

    /// One visitor, in place of what was said of it before.
    private mutating func load(visitor words: WordCursor, _ index: inout Int) throws(TableLoadError) {
        let start = index
        guard start + 2 <= words.count else { throw senseless(start) }
        let number = UInt32(truncatingIfNeeded: words[start])
        let memberships = Int(words[start] >> 48)
        let counters = Int(words[start + 1] >> 32)
        let second = UInt32(truncatingIfNeeded: words[start + 1])
        index = start + 2 + memberships + 2 * counters
        guard number > 0, Int(number) < tables.directory.end, index <= words.count,
            memberships <= TableLimits.membershipsMax, counters <= TableLimits.countersMax,
            let form = DirectoryWord.Form(rawValue: words[start] >> 32 & 0xFF)
        else { throw senseless(start) }
        tables.clear(number)
        switch form {
        case .nobody: return
        case .merged:
            guard second > 0, second != number, memberships + counters == 0 else { throw senseless(start) }
            tables.directory[number] = DirectoryWord(mergedInto: second)
            merged.append(number)
        case .visitor:
            tables.draft.clear()
            for membership in start + 2..<start + 2 + memberships {
                guard !Membership(word: words[membership]).isOver else { throw senseless(membership) }
                tables.draft.memberships.append(words[membership])
            }
            for counter in stride(from: start + 2 + memberships, to: index, by: 2) {
                tables.draft.counters.append(FrequencyCounter(name: words[counter], state: words[counter + 1]))
            }
            let flags = VisitorFlags(rawValue: UInt8(truncatingIfNeeded: words[start] >> 40))
            guard tables.place(number, flags, seconds: second) else { throw .noMemory(offset: offset) }
        }
    }
}

extension AudienceTables {
    /// Forgets what a snapshot said of a number, while one is loaded.
    fileprivate func clear(_ number: UInt32) {
        switch directory[number].form {
        case .nobody: return
        case .merged: directory[number] = DirectoryWord(0)
        case .visitor: remove(VisitorNumber(number))
        }
    }

    /// Makes a visitor with the draft for its profile.
    fileprivate func place(_ number: UInt32, _ flags: VisitorFlags, seconds: UInt32) -> Bool {
        guard makeVisitor(VisitorNumber(number)) else { return false }
        directory.setSeconds(number, seconds)
        return replace(number, flags: flags)
    }

    /// Lets every merged visitor name whom it is now, and be found from there; who leads to nobody is nobody.
    fileprivate func join(merged: [UInt32]) {
        for number in Set(merged) where directory[number].form == .merged {
            var target = directory[number].target
            // A chain is as long as there were merges into one another while the dump was written; a circle is damage.
            var steps = 0
            while directory[target].form == .merged, steps < 10_000 {
                target = directory[target].target
                steps += 1
            }
            guard directory[target].form == .visitor else {
                directory[number] = DirectoryWord(0)
                directory.setSeconds(number, 0)
                continue
            }
            directory[number] = DirectoryWord(mergedInto: target)
            directory.setSeconds(number, mergedHeads[target] ?? 0)
            mergedHeads[target] = number
        }
    }
}

/// The words of a block, within its bounds.
@safe
private struct WordCursor {
    // Invariant: `bytes` outlives this value, which lives during one call of the loader.
    private let bytes: UnsafeRawBufferPointer
    let count: Int

    @unsafe
    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
        count = bytes.count / 8
    }

    subscript(index: Int) -> UInt64 {
        precondition(index >= 0 && index < count)
        return unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
}
