internal import Audience
internal import Foundation

/// Times writing a snapshot to a file and loading it again.
struct Snapshotting {
    let bytes: Int
    let writeSeconds: Double
    /// The longest that writing one block kept the writer from other work, the file aside.
    let slowestBlockMicros: Double
    let loadSeconds: Double
    /// Whether as many visitors, identifiers and memberships came back.
    let isWhole: Bool

    /// Loads into tables of their own: for a while everything is there twice.
    init(_ tables: AudienceTables, path: String) throws {
        let counts = [tables.visitorCount, tables.identityCount, tables.membershipCount, tables.counterCount]
        try Data().write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        let start = ContinuousClock.now
        let dump = TableDump(tables)
        var block: [UInt8] = []
        var slowest = Duration.zero
        var bytes = 0
        while true {
            block.removeAll(keepingCapacity: true)
            let from = ContinuousClock.now
            guard dump.next(into: &block, stamp: 1) else { break }
            slowest = max(slowest, ContinuousClock.now - from)
            try file.write(contentsOf: Data(block))
            bytes += block.count
        }
        try file.close()
        self.bytes = bytes
        writeSeconds = AudienceBenchmark.seconds(ContinuousClock.now - start)
        slowestBlockMicros = AudienceBenchmark.seconds(slowest) * 1e6
        (loadSeconds, isWhole) = try Self.load(path, bytes, counts)
    }

    var text: String {
        String(
            format: "%@ %9.1f s   %.0f MB written, the slowest block %.0f µs\n%@ %9.1f s",
            AudienceFigures.pad("snapshot"), writeSeconds, Double(bytes) / 1e6, slowestBlockMicros,
            AudienceFigures.pad("loaded again"), loadSeconds)
    }

    private static func load(_ path: String, _ bytes: Int, _ counts: [Int]) throws -> (seconds: Double, isWhole: Bool) {
        let start = ContinuousClock.now
        let tables = AudienceTables(visitors: counts[0], identities: counts[1])
        var loader = TableLoader(tables, bytes: bytes)
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        var rest = Data()
        while let piece = try file.read(upToCount: 1 << 22), !piece.isEmpty {
            rest.append(piece)
            let read = try unsafe rest.withUnsafeBytes { try unsafe loader.load($0) }
            rest = Data(rest[(rest.startIndex + read)...])
        }
        _ = try loader.finish()
        let loaded = [tables.visitorCount, tables.identityCount, tables.membershipCount, tables.counterCount]
        return (AudienceBenchmark.seconds(ContinuousClock.now - start), loaded == counts)
    }
}
