internal import ArgumentParser
internal import LoadKit

struct Overload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Half, once, twice and three times what the service can do.",
        discussion: """
            The peak is what a closed loop reaches. While more is offered a caller of notices bills bids that were just
            made, on connections of its own: every one must be accepted. Exit status 1 where one is not.

            A request without a free connection is not sent after 5 ms, as an exchange would give it up; with more
            (--timeout-ms) it leaves with little time left, and what is late then is the waiting's doing.

            Example: load-test overload --seconds 10 --crowd 1000
            """
    )

    @OptionGroup var load: LoadOptions
    @OptionGroup var service: ServiceOptions

    @Option(help: "Repeats every step with so many connections; 0 for no repetition.")
    var crowd = 1_000

    @Option(help: "Billing notices a second.")
    var noticeRate = 50.0

    private static let multiples = [0.5, 1, 2, 3]

    private struct Step: Encodable, Sendable {
        let offeredOverPeak: Double
        let measured: Measured
    }

    private struct Figures: Encodable, Sendable {
        let peakRps: Double
        let steps: [Step]
    }

    func validate() throws {
        guard (0...LoadPlan.Limits.connectionsMax).contains(crowd) else {
            throw ValidationError("--crowd must be 0 to \(LoadPlan.Limits.connectionsMax)")
        }
        guard noticeRate > 0, noticeRate <= 1_000 else { throw ValidationError("--notice-rate must be in 0…1000") }
        if load.gzip { throw ValidationError("--gzip is not for overload: notices are taken from plain answers") }
    }

    func run() async throws {
        try await Stage.with(load) { stage in
            let served = try await stage.service(service)
            let peak = try await served.measure(load.plan(served.service.target, .closed)).load.answeredRps
            Screen.note("peak: \(Figure.count(peak)) answers a second")
            var steps: [Step] = []
            for connections in [load.connections] + (crowd > 0 ? [crowd] : []) {
                for multiple in Self.multiples {
                    steps.append(try await step(served, peak: peak, multiple, connections))
                }
            }
            show(steps)
            let options = service.record(load).merging(["crowd": "\(crowd)", "notice-rate": "\(noticeRate)"]) { $1 }
            try await stage.write(
                "overload", options: options, Figures(peakRps: peak, steps: steps),
                picture: picture(steps.filter { $0.measured.load.connections == load.connections }, peak: peak))
            try Verdict.check(steps.map(\.measured))
        }
    }

    private func step(_ served: ServedLoad, peak: Double, _ multiple: Double, _ connections: Int) async throws -> Step {
        var plan = try load.plan(served.service.target, load.pace(peak * multiple), connections: connections)
        plan.timeoutMillis = plan.timeoutMillis ?? 5
        let billing = LoadLoop.Billing(requestsPerSecond: noticeRate, connections: 4)
        return Step(offeredOverPeak: multiple, measured: try await served.measure(plan, billing: billing))
    }

    private func show(_ steps: [Step]) {
        var table = LoadTable("offered/peak, connections")
        var inside = Columns([
            "offered/peak, connections", "shed", "late by its clock", "late from send", "notices", "accepted",
            "notice p99",
        ])
        for step in steps {
            let run = step.measured
            let name = "\(Figure.fixed(step.offeredOverPeak, 1)) x, \(run.load.connections)"
            table.add(name, run.load)
            let notices = run.notices?.counts ?? LoadCounts()
            inside.add([
                name, run.service.shed.map { Figure.count($0) } ?? "not counted", Figure.count(run.service.late),
                "\(run.load.counts.lateFromSent)", "\(notices.due)", "\(notices.bids + notices.noBids)",
                run.notices.map { Figure.duration(micros: $0.fromDue.p99Micros) } ?? "–",
            ])
        }
        Screen.show(table.text + "\n\n" + inside.text)
    }

    private func picture(_ steps: [Step], peak: Double) -> Picture {
        // What was shed was answered, in time as a rule: it is told apart by the service's own count.
        let shed = { (step: Step) in step.measured.service.shed ?? 0 }
        let layers: [(name: String, color: String, count: (Step) -> Double)] = [
            ("answered in time", "#2a9d8f", { max(0, Double($0.measured.load.counts.inTime) - shed($0)) }),
            ("shed", "#8ab6d6", shed),
            ("late", "#e09f3e", { Double($0.measured.load.counts.lateFromDue) }),
            ("unsent", "#9aa1a9", { Double($0.measured.load.counts.unsent) }),
            ("failed", "#b5323c", { Double($0.measured.load.counts.failed) }),
        ]
        let series = layers.map { layer in
            Picture.Series(
                layer.name, color: layer.color,
                points: steps.map { ($0.offeredOverPeak, layer.count($0) / $0.measured.load.seconds) })
        }
        let highest = steps.map { $0.measured.load.offeredRps ?? 0 }.max() ?? peak
        var picture = Picture(
            "Overload", subtitle: "what became of requests a second; \(load.connections) connections, one loop",
            x: Picture.Axis("offered, in multiples of the peak", .linear(to: 3.5)) { Figure.fixed($0, 1) },
            y: Picture.Axis("requests a second", .linear(to: max(highest, peak))))
        picture.addStack(series)
        picture.addLevel(peak, "peak")
        return picture
    }
}
