internal import ArgumentParser
internal import LoadKit

/// A server that somebody else started.
struct TargetOptions: ParsableArguments {
    @Option(help: "HOST:PORT on this machine; other hosts are refused.")
    var target: String

    @Option(help: "The path of the bid endpoint.")
    var path = "/bid/load"

    @Flag(help: "Speaks TLS.")
    var tls = false

    @Option(help: "The certificates that the server's must descend from, a PEM file; needed with --tls.")
    var ca: String?

    func validate() throws {
        if tls, ca == nil { throw ValidationError("--tls needs --ca FILE") }
        if !path.hasPrefix("/") || path.contains(where: \.isWhitespace) {
            throw ValidationError("--path must begin with / and hold no space")
        }
        do { _ = try LoadTarget(target) } catch { throw ValidationError("\(error)") }
    }

    /// Runs one plan against it and shows and writes what came of it.
    func run(_ scenario: String, _ load: LoadOptions, _ pace: LoadPlan.Pace, _ record: [String: String]) async throws {
        try await Stage.with(load) { stage in
            let target = try LoadTarget(target, authority: tls ? ca : nil)
            var recipe = RequestDeck.Recipe()
            recipe.seed = load.seed
            recipe.count = load.requests
            recipe.isGzip = load.gzip
            recipe.path = path
            recipe.host = target.description
            let result = try await stage.loop.run(load.plan(target, pace), deck: RequestDeck(recipe)).load
            var table = LoadTable("run")
            table.add(scenario, result)
            Screen.show(table.text)
            Screen.show("the client: \(Figure.fixed(result.clientMicros, 1)) µs of processor time an answer")
            let options = record.merging(["target": target.description, "path": path, "tls": "\(tls)"]) { $1 }
            try await stage.write(scenario, options: options, result)
        }
    }
}

struct Generate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One rate against a server that already runs.",
        discussion: "Example: load-test generate --target 127.0.0.1:8080 --path /bid/my-exchange --rate 500"
    )

    @OptionGroup var target: TargetOptions
    @OptionGroup var load: LoadOptions

    @Option(help: "Requests a second.")
    var rate = 1_000.0

    func validate() throws { try LoadOptions.check(rate: rate) }

    func run() async throws { try await target.run("generate", load, load.pace(rate), ["rate": "\(rate)"]) }
}

struct Saturate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "As much as a server that already runs can answer.",
        discussion: """
            A closed loop: each connection sends its next request when its last one is answered. It tells the peak; its
            latencies say nothing about a rate.

            Example: load-test saturate --target 127.0.0.1:8080 --path /bid/my-exchange --connections 64
            """
    )

    @OptionGroup var target: TargetOptions
    @OptionGroup var load: LoadOptions

    func run() async throws { try await target.run("saturate", load, .closed, [:]) }
}
