internal import NIOCore
internal import NIOHTTP1

/// The last handler of a client's pipeline: one request at a time, then the next, on a connection that stays open.
///
/// Confined to its event loop, as are its pool and the errands.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// An answer larger than this is not read on.
    private static let bodyBytesMax = 1 << 20

    private let pool: ConnectionPool
    private var context: ChannelHandlerContext?
    private var errand: (any HTTPErrand)?
    private var sent = NIODeadline.uptimeNanoseconds(0)
    private var head: HTTPResponseHead?
    private var body: ByteBuffer?

    init(pool: ConnectionPool) { self.pool = pool }

    /// Sends the errand's request; the connection must be open and free.
    func run(_ errand: any HTTPErrand) {
        guard let context else {
            errand.finish(.failure(.closed), HTTPTimes(sent: nil, ended: .now()))
            return
        }
        precondition(self.errand == nil)
        self.errand = errand
        let message = errand.message()
        sent = .now()
        context.write(wrapOutboundOut(.head(message.head)), promise: nil)
        if let body = message.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Ends the errand under way, if any, and the connection with it.
    func abandon(_ failure: HTTPFailure) {
        fail(failure)
        context?.close(promise: nil)
    }

    /// Whether the errand under way was sent before a moment.
    func isWaiting(since moment: NIODeadline) -> Bool { errand != nil && sent < moment }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body(var part):
            if (body?.readableBytes ?? 0) + part.readableBytes > Self.bodyBytesMax {
                abandon(.unreadable("more than \(Self.bodyBytesMax) bytes"))
            } else if body?.writeBuffer(&part) == nil {
                body = part
            }
        case .end:
            complete(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed)
        pool.closed(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.unreadable("\(error)"))
        context.close(promise: nil)
    }

    private func complete(_ context: ChannelHandlerContext) {
        guard let head, let errand else { return }
        let times = HTTPTimes(sent: sent, ended: .now())
        let answer = HTTPAnswer(head: head, body: body)
        self.errand = nil
        self.head = nil
        body = nil
        if head.isKeepAlive {
            // The next request goes out first: reading this answer can wait, a visitor cannot.
            pool.freed(self)
        } else {
            context.close(promise: nil)
        }
        errand.finish(.success(answer), times)
    }

    private func fail(_ failure: HTTPFailure) {
        guard let errand else { return }
        self.errand = nil
        errand.finish(.failure(failure), HTTPTimes(sent: sent, ended: .now()))
    }
}
