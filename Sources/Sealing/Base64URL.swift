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
        let rest = text.count % 4
        guard rest != 1 else { return nil }
        // A foreign character has a bit above the six: one look at the end tells of all.
        var foreign: UInt8 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4) { bytes, written in
            unsafe values.withUnsafeBufferPointer { values in
                let value = { (index: Int) in
                    let value = unsafe values[Int(text[index])]
                    foreign |= value
                    return UInt32(value)
                }
                var read = 0
                while read + 4 <= text.count {
                    let word = value(read) << 18 | value(read + 1) << 12 | value(read + 2) << 6 | value(read + 3)
                    unsafe bytes[written] = UInt8(truncatingIfNeeded: word >> 16)
                    unsafe bytes[written + 1] = UInt8(truncatingIfNeeded: word >> 8)
                    unsafe bytes[written + 2] = UInt8(truncatingIfNeeded: word)
                    read += 4
                    written += 3
                }
                guard rest > 0 else { return }
                let word = value(read) << 12 | value(read + 1) << 6 | (rest == 3 ? value(read + 2) : 0)
                unsafe bytes[written] = UInt8(truncatingIfNeeded: word >> 10)
                if rest == 3 { unsafe bytes[written + 1] = UInt8(truncatingIfNeeded: word >> 2) }
                written += rest - 1
                // Bits that no byte takes must be zero.
                if word & (rest == 3 ? 0x3 : 0x3FF) != 0 { foreign = 0xFF }
            }
        }
        return foreign < 64 ? bytes : nil
    }

    /// The six bits of each character; 255 for foreign ones.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
