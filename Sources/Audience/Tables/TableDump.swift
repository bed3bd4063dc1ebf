internal import Events

/// What a dump under way asks the tables to note.
struct DumpMarks {
    /// Which dump; an older one ends when another begins.
    let id: UInt64
    /// Visitors below were written.
    var written = 1
    /// Survivors of merges that were written before: what they got must be written again, because whom they got it from
    /// may be written as merged only.
    var merged: Set<UInt32> = []

    mutating func noteMerged(_ kept: UInt32) {
        if Int(kept) < written { merged.insert(kept) }
    }
}

/// Writes a snapshot of the tables block by block, while they change between blocks.
///
/// Each block is true at one instant, which its stamp names. So a snapshot is no state that ever was; it becomes the
/// present when the log behind each visitor's stamp is folded onto it. ``TableStamps`` says what may be folded.
///
/// Owned by the writer's thread. A table holds one dump at a time: beginning another ends the one before.
package final class TableDump {
    private let tables: AudienceTables
    private let id: UInt64
    private var step = Step.head
    private var slot = 0
    private var generation: Int
    private var number = 1
    private var place: UInt64 = 0
    /// Whether another dump began before this one was done: what it wrote is of no use.
    package private(set) var isAbandoned = false

    private enum Step {
        case head
        case identities
        case visitors
        case again
        case end
        case done
    }

    private let wordsMax: Int

    /// - Parameter wordsMax: what one block holds at most, with one visitor more; a block is written in some hundred
    ///   microseconds as it is.
    package init(_ tables: AudienceTables, wordsMax: Int = 32_768) {
        self.tables = tables
        self.wordsMax = min(max(2, wordsMax), TableLimits.blockBytesMax / 16)
        id = (tables.dumping?.id ?? tables.lastDump) + 1
        tables.lastDump = id
        tables.dumping = DumpMarks(id: id)
        generation = tables.identityGeneration
    }

    deinit { if tables.dumping?.id == id { tables.dumping = nil } }

    /// Appends the next block.
    ///
    /// - Parameter stamp: the sequence of the last log record that the tables have folded; never lower than before.
    /// - Returns: false when the dump was complete, or abandoned, and nothing was appended.
    package func next(into bytes: inout [UInt8], stamp: UInt64) -> Bool {
        guard step != .done, !isAbandoned else { return false }
        guard tables.dumping?.id == id else {
            isAbandoned = true
            return false
        }
        var block = TableBlock(kind: .head, stamp: stamp, place: place)
        switch step {
        case .head:
            block.words = [TableBlock.format, UInt64(tables.directory.end), UInt64(tables.identityCount)]
            step = .identities
        case .identities: writeIdentities(&block)
        case .visitors: writeVisitors(&block)
        case .again: writeAgain(&block)
        case .end, .done:
            block.kind = .end
            block.words = [UInt64(tables.directory.end)]
            tables.dumping = nil
            step = .done
        }
        place += 1
        block.write(to: &bytes)
        return true
    }

    private func writeIdentities(_ block: inout TableBlock) {
        block.kind = .identities
        // Another table took over: its slots are written from the front. Saying a link twice is harmless.
        if generation != tables.identityGeneration {
            generation = tables.identityGeneration
            slot = 0
        }
        let view = tables.identities.view
        let end = min(view.slots, slot + 2 * wordsMax)
        while slot < end, block.words.count < wordsMax {
            let found = view[slot]
            slot += 1
            guard !found.isGap, let owner = tables.root(found.visitor) else { continue }
            block.words.append(found.low)
            block.words.append(found.value & ~0xFFFF_FFFF | UInt64(owner))
        }
        if slot == view.slots { step = .visitors }
    }

    private func writeVisitors(_ block: inout TableBlock) {
        block.kind = .visitors
        let first = number
        block.words = [0]
        let end = min(tables.directory.end, first + 2 * wordsMax)
        while number < end, block.words.count < wordsMax {
            let word = tables.directory[UInt32(number)]
            if word.form != .nobody { append(UInt32(number), word, to: &block.words) }
            number += 1
        }
        block.words[0] = UInt64(first) | UInt64(number) << 32
        tables.dumping?.written = number
        if number == tables.directory.end { step = tables.dumping?.merged.isEmpty == false ? .again : .end }
    }

    private func writeAgain(_ block: inout TableBlock) {
        block.kind = .again
        while block.words.count < wordsMax, let next = tables.dumping?.merged.popFirst() {
            append(next, tables.directory[next], to: &block.words)
        }
        if tables.dumping?.merged.isEmpty != false { step = .end }
    }

    private func append(_ number: UInt32, _ word: DirectoryWord, to words: inout [UInt64]) {
        let isVisitor = word.form == .visitor
        tables.take(isVisitor ? word.block : 0, into: &tables.draft, keepsEnded: true)
        let draft = tables.draft
        let form = UInt64(number) | word.form.rawValue << 32 | UInt64(word.flags.rawValue) << 40
        words.append(form | UInt64(draft.memberships.count) << 48)
        let second = isVisitor ? tables.directory.seconds(number) : word.target
        words.append(UInt64(second) | UInt64(draft.counters.count) << 32)
        words.append(contentsOf: draft.memberships)
        for counter in draft.counters {
            words.append(counter.name)
            words.append(counter.state)
        }
    }
}
