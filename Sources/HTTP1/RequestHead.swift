/// A run of bytes of a request, counted from the request's first byte.
package struct Slice: BitwiseCopyable, Equatable, Sendable {
    /// From the request's first byte.
    package let offset: UInt32
    /// Bytes.
    package let count: UInt32

    package init(offset: Int, count: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    @inline(__always)
    package init(_ range: Range<Int>) { self.init(offset: range.lowerBound, count: range.count) }

    /// Of no bytes: an absent field.
    package static let empty = Slice(offset: 0, count: 0)

    @inline(__always)
    package var range: Range<Int> { Int(offset)..<Int(offset) + Int(count) }

    @inline(__always)
    package var isEmpty: Bool { count == 0 }

    /// The bytes themselves.
    ///
    /// - Parameter request: from the request's first byte on.
    @inline(__always)
    package func bytes(of request: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: request[range])
    }
}

/// What is known of a request from its line and fields: the few that the bid side asks for, by their place.
///
/// Of a field that comes twice the first counts, but for those whose repetition is refused, and for ``forwardedFor``.
package struct RequestHead: BitwiseCopyable, Sendable {
    package enum Method: UInt8, BitwiseCopyable, Sendable {
        case get
        case post
        /// Answered as any method that is not served, and without a body.
        case head
        case other
    }

    /// How the end of the body is told.
    package enum Framing: BitwiseCopyable, Equatable, Sendable {
        /// So many bytes; 0 where nothing was said.
        case length(Int)
        case chunked
    }

    package var method = Method.other
    /// Path and query; of a target in absolute form without scheme and host.
    package var target = Slice.empty
    /// HTTP/1.0, whose connections end unless they ask to be kept.
    package var isHTTP10 = false
    /// Whether another request may follow on the connection.
    package var keepsAlive = true
    package var framing = Framing.length(0)
    /// As sent; no rule of ours depends on it, for path and query alone identify what is asked.
    package var host = Slice.empty
    /// These three as sent, without the blanks around them; empty where absent.
    package var contentType = Slice.empty
    package var contentEncoding = Slice.empty
    package var authorization = Slice.empty
    /// `X-Forwarded-For` as sent; of several lines the last, which the nearest proxy wrote.
    package var forwardedFor = Slice.empty
    /// The cookies as sent; of several such fields the first.
    package var cookie = Slice.empty
    /// Whether the browser sent Global Privacy Control, `Sec-GPC: 1`.
    package var sendsGPC = false
    /// Whether `Accept-Encoding` takes gzip.
    package var acceptsGzip = false
    /// Whether the sender waits for leave to send its body.
    package var expectsContinue = false

    package init() {}
}
