/// JSON's string escapes, written to bytes.
package enum JSONText {
    /// Appends a byte of a JSON string's content, escaped where JSON demands it.
    ///
    /// `<` is escaped too where it opens `</`: markup inside JSON inside a script element stays inside.
    @inline(__always)
    package static func append(_ byte: UInt8, to writer: inout ByteWriter) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
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
        for index in 0..<text.count { append(buffer[text, index], to: &writer) }
        writer.append(UInt8(ascii: "\""))
    }

    /// Bytes as the content of a JSON string, without the quotes: for what is compiled ahead of requests.
    package static func escaped(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        for byte in bytes { append(byte, to: &writer) }
        return writer.array()
    }

    /// A string as a JSON string, quotes included.
    package static func quoted(_ string: String) -> String {
        "\"" + String(decoding: escaped(string.utf8), as: UTF8.self) + "\""
    }

    private static func hex(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
