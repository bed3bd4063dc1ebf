internal import HTTP1
internal import Units

/// A request as it arrived: what the logic needs of it, borrowed from the connection for one call.
@safe
struct Arrival: ~Copyable {
    // Invariant: both point into buffers of the connection that outlive the call which is given the arrival; nobody
    // keeps an arrival longer, which is why it cannot be copied. `head`'s slices lie within `request`: its reader made
    // them from the same bytes.
    private let request: UnsafeRawBufferPointer
    private let content: UnsafeRawBufferPointer
    let head: RequestHead
    /// Of the peer, as text; nil for a socket without one. Who sent it may stand behind a proxy: ``BidLoop/client(of:)``.
    let address: String?
    /// The earliest moment at which it can have come.
    let moment: Moment
    /// When it was read.
    let readMoment: Moment
    let instant: Instant

    init(
        _ request: UnsafeRawBufferPointer,
        _ head: RequestHead,
        body: UnsafeRawBufferPointer,
        address: String?,
        moment: Moment,
        readMoment: Moment,
        instant: Instant
    ) {
        unsafe self.request = unsafe request
        unsafe content = unsafe body
        self.head = head
        self.address = address
        self.moment = moment
        self.readMoment = readMoment
        self.instant = instant
    }

    /// The body as sent, valid for the call.
    borrowing func withBody<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { unsafe body(content) }

    /// The bytes of a slice of the head, valid for the call.
    borrowing func withBytes<Result>(_ slice: Slice, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(slice.bytes(of: request))
    }

    /// A copy as text, whatever it holds.
    borrowing func text(_ slice: Slice) -> String {
        unsafe String(decoding: slice.bytes(of: request), as: UTF8.self)
    }

    /// Whether a slice is this text, ASCII letters in either case.
    ///
    /// - Parameter text: in lower case.
    borrowing func equals(_ slice: Slice, _ text: StaticString) -> Bool {
        unsafe Octet.equalsIgnoringCase(request, slice.range, text)
    }

    /// The target up to its question mark, and what stands behind that.
    borrowing func splitTarget() -> (path: Slice, query: Slice) {
        let range = head.target.range
        guard let mark = unsafe Octet.firstIndex(of: UInt8(ascii: "?"), in: request, range) else {
            return (head.target, .empty)
        }
        return (Slice(range.lowerBound..<mark), Slice(mark + 1..<range.upperBound))
    }

    /// The path's parts: the first between its slashes, and the rest behind the second slash.
    ///
    /// - Returns: nil for a path that does not begin with a slash.
    borrowing func splitPath() -> (first: Slice, rest: Slice?)? {
        let path = splitTarget().path.range
        guard !path.isEmpty, unsafe request[path.lowerBound] == UInt8(ascii: "/") else { return nil }
        let start = path.lowerBound + 1
        guard let slash = unsafe Octet.firstIndex(of: UInt8(ascii: "/"), in: request, start..<path.upperBound) else {
            return (Slice(start..<path.upperBound), nil)
        }
        return (Slice(start..<slash), Slice(slash + 1..<path.upperBound))
    }

    var query: Query {
        let query = splitTarget().query
        return Query(text(query)[...])
    }
}
