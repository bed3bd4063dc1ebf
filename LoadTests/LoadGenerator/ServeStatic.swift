internal import ArgumentParser
internal import Foundation
internal import LoadKit
internal import NIOCore
internal import NIOPosix

struct ServeStatic: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "static-server",
        abstract: "Answers every request with the same 200, until it is ended: the measure of what HTTP costs.",
        discussion: """
            One loop on loopback. Prints `load-test ready HOST:PORT` when it listens.

            Example: load-test static-server --port 9002 --bytes 1700
            """
    )

    @Option(help: "0 for a free one.")
    var port = 0

    @Option(help: "Of every body.")
    var bytes = 1_000

    @Flag(help: "Uses NIO's HTTP/1.1 pipeline, not one handler over bytes.")
    var pipeline = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        guard (0...1 << 20).contains(bytes) else { throw ValidationError("--bytes must be 0 to \(1 << 20)") }
    }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await StaticServer(
            port: port, bytes: bytes, front: pipeline ? .pipeline : .raw, on: group.next())
        // Written at once: whoever started it waits for this line.
        FileHandle.standardOutput.write(Data("load-test ready \(server.address)\n".utf8))
        try await server.waitForEnd()
    }
}
