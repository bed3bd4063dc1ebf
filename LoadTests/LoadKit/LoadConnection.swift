internal import NIOCore

/// One connection: a request under way at most, bytes in, frames out.
///
/// Confined to its event loop.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What is under way.
    struct Errand {
        let due: UInt64
        let sent: UInt64
        let allowance: UInt64
    }

    /// Until the connection is gone: it must not outlive its connections.
    private var generator: Generator?
    private var context: ChannelHandlerContext?
    private(set) var errand: Errand?
    /// An answer of which only a part has come.
    private var partial = ByteBuffer()
    /// Bytes without which looking again is of no use.
    private var bytesMin = 0

    init(generator: Generator) { self.generator = generator }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Whether a request can be written now.
    var isOpen: Bool { context?.channel.isActive ?? false }

    /// Writes a request; its answer or its loss is told to the generator.
    func send(_ request: PreparedRequest, due: UInt64, at now: UInt64) {
        guard let context else { return }
        errand = Errand(due: due, sent: now, allowance: request.allowanceNanos)
        context.writeAndFlush(wrapOutboundOut(request.bytes), promise: nil)
    }

    func close() { context?.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if partial.readableBytes > 0 {
            partial.writeBuffer(&bytes)
            if partial.readableBytes < bytesMin { return }
            bytes = partial
            partial = ByteBuffer()
        }
        read(bytes)
    }

    private func read(_ bytes: ByteBuffer) {
        switch HTTPFrame.read(bytes.readableBytesUInt8Span, as: .response) {
        case .incomplete(let bytesMin):
            self.bytesMin = bytesMin
            partial = bytes
        case .malformed:
            close()
        case .whole(let frame):
            // An answer that nobody asked for, or more than one, leaves the connection out of step.
            guard let errand, frame.count == bytes.readableBytes else { return close() }
            self.errand = nil
            if frame.closes { close() }
            generator?.answered(self, errand, frame, bytes)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let lost = errand
        errand = nil
        generator?.closed(self, lost)
        generator = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
