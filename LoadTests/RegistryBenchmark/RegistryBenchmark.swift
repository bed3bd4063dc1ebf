internal import ArgumentParser
internal import ControlPlane
internal import FlatPrice
internal import Foundation

/// Measures how long a start takes that finds so many strategies registered.
@main
struct RegistryBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry-benchmark",
        abstract: "Time and memory of loading a registry of many strategies.",
        discussion: """
            Fills a registry in the system's temporary folder (some 3 kB a strategy), closes it, loads it, and removes
            it. Strategies are registered by the rules of the API's bulk bodies, without HTTP; what was just written
            is still in the system's file cache when it is loaded.

            Example: registry-benchmark --strategies 1000000 --check 20

            Exit status: 0 done, 1 loading took longer than --check allows.
            """
    )

    @Option(help: "How many strategies; a thousandth as many advertisers, at least one.")
    var strategies = 1_000_000

    @Option(help: "Seconds that loading may take.")
    var check: Double?

    func validate() throws {
        guard (1...10_000_000).contains(strategies) else {
            throw ValidationError("--strategies must be in 1…10,000,000")
        }
        if let check, check <= 0 { throw ValidationError("--check must be above 0 seconds") }
    }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "registry-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "registry.sqlite").path
        let filling = try await Filling(path, StrategyTexts(strategies: strategies))
        PeakMemory.reset()
        let loading = try await Loading(path)
        guard loading.strategies == strategies else {
            throw Shortfall(loaded: loading.strategies, registered: strategies)
        }
        print(Table(filling, loading, strategies).text)
        guard let check else { return }
        if loading.wholeSeconds > check {
            let text = "loading took \(Table.text(loading.wholeSeconds)) s, more than \(Table.text(check))\n"
            try FileHandle.standardError.write(contentsOf: Data("registry-benchmark: \(text)".utf8))
            throw ExitCode(1)
        }
        print("\nwithin \(Table.text(check)) s")
    }
}

/// Loading found fewer or more strategies than there are: the figures would mean nothing.
private struct Shortfall: Error, CustomStringConvertible {
    let loaded: Int
    let registered: Int

    var description: String { "\(registered) strategies were registered, but \(loaded) loaded" }
}

/// The most memory that this process had at one time.
enum PeakMemory {
    /// Starts anew; where the system does not allow that, the peak is that of the whole run.
    static func reset() {
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    }

    /// Bytes; nil where the system does not say.
    static var bytes: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
                Int($0)
            })
        else { return nil }
        return kilobytes << 10
    }
}
