internal import HTTP1
internal import Meters
internal import NIOCore
internal import NIOTLS
internal import OpenRTB
internal import Units

/// One connection of the bid listener: the border between its bytes and the logic.
///
/// Bytes that came are read in place, request by request; answers are gathered and leave together when everything
/// that came has been read. While an answer waits for the log, the requests behind it wait too, unread: answers keep
/// the order of their requests. What the peer may take its time with is ``ConnectionWatch``'s to say.
final class HTTPFront: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let loop: BidLoop
    private let connections: Connections
    private var address: String?
    private var context: ChannelHandlerContext?
    private var reader = RequestReader()
    /// Bytes of the request at hand and of those behind it.
    private var unread = ByteBuffer()
    /// The earliest moment at which the last of the request at hand, with which it can be answered, can have come.
    private var arrival = Moment(nanos: 0)
    /// What has come of a chunked body.
    private var chunks = ByteBuffer()
    /// Answers that have not left, and the memory of those that just have: the two take turns.
    var gathered = ByteBuffer()
    private var leaving = ByteBuffer()
    /// Those of the answer that is being written.
    var cookies: [String] = []
    /// When they were asked for and are due, for counting.
    private var owed: [(arrival: Moment, due: Moment)] = []
    private var watch: ConnectionWatch
    private var isWaiting = false
    /// Whether no further request is read: the last answer is given.
    private var isLast = false
    /// Whether no further byte will come; what came is answered all the same.
    private var peerHasClosed = false
    private var hasClosed = false
    /// A write may make the channel writable again and call in here while it lasts: neither is entered twice.
    private var isServing = false
    private var isFlushing = false
    private var hasGreeted = false

    init(loop: BidLoop, connections: Connections, isSecure: Bool) {
        self.loop = loop
        self.connections = connections
        watch = ConnectionWatch(isSecure ? .handshake : .idle, at: loop.now.0)
    }

    /// Whether a request has begun. The empty line that old clients send behind a body begins none.
    private var hasBegun: Bool {
        unread.readableBytes > 2
            || unread.readableBytesView.first.map { $0 != UInt8(ascii: "\r") } ?? false
    }

    // MARK: The connection's life

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        address = context.remoteAddress?.ipAddress
        if !connections.add(self, address: address) { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connections.remove(self, address: address)
        // An answer that waits for the log keeps this object, but nothing more.
        isLast = true
        unread = ByteBuffer()
        chunks = ByteBuffer()
        gathered = ByteBuffer()
        leaving = ByteBuffer()
        owed = []
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            peerHasClosed = true
            goOn(context)
        } else if case .handshakeCompleted = event as? TLSUserEvent {
            watch.enter(.idle, at: loop.now.0)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // A peer that does not read its answers is not asked for more requests.
        readOnlyAsWanted(context)
        if context.channel.isWritable { goOn(context) }
        context.fireChannelWritabilityChanged()
    }

    /// Looks whether the peer has taken too long; called a few times a second.
    func inspect(at now: Moment) {
        if let context, Self.hasUnsent(context) { watch.block(at: now) } else { watch.wroteAll() }
        switch watch.verdict(at: now, received: unread.readableBytes) {
        case .wait: return
        case .close: context?.close(promise: nil)
        case .tooSlow:
            guard let context else { return }
            loop.sheet.add(loop.meters.timeouts)
            refuse(.requestTimeout, "the request did not come to its end in time")
            flush(context)
        }
    }

    func close() { context?.close(promise: nil) }

    /// Closes, but for a request that has begun, whose answer will be the last, or answers on their way.
    func drain() {
        guard let context, !hasBegun, !isWaiting, gathered.readableBytes == 0 else { return }
        guard Self.hasUnsent(context) else { return close() }
        isLast = true
        flushSlowly(context)
    }

    // MARK: Bytes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        loop.reads(on: context.eventLoop)
        // What comes behind a refusal is taken, so that the refusal is not lost in a reset, and thrown away.
        guard !isLast else { return }
        var bytes = unwrapInboundIn(data)
        // What waits behind an answer that waits has been waiting as long.
        if !isWaiting || unread.readableBytes == 0 { arrival = loop.pace.earliestArrival }
        if unread.readableBytes == 0 {
            unread = bytes
        } else {
            // Else what has been read would stay for as long as a piece of a request always remains.
            unread.discardReadBytes()
            unread.writeBuffer(&bytes)
        }
        serve(context)
        // Behind an answer that waits nothing is read beyond this, so that a slow disk does not fill the memory.
        if isWaiting, unread.readableBytes > Self.waitingBytesMax { readOnlyAsWanted(context) }
    }

    private static let waitingBytesMax = 65_536

    private func readOnlyAsWanted(_ context: ChannelHandlerContext) {
        let isWanted = context.channel.isWritable && !(isWaiting && unread.readableBytes > Self.waitingBytesMax)
        try? context.channel.syncOptions?.setOption(.autoRead, value: isWanted)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush(context)
        context.fireChannelReadComplete()
    }

    private enum Step {
        case needsMore
        case refused(Refusal)
        case answered(Reply, Served, end: Int)
    }

    /// What the framing of an answer asks of its request.
    struct Served {
        let head: RequestHead
        let arrival: Moment
        let due: Moment?
    }

    /// Answers what is there, lets it leave, and closes where nothing more can come.
    private func goOn(_ context: ChannelHandlerContext) {
        serve(context)
        flush(context)
        guard peerHasClosed, !isWaiting, gathered.readableBytes == 0, context.channel.isWritable else { return }
        if hasClosed { context.close(promise: nil) } else { flushSlowly(context) }
    }

    /// Answers every request that is there as a whole.
    private func serve(_ context: ChannelHandlerContext) {
        guard !isServing else { return }
        isServing = true
        defer { isServing = false }
        while !isWaiting, !isLast, unread.readableBytes > 0, context.channel.isWritable {
            switch step() {
            case .needsMore:
                guard hasBegun else { return }
                watch.enter(reader.isHeaderRead ? .body : .header, at: loop.now.0)
                if reader.isHeaderRead, reader.head.expectsContinue, !hasGreeted {
                    // Else the sender keeps its body back, and the deadline passes.
                    hasGreeted = true
                    gathered.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
                }
                return
            case .refused(let refusal):
                refuse(refusal.status, "\(refusal.detail)")
            case .answered(let reply, let served, let end):
                advance(by: end)
                deliver(reply, served, context)
            }
            guard gathered.readableBytes > Self.gatheredBytesMax else { continue }
            // Who is flushing takes these too, and then serves on.
            if isFlushing { return }
            flush(context)
        }
    }

    /// More than this is not kept back until everything has been read.
    private static let gatheredBytesMax = 65_536

    private func step() -> Step {
        unsafe unread.withUnsafeReadableBytes { bytes in
            while true {
                switch unsafe reader.advance(bytes) {
                case .needsMore: return .needsMore
                case .refused(let refusal): return .refused(refusal)
                case .chunk(let piece): unsafe chunks.writeBytes(piece.bytes(of: bytes))
                case .complete(let body, let end):
                    if reader.head.framing == .chunked {
                        return unsafe chunks.withUnsafeReadableBytes { unsafe answer(bytes, $0, end) }
                    }
                    return unsafe answer(bytes, body.bytes(of: bytes), end)
                }
            }
        }
    }

    private func answer(_ bytes: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer, _ end: Int) -> Step {
        let (now, instant) = loop.now
        let request = unsafe Arrival(
            bytes,
            reader.head,
            body: body,
            address: address,
            moment: arrival,
            readMoment: now,
            instant: instant
        )
        let (reply, due) = loop.answer(request)
        return .answered(reply, Served(head: reader.head, arrival: arrival, due: due), end: end)
    }

    /// Goes on to the next request.
    private func advance(by end: Int) {
        unread.moveReaderIndex(forwardBy: end)
        if unread.readableBytes == 0 { unread = ByteBuffer() }
        if reader.head.framing == .chunked { chunks = ByteBuffer() }
        reader = RequestReader()
        hasGreeted = false
    }

    // MARK: Answers out

    private func deliver(_ reply: Reply, _ served: Served, _ context: ChannelHandlerContext) {
        watch.enter(.answering, at: loop.pace.earliestArrival)
        guard reply.isWaiting else {
            finish(reply, served)
            return
        }
        isWaiting = true
        var isSynchronous = true
        loop.whenReady(reply) { [self] reply in
            isWaiting = false
            guard self.context != nil else { return }
            finish(reply, served)
            guard !isSynchronous, let context = self.context else { return }
            readOnlyAsWanted(context)
            goOn(context)
        }
        isSynchronous = false
    }

    private func finish(_ reply: Reply, _ served: Served) {
        if !served.head.keepsAlive || loop.isDraining { isLast = true }
        write(reply, to: served.head, closes: isLast)
        if let due = served.due { owed.append((served.arrival, due)) }
        watch.enter(.idle, at: loop.pace.earliestArrival)
    }

    /// Says why nothing more is read from here.
    private func refuse(_ status: Status, _ detail: String) {
        isLast = true
        unread = ByteBuffer()
        write(.problem(status, detail), to: reader.head, closes: true)
        watch.enter(.lingering, at: loop.now.0)
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard !isFlushing, gathered.readableBytes > 0 else { return }
        isFlushing = true
        while gathered.readableBytes > 0 {
            swap(&gathered, &leaving)
            context.writeAndFlush(wrapOutboundOut(leaving), promise: nil)
            // Its memory is ours again where the socket has taken all.
            leaving.clear()
            serve(context)
        }
        isFlushing = false
        if gathered.storageCapacity > Self.keptBytesMax { gathered = ByteBuffer() }
        if leaving.storageCapacity > Self.keptBytesMax { leaving = ByteBuffer() }
        // Asking whether the socket took everything costs more than it tells: a peer that leaves 64 kB unread is seen
        // here, any other by `inspect`.
        if isLast || watch.isBlocked || !context.channel.isWritable {
            flushSlowly(context)
        } else {
            settle()
        }
    }

    /// A connection keeps no more memory than this for its next answers.
    private static let keptBytesMax = 16_384

    private static func hasUnsent(_ context: ChannelHandlerContext) -> Bool {
        ((try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0) > 0
    }

    /// Waits until the socket has taken everything: the rare case, for it costs a promise.
    private func flushSlowly(_ context: ChannelHandlerContext) {
        watch.block(at: loop.now.0)
        let gone = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        gone.futureResult.whenComplete { _ in bound.value.hasFlushed() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: gone)
    }

    private func hasFlushed() {
        guard let context, !Self.hasUnsent(context) else { return }
        watch.wroteAll()
        settle()
        guard isLast || peerHasClosed, !isWaiting, gathered.readableBytes == 0 else { return }
        hasClosed = true
        guard !peerHasClosed else { return context.close(promise: nil) }
        // The peer may still be sending: closing over its unread bytes would reset the connection, and the answer with it.
        watch.enter(.lingering, at: loop.now.0)
        context.close(mode: .output, promise: nil)
    }

    /// Counts how long bid requests took, and whether their last byte left after `tmax`.
    private func settle() {
        guard !owed.isEmpty else { return }
        let (now, _) = loop.now
        for (arrival, due) in owed {
            loop.sheet.add(loop.meters.duration, nanos: now.nanos - arrival.nanos)
            if now > due { loop.sheet.add(loop.meters.late) }
        }
        owed.removeAll(keepingCapacity: true)
    }
}
