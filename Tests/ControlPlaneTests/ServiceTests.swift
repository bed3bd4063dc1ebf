import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import ControlPlane

@Suite("Service", .timeLimit(.minutes(1)))
struct ServiceTests {
    @Test("it listens at a port of its choice, answers, and ends when it is asked to")
    func lifeCycle() async throws {
        let fixture = try ControlFixture()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let api = ControlAPI(
            registry: fixture.registry, publish: { _ in }, hooks: .test,
            address: ControlAddress(host: "127.0.0.1", port: 0),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onReady: { port.yield($0) })
        let group = ServiceGroup(services: [api], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await group.run() }
        let bound = try #require(await ports.first { _ in true })
        #expect(bound > 0)

        let body = "{\"id\":\"acme\"}"
        let posted = try await Self.exchange(
            "POST /v1/advertisers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(fixture.operatorSecret)\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)",
            at: bound)
        #expect(posted.hasPrefix("HTTP/1.1 201 "))
        let ready = try await Self.exchange(
            "GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", at: bound)
        #expect(ready.hasPrefix("HTTP/1.1 200 "))
        #expect(ready.hasSuffix("\r\n\r\nready\n"))

        await group.triggerGracefulShutdown()
        try await running.value
        await #expect(throws: (any Error).self) { _ = try await Self.exchange("GET / HTTP/1.1\r\n\r\n", at: bound) }
    }

    /// Sends bytes and reads until the other side closes.
    private static func exchange(_ request: String, at port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var answer = ByteBuffer()
            for try await part in inbound { answer.writeImmutableBuffer(part) }
            return String(buffer: answer)
        }
    }
}
