internal import Auction
internal import ControlPlane
internal import Documents
internal import FlatPrice
internal import Foundation
internal import GRDB
internal import Ledger

/// Loads a registry as a start does, and parts of that alone.
struct Loading {
    /// Opening and replay, with what the receiver does.
    private(set) var wholeSeconds = 0.0
    /// Of all cores together, meanwhile: what a busy neighbour hardly changes.
    private(set) var processorSeconds = 0.0
    /// Of `wholeSeconds`, what the receiver took.
    private(set) var receiverSeconds = 0.0
    private(set) var strategies = 0
    private(set) var peakBytes: Int?
    /// Reading the rows and nothing else, on one core.
    private(set) var rowSeconds = 0.0
    /// From text to document, on one core.
    private(set) var readMicros = 0.0

    /// Of `wholeSeconds`, what it took to bring everything into an index.
    private(set) var mergeSeconds = 0.0
    /// One strategy changed among all of them, from its document to the snapshot: the middle of many, and the slowest in
    /// a hundred.
    private(set) var registerMicros: (p50: Double, p99: Double) = (0, 0)

    init(_ path: String) async throws {
        let builder = SnapshotBuilder(kinds: [FlatPrice.kind], ledger: BudgetLedger())
        let clock = ContinuousClock()
        let start = clock.now
        let processor = Foundation.clock()
        let registry = try Registry(path: path, kinds: [FlatPrice.kind])
        try await registry.replay { changes in
            strategies += changes.strategies.put.count
            receiverSeconds +=
                clock.measure {
                    _ = builder.apply(advertisers: changes.advertisers.put)
                    _ = builder.apply(strategies: changes.strategies.put)
                }.inSeconds
        }
        mergeSeconds = clock.measure { _ = builder.merge() }.inSeconds
        wholeSeconds = (clock.now - start).inSeconds
        processorSeconds = Double(Foundation.clock() - processor) / Double(CLOCKS_PER_SEC)
        peakBytes = PeakMemory.bytes

        var sample: [String] = []
        rowSeconds = try clock.measure {
            try Self.forEachRow(path) { json in if sample.count < 2000 { sample.append(json) } }
        }.inSeconds
        readMicros = try Self.readMicros(sample)
        registerMicros = try Self.registerMicros(sample, builder)
    }

    /// Without the merges, which run beside: so the fresh strategies are merged now and then, untimed.
    private static func registerMicros(_ texts: [String], _ builder: SnapshotBuilder) throws -> (Double, Double) {
        let documents = try texts.map { try StrategyDocument(Node.readOne($0), kinds: [FlatPrice.kind]) }
        var micros: [Double] = []
        for (index, document) in documents.enumerated() {
            let time = ContinuousClock().measure {
                _ = builder.apply(strategies: [document])
                _ = builder.snapshot(revision: UInt64(index))
            }
            micros.append(time.inSeconds * 1_000_000)
            if index.isMultiple(of: 16) { _ = builder.merge() }
        }
        micros.sort()
        guard !micros.isEmpty else { return (0, 0) }
        return (micros[micros.count / 2], micros[micros.count * 99 / 100])
    }

    private static func forEachRow(_ path: String, _ body: (String) -> Void) throws {
        try DatabaseQueue(path: path).read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT id, json FROM documents NOT INDEXED WHERE kind = 'strategies' AND deleted = 0")
            while let row = try rows.next() {
                let _: String = row[0]
                body(row[1])
            }
        }
    }

    /// The best of several rounds, for a neighbour on the machine only ever adds.
    private static func readMicros(_ texts: [String]) throws -> Double {
        guard !texts.isEmpty else { return 0 }
        var best = Double.infinity
        for _ in 0..<5 {
            let time = try ContinuousClock().measure {
                for text in texts { _ = try StrategyDocument(Node.readOne(text), kinds: [FlatPrice.kind]) }
            }
            best = min(best, time.inSeconds * 1_000_000 / Double(texts.count))
        }
        return best
    }
}
