internal import Events
internal import Foundation
internal import Units

/// What is known, written down now and then, so that a start need not read the whole log for it.
///
/// A snapshot is made while everything goes on, a slice at a time; what changes meanwhile stands in the log behind the
/// sequence that it bears, and reading that again onto any mixture of before and after comes to the same: see
/// ``AudienceBook``. Survivors of merges are written again at the end, for the merge cannot be done a second time.
extension AudienceKeeper {
    private static let intervalMillis: Int64 = 10 * 60_000

    func planSnapshot(at millis: Int64) {
        guard millis - Self.intervalMillis > lastSnapshotMillis, !jobs.contains(where: { $0 is SnapshotJob }) else {
            return
        }
        lastSnapshotMillis = millis
        do {
            jobs.append(try SnapshotJob(self))
        } catch {
            services.report("a snapshot of the audience cannot be written: \(error)")
        }
    }
}

/// Writes a snapshot: what the keeper alone needs first, then the tables. So an act between the two is read again from
/// the log, whatever the tables hold of it already.
private struct SnapshotJob: AudienceJob {
    private let sequence: UInt64
    private let files: AudienceFolder.SnapshotFiles
    /// nil once all of it is written.
    private var dump: TableDump?
    private var states: [VisitorNumber]
    private let lists: [String]

    init(_ keeper: AudienceKeeper) throws {
        sequence = keeper.durable
        files = try keeper.folder.makeSnapshot(sequence)
        dump = TableDump(keeper.book.tables)
        states = Array(keeper.book.states.keys)
        lists = keeper.appliedLists
        keeper.book.merged = []
    }

    mutating func step(_ keeper: AudienceKeeper, hasTime: () -> Bool) -> Bool {
        do {
            while hasTime() {
                var block: [UInt8] = []
                if !states.isEmpty {
                    StateBlock.write(&states, of: keeper.book, into: &block)
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
                    try end(keeper)
                    return true
                }
            }
            return false
        } catch {
            keeper.services.report("a snapshot of the audience cannot be written: \(error)")
            files.cancel()
            return true
        }
    }

    private func end(_ keeper: AudienceKeeper) throws {
        var block: [UInt8] = []
        StateBlock.writeEnd(into: &block)
        try files.states.write(contentsOf: Data(block))
        try files.finish()
        for other in keeper.folder.snapshots() where other < sequence { keeper.folder.removeSnapshot(other) }
        keeper.book.counts.snapshots += 1
        // Their memberships are in the snapshot now.
        for list in lists { keeper.folder.removeList(list) }
        keeper.appliedLists.removeAll { lists.contains($0) }
    }
}

extension AudienceBook {
    /// Fills an empty book from the newest snapshot of a folder that is whole.
    ///
    /// - Returns: up to which record the snapshot is true, by visitor; nil where there is none, and all of the log has
    ///   to be read.
    /// - Throws: ``AudienceFault`` for one that is damaged: what it held stands in the log, so it may be taken away.
    package func load(from folder: AudienceFolder) throws -> TableStamps? {
        guard let sequence = folder.snapshots().first else { return nil }
        let files = try folder.openSnapshot(sequence)
        defer { files.close() }
        let remedy = "take \(folder.path)/\(sequence).* away: the log holds everything"
        let stamps: TableStamps
        do throws(TableLoadError) {
            stamps = try loadTables(files.tables)
        } catch {
            throw AudienceFault("\(error); \(remedy)")
        }
        var rest: [UInt8] = []
        var isEnd = false
        while !isEnd, let part = try files.states.read(upToCount: 4 << 20), !part.isEmpty {
            rest += part
            guard let outcome = StateBlock.read(rest[...], into: self) else {
                throw AudienceFault("the snapshot's histories are damaged; \(remedy)")
            }
            rest.removeFirst(outcome.read)
            isEnd = outcome.isEnd
        }
        guard isEnd else { throw AudienceFault("the snapshot's histories end early; \(remedy)") }
        self.stamps = stamps
        return stamps
    }

    private func loadTables(_ file: FileHandle) throws(TableLoadError) -> TableStamps {
        let size = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: 0)
        var loader = TableLoader(tables, bytes: Int(size))
        var rest: [UInt8] = []
        while let part = try? file.read(upToCount: 8 << 20), !part.isEmpty {
            rest += part
            let read: Result<Int, TableLoadError> = unsafe rest.withUnsafeBytes { bytes in
                do throws(TableLoadError) {
                    return unsafe .success(try loader.load(bytes))
                } catch {
                    return .failure(error)
                }
            }
            rest.removeFirst(try read.get())
        }
        return try loader.finish()
    }

    /// Takes a visitor's state out of a snapshot.
    func load(_ state: VisitorState, of visitor: VisitorNumber) {
        states[visitor] = state
    }

    /// Plans what the loaded states say is due.
    package func planLoaded() {
        for (visitor, state) in states {
            for (audience, millis) in state.due {
                timers.insert(.init(due: millis, visitor: visitor.rawValue, audience: audience))
            }
        }
    }
}
