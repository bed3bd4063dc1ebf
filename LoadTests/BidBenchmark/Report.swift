internal import Foundation

/// The results of one run of the benchmark, for people and as JSON.
struct Report: Encodable {
    private let machine = Self.processor()
    private let commit = ProcessInfo.processInfo.environment["COMMIT"] ?? ""
    let seed: UInt64
    let requests: Int
    let bytesPerRequest: Int
    /// Requests that get a bid.
    let bids: Int
    let strategies: Int
    let rounds: Int
    let readOverParse: Double
    private let steps: [Row]
    /// Time at more strategies, the first count included.
    var growth: [Growth] = []

    private struct Row: Encodable {
        let step: String
        let nanos: Double
        let allocations: Double
        let bytesAllocated: Double
        let retainsAndReleases: Double
    }

    /// What so many strategies cost.
    struct Growth: Encodable {
        let strategies: Int
        let shortlistNoneNanos: Double
        let wholeNanos: Double
    }

    init(_ measured: Measurements, _ workload: Workload, seed: UInt64, bids: Int, strategies: Int, rounds: Int) {
        self.seed = seed
        requests = workload.count
        bytesPerRequest = workload.bytes / workload.count
        self.bids = bids
        self.strategies = strategies
        self.rounds = rounds
        readOverParse = Self.rounded(measured.ratio(.read, to: .parse))
        steps = Step.all.map { step in
            Row(
                step: step.name,
                nanos: measured.nanos(step).rounded(),
                allocations: measured.allocations(step),
                bytesAllocated: measured.bytes(step),
                retainsAndReleases: measured.retainsAndReleases(step)
            )
        }
    }

    /// The table; every figure is for one request, on average.
    var text: String {
        var lines = [
            "\(requests) requests of \(bytesPerRequest) bytes on average, \(bids) get a bid; \(strategies) strategies;"
                + " seed \(seed); one core; time is the median of \(rounds) rounds",
            "",
            Self.line("step", ["ns", "allocations", "bytes", "ret+rel"], "for each request, on average"),
        ]
        for (row, step) in zip(steps, Step.all) {
            let figures = [
                Figure.text(row.nanos, digits: 0), Figure.text(row.allocations),
                Figure.text(row.bytesAllocated, digits: 1),
                Figure.text(row.retainsAndReleases),
            ]
            lines.append(Self.line(row.step, figures, step.summary))
        }
        lines += ["", "reading takes \(Figure.text(readOverParse, digits: 2)) times as long as simdjson's own parse"]
        if !growth.isEmpty {
            lines += [
                "", Self.line("strategies", ["none match", "whole"], "ns; the share that matches stays the same"),
            ]
            for entry in growth {
                let figures = [entry.shortlistNoneNanos, entry.wholeNanos].map { Figure.text($0, digits: 0) }
                lines.append(Self.line("\(entry.strategies)", figures, ""))
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Writes `LoadTests/Results/bid-benchmark.json`.
    func write() throws {
        let folder = "LoadTests/Results"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        var data = try encoder.encode(self)
        data.append(UInt8(ascii: "\n"))
        try data.write(to: URL(filePath: folder + "/bid-benchmark.json"))
    }

    private static func line(_ name: String, _ figures: [String], _ summary: String) -> String {
        let cells = figures.map { String(repeating: " ", count: max(1, 13 - $0.count)) + $0 }
        let text = name + String(repeating: " ", count: max(0, 14 - name.count)) + cells.joined() + "   " + summary
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    private static func rounded(_ ratio: Double) -> Double { (ratio * 100).rounded() / 100 }

    /// The processor's name, without which times say little.
    private static func processor() -> String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? "unknown"
    }
}
