internal import ArgumentParser
internal import Foundation

/// Measures money: what reserving and settling costs, and how fast a start folds the log.
@main
struct LedgerBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger-benchmark",
        abstract: "Time of reserving, settling and replaying.",
        discussion: """
            Reserves in limited accounts of a strategy and its advertiser as a loop does, folds bids and bills as the
            log's writer does, then folds the records of a log as a start does.

            Example: ledger-benchmark --events 2000000 --check

            Exit status: 0 done, 1 a figure is beyond its limit (with --check), or the books are wrong.
            """
    )

    @Option(help: "Events of the log.")
    var events = 1_000_000

    @Option(help: "Strategies in it.")
    var strategies = 1_000

    @Option(help: "Of what is in the log.")
    var seed: UInt64 = 7

    @Flag(help: "Hold the figures to their limits.")
    var check = false

    func validate() throws {
        guard (1_000...20_000_000).contains(events), (1...1_000_000).contains(strategies) else {
            throw ValidationError("--events must be in 1000…20,000,000 and --strategies in 1…1,000,000")
        }
    }

    func run() throws {
        let reserving = Reserving()
        print(Self.text(reserving))
        let world = LedgerWorld(events: events, strategies: strategies, seed: seed)
        let replaying = Replaying(world)
        print(Self.text(replaying))
        let starting = try Starting(world)
        print(Self.text(starting))
        let result = LedgerResult(reserving: reserving, replaying: replaying, starting: starting)
        try write(result)
        guard reserving.isSound, replaying.isSound, starting.isSound else { throw WrongBooks() }
        if check, !result.faults.isEmpty {
            for fault in result.faults { print("beyond its limit: \(fault)") }
            throw ExitCode(1)
        }
    }

    private static func text(_ reserving: Reserving) -> String {
        let row = { (name: String, nanos: Reserving.Nanos) in
            String(format: "%@ %7.1f ns, %.1f in quiet rounds", pad(name), nanos.median, nanos.quiet)
        }
        return """
            \(row("reserve, two accounts", reserving.reserve))
            \(row("fold a bid", reserving.log))
            \(row("fold a bill", reserving.settle))
            \(pad("allocations")) \(String(format: "%7d", reserving.allocations))
            """
    }

    private static func text(_ replaying: Replaying) -> String {
        let millions = { (rate: Double) in String(format: "%7.2f million events a second", rate / 1e6) }
        let bytes = String(format: "%.0f", replaying.bytesPerEvent)
        return """
            \(pad("replay")) \(millions(replaying.eventsPerSecond)); \(replaying.events) of \(bytes) B, \
            \(replaying.strategies) strategies
            \(pad("replay, events whole")) \(millions(replaying.wholeEventsPerSecond))
            """
    }

    private static func text(_ starting: Starting) -> String {
        let rate = String(format: "%7.2f million events a second", starting.eventsPerSecond / 1e6)
        return "\(pad("start on a log")) \(rate); \(starting.segments) segments, checksums and notices among it"
    }

    private static func pad(_ text: String) -> String { text + String(repeating: " ", count: max(0, 22 - text.count)) }

    private func write(_ result: LedgerResult) throws {
        guard FileManager.default.fileExists(atPath: "LoadTests") else { return }
        let folder = URL(filePath: "LoadTests/Results")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(result).write(to: folder.appending(path: "ledger-benchmark.json"))
    }
}

/// All that was measured.
struct LedgerResult: Encodable {
    let reserving: Reserving
    let replaying: Replaying
    let starting: Starting

    /// What is beyond its limit: of quiet rounds, and half as fast as is aimed at for a reservation (200 ns), a quarter for
    /// the log (2,000,000 events a second), so that a machine that others keep busy fails nothing.
    var faults: [String] {
        [
            (reserving.reserveAndSettle <= 400, "400 ns to reserve and settle"),
            (reserving.allocations == 0, "no allocation by reserving and folding"),
            (replaying.eventsPerSecond >= 500_000, "500,000 events a second"),
            (starting.eventsPerSecond >= 250_000, "250,000 events a second of a start"),
        ].compactMap { $0.0 ? nil : $0.1 }
    }
}

/// The figures would mean nothing.
private struct WrongBooks: Error, CustomStringConvertible {
    var description: String { "the books do not say what was folded" }
}
