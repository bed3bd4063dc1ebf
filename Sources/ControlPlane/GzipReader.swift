internal import CZlib

/// Inflates gzip piece by piece, never more than a buffer ahead; several members behind one another are one body.
///
/// - Source: RFC 1952.
@safe
final class GzipReader {
    /// Not gzip, or damaged.
    struct Malformed: Error {}

    // Invariant: zlib holds pointers into `input` and `output` during a call alone. The stream does not move, because
    // the object does not: zlib checks its address.
    private var stream = unsafe z_stream()
    private var input: [UInt8] = []
    private var offset = 0
    private var output = [UInt8](repeating: 0, count: ControlLimits.inflatedBytesMax)
    /// Whether everything read so far ends where a gzip member does.
    private(set) var isComplete = false

    init() {
        precondition(unsafe vendue_inflate_init_gzip(&stream) == Z_OK, "no memory for zlib")
    }

    deinit { unsafe _ = inflateEnd(&stream) }

    /// Takes what comes next; what came before must have been read to its end.
    func feed(_ bytes: [UInt8]) {
        assert(offset == input.count, "the piece before is not read yet")
        input = bytes
        offset = 0
    }

    /// Inflates up to a buffer of what was fed.
    ///
    /// - Parameter take: called with what came out, never empty.
    /// - Returns: false where nothing came out, and more must be fed.
    func next(_ take: (Span<UInt8>) -> Void) throws(Malformed) -> Bool {
        while offset < input.count || !isComplete && hasMore {
            let (count, result) = inflate()
            hasMore = count == output.count
            switch result {
            case Z_STREAM_END:
                isComplete = true
                hasMore = false
                guard unsafe inflateReset(&stream) == Z_OK else { throw Malformed() }
            case Z_OK, Z_BUF_ERROR: isComplete = false
            default: throw Malformed()
            }
            guard count > 0 else { continue }
            // Gone again before the next call writes: nothing is copied.
            let output = output
            take(output.span.extracting(first: count))
            return true
        }
        return false
    }

    /// Whether more may come out without more going in.
    private var hasMore = false

    private func inflate() -> (count: Int, result: Int32) {
        unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.next_in = unsafe input.baseAddress.map { base in unsafe base + offset }
                unsafe stream.avail_in = UInt32(input.count - offset)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                let result = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                offset = unsafe input.count - Int(stream.avail_in)
                return unsafe (output.count - Int(stream.avail_out), result)
            }
        }
    }
}
