#if canImport(Glibc)
internal import Glibc
#endif

/// Reads one HTTP/1.x request from bytes that come in pieces: a value without I/O, bytes in, progress out.
///
/// Strict: whatever it does not know is refused, not guessed, so that no other reader of the same bytes, a proxy in
/// front of us, sees another request in them. What it answers depends on the bytes alone, never on where they were
/// cut.
///
///     line → fields → length body ──────────────→ complete
///                   ↘ chunk size ⇄ chunk data
///                              ↘ trailer ───────→ complete
///
/// The caller keeps the bytes from the request's first on, gives all of them with every call, and starts a new reader
/// behind the end of a request. Reads each byte once, however often it is called. Allocates nothing.
///
/// - Source: RFC 9112, sections 2 to 7.
package struct RequestReader: BitwiseCopyable, Sendable {
    /// How far the request is read.
    package enum Progress: BitwiseCopyable, Equatable, Sendable {
        /// All bytes given are read, and the request goes on.
        case needsMore
        /// Data of a chunked body, for the caller to keep; to be called again.
        case chunk(Slice)
        /// The request ends before byte `end`. `body` is where it lies; empty for a chunked one, whose chunks were told.
        case complete(body: Slice, end: Int)
        case refused(Refusal)
    }

    enum Phase: BitwiseCopyable, Sendable {
        case requestLine
        case fields
        case body
        case chunkLine
        case chunkData(left: Int)
        case chunkEnd
        case trailer
    }

    /// As read so far; whole once ``isHeaderRead``.
    package internal(set) var head = RequestHead()
    var phase = Phase.requestLine
    /// Where the next line or piece begins.
    var position = 0
    /// Up to where an LF has been looked for.
    private var searched = 0
    var fieldCount = 0
    var hasHost = false
    var closes = false
    var asksToStay = false
    var hasLength = false
    var hasEncoding = false
    /// Bytes of a chunked body, and of what frames it.
    var chunkedBytes = 0
    var framingBytes = 0

    package init() {}

    /// Whether line and fields have been read and found good.
    package var isHeaderRead: Bool {
        switch phase {
        case .requestLine, .fields: false
        default: true
        }
    }

    /// Reads on.
    ///
    /// - Parameter bytes: all of the request so far, from its first byte, and what came behind it.
    package mutating func advance(_ bytes: UnsafeRawBufferPointer) -> Progress {
        do throws(Refusal) {
            while true {
                if let progress = unsafe try step(bytes) { return progress }
            }
        } catch {
            return .refused(error)
        }
    }

    /// One line or piece; nil when the next may follow at once.
    private mutating func step(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Progress? {
        switch phase {
        case .requestLine:
            guard let line = unsafe try takeLine(bytes, HTTPLimits.requestLineBytesMax, else: .targetTooLong) else {
                return .needsMore
            }
            // One empty line may stand in front: old clients send one behind a body.
            if line.isEmpty, line.lowerBound == 0 { return nil }
            unsafe try readRequestLine(bytes, line)
            phase = .fields
        case .fields:
            guard let line = unsafe try takeLine(bytes, HTTPLimits.fieldLineBytesMax, else: .fieldsTooLarge) else {
                return .needsMore
            }
            guard position <= HTTPLimits.headerBytesMax else { throw .fieldsTooLarge }
            if line.isEmpty {
                phase = try endOfHeader()
            } else {
                unsafe try readField(bytes, line)
            }
        case .body:
            guard case .length(let length) = head.framing, bytes.count - position >= length else { return .needsMore }
            return .complete(body: Slice(offset: position, count: length), end: position + length)
        default:
            return unsafe try stepChunked(bytes)
        }
        return nil
    }

    /// The next line without its CR LF; nil while it has not come to its end.
    mutating func takeLine(
        _ bytes: UnsafeRawBufferPointer,
        _ bytesMax: Int,
        else tooLong: Refusal
    ) throws(Refusal) -> Range<Int>? {
        let start = position
        let from = max(start, searched)
        guard let base = bytes.baseAddress, from < bytes.count,
            let found = unsafe memchr(base + from, 0x0A, bytes.count - from)
        else {
            searched = bytes.count
            guard bytes.count - start <= bytesMax else { throw tooLong }
            return nil
        }
        let end = unsafe base.distance(to: UnsafeRawPointer(found))
        guard end - start <= bytesMax else { throw tooLong }
        guard end > start, unsafe bytes[end - 1] == 0x0D else { throw .bareLF }
        position = end + 1
        searched = end + 1
        return start..<end - 1
    }
}
