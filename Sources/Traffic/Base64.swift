/// Base 64 in its two alphabets, without padding unless asked for.
enum Base64 {
    /// The digit of the URL-safe alphabet for 0 to 63.
    static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    /// The padded text of RFC 4648, section 4: what `:B64` asks of a macro.
    static func padded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(standardDigit(UInt8(bits >> UInt32(count) & 63)))
            }
        }
        if count > 0 { text.append(standardDigit(UInt8(bits << UInt32(6 - count) & 63))) }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return text
    }

    private static func standardDigit(_ value: UInt8) -> UInt8 {
        switch value {
        case 62: UInt8(ascii: "+")
        case 63: UInt8(ascii: "/")
        default: digit(value)
        }
    }
}
