import NIOCore
import NIOPosix

/// One answer of a server, as it came over the wire.
struct WireAnswer {
    let status: Int
    /// By name in lower case.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A client that sends bytes as they are, and reads until the server closes.
enum RawHTTP {
    /// - Parameter bytes: one or more requests; the last should ask for the connection to be closed.
    static func send(_ bytes: [UInt8], port: Int) async throws -> [WireAnswer] {
        var rest = try await exchange(bytes, port: port)[...]
        var answers: [WireAnswer] = []
        while !rest.isEmpty { answers.append(try answer(from: &rest)) }
        return answers
    }

    /// The only answer to a request, interim ones left out.
    static func send(
        _ method: String,
        _ target: String,
        _ headers: [String: String] = [:],
        body: [UInt8] = [],
        port: Int
    ) async throws -> WireAnswer {
        let answers = try await send(request(method, target, headers, body: body), port: port).filter {
            $0.status >= 200
        }
        guard let first = answers.first, answers.count == 1 else { throw Unexpected.noAnswer }
        return first
    }

    /// The bytes of a request.
    static func request(
        _ method: String,
        _ target: String,
        _ headers: [String: String] = [:],
        body: [UInt8] = [],
        closes: Bool = true
    ) -> [UInt8] {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"]
        if closes { lines.append("Connection: close") }
        if !body.isEmpty, headers["Transfer-Encoding"] == nil { lines.append("Content-Length: \(body.count)") }
        for (name, value) in headers { lines.append("\(name): \(value)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    /// A connection on which something was sent.
    struct Connection {
        /// When the first bytes of an answer came.
        let answered: EventLoopFuture<Void>
        /// Everything that came, once the server has closed.
        let everything: EventLoopFuture<[UInt8]>
        let channel: any Channel
    }

    /// Sends the rest once something has been answered to the first bytes.
    static func send(_ first: [UInt8], then rest: [UInt8], port: Int) async throws -> [WireAnswer] {
        let connection = try await open(first, port: port)
        try await connection.answered.get()
        try? await connection.channel.writeAndFlush(ByteBuffer(bytes: rest))
        var bytes = try await connection.everything.get()[...]
        var answers: [WireAnswer] = []
        while !bytes.isEmpty { answers.append(try answer(from: &bytes)) }
        return answers
    }

    static func open(_ bytes: [UInt8], port: Int) async throws -> Connection {
        let group = MultiThreadedEventLoopGroup.singleton
        let answered = group.next().makePromise(of: Void.self)
        let everything = group.next().makePromise(of: [UInt8].self)
        do {
            let channel = try await ClientBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Collector(answered, everything))
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            // The server may answer and close before it has read everything.
            try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
            return Connection(answered: answered.futureResult, everything: everything.futureResult, channel: channel)
        } catch {
            answered.fail(error)
            everything.fail(error)
            throw error
        }
    }

    /// All bytes that come back until the server closes.
    static func exchange(_ bytes: [UInt8], port: Int) async throws -> [UInt8] {
        try await open(bytes, port: port).everything.get()
    }

    private static func answer(from rest: inout ArraySlice<UInt8>) throws -> WireAnswer {
        guard let end = rest.indices.first(where: { rest[$0...].starts(with: [0x0D, 0x0A, 0x0D, 0x0A]) }) else {
            throw Unexpected.noAnswer
        }
        let lines = String(decoding: rest[..<end], as: UTF8.self).split(separator: "\r\n")
        rest = rest[(end + 4)...]
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else { throw Unexpected.noAnswer }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw Unexpected.noAnswer }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard rest.count >= length else { throw Unexpected.noAnswer }
        let body = Array(rest.prefix(length))
        rest = rest.dropFirst(length)
        return WireAnswer(status: status, headers: headers, body: body)
    }
}

/// Keeps what comes in until the connection is closed.
private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answered: EventLoopPromise<Void>
    private let everything: EventLoopPromise<[UInt8]>
    private var bytes: [UInt8] = []

    init(_ answered: EventLoopPromise<Void>, _ everything: EventLoopPromise<[UInt8]>) {
        self.answered = answered
        self.everything = everything
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        answered.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        answered.succeed()
        everything.succeed(bytes)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
