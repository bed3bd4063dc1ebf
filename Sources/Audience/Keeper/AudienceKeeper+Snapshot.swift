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

    /// Asks for a snapshot before all other long work: the files on the disk know somebody who is to be unknown.
    func hastenSnapshot() {
        lastSnapshotMillis = .min
        // What is under way may hold whom it wrote before: it ends soon, and another follows.
        guard let index = jobs.firstIndex(where: { $0 is SnapshotJob }) else { return }
        jobs.insert(jobs.remove(at: index), at: 0)
    }

    func planSnapshot(at millis: Int64) {
        guard !isWritingSnapshot, millis - Self.intervalMillis > lastSnapshotMillis else { return }
        let isUrgent = lastSnapshotMillis == .min
        lastSnapshotMillis = millis
        do {
            jobs.insert(try SnapshotJob(self), at: isUrgent ? 0 : jobs.count)
            isWritingSnapshot = true
        } catch {
            services.report("a snapshot of the audience cannot be written: \(error)")
        }
    }

    /// Puts a snapshot on the disk, and removes what it makes superfluous, away from the keeper's thread: a sync of
    /// gigabytes takes seconds.
    func finish(_ snapshot: FinishedSnapshot) {
        inBackground { [self, folder] in
            do {
                try folder.finish(snapshot)
                post(.snapshot(SnapshotOutcome(lists: snapshot.lists, revised: snapshot.revised, failure: nil)))
            } catch {
                snapshot.files.cancel()
                post(.snapshot(SnapshotOutcome(lists: [], revised: [], failure: "\(error)")))
            }
        }
    }

    /// Goes by what became of a snapshot.
    func end(_ outcome: SnapshotOutcome) {
        isWritingSnapshot = false
        if let failure = outcome.failure {
            return services.report("a snapshot of the audience cannot be written: \(failure)")
        }
        book.counts.snapshots += 1
        appliedLists.removeAll { outcome.lists.contains($0) }
        // Their new ends are on the disk now.
        revised.removeAll { outcome.revised.contains($0) }
        for making in outcome.revised { finish(making) }
    }
}

extension AudienceBook {
    /// Fills an empty book from the newest snapshot of a folder that is whole.
    ///
    /// - Returns: up to which record the snapshot is true, by visitor; nil where there is none, and all of the log has
    ///   to be read.
    /// - Throws: ``AudienceFault`` for one that is damaged: what it held stands in a log that was never trimmed, but for
    ///   members of lists, so it may then be taken away.
    package func load(from folder: AudienceFolder) throws -> TableStamps? {
        guard let sequence = folder.snapshots().first else { return nil }
        let files = try folder.openSnapshot(sequence)
        defer { files.close() }
        let remedy =
            "restore it from a backup; or, where the log was never trimmed, take \(folder.path)/\(sequence).* away: the log "
            + "holds everything but the members of lists, which have to be uploaded again"
        var stamps: TableStamps
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
        absorbFormer()
        // States were written before the first block of the tables: what was done between is not in them.
        stamps.oldest = min(stamps.oldest, sequence)
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
