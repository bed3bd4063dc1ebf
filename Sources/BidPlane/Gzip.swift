internal import CZlib
internal import OpenRTB

/// gzip in one shot, with a hard cap on what comes out.
@safe
final class Gzip {
    enum Fault: Error {
        /// More would come out than allowed.
        case tooLarge
        /// Not gzip, cut short, or followed by something else.
        case malformed
    }

    private var inflater = unsafe z_stream()
    private var deflater = unsafe z_stream()

    init() {
        precondition(unsafe vendue_inflate_init_gzip(&inflater) == Z_OK, "no memory for zlib")
        precondition(unsafe vendue_deflate_init_gzip(&deflater, 1) == Z_OK, "no memory for zlib")
    }

    deinit {
        unsafe inflateEnd(&inflater)
        unsafe deflateEnd(&deflater)
    }

    /// - Parameter destination: its size is the cap.
    /// - Returns: bytes written.
    func inflate(
        _ bytes: UnsafeRawBufferPointer,
        into destination: UnsafeMutableBufferPointer<UInt8>
    ) throws(Fault) -> Int {
        guard unsafe inflateReset(&inflater) == Z_OK else { throw .malformed }
        unsafe inflater.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        unsafe inflater.avail_in = UInt32(bytes.count)
        unsafe inflater.next_out = destination.baseAddress
        unsafe inflater.avail_out = UInt32(destination.count)
        let result = unsafe CZlib.inflate(&inflater, Z_FINISH)
        if result == Z_STREAM_END, unsafe inflater.avail_in == 0 { return unsafe Int(inflater.total_out) }
        if result == Z_BUF_ERROR, unsafe inflater.avail_out == 0 { throw .tooLarge }
        throw .malformed
    }

    /// Compresses what `plain` holds into `out`.
    ///
    /// - Returns: false when it would not have become smaller; `out` then holds nothing.
    func deflate(_ plain: borrowing ByteWriter, into out: inout ByteWriter) -> Bool {
        out.clear()
        guard unsafe deflateReset(&deflater) == Z_OK else { return false }
        let room = plain.count
        unsafe out.appendInPlace(room) { destination in
            unsafe plain.withBytes { bytes in
                unsafe deflater.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                unsafe deflater.avail_in = UInt32(bytes.count)
                unsafe deflater.next_out = unsafe destination
                unsafe deflater.avail_out = UInt32(room)
                return unsafe CZlib.deflate(&deflater, Z_FINISH) == Z_STREAM_END ? Int(deflater.total_out) : 0
            }
        }
        return out.count > 0
    }
}
