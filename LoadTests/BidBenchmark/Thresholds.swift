internal import Foundation

/// What a step may cost at most, for one request on average.
struct Ceilings: Codable {
    var allocations: Double
    var retainsAndReleases: Double
    /// Under callgrind; `scripts/count-instructions` sets it and holds to it.
    var instructions: Double?
}

/// The ceilings in git, `LoadTests/Thresholds/bid-path.json`.
///
/// They hold for the workload that they name, on the toolchain that continuous integration uses. Counts are the same in
/// every run and are held to exactly; the one figure of time is a ratio, with room for a busy machine.
struct Thresholds: Codable {
    static let path = "LoadTests/Thresholds/bid-path.json"

    var seed: UInt64
    var requests: Int
    var strategies: Int
    /// How many times as long reading may take as simdjson's parse alone.
    var readOverParse: Double
    /// By which share instructions may pass their ceiling.
    var instructionSlack: Double
    var steps: [String: Ceilings]

    static func read() throws -> Thresholds {
        try JSONDecoder().decode(Thresholds.self, from: Data(contentsOf: URL(filePath: path)))
    }

    func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        var data = try encoder.encode(self)
        data.append(UInt8(ascii: "\n"))
        try data.write(to: URL(filePath: Self.path))
    }

    /// Every figure that passes its ceiling, and every step without one: step, figure and threshold.
    func faults(in measured: Measurements) -> [String] {
        var faults: [String] = []
        for step in Step.all {
            guard let ceilings = steps[step.name] else {
                faults.append("\(step.name): has no thresholds")
                continue
            }
            let figures = [
                ("allocations", measured.allocations(step), ceilings.allocations),
                ("retains and releases", measured.retainsAndReleases(step), ceilings.retainsAndReleases),
            ]
            for (name, figure, ceiling) in figures where figure > ceiling + Self.rounding {
                faults.append("\(step.name): \(Figure.text(figure)) \(name) a request, at most \(Figure.text(ceiling))")
            }
        }
        let ratio = measured.ratio(.read, to: .parse)
        if ratio > readOverParse {
            faults.append("read: \(Figure.text(ratio)) times simdjson's parse, at most \(Figure.text(readOverParse))")
        }
        return faults
    }

    /// Takes the counts of a measurement for ceilings; those of instructions and of time stay.
    mutating func adopt(_ measured: Measurements) {
        var steps: [String: Ceilings] = [:]
        for step in Step.all {
            steps[step.name] = Ceilings(
                allocations: measured.allocations(step),
                retainsAndReleases: measured.retainsAndReleases(step),
                instructions: self.steps[step.name]?.instructions
            )
        }
        self.steps = steps
    }

    /// A whole count over the requests has at most this many digits after the point.
    private static let rounding = 0.000_001
}

/// A number as people read it.
enum Figure {
    /// - Parameter digits: after the point.
    static func text(_ value: Double, digits: Int = 3) -> String { String(format: "%.\(digits)f", value) }
}
