internal import Meters
internal import NIOCore
internal import NIOHTTP1
internal import OpenRTB
internal import Units

/// Frames requests and answers with NIO's HTTP/1.1 pipeline: the border between bytes on a connection and the logic.
///
/// The pipeline hands over one request at a time, so this handler holds at most one body and one answer.
final class HTTPFront: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let loop: BidLoop
    private let connections: Connections
    private var arrival: Arrival?
    private var keepsAlive = true
    /// A body that is being refused is read to its end, and not kept.
    private var refusal: Reply?
    private var isAnswering = false

    init(loop: BidLoop, connections: Connections) {
        self.loop = loop
        self.connections = connections
    }

    func channelActive(context: ChannelHandlerContext) {
        connections.add(context.channel, self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connections.remove(context.channel)
        context.fireChannelInactive()
    }

    /// Whether a request has begun and its answer has not left.
    var isBusy: Bool { arrival != nil || isAnswering }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let part): append(part)
        case .end: end(context)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let (moment, instant) = loop.now
        keepsAlive = head.isKeepAlive
        refusal = nil
        var arrival = Arrival(
            method: head.method == .GET ? .get : head.method == .POST ? .post : .other,
            target: head.uri,
            body: ByteBuffer(),
            moment: moment,
            instant: instant
        )
        arrival.isHead = head.method == .HEAD
        arrival.contentType = head.headers.first(name: "content-type")
        arrival.contentEncoding = head.headers.first(name: "content-encoding")
        arrival.authorization = head.headers.first(name: "authorization")
        arrival.acceptsGzip = head.headers[canonicalForm: "accept-encoding"].contains { Self.isGzip($0) }
        arrival.address = context.remoteAddress?.ipAddress
        if arrival.method == .other {
            refusal = .problem(.methodNotAllowed, "only GET and POST are known here")
        } else if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > Limits.bodyBytesMax
        {
            refusal = .problem(.contentTooLarge, "the body exceeds \(Limits.bodyBytesMax) bytes")
            keepsAlive = false
        }
        self.arrival = arrival
        if refusal == nil, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            // Else the sender keeps its body back, and the deadline passes.
            context.writeAndFlush(wrapOutboundOut(.head(self.head(.continue, []))), promise: nil)
        }
    }

    /// Whether an entry of `Accept-Encoding` takes gzip: not with a quality of 0.
    private static func isGzip(_ entry: Substring) -> Bool {
        let parts = entry.lowercased().filter { $0 != " " }.split(separator: ";")
        guard parts.first == "gzip" else { return false }
        return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
    }

    private func append(_ part: ByteBuffer) {
        guard refusal == nil, arrival != nil else { return }
        let total = (arrival?.body.readableBytes ?? 0) + part.readableBytes
        guard total <= Limits.bodyBytesMax else {
            refusal = .problem(.contentTooLarge, "the body exceeds \(Limits.bodyBytesMax) bytes")
            keepsAlive = false
            arrival?.body = ByteBuffer()
            return
        }
        if total == part.readableBytes {
            arrival?.body = part
        } else {
            arrival?.body.writeImmutableBuffer(part)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        guard let arrival else { return }
        self.arrival = nil
        isAnswering = true
        let (reply, due) = refusal.map { ($0, nil) } ?? loop.answer(arrival)
        send(reply, to: arrival, due: due, context)
    }

    private func send(_ reply: Reply, to arrival: Arrival, due: Moment?, _ context: ChannelHandlerContext) {
        guard case .afterDurable(let sequence, let success) = reply else {
            write(reply, to: arrival, due: due, context)
            return
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        loop.whenDurable(sequence) { isDurable in
            let (front, context) = bound.value
            let failure = Reply.problem(.serviceUnavailable, "the record could not be made durable; try again later")
            front.write(isDurable ? success : failure, to: arrival, due: due, context)
        }
    }

    private func write(_ reply: Reply, to arrival: Arrival, due: Moment?, _ context: ChannelHandlerContext) {
        isAnswering = false
        guard context.channel.isActive else { return }
        let closes = !keepsAlive || loop.isDraining
        var (head, body) = frame(reply, for: arrival, context)
        if closes { head.headers.add(name: "connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let flushed = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        flushed.futureResult.whenComplete { _ in
            let (front, context) = bound.value
            front.account(arrival, due: due)
            if closes { context.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: flushed)
    }

    /// Counts how long a bid request took, and whether its last byte left after `tmax`.
    private func account(_ arrival: Arrival, due: Moment?) {
        guard let due else { return }
        let (now, _) = loop.now
        loop.sheet.add(loop.meters.duration, nanos: now.nanos - arrival.moment.nanos)
        if now > due { loop.sheet.add(loop.meters.late) }
    }

    // MARK: Framing

    private func frame(
        _ reply: Reply,
        for arrival: Arrival,
        _ context: ChannelHandlerContext
    )
        -> (HTTPResponseHead, ByteBuffer?)
    {
        switch reply {
        case .bid: return frameBid(arrival, context)
        case .noContent: return (head(.noContent, [("x-openrtb-version", "2.6")]), nil)
        case .pixel:
            let body = context.channel.allocator.buffer(bytes: Self.pixel)
            let headers = [
                ("content-type", "image/gif"), ("cache-control", "no-store"), ("content-length", "\(Self.pixel.count)"),
            ]
            return (head(.ok, headers), body)
        case .redirect(let target):
            let headers = [("location", target), ("cache-control", "no-store"), ("content-length", "0")]
            return (head(.found, headers), nil)
        case .text(let status, let text, let type):
            if status.rawValue >= 400 { loop.sheet.add(loop.meters.refusals, BidMeters.index(status)) }
            let body = context.channel.allocator.buffer(string: text)
            var headers = [("content-type", "\(type)"), ("content-length", "\(body.readableBytes)")]
            if status == .methodNotAllowed {
                headers.append(("allow", arrival.target.hasPrefix("/bid/") ? "POST" : "GET, POST"))
            }
            // To HEAD everything is told but the body itself.
            return (head(HTTPResponseStatus(statusCode: status.rawValue), headers), arrival.isHead ? nil : body)
        case .afterDurable:
            preconditionFailure("an answer that waits is framed when it no longer does")
        }
    }

    private func frameBid(_ arrival: Arrival, _ context: ChannelHandlerContext) -> (HTTPResponseHead, ByteBuffer?) {
        let isCompressed = arrival.acceptsGzip && loop.compressResponse()
        let body =
            isCompressed
            ? unsafe loop.compressed.withBytes { unsafe context.channel.allocator.buffer(bytes: $0) }
            : unsafe loop.response.withBytes { unsafe context.channel.allocator.buffer(bytes: $0) }
        var headers = [
            ("content-type", "application/json"), ("x-openrtb-version", "2.6"),
            ("content-length", "\(body.readableBytes)"),
        ]
        if isCompressed { headers.append(("content-encoding", "gzip")) }
        return (head(.ok, headers), body)
    }

    private func head(_ status: HTTPResponseStatus, _ headers: [(String, String)]) -> HTTPResponseHead {
        HTTPResponseHead(version: .http1_1, status: status, headers: HTTPHeaders(headers))
    }

    /// A transparent GIF of one pixel.
    private static let pixel: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0xF9, 4, 1, 0, 0, 0, 0,
        0x2C, 0,
        0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ]
}

/// The open connections of one loop.
final class Connections {
    private var open: [ObjectIdentifier: (channel: any Channel, front: HTTPFront)] = [:]

    func add(_ channel: any Channel, _ front: HTTPFront) { open[ObjectIdentifier(channel)] = (channel, front) }
    func remove(_ channel: any Channel) { open[ObjectIdentifier(channel)] = nil }

    var count: Int { open.count }

    /// Closes those on which no request is under way; the others close after their answer.
    func closeIdle() {
        for (channel, front) in open.values where !front.isBusy { channel.close(promise: nil) }
    }

    func closeAll() {
        for (channel, _) in open.values { channel.close(promise: nil) }
    }
}
