internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Up to a fixed number of connections to one address, and the errands that wait for one: first come, first served.
///
/// Confined to its event loop. A connection that is lost is opened again when it is needed, never otherwise, so a dead
/// service costs one failed attempt an errand and no more.
final class ConnectionPool {
    private let loop: any EventLoop
    private let address: SocketAddress
    private let sizeMax: Int
    private let answerTimeout: TimeAmount

    private var idle: [HTTPConnection] = []
    /// Every open connection.
    private var open: [ObjectIdentifier: (connection: HTTPConnection, channel: any Channel)] = [:]
    private var connecting = 0
    private var queue = CircularBuffer<any HTTPErrand>()
    private var isShutDown = false

    /// A pool without connections yet.
    ///
    /// - Parameters:
    ///   - loop: of every connection and every errand.
    ///   - address: of the service.
    ///   - sizeMax: connections at most; above 0.
    ///   - answerTimeout: how long an answer may take before its connection is given up.
    init(loop: any EventLoop, address: SocketAddress, sizeMax: Int, answerTimeout: TimeAmount) {
        precondition(sizeMax > 0)
        self.loop = loop
        self.address = address
        self.sizeMax = sizeMax
        self.answerTimeout = answerTimeout
    }

    /// Whether nothing is under way and nothing waits.
    var isQuiet: Bool { queue.isEmpty && connecting == 0 && idle.count == open.count }

    /// Whether an errand would be sent at once.
    var hasIdle: Bool { !idle.isEmpty }

    /// Sends an errand's request as soon as a connection is free.
    func submit(_ errand: any HTTPErrand) {
        loop.preconditionInEventLoop()
        if isShutDown {
            errand.finish(.failure(.abandoned), HTTPTimes(sent: nil, ended: .now()))
        } else if let connection = idle.popLast() {
            connection.run(errand)
        } else {
            queue.append(errand)
            if connecting < queue.count, open.count + connecting < sizeMax { _ = connect() }
        }
    }

    /// Opens every connection now; fails with the first that cannot be.
    func connectAll() -> EventLoopFuture<Void> {
        EventLoopFuture.andAllSucceed((0..<sizeMax).map { _ in connect() }, on: loop)
    }

    /// Gives up what has been waited for too long.
    func sweep(at now: NIODeadline) {
        let oldest = now - answerTimeout
        for entry in open.values where entry.connection.isWaiting(since: oldest) { entry.connection.abandon(.timedOut) }
    }

    /// Ends every errand and closes every connection; the future succeeds once they are closed.
    func shutDown() -> EventLoopFuture<Void> {
        isShutDown = true
        let entries = Array(open.values)
        let closed = EventLoopFuture.andAllComplete(entries.map { $0.channel.closeFuture }, on: loop)
        failQueue(.abandoned)
        for entry in entries { entry.connection.abandon(.abandoned) }
        return closed
    }

    /// Called by a connection that has answered its errand and stays open.
    func freed(_ connection: HTTPConnection) {
        if let errand = queue.popFirst() { connection.run(errand) } else { idle.append(connection) }
    }

    /// Called by a connection that is gone.
    func closed(_ connection: HTTPConnection) {
        guard open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        idle.removeAll { $0 === connection }
        if !queue.isEmpty, !isShutDown { _ = connect() }
    }

    private func connect() -> EventLoopFuture<Void> {
        connecting += 1
        let connection = NIOLoopBound(HTTPConnection(pool: self), eventLoop: loop)
        let channel = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(2))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    var framing = HTTPRequestEncoder.Configuration()
                    framing.automaticallySetFramingHeaders = false
                    let pipeline = channel.pipeline.syncOperations
                    // What is sent was written here: checking its header names again would cost more than it finds.
                    try pipeline.addHTTPClientHandlers(
                        enableOutboundHeaderValidation: false, encoderConfiguration: framing)
                    try pipeline.addHandler(connection.value)
                }
            }
            .connect(to: address)
        channel.assumeIsolated().whenComplete { self.connected($0, connection.value) }
        return channel.map { _ in }
    }

    private func connected(_ result: Result<any Channel, any Error>, _ connection: HTTPConnection) {
        connecting -= 1
        switch result {
        case .success(let channel) where isShutDown:
            channel.close(promise: nil)
        case .success(let channel):
            open[ObjectIdentifier(connection)] = (connection, channel)
            freed(connection)
        case .failure(let error):
            // One attempt, one errand: a service that is down fails everything that is due, as fast as it is due.
            queue.popFirst()?.finish(.failure(.unreachable("\(error)")), HTTPTimes(sent: nil, ended: .now()))
            if connecting == 0, open.isEmpty { failQueue(.unreachable("\(error)")) }
        }
    }

    private func failQueue(_ failure: HTTPFailure) {
        while let errand = queue.popFirst() {
            errand.finish(.failure(failure), HTTPTimes(sent: nil, ended: .now()))
        }
    }
}
