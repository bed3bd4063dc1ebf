package import Auction
internal import EventLog
package import Meters
package import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import OpenRTB
internal import Synchronization

/// The bid side: its listener, its event loops and what is posted to them.
package final class BidServer: Sendable {
    private struct Member: Sendable {
        let eventLoop: any EventLoop
        let loop: NIOLoopBound<BidLoop>
        let connections: NIOLoopBound<Connections>
        let sheet: MeterSheet
    }

    private let group: MultiThreadedEventLoopGroup
    private let members: [Member]
    private let listener = Mutex<(any Channel)?>(nil)
    package let meters: BidMeters

    /// - Parameter loops: event loops, each a thread; more than cores gain nothing.
    package init(_ services: BidServices, loops: Int) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        meters = services.meters
        var members: [Member] = []
        for (index, eventLoop) in group.makeIterator().enumerated() {
            let member = try await eventLoop.submit {
                let loop = BidLoop(services, index: index)
                return Member(
                    eventLoop: eventLoop,
                    loop: NIOLoopBound(loop, eventLoop: eventLoop),
                    connections: NIOLoopBound(Connections(), eventLoop: eventLoop),
                    sheet: loop.sheet
                )
            }.get()
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

    /// Opens the listener.
    ///
    /// - Parameter origin: of the URLs in bids, given the port bound. No connection is accepted before every loop
    ///   has it.
    /// - Returns: the address bound, its port known where 0 was asked for.
    package func listen(host: String, port: Int, origin: @Sendable (Int) -> Origin) async throws -> SocketAddress {
        let members = members
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let member = members.first(where: { $0.eventLoop === channel.eventLoop }) else {
                        preconditionFailure("a connection on a foreign loop")
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    let front = HTTPFront(loop: member.loop.value, connections: member.connections.value)
                    try channel.pipeline.syncOperations.addHandler(front)
                }
            }
            .bind(host: host, port: port).get()
        listener.withLock { $0 = channel }
        guard let address = channel.localAddress else { preconditionFailure("a listener without an address") }
        let origin = origin(address.port ?? port)
        for member in members { try await member.eventLoop.submit { member.loop.value.use(origin) }.get() }
        try await channel.setOption(.autoRead, value: true).get()
        return address
    }

    /// Posts a snapshot; returns when every loop uses it.
    package func publish(_ snapshot: Snapshot) async {
        for member in members {
            try? await member.eventLoop.submit { member.loop.value.use(snapshot) }.get()
        }
    }

    package var sheets: [MeterSheet] { members.map(\.sheet) }

    /// Takes no more connections, answers what has begun, and closes.
    ///
    /// - Parameter seconds: after which connections are closed whatever they are doing.
    package func drain(seconds: Int) async {
        let channel = listener.withLock { $0 }
        try? await channel?.close()
        for member in members {
            try? await member.eventLoop.submit {
                member.loop.value.isDraining = true
                member.connections.value.closeIdle()
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
    package func stop() async { try? await group.shutdownGracefully() }
}
