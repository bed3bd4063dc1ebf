internal import ArgumentParser
internal import Foundation
internal import LoadKit

struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The bid endpoint against servers that answer as many bytes without deciding anything.",
        discussion: """
            The service with its strategies, NIO over raw bytes, NIO's HTTP pipeline, and nginx's `return 200` where it
            is installed. All run on one core in turn, the client on another; ratios are taken within a round, and
            their median over rounds is the result: bare figures of a shared machine mean little.

            Example: load-test compare --rounds 5 --seconds 5
            """
    )

    @OptionGroup var load: LoadOptions
    @OptionGroup var service: ServiceOptions

    @Option(help: "How often each server is measured.")
    var rounds = 5

    /// A server that is compared.
    private struct Contestant: Sendable {
        let name: String
        let process: ServerProcess
        let target: LoadTarget
    }

    /// One server in one round.
    private struct Turn: Encodable, Sendable {
        let name: String
        let round: Int
        let rps: Double
        let serverMicros: Double?
        let load: LoadResult
    }

    /// A server's medians; ratios are those of the same round.
    private struct Standing: Encodable, Sendable {
        let name: String
        let rps: Double?
        let serverMicros: Double?
        /// Above 0.9 the client was the limit of the throughput, and only the processor time tells.
        let clientBusy: Double?
        let rpsOverNginx: Double?
        let rpsOverNioRaw: Double?
        let microsOverNginx: Double?
        let microsOverNioRaw: Double?
    }

    private struct Figures: Encodable, Sendable {
        let bodyBytes: Int
        let bidShare: Double
        let standings: [Standing]
        let turns: [Turn]
        /// What could not be compared, and why.
        let skipped: [String]
    }

    private static let nioRaw = "nio, raw bytes"
    private static let nginx = "nginx, return 200"

    func validate() throws {
        guard (1...100).contains(rounds) else { throw ValidationError("--rounds must be 1 to 100") }
        if service.tls || load.gzip { throw ValidationError("--tls and --gzip are not for compare") }
    }

    func run() async throws {
        try await Stage.with(load) { stage in
            let served = try await stage.service(service)
            let bytes = served.warm.bidBytesMean
            let (contestants, skipped) = try await enter(stage, served, bytes: bytes)
            var turns: [Turn] = []
            for round in 0..<rounds {
                for contestant in contestants {
                    turns.append(try await turn(stage, contestant, served.deck, round))
                }
                Screen.note("round \(round + 1) of \(rounds)")
            }
            let standings = contestants.map { Self.standing($0.name, turns) }
            show(standings, skipped, bytes)
            let counts = served.warm.counts
            let figures = Figures(
                bodyBytes: bytes, bidShare: Double(counts.bids) / Double(max(1, counts.answered)),
                standings: standings, turns: turns, skipped: skipped)
            let options = service.record(load).merging(["rounds": "\(rounds)"]) { $1 }
            try await stage.write("compare", options: options, figures)
        }
    }

    private func enter(
        _ stage: Stage, _ served: ServedLoad, bytes: Int
    ) async throws -> (contestants: [Contestant], skipped: [String]) {
        var contestants = [
            Contestant(
                name: "vendue, \(service.strategies) strategies", process: served.service.process,
                target: served.service.target)
        ]
        contestants.append(try await nio(stage, Self.nioRaw, "static-raw", ["--bytes", "\(bytes)"]))
        contestants.append(
            try await nio(stage, "nio, http pipeline", "static-pipeline", ["--bytes", "\(bytes)", "--pipeline"]))
        guard NginxServer.isInstalled else { return (contestants, ["nginx is not installed"]) }
        let nginx = try await NginxServer(bytes: bytes, core: service.core(load), in: stage.group)
        contestants.append(Contestant(name: Self.nginx, process: nginx.process, target: nginx.target))
        return (contestants, [])
    }

    /// This program, as a static server in a process of its own.
    private func nio(_ stage: Stage, _ name: String, _ file: String, _ arguments: [String]) async throws -> Contestant {
        let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let command = ServerProcess.Command(
            executable, ["static-server"] + arguments, core: service.core(load))
        let process = try stage.group.start(file, command)
        let line = try await process.line(beginning: "load-test ready ")
        let address = String(line.dropFirst("load-test ready ".count))
        return Contestant(name: name, process: process, target: try LoadTarget(address))
    }

    private func turn(
        _ stage: Stage, _ contestant: Contestant, _ deck: RequestDeck, _ round: Int
    ) async throws -> Turn {
        let cpu = contestant.process.cpuSeconds
        let result = try await stage.loop.run(load.plan(contestant.target, .closed), deck: deck).load
        let used = contestant.process.cpuSeconds.flatMap { after in cpu.map { after - $0 } }
        let answered = result.counts.answered
        guard answered > 0 else {
            throw ServerProcess.Fault(
                description: "\(contestant.name) answered nothing\n\(contestant.process.errorTail)")
        }
        return Turn(
            name: contestant.name, round: round, rps: result.answeredRps,
            serverMicros: used.map { $0 * 1e6 / Double(answered) }, load: result)
    }

    private static func standing(_ name: String, _ turns: [Turn]) -> Standing {
        let own = turns.filter { $0.name == name }
        let ratio = { (other: String, value: (Turn) -> Double?) -> Double? in
            median(
                own.compactMap { turn in
                    let rival = turns.first { $0.name == other && $0.round == turn.round }
                    guard let mine = value(turn), let theirs = rival.flatMap(value), theirs > 0 else { return nil }
                    return mine / theirs
                })
        }
        return Standing(
            name: name, rps: median(own.map(\.rps)), serverMicros: median(own.compactMap(\.serverMicros)),
            clientBusy: median(own.map(\.load.clientBusy)),
            rpsOverNginx: ratio(nginx) { $0.rps }, rpsOverNioRaw: ratio(nioRaw) { $0.rps },
            microsOverNginx: ratio(nginx) { $0.serverMicros }, microsOverNioRaw: ratio(nioRaw) { $0.serverMicros })
    }

    private func show(_ standings: [Standing], _ skipped: [String], _ bytes: Int) {
        let ratio = { (value: Double?) in value.map { Figure.fixed($0, 2) } ?? "–" }
        var table = Columns([
            "server", "requests/s", "CPU µs/request", "req/s ÷ nginx", "req/s ÷ nio raw", "CPU ÷ nginx",
            "CPU ÷ nio raw", "client busy",
        ])
        for entry in standings {
            table.add([
                entry.name, entry.rps.map { Figure.count($0) } ?? "–",
                entry.serverMicros.map { Figure.fixed($0, 1) } ?? "–", ratio(entry.rpsOverNginx),
                ratio(entry.rpsOverNioRaw), ratio(entry.microsOverNginx), ratio(entry.microsOverNioRaw),
                entry.clientBusy.map { Figure.fixed($0 * 100, 0) + " %" } ?? "–",
            ])
        }
        Screen.show(
            table.text + "\n\nmedians of \(rounds) rounds, bodies of \(bytes) bytes; where the client is above 90 % "
                + "busy it limits the throughput, and only the processor time compares")
        for reason in skipped { Screen.show("SKIPPED: \(reason)") }
    }
}
