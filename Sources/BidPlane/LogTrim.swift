package import EventLog
internal import Events
package import Ledger
package import Units

/// Drops the beginning of a log: segments all of whose records are older than wanted, without changing any figure.
///
/// What they come to is folded into a ledger of its own, onto what the checkpoint before them says, and written down as
/// the next checkpoint. Only when that can be read again do the segments go, oldest first, and then older checkpoints:
/// after a crash at any point the newest checkpoint and what is behind it are the whole log. The ledger in use is not
/// touched, and the segment being written never is.
package struct LogTrim: Sendable {
    /// What may go.
    package struct Terms: Sendable {
        /// Records of before this instant.
        package var before: Instant
        /// Records about visitors up to this sequence: later ones are in no snapshot yet.
        package var visitorsThrough: UInt64
        /// Segments in one go: what a crash on the way has to be done again.
        package var segmentsMax = 64

        package init(before: Instant, visitorsThrough: UInt64) {
            self.before = before
            self.visitorsThrough = visitorsThrough
        }
    }

    /// What went, and what holds the rest.
    package struct Outcome: Equatable, Sendable {
        package var segments = 0
        /// The first record that the newest checkpoint does not stand for; 1 without one.
        package var next: UInt64 = 1
        package var checkpointBytes = 0
        package var kept = Kept.inUse
    }

    /// Why the first segment that is still there stays.
    package enum Kept: Equatable, Sendable {
        /// Nothing follows it yet.
        case inUse
        /// It has a record of this instant.
        case young(Instant)
        /// No snapshot of the audience has its record about a visitor yet.
        case visitor(UInt64)
        /// There is more to drop.
        case full
    }

    private let storage: any TrimmableStorage
    private let reader: LogReader

    package init(_ storage: any TrimmableStorage) {
        self.storage = storage
        reader = LogReader(storage)
    }

    /// Drops what the terms allow. For one caller at a time; the log may be written and read meanwhile.
    ///
    /// - Throws: where anything that would go is damaged, or cannot be written or removed; what stands is sound then.
    /// - Complexity: O(bytes that go), and memory for a second ledger.
    package func run(_ terms: Terms, at now: Instant) throws(LogError) -> Outcome {
        let base = try reader.checkpoint()
        var outcome = Outcome()
        outcome.next = base?.next ?? 1
        let names = try reader.segments()
        let old = try select(names, terms, &outcome)
        guard !old.isEmpty else {
            try removeCheckpoints(before: outcome.next)
            return outcome
        }
        if old.next > outcome.next {
            let bytes = try checkpoint(of: old, onto: base, at: now).bytes
            let name = LogCheckpoint.name(next: old.next)
            try storage.replace(name, by: bytes)
            try check(name, bytes)
            outcome.checkpointBytes = bytes.count
            outcome.next = old.next
        }
        for name in old.names {
            try storage.remove(name)
            outcome.segments += 1
        }
        try removeCheckpoints(before: outcome.next)
        return outcome
    }

    // MARK: What goes

    /// Segments from the first on that may go.
    private struct Old {
        var names: [String] = []
        /// Sequence behind them.
        var next: UInt64 = 1
        /// The last record about a visitor among them.
        var visitorsThrough: UInt64 = 0

        var isEmpty: Bool { names.isEmpty }
    }

    private func select(_ names: [String], _ terms: Terms, _ outcome: inout Outcome) throws(LogError) -> Old {
        var old = Old()
        var expected = outcome.next
        for name in names.dropLast() {
            if old.names.count == terms.segmentsMax {
                outcome.kept = .full
                break
            }
            var newest = Instant(micros: .min)
            var visitor: UInt64 = 0
            let contents = try reader.walkSegment(name, isLast: false) {
                (sequence, record: LogRecord) throws(LogError) in
                newest = max(newest, record.instant)
                if case .visitor = record { visitor = sequence }
            }
            guard contents.first <= expected else {
                throw .damaged(file: name, offset: 16, why: "starts at record \(contents.first), expected \(expected)")
            }
            if newest >= terms.before {
                outcome.kept = .young(newest)
                break
            }
            if visitor > terms.visitorsThrough {
                outcome.kept = .visitor(visitor)
                break
            }
            expected = max(expected, contents.next)
            old.names.append(name)
            old.next = contents.next
            old.visitorsThrough = max(old.visitorsThrough, visitor)
        }
        return old
    }

    // MARK: What stands for it

    private func checkpoint(
        of old: Old, onto base: LogCheckpoint?, at now: Instant
    ) throws(LogError) -> LogCheckpoint {
        let ledger = BudgetLedger()
        try ledger.restore(base)
        var runs = base?.runs ?? RunHistory()
        let first = base?.next ?? 1
        for name in old.names {
            _ = try reader.walkSegment(name, isLast: false) { (sequence, record: LogRecord) throws(LogError) in
                // What a crash kept from being removed is in the checkpoint before.
                guard sequence >= first else { return }
                ledger.replay(record)
                runs.add(record)
            }
        }
        return LogCheckpoint(
            next: old.next, created: now, visitorsThrough: max(old.visitorsThrough, base?.visitorsThrough ?? 0),
            runs: runs, ledger: ledger.checkpoint())
    }

    /// Reads a checkpoint again before anything goes that it stands for.
    private func check(_ name: String, _ bytes: [UInt8]) throws(LogError) {
        let written = try storage.read(name)
        guard written == bytes else {
            throw .damagedCheckpoint(file: name, why: "what was written is not what is read")
        }
        try BudgetLedger().restore(try LogCheckpoint(written, file: name))
    }

    private func removeCheckpoints(before next: UInt64) throws(LogError) {
        for name in try storage.checkpoints().sorted() {
            if let end = LogCheckpoint.next(of: name), end < next { try storage.remove(name) }
        }
    }
}

extension BudgetLedger {
    /// Fills a fresh ledger with what a checkpoint says; with none it stays as it is.
    package func restore(_ checkpoint: LogCheckpoint?) throws(LogError) {
        guard let checkpoint else { return }
        do throws(CheckpointFault) {
            try restore(checkpoint.ledger)
        } catch {
            throw .damagedCheckpoint(file: LogCheckpoint.name(next: checkpoint.next), why: error.description)
        }
    }
}
