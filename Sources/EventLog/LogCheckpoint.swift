package import Events
package import Units

/// What stands for the records that were dropped from the beginning of a log: what they came to when they were folded.
///
/// A file of the log's directory, written all at once before the first of the records goes:
///
///     0   magic "VENDUECP"       8   format, 4 bytes      12  CRC-32C of bytes 0…11 and 16…, 4 bytes
///     16  tables (``StateTable``): `log`, `runs`, `crashes`, then those of the ledger
///
/// Its name is the sequence of the first record that is not in it.
package struct LogCheckpoint: Equatable, Sendable {
    /// Sequence of the first record that is not in it.
    package let next: UInt64
    package let created: Instant
    /// The last record about a visitor among those that it stands for; zero where there was none.
    package let visitorsThrough: UInt64
    /// How the runs ended that wrote them.
    package let runs: RunHistory
    /// The ledger behind them, which alone can read these.
    package let ledger: [StateTable]

    package static let suffix = ".checkpoint"
    package static let format: UInt32 = 1

    private static let magic = Array("VENDUECP".utf8)
    private static let headerBytes = 16
    private static let columns = ["next", "created", "visitorsThrough"]

    package init(next: UInt64, created: Instant, visitorsThrough: UInt64, runs: RunHistory, ledger: [StateTable]) {
        self.next = next
        self.created = created
        self.visitorsThrough = visitorsThrough
        self.runs = runs
        self.ledger = ledger
    }

    /// The same without what may be large.
    package var withoutLedger: LogCheckpoint {
        LogCheckpoint(next: next, created: created, visitorsThrough: visitorsThrough, runs: runs, ledger: [])
    }

    // MARK: Names

    /// Twenty digits, so that names sort as their sequences do.
    package static func name(next: UInt64) -> String {
        String(Segment.name(first: next).dropLast(Segment.suffix.count)) + suffix
    }

    /// The sequence in a checkpoint's name; nil for other names.
    package static func next(of name: String) -> UInt64? {
        name.hasSuffix(suffix) ? UInt64(name.dropLast(suffix.count)) : nil
    }

    // MARK: Bytes

    package var bytes: [UInt8] {
        var out = Self.magic
        Self.append(Self.format, to: &out)
        Self.append(0, to: &out)
        let log = StateTable(
            "log",
            [
                "next": Int64(bitPattern: next), "created": created.micros,
                "visitorsThrough": Int64(bitPattern: visitorsThrough),
            ])
        for table in [log] + runs.tables + ledger { table.write(to: &out) }
        var sum: [UInt8] = []
        Self.append(Self.sum(out), to: &sum)
        out.replaceSubrange(12..<16, with: sum)
        return out
    }

    /// - Throws: ``LogError/damaged`` for bytes that are not those of a checkpoint with this name.
    package init(_ bytes: [UInt8], file: String) throws(LogError) {
        let words = SegmentBytes(bytes)
        guard bytes.count >= Self.headerBytes, bytes.starts(with: Self.magic) else {
            throw .damagedCheckpoint(file: file, why: "no header of a checkpoint")
        }
        // A version's bytes tell it before its sum does: another version may sum otherwise.
        guard words.word32(at: 8) == Self.format else {
            throw .unknownVersion(file: file, version: words.word32(at: 8))
        }
        guard words.word32(at: 12) == Self.sum(bytes) else {
            throw .damagedCheckpoint(file: file, why: "its checksum is wrong")
        }
        guard let tables = StateTable.read(bytes[Self.headerBytes...]), let log = tables.first, log.name == "log",
            log.rows == 1, let next = log[0, "next"], let created = log[0, "created"],
            let visitors = log[0, "visitorsThrough"], let runs = RunHistory(tables)
        else { throw .damagedCheckpoint(file: file, why: "it has not the tables of a checkpoint") }
        guard log.columns.allSatisfy(Self.columns.contains) else {
            throw .unknownVersion(file: file, version: Self.format + 1)
        }
        guard Self.next(of: file) == UInt64(bitPattern: next) else {
            throw .damagedCheckpoint(file: file, why: "it ends before record \(next), and is named otherwise")
        }
        let own = Set([log.name] + runs.tables.map(\.name))
        self.init(
            next: UInt64(bitPattern: next), created: Instant(micros: created),
            visitorsThrough: UInt64(bitPattern: visitors), runs: runs, ledger: tables.filter { !own.contains($0.name) })
    }

    private static func append(_ word: UInt32, to out: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) { out.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
    }

    private static func sum(_ bytes: [UInt8]) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { all in
            let head = unsafe CRC32C.sum(UnsafeBufferPointer(rebasing: all[..<12]))
            return unsafe CRC32C.sum(UnsafeBufferPointer(rebasing: all[headerBytes...]), seed: head)
        }
    }
}
