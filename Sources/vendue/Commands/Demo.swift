internal import ArgumentParser
internal import BidPlane
internal import Consent
internal import Documents
internal import EventLog
internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Traffic
internal import Units
internal import UnixSignals

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The whole service at work, on loopback, in a temporary directory.",
        discussion: """
            Starts the service, registers sample advertisers, audiences and strategies through its control API, tells it
            what visitors do at shops, and plays an exchange against it: bid requests, rival prices, win, billing and
            loss notices, impressions, clicks and conversions. Ends with a summary and, as the last line of standard output, one JSON object. Exit status 1
            when the books do not balance.

            Example: vendue demo --seconds 10 --rate 1000
            """
    )

    @Option(help: "How long requests are sent.")
    var seconds = 10.0

    @Option(help: "Bid requests a second.")
    var rate = 1000.0

    @Option(help: "Of all chance: the same seed sends the same requests.")
    var seed: UInt64 = 1

    @Option(help: "Sends these requests, one a line, instead of generated ones.")
    var requests: String?

    @Flag(help: "Leaves the service running and prints where it is.")
    var keep = false

    func run() async throws {
        guard seconds > 0, seconds <= 3600, rate > 0, rate <= 100_000 else {
            throw Failure.input("--seconds must be in 0…3600 and --rate in 0…100,000")
        }
        let data = FileManager.default.temporaryDirectory.path + "/vendue-demo-\(UUID().uuidString.prefix(8))"
        defer { if !keep { try? FileManager.default.removeItem(atPath: data) } }
        var logger = Logger(label: "vendue") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning

        let service = try await RunningService.start(
            configuration(data),
            seed: Seed(high: seed, low: 0),
            logger: logger
        )
        Console.error("vendue \(Build.version): service on \(service.bidAddress.text), data in \(data)")
        try await register(with: service, data: data)
        let report = try await play(against: service, data: data)
        service.log.flush()
        let truth = try DemoTruth(service, data: data, report)
        Console.line(DemoSummary(truth, seconds: seconds).text)
        if keep { await wait(with: service, data: data) }
        await service.stop()
        Console.line(truth.json)
        if !truth.isBalanced { throw ExitCode(1) }
    }

    private func configuration(_ data: String) -> ServiceConfiguration {
        var configuration = ServiceConfiguration()
        configuration.data = data
        configuration.consent.vendorID = DemoWorld.vendorID
        configuration.bid = .init(host: "127.0.0.1", port: 0)
        configuration.control = .init(host: "127.0.0.1", port: 0)
        if let euro = Currency("EUR".utf8), let pound = Currency("GBP".utf8) {
            configuration.rates = CurrencyRates(dollarsPerUnit: [euro: 1_080_000, pound: 1_270_000])
        }
        return configuration
    }

    private func register(with service: RunningService, data: String) async throws {
        let client = try ControlClient(address: service.controlAddress.text, token: nil, data: data)
        let documents = try DemoWorld.documents()
        for document in documents {
            let answer = try await client.put(document.node, in: document.collection)
            guard answer.status < 300 else {
                throw Failure.work("\(document.collection): \(answer.status) \(answer.body)")
            }
        }
        Console.error("registered \(documents.count) documents through http://\(service.controlAddress.text)/v1")
    }

    private func play(against service: RunningService, data: String) async throws -> SimulationReport {
        var simulation = ExchangeSimulator.Configuration(
            host: service.bidAddress.host,
            port: service.bidAddress.port,
            exchange: DemoWorld.exchange,
            requestsPerSecond: rate,
            seconds: seconds,
            seed: seed
        )
        simulation.habits.advertiser = { DemoWorld.advertiser(of: $0) }
        if let requests {
            guard let bytes = FileManager.default.contents(atPath: requests) else {
                throw Failure.input("\(requests): cannot be read")
            }
            simulation.replay = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        } else {
            // The shoppers are met in generated requests alone.
            let client = try ControlClient(address: service.controlAddress.text, token: nil, data: data)
            simulation.shopping = ShoppingHabits(token: client.token)
        }
        // One loop for the exchange: the service needs the other core.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let report = try await ExchangeSimulator(simulation).run(on: group) { progress in
            let counts = progress.report.counts
            Console.error(
                "\(progress.elapsedSeconds)/\(progress.totalSeconds) s  \(counts.answered) answered  "
                    + "\(counts.bidAnswers) bids  \(counts.wins) wins  \(counts.clicks) clicks  "
                    + "\(counts.events) events  "
                    + "p99 \(progress.report.latency.p99) µs"
            )
        }
        try await group.shutdownGracefully()
        return report
    }

    private func wait(with service: RunningService, data: String) async {
        Console.error(
            """
            still running; Ctrl-C ends it
              control API  http://\(service.controlAddress.text)/   token in \(data)/operator.token
              bids         http://\(service.bidAddress.text)/bid/\(DemoWorld.exchange)
              log          vendue log wins --data \(data)
            """
        )
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
    }
}
