internal import NIOCore
internal import NIOPosix

/// Connections that hold a server up: on a thread of their own, so that they do not slow the measured load.
package final class SlowPeers: Sendable {
    /// What is slow about a peer.
    package enum Habit: String, CaseIterable, Codable, Sendable {
        /// Sends a request's head a byte at a time.
        case dripsHead
        /// Sends the head at once and the body a byte at a time.
        case dripsBody
        /// Sends one request after the other and reads no answer.
        case deaf
    }

    /// What became of the peers of one habit.
    package struct Tally: Codable, Sendable {
        package var opened = 0
        package var closedByServer = 0
        package var bytesSent = 0
        /// Answers of any status; a deaf peer sees none.
        package var answers = 0

        /// No peer yet.
        package init() {}
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let crowd: NIOLoopBound<SlowCrowd>

    /// Opens the peers and keeps them at work; one that the server closes comes back.
    ///
    /// - Parameters:
    ///   - target: whom they hold up; over plain connections only.
    ///   - request: what each of them sends.
    ///   - countPerHabit: how many of each.
    package init(target: LoadTarget, request: PreparedRequest, countPerHabit: Int) async throws {
        let address = try target.address()
        let loop = group.next()
        crowd = try await loop.submit {
            let crowd = SlowCrowd(address: address, request: request.bytes, on: loop)
            crowd.begin(countPerHabit: countPerHabit)
            return NIOLoopBound(crowd, eventLoop: loop)
        }.get()
    }

    /// Closes them all and ends their thread.
    package func end() async throws -> [Habit: Tally] {
        let crowd = crowd
        let tallies = try await group.next().submit { crowd.value.end() }.get()
        try await group.shutdownGracefully()
        return tallies
    }
}

/// The peers and the alarm by which they send their next byte. Confined to its event loop.
private final class SlowCrowd {
    let address: SocketAddress
    let request: ByteBuffer
    private let loop: any EventLoop
    private var peers: [SlowPeer] = []
    private var alarm: Alarm?
    var tallies: [SlowPeers.Habit: SlowPeers.Tally] = [:]

    /// Between two bytes of a dripping peer.
    private static let tickNanos: UInt64 = 20_000_000

    init(address: SocketAddress, request: ByteBuffer, on loop: any EventLoop) {
        self.address = address
        self.request = request
        self.loop = loop
    }

    func begin(countPerHabit: Int) {
        for habit in SlowPeers.Habit.allCases {
            tallies[habit] = SlowPeers.Tally()
            for _ in 0..<countPerHabit { peers.append(SlowPeer(habit, request: request)) }
        }
        for peer in peers { open(peer) }
        let alarm = Alarm { self.tick() }
        self.alarm = alarm
        alarm.set(loop, at: NIODeadline.now().uptimeNanoseconds + Self.tickNanos)
    }

    private func tick() {
        guard let alarm else { return }
        for peer in peers {
            switch peer.step() {
            case .closed: open(peer)
            case .sent(let bytes): tallies[peer.habit]?.bytesSent += bytes
            }
            tallies[peer.habit]?.answers += peer.takeAnswers()
            tallies[peer.habit]?.closedByServer += peer.takeClosures()
        }
        alarm.set(loop, at: NIODeadline.now().uptimeNanoseconds + Self.tickNanos)
    }

    private func open(_ peer: SlowPeer) {
        peer.willOpen()
        let bound = NIOLoopBound(peer, eventLoop: loop)
        // A peer that does not read must not have the kernel read for it.
        let isDeaf = peer.habit == .deaf
        ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: !isDeaf)
            .channelOption(.socketOption(.so_rcvbuf), value: isDeaf ? 4_096 : 65_536)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SlowPeerHandler(peer: bound.value))
                }
            }
            .connect(to: address)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success: self.tallies[peer.habit]?.opened += 1
                case .failure: peer.didClose()
                }
            }
    }

    func end() -> [SlowPeers.Habit: SlowPeers.Tally] {
        alarm = nil
        for peer in peers { peer.close() }
        return tallies
    }
}

/// What one peer does on whatever connection it has.
private final class SlowPeer {
    enum Step {
        case closed
        case sent(bytes: Int)
    }

    let habit: SlowPeers.Habit
    private let request: ByteBuffer
    private let headCount: Int
    private var offset = 0
    private var isOpening = false
    private var answers = 0
    private var closures = 0
    var context: ChannelHandlerContext?

    init(_ habit: SlowPeers.Habit, request: ByteBuffer) {
        self.habit = habit
        self.request = request
        if case .whole(let frame) = HTTPFrame.read(request.readableBytesUInt8Span, as: .request) {
            headCount = frame.headCount
        } else {
            headCount = 0
        }
    }

    func willOpen() {
        isOpening = true
        offset = 0
    }

    func didOpen(_ context: ChannelHandlerContext) {
        isOpening = false
        self.context = context
    }

    func didClose() {
        if context != nil { closures += 1 }
        isOpening = false
        context = nil
    }

    func didAnswer() { answers += 1 }

    func takeAnswers() -> Int {
        defer { answers = 0 }
        return answers
    }

    func takeClosures() -> Int {
        defer { closures = 0 }
        return closures
    }

    /// Sends what its habit allows now.
    func step() -> Step {
        guard let context else { return isOpening ? .sent(bytes: 0) : .closed }
        switch habit {
        case .dripsHead: return send(1, context)
        case .dripsBody: return send(offset < headCount ? headCount - offset : 1, context)
        case .deaf:
            // Until the server no longer reads either.
            return context.channel.isWritable ? send(request.readableBytes, context) : .sent(bytes: 0)
        }
    }

    private func send(_ count: Int, _ context: ChannelHandlerContext) -> Step {
        guard let slice = request.getSlice(at: request.readerIndex + offset, length: count) else {
            return .sent(bytes: 0)
        }
        offset = (offset + count) % request.readableBytes
        context.writeAndFlush(NIOAny(slice), promise: nil)
        return .sent(bytes: count)
    }

    func close() { context?.close(promise: nil) }
}

/// Tells a peer what its connection does.
private final class SlowPeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: SlowPeer

    init(peer: SlowPeer) { self.peer = peer }

    func channelActive(context: ChannelHandlerContext) { peer.didOpen(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { peer.didAnswer() }

    func channelInactive(context: ChannelHandlerContext) { peer.didClose() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
