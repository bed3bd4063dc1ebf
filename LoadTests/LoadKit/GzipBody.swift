internal import CZlib

/// gzip of a request body.
enum GzipBody {
    /// The compressed bytes, a whole gzip member.
    ///
    /// - Complexity: O(bytes), and a new compressor each time: for what is made before a run.
    static func compress(_ plain: [UInt8]) -> [UInt8] {
        var stream = unsafe z_stream()
        precondition(unsafe vendue_deflate_init_gzip(&stream, 6) == Z_OK, "no memory for zlib")
        defer { unsafe deflateEnd(&stream) }
        let room = Int(unsafe deflateBound(&stream, UInt(plain.count)))
        var source = plain
        return unsafe [UInt8](unsafeUninitializedCapacity: room) { destination, count in
            unsafe source.withUnsafeMutableBufferPointer { bytes in
                unsafe stream.next_in = bytes.baseAddress
                unsafe stream.avail_in = UInt32(bytes.count)
                unsafe stream.next_out = destination.baseAddress
                unsafe stream.avail_out = UInt32(room)
                // The bound holds for one call that finishes.
                precondition(unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib exceeded its own bound")
                count = unsafe Int(stream.total_out)
            }
        }
    }
}
