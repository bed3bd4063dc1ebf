/// JSON's string escapes, written to bytes.
package enum JSONText {
    /// Appends a byte of a JSON string's content, escaped where JSON demands it.
    ///
    /// A slash is escaped too where it follows `<`: markup inside JSON inside a script element stays inside.
    /// - Parameter previous: the byte before it, 0 for none.
    @inline(__always)
    package static func append(_ byte: UInt8, after previous: UInt8, to writer: inout ByteWriter) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            writer.append(UInt8(ascii: "\\"))
            writer.append(byte)
        case UInt8(ascii: "/") where previous == UInt8(ascii: "<"):
            writer.append(UInt8(ascii: "\\"))
            writer.append(byte)
        case 0..<0x20, 0x7F:
            writer.append("\\u00")
            writer.append(hex(byte >> 4))
            writer.append(hex(byte & 15))
        default:
            writer.append(byte)
        }
    }

    /// Appends a text of a request as a JSON string, quotes included.
    package static func append(_ text: Text, of buffer: TextBuffer, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "\""))
        unsafe buffer.withBytes(text) { unsafe append($0, to: &writer) }
        writer.append(UInt8(ascii: "\""))
    }

    private static func append(_ bytes: UnsafeBufferPointer<UInt8>, to writer: inout ByteWriter) {
        // Without a branch, so that sixteen are looked at at once; hardly any text has something to escape.
        var marks: UInt8 = 0
        for index in 0..<bytes.count {
            let byte = unsafe bytes[index]
            marks |= (byte < 0x20 ? 1 : 0) | (byte == 0x7F ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0)
            marks |= (byte == UInt8(ascii: "\\") ? 1 : 0) | (byte == UInt8(ascii: "<") ? 1 : 0)
        }
        guard marks != 0 else {
            unsafe writer.append(bytes)
            return
        }
        unsafe appendEach(of: bytes, to: &writer)
    }

    private static func appendEach(of bytes: UnsafeBufferPointer<UInt8>, to writer: inout ByteWriter) {
        var previous: UInt8 = 0
        for index in 0..<bytes.count {
            let byte = unsafe bytes[index]
            append(byte, after: previous, to: &writer)
            previous = byte
        }
    }

    /// Bytes as the content of a JSON string, without the quotes: for what is compiled ahead of requests.
    package static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: bytes.count + 64)
        unsafe bytes.withUnsafeBufferPointer { unsafe append($0, to: &writer) }
        return writer.array()
    }

    /// A string as a JSON string, quotes included.
    package static func quoted(_ string: String) -> String {
        "\"" + String(decoding: escaped(Array(string.utf8)), as: UTF8.self) + "\""
    }

    private static func hex(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
