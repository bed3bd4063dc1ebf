internal import Events
package import HTTP1

/// HTTP/1.1 requests as a connection brings them: what is read depends on the bytes, never on where they are cut.
///
/// Input: a byte with the number of cuts, at most seven; two bytes for each, where it is; then the connection's bytes.
package struct HTTPSubject: InputCheck {
    /// All that was read from one connection.
    package struct Reading: Equatable, Sendable {
        /// One request, its parts copied.
        package struct Request: Equatable, Sendable {
            package var target: [UInt8] = []
            package var host: [UInt8] = []
            package var fields: [[UInt8]] = []
            package var flags: [Bool] = []
            package var body: [UInt8] = []
            package var isWhole = false
        }

        package var requests: [Request] = []
        package var refusal: Refusal?
        /// Where the request behind the last whole one begins.
        package var consumed = 0

        package init() {}
    }

    package init() {}

    package func check(_ input: [UInt8]) {
        var source = ByteReader(input[...])
        guard let count = source.fixed(UInt8.self) else { return }
        var places: [Int] = []
        for _ in 0..<count % 8 {
            guard let place = source.fixed(UInt16.self) else { return }
            places.append(Int(place))
        }
        let bytes = Array(source.take(source.remaining) ?? [])
        let whole = Self.read(bytes, cutAt: [])
        Self.check(whole, Self.read(bytes, cutAt: places.map { $0 % (bytes.count + 1) }.sorted()))
        // Byte by byte every state meets its shortest piece; of long inputs that would cost most of the time.
        if bytes.count <= 512 { Self.check(whole, Self.read(bytes, cutAt: Array(0..<bytes.count))) }
    }

    /// The same bytes in pieces are the same requests and the same refusal.
    package static func check(_ whole: Reading, _ pieces: Reading) {
        Property.holds(whole.requests == pieces.requests, "the same bytes are the same requests, wherever they are cut")
        Property.holds(whole.refusal == pieces.refusal, "the same bytes are refused alike, wherever they are cut")
        Property.holds(whole.consumed == pieces.consumed, "requests end at the same bytes, wherever they are cut")
    }

    // MARK: A connection

    /// Reads a connection's bytes, given up to each cut and then whole, as the front does.
    private static func read(_ bytes: [UInt8], cutAt cuts: [Int]) -> Reading {
        var reading = Reading()
        var reader = RequestReader()
        var body: [UInt8] = []
        for given in cuts + [bytes.count] {
            while true {
                let request = bytes[reading.consumed..<given]
                let progress = unsafe request.withUnsafeBytes { unsafe reader.advance($0) }
                switch progress {
                case .needsMore: break
                case .chunk(let piece):
                    body += copy(piece, of: request)
                    Property.holds(body.count <= HTTPLimits.bodyBytesMax, "no body is longer than the limit")
                    continue
                case .complete(let place, let end):
                    Property.holds(end > 0 && end <= request.count, "a request ends within what was given")
                    let whole = body + copy(place, of: request)
                    Property.holds(whole.count <= HTTPLimits.bodyBytesMax, "no body is longer than the limit")
                    reading.requests.append(Self.request(reader.head, of: request, body: whole, isWhole: true))
                    reading.consumed += end
                    guard reader.head.keepsAlive else { return reading }
                    reader = RequestReader()
                    body = []
                    continue
                case .refused(let refusal):
                    Property.holds(refusal.status.rawValue >= 400, "a refusal is the sender's fault")
                    reading.refusal = refusal
                    return reading
                }
                break
            }
        }
        if reader.isHeaderRead {
            let rest = bytes[reading.consumed...]
            reading.requests.append(request(reader.head, of: rest, body: body, isWhole: false))
        }
        return reading
    }

    private static func request(
        _ head: RequestHead,
        of bytes: ArraySlice<UInt8>,
        body: [UInt8],
        isWhole: Bool
    ) -> Reading.Request {
        var request = Reading.Request()
        request.target = copy(head.target, of: bytes)
        Property.holds(request.target.first == UInt8(ascii: "/") || request.target == [0x2A], "a target is a path")
        Property.holds(request.target.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a target is visible ASCII")
        request.host = copy(head.host, of: bytes)
        let fields = [head.contentType, head.contentEncoding, head.authorization, head.forwardedFor]
        request.fields = fields.map { copy($0, of: bytes) }
        let isClean = request.fields.allSatisfy { $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }
        Property.holds(isClean, "no field holds a control character")
        request.flags = [
            head.method == .get, head.method == .post, head.method == .head, head.isHTTP10, head.keepsAlive,
            head.acceptsGzip, head.expectsContinue,
        ]
        request.body = body
        request.isWhole = isWhole
        if isWhole, case .length(let length) = head.framing {
            Property.holds(body.count == length, "a body has the length that was said")
        }
        return request
    }

    private static func copy(_ slice: Slice, of bytes: ArraySlice<UInt8>) -> [UInt8] {
        Property.holds(Int(slice.offset) + Int(slice.count) <= bytes.count, "what was read lies within what was given")
        let start = bytes.startIndex + Int(slice.offset)
        return Array(bytes[start..<start + Int(slice.count)])
    }

    // MARK: Seeds

    static var seeds: [[UInt8]] {
        let texts = [
            "GET /health HTTP/1.1\r\nHost: bid.example\r\n\r\n",
            "POST /bid/adx HTTP/1.1\r\nHost: bid.example:8080\r\nContent-Length: 8\r\n"
                + "Content-Type: application/json\r\nAuthorization: Bearer abc\r\nAccept-Encoding: br,gzip\r\n\r\n"
                + "{\"id\":1}GET /win/abc?p=1.5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "POST /bid/adx HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
                + "4;a=b\r\n{\"id\r\n4\r\n\":1}\r\n0\r\nTrailer: x\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nHEAD http://bid.example/imp/t?p=2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
                + "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
            "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/2.0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
        ]
        // Lines that reach their limit, and go past it.
        let long = [HTTPLimits.requestLineBytesMax - 15, HTTPLimits.requestLineBytesMax].flatMap { count in
            let filler = String(repeating: "a", count: count)
            return [
                "GET /\(filler) HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: \(filler)\r\n\r\n",
            ]
        }
        let cuts: [[UInt8]] = [[0], [1, 20, 0], [3, 5, 0, 60, 0, 130, 0]]
        return (texts + long).flatMap { text in cuts.map { $0 + Array(text.utf8) } }
    }
}
