internal import ArgumentParser
internal import LoadKit

struct Steady: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One rate against the service.",
        discussion: "Example: load-test steady --rate 2000 --seconds 30"
    )

    @OptionGroup var load: LoadOptions
    @OptionGroup var service: ServiceOptions

    @Option(help: "Requests a second.")
    var rate = 1_000.0

    func validate() throws { try LoadOptions.check(rate: rate) }

    func run() async throws {
        try await Stage.with(load) { stage in
            let served = try await stage.service(service)
            let plan = try load.plan(served.service.target, load.pace(rate))
            let measured = try await served.measure(plan)
            var table = LoadTable("run")
            table.add("steady", measured.load)
            Screen.show(table.text)
            Screen.show(ServiceText.line(measured))
            let options = service.record(load).merging(["rate": "\(rate)"]) { $1 }
            try await stage.write("steady", options: options, measured)
            try Verdict.check([measured])
        }
    }
}

/// What the service itself says, in one line.
enum ServiceText {
    static func line(_ measured: Measured) -> String {
        let figures = measured.service
        let cpu = measured.serverMicros.map { Figure.fixed($0, 1) + " µs" } ?? "unknown"
        let shed = figures.shed.map { Figure.count($0) } ?? "not counted by it"
        return "the service: \(cpu) of processor time an answer, \(Figure.count(figures.late)) late by its own clock, "
            + "shed \(shed), \(Figure.count(figures.logBehind ?? 0)) for want of room in the log"
    }
}

/// Whether a scenario found a fault.
enum Verdict {
    /// - Throws: exit status 1 where something is wrong, after saying what.
    static func check(_ runs: [Measured]) throws {
        let faults = runs.flatMap(\.faults)
        for fault in faults { Screen.note("fault: \(fault)") }
        if !faults.isEmpty { throw ExitCode(1) }
    }
}
