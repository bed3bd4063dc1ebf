package import Auction
package import Audience
internal import EventLog
package import Meters
package import NIOCore
internal import NIOPosix
package import NIOSSL
internal import OpenRTB
internal import Synchronization

/// The bid side: its listener, its event loops and what is posted to them.
package final class BidServer: Sendable {
    private struct Member: Sendable {
        let eventLoop: any EventLoop
        let loop: NIOLoopBound<BidLoop>
        let connections: NIOLoopBound<Connections>
        let outcomes: OutcomeInbox
        let sheet: MeterSheet
        let tallies: PassTallies
    }

    private let group: MultiThreadedEventLoopGroup
    private let members: [Member]
    private let listener = Mutex<(any Channel)?>(nil)
    package let meters: BidMeters

    /// - Parameters:
    ///   - loops: event loops, each a thread; more than cores gain nothing.
    ///   - caps: how many connections may be open.
    package init(_ services: BidServices, loops: Int, caps: ConnectionCensus.Caps = .init()) async throws {
        let census = ConnectionCensus(caps)
        group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        meters = services.meters
        var members: [Member] = []
        for (index, eventLoop) in group.makeIterator().enumerated() {
            let member = try await eventLoop.submit {
                let loop = BidLoop(services, index: index)
                return Member(
                    eventLoop: eventLoop,
                    loop: NIOLoopBound(loop, eventLoop: eventLoop),
                    connections: NIOLoopBound(Connections(loop, census), eventLoop: eventLoop),
                    outcomes: loop.outcomes,
                    sheet: loop.sheet,
                    tallies: loop.tallies
                )
            }.get()
            Self.inspect(member)
            Self.listenToOutcomes(member)
            members.append(member)
        }
        self.members = members
        let log = services.log
        log.onDurable { [members] sequence in
            let hasFailed = log.failure != nil
            for member in members {
                member.eventLoop.execute { member.loop.value.logIsDurable(through: sequence, hasFailed: hasFailed) }
            }
        }
    }

    private static func listenToOutcomes(_ member: Member) {
        member.outcomes.onArrival { member.eventLoop.execute { member.loop.value.takeOutcomes() } }
    }

    /// Looks after slow peers, four times a second.
    private static func inspect(_ member: Member) {
        member.eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(250), delay: .milliseconds(250)) { _ in
            let connections = member.connections.value
            member.loop.value.work { connections.inspect(at: $0) }
        }
    }

    /// Opens the listener.
    ///
    /// - Parameters:
    ///   - tls: where connections speak TLS from their first byte.
    ///   - origin: of the URLs in bids, given the port bound. No connection is accepted before every loop has it.
    /// - Returns: the address bound, its port known where 0 was asked for.
    package func listen(
        host: String,
        port: Int,
        tls: NIOSSLContext? = nil,
        origin: @Sendable (Int) -> Origin
    ) async throws -> SocketAddress {
        let channel = try await bootstrap(tls).bind(host: host, port: port).get()
        listener.withLock { $0 = channel }
        guard let address = channel.localAddress else { preconditionFailure("a listener without an address") }
        let origin = origin(address.port ?? port)
        for member in members { try await member.eventLoop.submit { member.loop.value.use(origin) }.get() }
        try await channel.setOption(.autoRead, value: true).get()
        return address
    }

    private func bootstrap(_ tls: NIOSSLContext?) -> ServerBootstrap {
        let members = members
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // One read a turn: a second would tell only that nothing more is there, and a greedy peer waits its turn.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 4096, maximum: 65_536)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let member = members.first(where: { $0.eventLoop === channel.eventLoop }) else {
                        preconditionFailure("a connection on a foreign loop")
                    }
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    let front = HTTPFront(
                        loop: member.loop.value,
                        connections: member.connections.value,
                        isSecure: tls != nil
                    )
                    try channel.pipeline.syncOperations.addHandler(front)
                }
            }
    }

    /// Posts a snapshot; returns when every loop uses it.
    package func publish(_ snapshot: Snapshot) async {
        for member in members {
            try? await member.eventLoop.submit { member.loop.value.use(snapshot) }.get()
        }
    }

    /// Posts who may send events; returns when every loop knows.
    package func publish(_ sources: EventSources) async {
        for member in members {
            try? await member.eventLoop.submit { member.loop.value.use(sources) }.get()
        }
    }

    package var sheets: [MeterSheet] { members.map(\.sheet) }
    /// Bid requests received by all loops.
    package var requestCount: UInt64 { sheets.reduce(0) { $0 &+ $1.value(meters.requests) } }
    /// Why strategies made no bid, loop by loop.
    package var tallies: [PassTallies] { members.map(\.tallies) }

    /// Takes no more connections, answers what has begun, and closes.
    ///
    /// - Parameter seconds: after which connections are closed whatever they are doing.
    package func drain(seconds: Int) async {
        let channel = listener.withLock { $0 }
        try? await channel?.close()
        for member in members {
            try? await member.eventLoop.submit {
                member.loop.value.isDraining = true
                member.connections.value.drain()
            }.get()
        }
        for _ in 0..<(seconds * 50) {
            var open = 0
            for member in members {
                open += (try? await member.eventLoop.submit { member.connections.value.count }.get()) ?? 0
            }
            if open == 0 { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
        for member in members {
            try? await member.eventLoop.submit { member.connections.value.closeAll() }.get()
        }
    }

    /// Ends the loops; nothing may be posted afterwards.
    package func stop() async {
        // What the audience's thread still finds out has nobody left to be told.
        for member in members { member.outcomes.close() }
        try? await group.shutdownGracefully()
    }
}
