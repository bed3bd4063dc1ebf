internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// The connections of a generator: which are free, which are lost, and which must be opened again.
///
/// Free ones are used in turn, so that every one of a thousand is used. Confined to its event loop.
struct ConnectionSet {
    private let loop: any EventLoop
    private let address: SocketAddress
    private let tls: NIOSSLContext?
    private let count: Int
    private let state = State()

    /// Shared with the callbacks of connections that are being opened.
    private final class State {
        var idle = CircularBuffer<LoadConnection>()
        var open: [ObjectIdentifier: (connection: LoadConnection, channel: any Channel)] = [:]
        var connecting = 0
        var failures = 0
        var isClosed = false
    }

    /// How many are opened at once: a listener's queue must not overflow.
    private static let batch = 64

    init(_ target: LoadTarget, count: Int, on loop: any EventLoop) throws {
        self.loop = loop
        self.count = count
        address = try target.address()
        if let authority = target.authority {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(authority)
            tls = try NIOSSLContext(configuration: configuration)
        } else {
            tls = nil
        }
    }

    /// The free connection that has been free for longest.
    func takeIdle() -> LoadConnection? {
        while let connection = state.idle.popFirst() {
            // One that the server has just closed is still in the queue.
            if connection.isOpen { return connection }
        }
        return nil
    }

    func putIdle(_ connection: LoadConnection) { state.idle.append(connection) }

    func remove(_ connection: LoadConnection) { state.open[ObjectIdentifier(connection)] = nil }

    /// Connections that could not be opened since this was asked last.
    func takeFailures() -> Int {
        defer { state.failures = 0 }
        return state.failures
    }

    /// Closes connections whose request was written before a moment and is not answered.
    func closeStuck(sentBefore moment: UInt64) {
        for entry in state.open.values {
            if let errand = entry.connection.errand, errand.sent < moment { entry.connection.close() }
        }
    }

    /// Opens all, a batch at a time; fails with the first that cannot be.
    func openAll(for generator: Generator) -> EventLoopFuture<Void> {
        let missing = min(Self.batch, count - state.open.count)
        if missing == 0 { return loop.makeSucceededVoidFuture() }
        let batch = (0..<missing).map { _ in open(for: generator) { self.putIdle($0) } }
        return EventLoopFuture.andAllSucceed(batch, on: loop).assumeIsolated()
            .flatMap { self.openAll(for: generator) }.nonisolated()
    }

    /// Opens again what was lost, a batch at most; each is handed over once it is open.
    func refill(for generator: Generator, ready: @escaping (LoadConnection) -> Void) {
        let missing = min(Self.batch - state.connecting, count - state.open.count - state.connecting)
        for _ in 0..<max(0, missing) { _ = open(for: generator, ready: ready) }
    }

    /// Closes every connection; the future succeeds once they are closed.
    func closeAll() -> EventLoopFuture<Void> {
        state.isClosed = true
        let entries = Array(state.open.values)
        for entry in entries { entry.connection.close() }
        return EventLoopFuture.andAllComplete(entries.map { $0.channel.closeFuture }, on: loop)
    }

    private func open(
        for generator: Generator, ready: @escaping (LoadConnection) -> Void
    ) -> EventLoopFuture<Void> {
        state.connecting += 1
        let connection = NIOLoopBound(LoadConnection(generator: generator), eventLoop: loop)
        let tls = tls
        let opening = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(2))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // One read finds an answer; a second would only find that there is no other.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
                    }
                    try pipeline.addHandler(connection.value)
                }
            }
            .connect(to: address)
        return opening.assumeIsolated().map { channel in
            self.state.connecting -= 1
            guard !self.state.isClosed else { return channel.close(promise: nil) }
            self.state.open[ObjectIdentifier(connection.value)] = (connection.value, channel)
            ready(connection.value)
        }.flatMapErrorThrowing { error in
            self.state.connecting -= 1
            self.state.failures += 1
            throw error
        }.nonisolated()
    }
}
