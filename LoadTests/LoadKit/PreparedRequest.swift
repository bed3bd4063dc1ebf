package import NIOCore

/// One whole HTTP/1.1 request, ready to be written.
package struct PreparedRequest: Sendable {
    /// Head and body.
    package let bytes: ByteBuffer
    /// How long its answer may take: `tmax`.
    package let allowanceNanos: UInt64

    package init(bytes: ByteBuffer, allowanceNanos: UInt64) {
        self.bytes = bytes
        self.allowanceNanos = allowanceNanos
    }
}

/// Where a generator takes its requests from.
///
/// Confined to the generator's event loop.
package protocol RequestSource: AnyObject {
    /// The next request; nil when there is none to send now.
    func next() -> PreparedRequest?
}
