internal import ArgumentParser
internal import LoadKit

struct Ramp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rates from low to beyond saturation: the latency curve.",
        discussion: """
            The peak is what a closed loop reaches. Then each rate is offered in an open loop, until less than 95 % of
            one is answered. Writes a table, the figures and a picture.

            Example: load-test ramp --seconds 10 --connections 64
            """
    )

    @OptionGroup var load: LoadOptions
    @OptionGroup var service: ServiceOptions

    /// Of the peak.
    private static let shares = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]

    private struct Figures: Encodable, Sendable {
        let peakRps: Double
        let steps: [Measured]
    }

    func run() async throws {
        try await Stage.with(load) { stage in
            let served = try await stage.service(service)
            let saturated = try await served.measure(load.plan(served.service.target, .closed))
            let peak = saturated.load.answeredRps
            Screen.note("peak: \(Figure.count(peak)) answers a second")
            var table = LoadTable("share of peak")
            var steps: [Measured] = []
            for share in Self.shares {
                let step = try await served.measure(load.plan(served.service.target, load.pace(peak * share)))
                steps.append(step)
                table.add(Figure.fixed(share, 2), step.load)
                // By what was due, not by the rate: few Poisson arrivals differ from their mean.
                if Double(step.load.counts.answeredInWindow) < 0.95 * Double(step.load.counts.due) { break }
            }
            table.add("closed loop", saturated.load)
            Screen.show(table.text)
            let figures = Figures(peakRps: peak, steps: steps)
            try await stage.write(
                "ramp", options: service.record(load), figures, picture: Self.picture(steps.map(\.load)))
            try Verdict.check(steps + [saturated])
        }
    }

    private static func picture(_ runs: [LoadResult]) -> Picture {
        let curves: [(name: String, color: String, micros: (Percentiles) -> UInt64)] = [
            ("p50", "#2a9d8f", \.p50Micros), ("p99", "#e09f3e", \.p99Micros), ("p99.9", "#b5323c", \.p999Micros),
        ]
        let millis = runs.flatMap { run in curves.map { Double($0.micros(run.fromDue)) / 1_000 } }
        let machine = Machine()
        var picture = Picture(
            "Latency over throughput", subtitle: "from the moment each request was due; \(machine.model), one loop",
            x: Picture.Axis("answers a second", .linear(to: runs.map(\.answeredRps).max() ?? 1)),
            y: Picture.Axis("milliseconds", .logarithmic(millis)) { $0 < 1 ? "\($0)" : Figure.count($0) })
        for curve in curves.reversed() {
            picture.addLine(
                Picture.Series(
                    curve.name, color: curve.color,
                    points: runs.map { ($0.answeredRps, Double(curve.micros($0.fromDue)) / 1_000) }))
        }
        return picture
    }
}
