internal import ArgumentParser
internal import Foundation
internal import LoadKit
internal import Traffic

/// How requests are spread over time, as it is asked for.
enum ArrivalChoice: String, ExpressibleByArgument, CaseIterable {
    case constant
    case poisson

    var arrivals: Arrivals {
        switch self {
        case .constant: .constant
        case .poisson: .poisson
        }
    }
}

/// What every run of the generator can be told.
struct LoadOptions: ParsableArguments {
    @Option(help: "Connections kept open, one request under way on each at most.")
    var connections = 32

    @Option(help: "How long each measured run takes.")
    var seconds = 10.0

    @Option(help: "Of all chance: the same seed sends the same requests at the same moments.")
    var seed: UInt64 = 1

    @Option(help: "How many different requests are made before the start, and dealt in turn.")
    var requests = 2_000

    @Option(help: "How requests are spread over time: constant or poisson.")
    var arrivals = ArrivalChoice.poisson

    @Flag(help: "Compresses request bodies and accepts compressed answers.")
    var gzip = false

    @Option(
        name: .customLong("timeout-ms"),
        help: "A request that waited so long for a connection is never sent. (default: its own tmax)")
    var timeoutMillis: Int?

    @Option(help: "The core of the generator. (default: the last one of several)")
    var clientCore: Int?

    @Flag(help: "Binds neither client nor server to a core.")
    var noPin = false

    @Option(help: "The folder of results.")
    var results = "LoadTests/Results"

    @Option(help: "The results' file name, without ending. (default: the scenario)")
    var name: String?

    func validate() throws {
        guard seconds > 0, seconds <= LoadPlan.Limits.secondsMax else {
            throw ValidationError("--seconds must be above 0 and at most \(Int(LoadPlan.Limits.secondsMax))")
        }
        guard (1...LoadPlan.Limits.connectionsMax).contains(connections) else {
            throw ValidationError("--connections must be 1 to \(LoadPlan.Limits.connectionsMax)")
        }
        guard (1...100_000).contains(requests) else { throw ValidationError("--requests must be 1 to 100000") }
        if let timeoutMillis, !(1...60_000).contains(timeoutMillis) {
            throw ValidationError("--timeout-ms must be 1 to 60000")
        }
        if let clientCore, !(0..<64).contains(clientCore) { throw ValidationError("--client-core must be 0 to 63") }
        if let name, name.contains("/") || name.isEmpty { throw ValidationError("--name must be a file's name") }
    }

    /// Refuses a rate that no plan takes.
    static func check(rate: Double) throws {
        guard rate > 0, rate <= LoadPlan.Limits.requestsPerSecondMax else {
            throw ValidationError("--rate must be above 0 and at most \(Int(LoadPlan.Limits.requestsPerSecondMax))")
        }
    }

    /// A core each is only worth having where there are several, and a tool that binds the server.
    var canPin: Bool {
        !noPin && ProcessInfo.processInfo.processorCount > 1 && ServerProcess.find("taskset") != nil
    }

    /// The core of the generator's thread; nil for any.
    var clientPin: Int? { canPin ? clientCore ?? ProcessInfo.processInfo.processorCount - 1 : nil }

    /// A plan for one run.
    func plan(
        _ target: LoadTarget, _ pace: LoadPlan.Pace, seconds: Double? = nil, connections: Int? = nil
    ) throws -> LoadPlan {
        var plan = try LoadPlan(
            target: target, pace: pace, seconds: seconds ?? self.seconds,
            connections: connections ?? self.connections)
        plan.seed = seed
        plan.timeoutMillis = timeoutMillis
        return plan
    }

    /// An open loop at a rate.
    func pace(_ requestsPerSecond: Double) -> LoadPlan.Pace {
        .open(arrivals.arrivals, requestsPerSecond: requestsPerSecond)
    }

    /// For the results.
    var record: [String: String] {
        [
            "connections": "\(connections)", "seconds": "\(seconds)", "requests": "\(requests)",
            "arrivals": arrivals.rawValue, "gzip": "\(gzip)", "timeout-ms": timeoutMillis.map { "\($0)" } ?? "tmax",
            "client-core": clientPin.map { "\($0)" } ?? "any",
        ]
    }
}

/// How the scenarios start the service.
struct ServiceOptions: ParsableArguments {
    @Option(help: "The service's executable.")
    var vendue = ".build/release/vendue"

    @Option(help: "The service's core. (default: 0, where there are several)")
    var serverCore: Int?

    @Option(help: "How many strategies it knows.")
    var strategies = 100

    @Flag(help: "Bids over TLS, with a certificate made for the run.")
    var tls = false

    func validate() throws {
        guard (1...10_000).contains(strategies) else { throw ValidationError("--strategies must be 1 to 10000") }
        if let serverCore, !(0..<64).contains(serverCore) { throw ValidationError("--server-core must be 0 to 63") }
    }

    /// The server's core; nil for any.
    func core(_ load: LoadOptions) -> Int? { load.canPin ? serverCore ?? 0 : nil }

    func options(_ load: LoadOptions) -> VendueUnderTest.Options {
        var options = VendueUnderTest.Options()
        options.executable = vendue
        options.core = core(load)
        options.strategies = strategies
        options.isTLS = tls
        return options
    }

    /// For the results.
    func record(_ load: LoadOptions) -> [String: String] {
        [
            "vendue": vendue, "strategies": "\(strategies)", "tls": "\(tls)", "loops": "1",
            "server-core": core(load).map { "\($0)" } ?? "any",
        ]
    }
}
