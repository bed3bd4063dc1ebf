internal import ArgumentParser
internal import LoadKit

struct SlowClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slow-clients",
        abstract: "One rate, alone and beside connections that hold the service up.",
        discussion: """
            Of each kind there are --peers: some send a request's head a byte at a time, some its body, some send and do
            not read. The steady load beside them must not notice.

            Example: load-test slow-clients --rate 1000 --peers 50
            """
    )

    @OptionGroup var load: LoadOptions
    @OptionGroup var service: ServiceOptions

    @Option(help: "Requests a second of the steady load.")
    var rate = 1_000.0

    @Option(help: "Slow connections of each kind.")
    var peers = 50

    private struct Figures: Encodable, Sendable {
        let alone: Measured
        let besideSlowClients: Measured
        let peers: [String: SlowPeers.Tally]
    }

    func validate() throws {
        try LoadOptions.check(rate: rate)
        guard (1...1_000).contains(peers) else { throw ValidationError("--peers must be 1 to 1000") }
        if service.tls { throw ValidationError("--tls is not for slow-clients: they speak plain HTTP") }
    }

    func run() async throws {
        try await Stage.with(load) { stage in
            let served = try await stage.service(service)
            let plan = try load.plan(served.service.target, load.pace(rate))
            let alone = try await served.measure(plan)
            let crowd = try await SlowPeers(
                target: served.service.target, request: served.deck.requests[0], countPerHabit: peers)
            let beside: Measured
            do { beside = try await served.measure(plan) } catch {
                _ = try await crowd.end()
                throw error
            }
            let tallies = try await crowd.end()
            show(alone, beside, tallies)
            let options = service.record(load).merging(["rate": "\(rate)", "peers": "\(peers)"]) { $1 }
            let named = Dictionary(uniqueKeysWithValues: tallies.map { ($0.rawValue, $1) })
            try await stage.write(
                "slow-clients", options: options, Figures(alone: alone, besideSlowClients: beside, peers: named))
            try Verdict.check([alone, beside])
        }
    }

    private func show(_ alone: Measured, _ beside: Measured, _ tallies: [SlowPeers.Habit: SlowPeers.Tally]) {
        var table = LoadTable("load")
        table.add("alone", alone.load)
        table.add("beside slow clients", beside.load)
        var crowd = Columns(["slow clients", "opened", "closed by the service", "bytes sent", "answers read"])
        for habit in SlowPeers.Habit.allCases {
            let tally = tallies[habit] ?? SlowPeers.Tally()
            crowd.add([
                habit.rawValue, "\(tally.opened)", "\(tally.closedByServer)", "\(tally.bytesSent)",
                "\(tally.answers)",
            ])
        }
        Screen.show(table.text + "\n\n" + crowd.text)
    }
}
