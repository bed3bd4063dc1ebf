package import OpenRTB

/// Writes a stranger's text so that it stays text where it stands: a page, a player or a script reads that text.
///
/// Allocates nothing once the writer is warm.
package struct MarkupEscape: Equatable, Sendable {
    /// What surrounds the text.
    package enum Place: Equatable, Sendable {
        /// HTML or XML: between tags or in an attribute, quoted or not.
        case markup
        /// A CDATA section of XML.
        case cdata
        /// A part of a URL.
        case url
        /// A string of JavaScript, in either kind of quotes, also within an attribute.
        case script
    }

    /// Bytes of a value that are written at most: a long one would make the answer many times as long.
    package static let bytesMax = 256

    package let place: Place
    /// How often the markup is escaped as the content of a JSON string: once in a bid, twice in a native ad.
    package let depth: Int

    package init(_ place: Place, depth: Int = 1) {
        self.place = place
        self.depth = depth
    }

    /// Writes the first ``bytesMax`` bytes, cut between characters.
    package func write(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout ByteWriter) {
        var count = min(bytes.count, Self.bytesMax)
        if count < bytes.count {
            while count > 0, unsafe bytes[count] & 0xC0 == 0x80 { count -= 1 }
        }
        let cut = unsafe UnsafeBufferPointer(rebasing: bytes[..<count])
        var index = 0
        while index < cut.count { unsafe index += writeCharacter(of: cut, at: index, into: &out) }
    }

    /// Writes one of our own URLs: percent-encoded, but for the exchange's macros, which it must still find.
    package func writeEncoded(_ url: borrowing ByteWriter, into out: inout ByteWriter) {
        unsafe url.withBytes { bytes in
            for index in bytes.indices {
                let byte = unsafe bytes[index]
                switch byte {
                case UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "}"): out.append(byte)
                default: Self.percent(byte, into: &out)
                }
            }
        }
    }

    /// - Returns: how many bytes were read.
    private func writeCharacter(
        of bytes: UnsafeBufferPointer<UInt8>, at index: Int, into out: inout ByteWriter
    ) -> Int {
        let byte = unsafe bytes[index]
        if place == .url {
            Self.percent(byte, into: &out)
            return 1
        }
        if byte >= 0x80 { return unsafe writeWide(of: bytes, at: index, into: &out) }
        switch place {
        case .markup: writeMarkup(byte, into: &out)
        case .cdata: writeCDATA(byte, into: &out)
        case .script where Self.isPlain(byte): out.append(byte)
        case .script:
            for _ in 0..<(1 << depth) { out.append(UInt8(ascii: "\\")) }
            out.append("x")
            Self.hex(byte, into: &out)
        case .url: break
        }
        return 1
    }

    private func writeMarkup(_ byte: UInt8, into out: inout ByteWriter) {
        if Self.isPlain(byte) {
            out.append(byte)
        } else if Self.isControl(byte) {
            out.append(Self.replacement)
        } else {
            out.append("&#")
            // HTML has no carriage return by number.
            out.appendDecimal(byte == 13 ? 32 : Int64(byte))
            out.append(";")
        }
    }

    /// In CDATA nothing can be escaped, so brackets that could end it stand outside.
    private func writeCDATA(_ byte: UInt8, into out: inout ByteWriter) {
        switch byte {
        case UInt8(ascii: ">"): out.append("]]>&gt;<![CDATA[")
        case UInt8(ascii: "<"): out.append("]]>&lt;<![CDATA[")
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            let count = byte == UInt8(ascii: "\\") ? 1 << depth : (1 << depth) - 1
            for _ in 0..<count { out.append(UInt8(ascii: "\\")) }
            if byte == UInt8(ascii: "\"") { out.append(byte) }
        case 9, 10, 13: out.append(UInt8(ascii: " "))
        case _ where Self.isControl(byte): out.append(Self.replacement)
        default: out.append(byte)
        }
    }

    /// A character of several bytes: only line ends of scripts and what XML forbids differ from what was sent.
    private func writeWide(of bytes: UnsafeBufferPointer<UInt8>, at index: Int, into out: inout ByteWriter) -> Int {
        let byte = unsafe bytes[index]
        guard index + 2 < bytes.count else {
            out.append(byte)
            return 1
        }
        let (second, third) = unsafe (bytes[index + 1], bytes[index + 2])
        if place == .script, byte == 0xE2, second == 0x80, third == 0xA8 || third == 0xA9 {
            for _ in 0..<(1 << depth) { out.append(UInt8(ascii: "\\")) }
            out.append(third == 0xA8 ? "u2028" : "u2029")
            return 3
        }
        if byte == 0xEF, second == 0xBF, third >= 0xBE {
            out.append(Self.replacement)
            return 3
        }
        out.append(byte)
        return 1
    }

    /// What no kind of markup, attribute or script takes for anything but a letter of a text.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: ","):
            true
        default: false
        }
    }

    /// Control characters that XML or HTML cannot hold in any spelling.
    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 9 && byte != 10 && byte != 13 || byte == 0x7F
    }

    /// U+FFFD, which stands for what cannot be written.
    private static let replacement: StaticString = "\u{FFFD}"

    private static func percent(_ byte: UInt8, into out: inout ByteWriter) {
        if isPlain(byte), byte != UInt8(ascii: ":"), byte != UInt8(ascii: ",") {
            out.append(byte)
        } else {
            out.append(UInt8(ascii: "%"))
            hex(byte, into: &out)
        }
    }

    private static func hex(_ byte: UInt8, into out: inout ByteWriter) {
        out.append(digit(byte >> 4))
        out.append(digit(byte & 15))
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}
