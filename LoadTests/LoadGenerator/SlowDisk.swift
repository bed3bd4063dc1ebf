internal import ArgumentParser
internal import LoadKit

struct SlowDisk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slow-disk",
        abstract: "One rate, with the disk as it is and with every fdatasync slowed.",
        discussion: """
            Bids must not notice; notices are acknowledged later, and every one is. The delay is made by strace on the
            log's writing thread alone; it must be installed and allowed to trace, else the second run is skipped,
            which is said.

            Example: load-test slow-disk --rate 1000 --delay-ms 50
            """
    )

    @OptionGroup var load: LoadOptions
    @OptionGroup var service: ServiceOptions

    @Option(help: "Requests a second.")
    var rate = 1_000.0

    @Option(help: "Billing notices a second.")
    var noticeRate = 50.0

    @Option(name: .customLong("delay-ms"), help: "What every fdatasync takes longer.")
    var delayMillis = 50

    private struct Figures: Encodable, Sendable {
        let diskAsItIs: Measured
        /// Missing where it was skipped.
        var slowDisk: Measured?
        var skipped: String?

        /// What was measured, in order, with its names in the table.
        var runs: [(name: String, run: Measured)] {
            [("disk as it is", diskAsItIs)] + (slowDisk.map { [("slow disk", $0)] } ?? [])
        }
    }

    func validate() throws {
        try LoadOptions.check(rate: rate)
        guard (1...2_000).contains(delayMillis) else { throw ValidationError("--delay-ms must be 1 to 2000") }
        guard noticeRate > 0, noticeRate <= 1_000 else { throw ValidationError("--notice-rate must be in 0…1000") }
        if load.gzip { throw ValidationError("--gzip is not for slow-disk: notices are taken from plain answers") }
    }

    func run() async throws {
        try await Stage.with(load) { stage in
            let served = try await stage.service(service)
            var figures = Figures(diskAsItIs: try await measure(served))
            switch await slowDown(served) {
            case .success(let delay):
                figures.slowDisk = try await measure(served)
                await delay.end()
            case .failure(let fault): figures.skipped = "\(fault)"
            }
            show(figures)
            let options = service.record(load).merging([
                "rate": "\(rate)", "notice-rate": "\(noticeRate)", "delay-ms": "\(delayMillis)",
            ]) { $1 }
            try await stage.write("slow-disk", options: options, figures)
            try Verdict.check(figures.runs.map(\.run))
        }
    }

    private func measure(_ served: ServedLoad) async throws -> Measured {
        let plan = try load.plan(served.service.target, load.pace(rate))
        let billing = LoadLoop.Billing(requestsPerSecond: noticeRate, connections: 16)
        return try await served.measure(plan, billing: billing)
    }

    /// - Returns: why the disk cannot be slowed, where it cannot; what fails later is no reason to skip anything.
    private func slowDown(_ served: ServedLoad) async -> Result<DiskDelay, any Error> {
        let group = served.stage.group
        do {
            let writer = try await DiskDelay.findWriter(of: served.service.process, in: group) {
                let plan = try load.plan(served.service.target, load.pace(min(rate, 200)), seconds: 1)
                _ = try await served.stage.loop.run(plan, deck: served.deck)
            }
            return .success(try await DiskDelay(of: writer, delayMicros: delayMillis * 1_000, in: group))
        } catch {
            return .failure(error)
        }
    }

    private func show(_ figures: Figures) {
        var bids = LoadTable("bid requests")
        var notices = LoadTable("notices")
        for (name, run) in figures.runs {
            bids.add(name, run.load)
            if let called = run.notices { notices.add(name, called) }
        }
        Screen.show(bids.text + "\n\n" + notices.text)
        for (name, run) in figures.runs { Screen.show("\(name), \(ServiceText.line(run))") }
        if let skipped = figures.skipped { Screen.show("SKIPPED, the slow disk: \(skipped)") }
    }
}
