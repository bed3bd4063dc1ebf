/// How much of a stranger's HTTP is read, each bound with its reason; times are in ``ConnectionTimes`` of the front.
package enum HTTPLimits {
    /// Bytes of the request line: our longest URL, a click with a long landing page in its token, has some 3,000.
    package static let requestLineBytesMax = 8192
    /// Bytes of one field line: a browser's cookies may fill 4,096, and every server on the way adds some.
    package static let fieldLineBytesMax = 8192
    /// Bytes of the request line and all fields together.
    package static let headerBytesMax = 32_768
    /// Fields of a request, and of a chunked body's trailer.
    package static let fieldsMax = 100
    /// Bytes of a body, as sent and as inflated.
    package static let bodyBytesMax = 1 << 20
    /// Bytes of a chunk's size line: eight digits, and an extension that nobody sends.
    package static let chunkLineBytesMax = 128
    /// Bytes that all size lines and the trailer of one body may take: chunks of one byte are an attack, not a body.
    package static let chunkFramingBytesMax = 65_536
}
