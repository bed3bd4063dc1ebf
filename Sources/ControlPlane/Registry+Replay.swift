internal import Documents
internal import Foundation
internal import GRDB

extension Registry {
    /// Hands over everything registered, batch by batch: for who starts with nothing.
    ///
    /// Advertisers, exchanges and audiences come first, then strategies in the order in which they were first
    /// registered. Rows are read and documents validated on all cores while `take` is at work. The last batch alone has
    /// a revision, and from there the publications go on: what changes meanwhile is in the last batch or in the first
    /// publication.
    /// - Parameters:
    ///   - size: documents of a batch at most, above 0; the last batch holds whatever changed meanwhile.
    ///   - take: called with one batch after the other, once at least.
    /// - Throws: errors of SQLite, and what `take` throws. A stored document that this version cannot read is no
    ///   error: it is named in ``RegistryChanges/faults``.
    /// - Precondition: nothing is published while it runs; at start the control API is not open yet.
    /// - Complexity: O(documents); holds a few batches for each core.
    package func replay(
        inBatchesOf size: Int = 1024, _ take: (RegistryChanges) async throws -> Void
    ) async throws {
        precondition(size > 0, "a batch holds a document at least")
        beginReplay()
        let (revision, lastRow) = try await read { (try $0.revision(), try $0.lastRow()) }
        for kind in [DocumentKind.advertisers, .exchanges, .audiences] {
            var after: String?
            repeat {
                let rows = try await read { [after] in try $0.live(kind, after: after ?? "", limit: size) }
                if !rows.isEmpty { try await take(changes(reading: rows)) }
                after = rows.count < size ? nil : rows.last?.key.id
            } while after != nil
        }
        try await replayStrategies(inBatchesOf: Int64(size), to: lastRow, take)
        try await take(try endReplay(at: revision))
    }

    /// Each batch is a range of row numbers, so that no batch waits to learn where the one before it ends; and
    /// neighbours in the file come together, whatever their ids.
    private func replayStrategies(
        inBatchesOf size: Int64, to lastRow: Int64, _ take: (RegistryChanges) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Int64, RegistryChanges).self) { group in
            let count = (lastRow + size - 1) / size
            var started: Int64 = 0
            let startNext = { (group: inout ThrowingTaskGroup<(Int64, RegistryChanges), any Error>) in
                guard started < count else { return }
                let batch = started
                started += 1
                group.addTask {
                    let rows = try await self.read { store in
                        try store.strategies(inRows: batch * size + 1...(batch + 1) * size)
                    }
                    return (batch, self.changes(reading: rows))
                }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount + 2 { startNext(&group) }
            var ready: [Int64: RegistryChanges] = [:]
            var due: Int64 = 0
            while let (batch, changes) = try await group.next() {
                ready[batch] = changes
                // One begins only when one is taken: so many are held, however slow `take` is.
                while let changes = ready.removeValue(forKey: due) {
                    due += 1
                    startNext(&group)
                    if !changes.isEmpty { try await take(changes) }
                }
            }
        }
    }

    private func changes(reading rows: [(key: DocumentKey, json: String)]) -> RegistryChanges {
        var changes = RegistryChanges()
        for (key, json) in rows { changes.read(json, of: key, kinds: kinds) }
        changes.sort()
        return changes
    }
}
