import NIOCore
import NIOEmbedded
import NIOHTTP1

/// What NIO's decoder reads of the bytes of one connection.
struct NIOReading {
    struct Request {
        let head: HTTPRequestHead
        var body: [UInt8] = []
        var trailer = HTTPHeaders()
        var isComplete = false

        /// Whether the decoder stops here, for what follows may be another protocol.
        var isUpgrade: Bool {
            head.method == .CONNECT
                || head.headers.contains(name: "upgrade")
                    && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
        }
    }

    let requests: [Request]
    let error: (any Error)?
    /// How many requests were complete after each piece.
    let completeAfterPiece: [Int]

    /// - Parameter cuts: where a piece ends and the next begins, in ascending order.
    init(_ bytes: some Collection<UInt8>, cuts: [Int] = []) {
        let collector = RequestCollector()
        let channel = EmbeddedChannel()
        var counts: [Int] = []
        do {
            let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
            try channel.pipeline.syncOperations.addHandlers(decoder, collector)
            let all = ByteBuffer(bytes: bytes)
            for (start, end) in zip([0] + cuts, cuts + [all.readableBytes]) {
                guard let piece = all.getSlice(at: start, length: end - start) else { continue }
                try channel.writeInbound(piece)
                counts.append(collector.requests.count { $0.isComplete })
            }
        } catch {
            collector.error = collector.error ?? error
        }
        requests = collector.requests
        error = collector.error
        completeAfterPiece = counts
        collector.isOver = true
        // The decoder holds itself until it leaves the pipeline.
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// The request of that place, if it has come to its end.
    func complete(_ index: Int) -> Request? {
        guard index < requests.count, requests[index].isComplete else { return nil }
        return requests[index]
    }
}

/// Gathers the parts of requests until the bytes end.
private final class RequestCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    var requests: [NIOReading.Request] = []
    var error: (any Error)?
    var isOver = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): requests.append(NIOReading.Request(head: head))
        case .body(let bytes): requests[requests.count - 1].body += bytes.readableBytesView
        case .end(let trailers):
            requests[requests.count - 1].trailer = trailers ?? HTTPHeaders()
            requests[requests.count - 1].isComplete = true
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !isOver { self.error = self.error ?? error }
    }
}
