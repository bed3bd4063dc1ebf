import Audience
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

    private static let unfinished = [
        "Content-Length: 1000\r\n\r\nlate-1\nlate-2\n",
        "Transfer-Encoding: chunked\r\n\r\ne\r\nlate-1\nlate-2\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n64\r\nlate-1\n",
    ]

    @Test("an uploader who hangs up in the middle changes nothing, declared length or not", arguments: unfinished)
    func hangsUp(body: String) async throws {
        try await Self.interrupt(body) { channel, _ in try await channel.close() }
    }

    @Test("a stop does not wait for the rest of an upload, and changes nothing", arguments: unfinished)
    func stopped(body: String) async throws {
        try await Self.interrupt(body) { _, group in await group.triggerGracefulShutdown() }
    }

    /// Starts an upload, interrupts it, and sees that the list before holds and the service ends.
    private static func interrupt(
        _ body: String, by interrupt: (any Channel, ServiceGroup) async throws -> Void
    ) async throws {
        let fixture = try ControlFixture()
        _ = try await fixture.send("PUT", "/v1/audiences/runners", "{\"id\":\"runners\",\"members\":[]}")
        _ = try await fixture.send("PUT", "/v1/audiences/runners/members", "{\"ifa\":\"first\"}", type: nil)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let api = ControlAPI(
            registry: fixture.registry, publish: { _ in }, hooks: fixture.api.hooks,
            address: ControlAddress(host: "127.0.0.1", port: 0), logger: quiet, onReady: { port.yield($0) })
        let group = ServiceGroup(services: [api], logger: quiet)
        let running = Task { try await group.run() }
        let bound = try #require(await ports.first { _ in true })
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: bound).get()
        let head = "PUT /v1/audiences/runners/members HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        try await channel.writeAndFlush(ByteBuffer(string: "\(head)\(fixture.operatorSecret)\r\n\(body)"))
        while api.memberDesk.progress(of: "runners")?.state != .receiving {
            try await Task.sleep(for: .milliseconds(2))
        }
        try await interrupt(channel, group)
        while fixture.intake.cancelled == 0, fixture.intake.list(of: "runners")?.count == 1 {
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(fixture.intake.cancelled == 1)
        #expect(fixture.intake.list(of: "runners") == [.ifa("first")])
        await group.triggerGracefulShutdown()
        try await running.value
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
