internal import Events
internal import Foundation

/// Writes a snapshot: what the keeper alone needs first, then the tables.
///
/// So an act between the two is read again from the log, whatever the tables hold of it already: the log is folded from
/// behind the sequence that the files are named by.
struct SnapshotJob: AudienceJob {
    private let sequence: UInt64
    private let files: AudienceFolder.SnapshotFiles
    /// nil once all of it is written.
    private var dump: TableDump?
    /// States still to be written: of the numbers from `next` on, and of those that wait in `states`.
    private var next: UInt32 = 1
    private let end: UInt32
    private var states: [VisitorNumber] = []
    private let lists: [String]
    private let revised: [AudienceCatalog.Making]

    init(_ keeper: AudienceKeeper) throws {
        sequence = keeper.durable
        files = try keeper.folder.makeSnapshot(sequence)
        dump = TableDump(keeper.book.tables, wordsMax: keeper.snapshotPace.words)
        end = UInt32(clamping: keeper.book.tables.directory.end)
        lists = keeper.appliedLists
        revised = keeper.revised
        keeper.book.merged = []
    }

    mutating func step(_ keeper: AudienceKeeper, hasTime: () -> Bool) -> Bool {
        do {
            while hasTime() {
                var block: [UInt8] = []
                if gatherStates(keeper) {
                    StateBlock.write(&states, of: keeper.book, visitorsMax: keeper.snapshotPace.visitors, into: &block)
                    try files.states.write(contentsOf: Data(block))
                } else if let dump {
                    if dump.next(into: &block, stamp: keeper.durable) {
                        try files.tables.write(contentsOf: Data(block))
                    } else if dump.isAbandoned {
                        throw AudienceFault("another one began before it was done")
                    } else {
                        self.dump = nil
                    }
                } else if !keeper.book.merged.isEmpty {
                    states = Array(keeper.book.merged)
                    keeper.book.merged = []
                } else {
                    StateBlock.writeEnd(into: &block)
                    try files.states.write(contentsOf: Data(block))
                    keeper.finish(FinishedSnapshot(sequence: sequence, files: files, lists: lists, revised: revised))
                    return true
                }
            }
            return false
        } catch {
            files.cancel()
            keeper.end(SnapshotOutcome(lists: [], revised: [], failure: "\(error)"))
            return true
        }
    }

    /// Numbers looked at in one go: most have a state, or none for long stretches.
    private static let numbersMax: UInt32 = 1024

    /// - Returns: whether there may be states to write.
    private mutating func gatherStates(_ keeper: AudienceKeeper) -> Bool {
        guard states.isEmpty, next < end else { return !states.isEmpty }
        let last = min(end, next + min(Self.numbersMax, UInt32(keeper.snapshotPace.visitors)))
        // The last is written first.
        states = (next..<last).reversed().map { VisitorNumber($0) }.filter { keeper.book.states[$0] != nil }
        next = last
        return true
    }

    func cancel() { files.cancel() }
}

/// How much of a snapshot is written between two looks at the clock.
struct SnapshotPace {
    /// A visitor's history may have some kilobytes.
    var visitors = 64
    /// Of the tables; a block is written in a fraction of a millisecond, cold memory included.
    var words = 4096
}

/// A snapshot of which every byte is written, and nothing is on the disk for sure.
struct FinishedSnapshot: Sendable {
    let sequence: UInt64
    let files: AudienceFolder.SnapshotFiles
    /// Whose members it holds.
    let lists: [String]
    let revised: [AudienceCatalog.Making]
}

/// What became of a snapshot.
struct SnapshotOutcome: Sendable {
    let lists: [String]
    let revised: [AudienceCatalog.Making]
    let failure: String?
}
