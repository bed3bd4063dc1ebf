import HTTP1

/// What the bytes of one connection were read as, by the protocol that `BidPlane/HTTPFront` follows.
struct Reading: Equatable {
    /// A request as read: its head's slices as the bytes they stand for.
    struct Request: Equatable {
        var method = RequestHead.Method.other
        var target = ""
        var isHTTP10 = false
        var keepsAlive = true
        var isChunked = false
        var body: [UInt8] = []
        var host = ""
        var contentType = ""
        var contentEncoding = ""
        var authorization = ""
        var forwardedFor = ""
        var acceptsGzip = false
        var expectsContinue = false
        /// Where the next request begins, counted from the connection's first byte.
        var end = 0
    }

    enum Ending: Equatable {
        /// Every byte belongs to a request that was read.
        case idle
        /// A request has begun, and its line and fields, or its body, go on.
        case withinHeader
        case withinBody
        /// The last request asked for the connection to be closed.
        case closed
        case refused(Refusal)
    }

    private(set) var requests: [Request] = []
    private(set) var ending = Ending.idle

    /// Whether the request that goes on has a chunked body.
    var isWithinChunked: Bool { ending == .withinBody && reader.head.framing == .chunked }

    private var reader = RequestReader()
    private var chunks: [UInt8] = []
    /// Where the request at hand begins.
    private var start = 0

    /// - Parameter cuts: where a piece ends and the next begins, in ascending order.
    init(_ bytes: [UInt8], cuts: some Sequence<Int> = EmptyCollection()) {
        for cut in cuts { unsafe bytes.withUnsafeBytes { unsafe read(UnsafeRawBufferPointer(rebasing: $0[..<cut])) } }
        unsafe bytes.withUnsafeBytes { unsafe read($0) }
    }

    static func == (lhs: Reading, rhs: Reading) -> Bool { lhs.requests == rhs.requests && lhs.ending == rhs.ending }

    /// - Parameter bytes: all of the connection so far.
    private mutating func read(_ bytes: UnsafeRawBufferPointer) {
        if case .refused = ending { return }
        while ending != .closed, start < bytes.count {
            let request = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
            switch unsafe reader.advance(request) {
            case .needsMore:
                ending = reader.isHeaderRead ? .withinBody : .withinHeader
                return
            case .refused(let refusal):
                ending = .refused(refusal)
                return
            case .chunk(let piece): unsafe chunks.append(contentsOf: piece.bytes(of: request))
            case .complete(let body, let end): unsafe finish(request, body, end)
            }
        }
    }

    private mutating func finish(_ request: UnsafeRawBufferPointer, _ body: Slice, _ end: Int) {
        let head = reader.head
        let text = { (slice: Slice) in unsafe String(decoding: slice.bytes(of: request), as: UTF8.self) }
        start += end
        unsafe requests.append(
            Request(
                method: head.method,
                target: text(head.target),
                isHTTP10: head.isHTTP10,
                keepsAlive: head.keepsAlive,
                isChunked: head.framing == .chunked,
                body: head.framing == .chunked ? chunks : [UInt8](body.bytes(of: request)),
                host: text(head.host),
                contentType: text(head.contentType),
                contentEncoding: text(head.contentEncoding),
                authorization: text(head.authorization),
                forwardedFor: text(head.forwardedFor),
                acceptsGzip: head.acceptsGzip,
                expectsContinue: head.expectsContinue,
                end: start
            ))
        ending = head.keepsAlive ? .idle : .closed
        reader = RequestReader()
        chunks = []
    }
}

/// The bytes of a text, one for each character up to U+00FF.
func octets(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }
