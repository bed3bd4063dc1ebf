/// Unpadded base64url in its one canonical spelling.
///
/// - Source: RFC 4648, section 5.
package enum Base64URL {
    /// Characters that `count` bytes become.
    package static func encodedCount(_ count: Int) -> Int { (count * 4 + 2) / 3 }

    /// Writes the encoding of `count` bytes.
    ///
    /// - Parameter destination: room for ``encodedCount(_:)`` characters.
    /// - Returns: characters written.
    @discardableResult
    package static func encode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        into destination: UnsafeMutablePointer<UInt8>
    ) -> Int {
        unsafe alphabet.withUnsafeBufferPointer { letters in
            var read = 0
            var written = 0
            let letter = { (value: UInt32) in unsafe letters[Int(value & 63)] }
            // Three bytes are four letters.
            while read + 3 <= bytes.count {
                let word = unsafe UInt32(bytes[read]) << 16 | UInt32(bytes[read + 1]) << 8 | UInt32(bytes[read + 2])
                unsafe destination[written] = letter(word >> 18)
                unsafe destination[written + 1] = letter(word >> 12)
                unsafe destination[written + 2] = letter(word >> 6)
                unsafe destination[written + 3] = letter(word)
                read += 3
                written += 4
            }
            let rest = bytes.count - read
            guard rest > 0 else { return written }
            let word = unsafe UInt32(bytes[read]) << 16 | (rest == 2 ? UInt32(bytes[read + 1]) << 8 : 0)
            unsafe destination[written] = letter(word >> 18)
            unsafe destination[written + 1] = letter(word >> 12)
            if rest == 2 { unsafe destination[written + 2] = letter(word >> 6) }
            return written + rest + 1
        }
    }

    package static func encode(_ bytes: [UInt8]) -> String {
        let count = encodedCount(bytes.count)
        let text = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            guard let start = buffer.baseAddress else { return }
            written = unsafe bytes.withUnsafeBufferPointer { unsafe encode($0, into: start) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil for a foreign character, padding, an impossible length, or stray bits at the end: each byte
    ///   string has exactly one text.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? { decode(bytes: Array(text)) }

    private static func decode(bytes text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for character in text {
            guard let value = value(of: character) else { return nil }
            word = (word << 6 | value) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        guard word & ((1 << bits) - 1) == 0 else { return nil }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
