package import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Answers every request with the same 200: what HTTP costs when nothing is decided.
package struct StaticServer: Sendable {
    /// How requests are framed.
    package enum Front: String, Sendable {
        /// In one handler over the connection's bytes.
        case raw
        /// By NIO's HTTP/1.1 pipeline.
        case pipeline
    }

    private let channel: any Channel

    /// Where it listens.
    package let address: String

    /// Opens the listener, on loopback.
    ///
    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - bytes: length of every body.
    ///   - loop: serves every connection.
    package init(port: Int, bytes: Int, front: Front, on loop: any EventLoop) async throws {
        let body = ByteBuffer(repeating: UInt8(ascii: "a"), count: bytes)
        channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    switch front {
                    case .raw: try pipeline.addHandler(RawAnswer(body: body))
                    case .pipeline:
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                        try pipeline.addHandler(PipelineAnswer(body: body))
                    }
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        address = "127.0.0.1:\(channel.localAddress?.port ?? port)"
    }

    /// Returns once the listener is closed.
    package func waitForEnd() async throws { try await channel.closeFuture.get() }

    /// Closes the listener.
    package func close() async throws { try await channel.close().get() }
}

/// Frames requests itself, and gathers the answers of one read into one write.
private final class RawAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: ByteBuffer
    private var pending = ByteBuffer()
    private var hasWritten = false

    init(body: ByteBuffer) {
        var answer = ByteBuffer(
            string: "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-openrtb-version: 2.6\r\n"
                + "content-length: \(body.readableBytes)\r\n\r\n")
        answer.writeImmutableBuffer(body)
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if pending.readableBytes > 0 {
            pending.writeBuffer(&bytes)
            bytes = pending
            pending = ByteBuffer()
        }
        while bytes.readableBytes > 0 {
            switch HTTPFrame.read(bytes.readableBytesUInt8Span, as: .request) {
            case .whole(let frame):
                bytes.moveReaderIndex(forwardBy: frame.count)
                context.write(wrapOutboundOut(answer), promise: nil)
                hasWritten = true
            case .incomplete:
                pending = bytes
                return
            case .malformed: return context.close(promise: nil)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard hasWritten else { return }
        hasWritten = false
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Answers at the end of each request that the pipeline hands over.
private final class PipelineAnswer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let body: ByteBuffer
    private let head: HTTPResponseHead

    init(body: ByteBuffer) {
        self.body = body
        head = HTTPResponseHead(
            version: .http1_1, status: .ok,
            headers: [
                "content-type": "application/json", "x-openrtb-version": "2.6",
                "content-length": "\(body.readableBytes)",
            ])
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
