import NIOCore
import NIOPosix
import Testing
import Traffic

@testable import LoadKit

/// The generator against real servers on loopback.
@Suite("Load loop", .timeLimit(.minutes(1)))
struct LoadLoopTests {
    private static func deck(gzip: Bool = false) -> RequestDeck {
        var recipe = RequestDeck.Recipe()
        recipe.count = 50
        recipe.isGzip = gzip
        return RequestDeck(recipe)
    }

    /// Runs a plan against a static server.
    private static func run(
        _ front: StaticServer.Front, _ pace: LoadPlan.Pace, connections: Int = 4, gzip: Bool = false
    ) async throws -> LoadResult {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await StaticServer(port: 0, bytes: 700, front: front, on: group.next())
        let loop = LoadLoop()
        let plan = try LoadPlan(
            target: LoadTarget(server.address), pace: pace, seconds: 0.5, connections: connections)
        let result = try await loop.run(plan, deck: deck(gzip: gzip)).load
        try await server.close()
        try await loop.shutDown()
        try await group.shutdownGracefully()
        return result
    }

    @Test("an open loop sends what is due, and each request has one fate", arguments: [Arrivals.constant, .poisson])
    func openLoop(arrivals: Arrivals) async throws {
        let result = try await Self.run(.raw, .open(arrivals, requestsPerSecond: 400))
        #expect(result.counts.balance)
        #expect(result.counts.failed == 0)
        #expect(result.counts.otherStatus == 0)
        #expect(result.bidBytesMean == 700)
        #expect((120...280).contains(result.counts.due))
        // The due moment is never after the moment of sending.
        #expect(result.fromDue.maxMicros >= result.fromSent.maxMicros)
    }

    @Test("a closed loop keeps every connection busy")
    func closedLoop() async throws {
        let result = try await Self.run(.pipeline, .closed)
        #expect(result.counts.balance)
        #expect(result.counts.bids > 100)
        #expect(result.counts.bids == result.counts.due)
        #expect(result.offeredRps == nil)
    }

    @Test("compressed requests are framed as well")
    func gzip() async throws {
        let result = try await Self.run(.raw, .open(.constant, requestsPerSecond: 100), gzip: true)
        #expect(result.counts.bids == 50)
    }

    @Test("a server that never answers: what was sent has failed, what waited is unsent, nothing is lost")
    func silence() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let silent = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(silent.localAddress?.port)
        let loop = LoadLoop()
        var plan = try LoadPlan(
            target: LoadTarget("127.0.0.1:\(port)"), pace: .open(.constant, requestsPerSecond: 200), seconds: 0.5,
            connections: 2)
        plan.timeoutMillis = 50
        plan.giveUpMillis = 300
        let result = try await loop.run(plan, deck: Self.deck()).load
        #expect(result.counts.due == 100)
        #expect(result.counts.balance)
        #expect(result.counts.answered == 0)
        #expect(result.counts.failed >= 2)
        #expect(result.counts.unsent > 50)
        try await silent.close()
        try await loop.shutDown()
        try await group.shutdownGracefully()
    }

    @Test("where nobody listens a run fails, and ends")
    func nobody() async throws {
        let port = try await FreePort.find()
        let loop = LoadLoop()
        let plan = try LoadPlan(
            target: LoadTarget("127.0.0.1:\(port)"), pace: .closed, seconds: 0.5, connections: 2)
        await #expect(throws: (any Error).self) { _ = try await loop.run(plan, deck: Self.deck()) }
        try await loop.shutDown()
    }

    @Test("a plan out of its limits is refused")
    func limits() throws {
        let target = try LoadTarget("127.0.0.1:1")
        #expect(throws: LoadPlan.Fault.self) {
            try LoadPlan(target: target, pace: .closed, seconds: 0, connections: 1)
        }
        #expect(throws: LoadPlan.Fault.self) {
            try LoadPlan(target: target, pace: .closed, seconds: 1, connections: 0)
        }
        #expect(throws: LoadPlan.Fault.self) {
            try LoadPlan(
                target: target, pace: .open(.constant, requestsPerSecond: 1e9), seconds: 1, connections: 1)
        }
    }
}
