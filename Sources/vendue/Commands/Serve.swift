internal import ArgumentParser
internal import Documents
internal import EventLog
internal import Foundation
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the service.",
        discussion: """
            When ready it prints one line: vendue ready bid=HOST:PORT control=HOST:PORT
            SIGTERM and SIGINT drain it: readiness fails, requests under way end, the log is flushed, exit 0.
            SIGHUP reads the files that the configuration names again, which it also does when they change.

            Example: vendue serve --data ./vendue-data --bid 127.0.0.1:8080 --control 127.0.0.1:8081

            A flag wins over its environment variable, that over the configuration file:
              --data VENDUE_DATA data                --bid VENDUE_BID_ADDRESS bid.address
              --control VENDUE_CONTROL_ADDRESS control.address     --loops VENDUE_LOOPS loops
              VENDUE_BID_PUBLIC_URL bid.public_url   VENDUE_DURABILITY durability
            """
    )

    @Option(help: "The data directory; made when it does not exist. (default: ./vendue-data)")
    var data: String?

    @Option(help: "A configuration file (YAML).")
    var config: String?

    @Option(help: "HOST:PORT of the bid side; port 0 picks a free one. (default: 127.0.0.1:8080)")
    var bid: String?

    @Option(help: "HOST:PORT of the control side. (default: 127.0.0.1:8081)")
    var control: String?

    @Option(help: "Event loops of the bid side. (default: one a core)")
    var loops: Int?

    func run() async throws {
        let configuration = try read()
        var logger = Logger(label: "vendue") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        let service = try await RunningService.start(configuration, logger: logger)
        // Who reads that it is ready may stop it in the next moment.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        Console.line("vendue ready bid=\(service.bidAddress.text) control=\(service.controlAddress.text)")
        let stopped = logger
        let failed = try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                for await signal in signals {
                    if signal == .sighup {
                        await service.reload()
                        continue
                    }
                    stopped.info("\(signal): draining")
                    break
                }
                return nil
            }
            group.addTask {
                // A log that cannot be written ends the process: recovery, not hope, mends it.
                while service.log.failure == nil { try await Task.sleep(for: .milliseconds(200)) }
                return service.log.failure.map { "\($0)" }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        await service.stop()
        if let failed {
            throw Failure.work("the log failed and this process ends, so that a restart recovers: \(failed)")
        }
        logger.info("stopped")
    }

    private func read() throws -> ServiceConfiguration {
        var flags: [[String]: String] = [:]
        flags[["data"]] = data
        flags[["bid", "address"]] = bid
        flags[["control", "address"]] = control
        flags[["loops"]] = loops.map(String.init)
        do {
            var file: Node?
            if let config {
                guard let bytes = FileManager.default.contents(atPath: config) else {
                    throw Failure.input("\(config): cannot be read")
                }
                file = try Node.readOne(String(decoding: bytes, as: UTF8.self))
            }
            return try ServiceConfiguration(file: file, environment: ProcessInfo.processInfo.environment, flags: flags)
        } catch let error as DocumentError {
            let faults = error.faults.map { fault in
                var fault = fault
                if fault.origin == nil { fault.origin = config }
                return fault.description
            }
            throw Failure.input(faults.joined(separator: "\n"))
        }
    }
}
