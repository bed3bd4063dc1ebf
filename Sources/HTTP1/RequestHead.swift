/// A run of bytes of a request, counted from the request's first byte.
package struct Slice: BitwiseCopyable, Equatable, Sendable {
    package let offset: UInt32
    package let count: UInt32

    package init(offset: Int, count: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    @inline(__always)
    package init(_ range: Range<Int>) { self.init(offset: range.lowerBound, count: range.count) }

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
/// Of a field that comes twice the first counts, but for those whose repetition is refused.
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
    package var isHTTP10 = false
    /// Whether another request may follow on the connection.
    package var keepsAlive = true
    package var framing = Framing.length(0)
    package var host = Slice.empty
    package var contentType = Slice.empty
    package var contentEncoding = Slice.empty
    package var authorization = Slice.empty
    package var acceptsGzip = false
    package var expectsContinue = false

    package init() {}
}
