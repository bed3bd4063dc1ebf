internal import Foundation

/// The real service, one loop, with strategies that fit the load.
package struct VendueUnderTest: Sendable {
    /// How the service is started.
    package struct Options: Sendable {
        /// The service's executable.
        package var executable = ".build/release/vendue"
        /// The only core that it may use; nil for any.
        package var core: Int?
        /// How many strategies it knows.
        package var strategies = 100
        /// Serves bids over TLS, with a certificate made for this run.
        package var isTLS = false
        /// One hundred strategies, plain HTTP.
        package init() {}
    }

    package let process: ServerProcess
    /// Of the bid endpoint.
    package let target: LoadTarget
    private let control: ControlCalls

    /// Starts the service and registers everything; ready for load when it returns.
    ///
    package init(_ options: Options, in group: ServerGroup) async throws {
        let data = "\(group.folder)/data"
        var arguments = ["serve", "--data", data, "--bid", "127.0.0.1:0", "--control", "127.0.0.1:0", "--loops", "1"]
        var authority: String?
        if options.isTLS {
            let certificate = try TestCertificate(in: group.folder)
            authority = certificate.certificate
            // JSON is YAML.
            let text = #"{"bid":{"tls":{"certificate":"\#(certificate.certificate)","key":"\#(certificate.key)"}}}"#
            let file = "\(group.folder)/vendue.yaml"
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            arguments += ["--config", file]
        }
        process = try group.start(
            "vendue", ServerProcess.Command(options.executable, arguments, core: options.core))

        let line = try await process.line(beginning: "vendue ready")
        guard let bid = Self.word(line, after: "bid="), let control = Self.word(line, after: "control=") else {
            throw ServerProcess.Fault(description: "no addresses in: \(line)")
        }
        target = try LoadTarget(bid, authority: authority)
        let token = try String(contentsOfFile: "\(data)/operator.token", encoding: .utf8)
        self.control = ControlCalls(address: control, token: token.trimmingCharacters(in: .whitespacesAndNewlines))
        try await register(options.strategies)
    }

    private func register(_ strategies: Int) async throws {
        try await control.register([LoadWorld.exchangeDocument], in: "exchanges")
        try await control.register(LoadWorld.advertiserDocuments, in: "advertisers")
        try await control.register(LoadWorld.strategies(strategies), in: "strategies")
        // A change takes effect on every loop within one second of its answer.
        try await Task.sleep(for: .milliseconds(1_100))
    }

    private static func word(_ line: String, after key: String) -> String? {
        line.split(separator: " ").first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count)) }
    }

    /// What the service itself counts, as far as a load test cannot see it from outside.
    package func figures() async throws -> ServiceFigures { ServiceFigures(try await control.metrics()) }

    /// Its deck: the load for its bid endpoint.
    package func recipe(seed: UInt64, isGzip: Bool) -> RequestDeck.Recipe {
        var recipe = RequestDeck.Recipe()
        recipe.seed = seed
        recipe.isGzip = isGzip
        recipe.path = "/bid/\(LoadWorld.exchange)"
        recipe.host = target.description
        return recipe
    }
}

/// The service's own counters, or what they grew by.
package struct ServiceFigures: Codable, Sendable {
    /// Bid requests that it saw.
    package let requests: Double
    /// 204 because more came than it could answer; nil where it counts no such reason.
    package let shed: Double?
    /// Answers whose last byte left after arrival and `tmax`.
    package let late: Double
    /// Billing notices that it took.
    package let billed: Double
    /// 204 because the log had no room for the bid's record; nil where it counts no such reason.
    package let logBehind: Double?

    init(_ samples: [String: Double]) {
        requests = samples["vendue_bid_requests_total"] ?? 0
        shed = samples[#"vendue_no_bids_total{reason="overload"}"#]
        late = samples["vendue_late_total"] ?? 0
        billed = samples[#"vendue_billing_notices_total{outcome="accepted"}"#] ?? 0
        logBehind = samples[#"vendue_no_bids_total{reason="logBehind"}"#]
    }

    private init(requests: Double, shed: Double?, late: Double, billed: Double, logBehind: Double?) {
        self.requests = requests
        self.shed = shed
        self.late = late
        self.billed = billed
        self.logBehind = logBehind
    }

    /// What was counted between two looks.
    package static func - (after: ServiceFigures, before: ServiceFigures) -> ServiceFigures {
        ServiceFigures(
            requests: after.requests - before.requests, shed: after.shed.map { $0 - (before.shed ?? 0) },
            late: after.late - before.late, billed: after.billed - before.billed,
            logBehind: after.logBehind.map { $0 - (before.logBehind ?? 0) })
    }
}
