internal import ArgumentParser
internal import Audience
internal import CAllocations
internal import Foundation

/// Measures what a bid asks about its visitor: the audience tables' memory, how fast they fill and how long a bid looks
/// while they are written, look-ups of addresses among blocks of them, and decisions on consent.
@main
struct AudienceBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audience-benchmark",
        abstract: "Memory and time of the audience tables, address blocks and consent.",
        discussion: """
            Makes visitors in bulk, looks them up from reader threads while one thread writes, then writes a snapshot to
            the system's temporary folder and loads it (which is read from the system's file cache). Then looks
            addresses up among CIDR blocks, and decides on the consent of generated requests.

            Example: audience-benchmark --visitors 10000000 --check

            Exit status: 0 done, 1 a figure is beyond its limit (with --check), or something was lost.
            """
    )

    @Option(help: "How many visitors.")
    var visitors = 1_000_000

    @Option(help: "Memberships of each visitor.")
    var memberships = 20

    @Option(help: "Identifiers of each visitor.")
    var identifiers = 4

    @Option(help: "Threads that look.")
    var readers = 2

    @Option(help: "Events written a second meanwhile.")
    var events = 20_000

    @Option(help: "How long they look.")
    var seconds = 10

    @Option(help: "How many CIDR blocks.")
    var prefixes = 1_000_000

    @Option(help: "Of identifiers, audiences and CIDR blocks.")
    var seed: UInt64 = 7

    @Flag(help: "Hold the figures to their limits.")
    var check = false

    func validate() throws {
        guard (1...100_000_000).contains(visitors), (1...500).contains(memberships), (1...7).contains(identifiers),
            (1...64).contains(readers), (0...1_000_000).contains(events), (1...3600).contains(seconds),
            (100...10_000_000).contains(prefixes)
        else {
            throw ValidationError(
                "--visitors must be in 1…100,000,000, --memberships in 1…500, --identifiers in 1…7, --readers in 1…64, "
                    + "--events in 0…1,000,000, --seconds in 1…3600 and --prefixes in 100…10,000,000")
        }
    }

    func run() throws {
        guard BatchTimes.seesAllocations else { throw Shortfall(text: "the counter of allocations sees none") }
        let (figures, snapshot) = try measureTables()
        let addresses = AddressLooks(prefixes: prefixes, seed: seed)
        print(addresses.text)
        let consent = try ConsentLooks()
        print(consent.text)
        let result = AudienceResult(figures: figures, snapshot: snapshot, addresses: addresses, consent: consent)
        try write(result)
        guard addresses.wrong == 0 else { throw Shortfall(text: "\(addresses.wrong) addresses were not found") }
        guard consent.isSound else { throw Shortfall(text: "consent strings were not understood") }
        if check, !result.faults.isEmpty {
            for fault in result.faults { print("beyond its limit: \(fault)") }
            throw ExitCode(1)
        }
    }

    /// Prints what it measures, and gives the tables' memory back.
    private func measureTables() throws -> (AudienceFigures, Snapshotting) {
        let world = AudienceWorld(visitors: visitors, memberships: memberships, identifiers: identifiers, seed: seed)
        let start = ContinuousClock.now
        let tables = AudienceTables(visitors: visitors, identities: visitors * identifiers)
        guard world.fill(tables) else { throw Shortfall(text: "not all visitors could be made") }
        let loading = Self.seconds(ContinuousClock.now - start)
        let filled = tables.bytes
        let resident = ResidentMemory.bytes
        let reading = Reading(tables, world, readers: readers, events: events, seconds: seconds)
        // What readers could still see is given back once they are gone.
        _ = tables.sweep(slots: 1, atMillis: AudienceWorld.now) { _, _ in false }
        let counted = tables.bytes
        let figures = AudienceFigures(
            visitors: visitors, memberships: memberships, identifiers: identifiers, readers: readers,
            loading: loading, filled: filled, resident: resident, reading: reading, counted: counted,
            counters: tables.counterCount)
        print(figures.text)
        let path = FileManager.default.temporaryDirectory.appending(path: "audience-benchmark-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let snapshot = try Snapshotting(tables, path: path)
        print(snapshot.text)
        guard snapshot.isWhole, reading.wrong == 0 else { throw Shortfall(text: "visitors were lost") }
        return (figures, snapshot)
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    private func write(_ result: AudienceResult) throws {
        guard FileManager.default.fileExists(atPath: "LoadTests") else { return }
        let folder = URL(filePath: "LoadTests/Results")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(result).write(to: folder.appending(path: "audience-benchmark.json"))
    }
}

/// Something was not found again: the figures would mean nothing.
private struct Shortfall: Error, CustomStringConvertible {
    let text: String

    var description: String { text }
}

/// Memory of this process that is in use now.
enum ResidentMemory {
    /// Zero where the system does not say.
    static var bytes: Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
                Int($0)
            })
        else { return 0 }
        return kilobytes << 10
    }
}
