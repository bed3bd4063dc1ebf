/// A JSON document written piece by piece: fixed text as it stands, numbers as digits.
///
/// It knows nothing of JSON's grammar; that the pieces fit together is what the tests of the generator are for.
struct RequestBytes {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Text that is valid inside a JSON document as it stands.
    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func raw(_ text: [UInt8]) { bytes.append(contentsOf: text) }

    /// An integer in decimal digits, with zeros in front up to `digits`.
    mutating func number(_ value: Int, digits: Int = 1) {
        if value < 0 { raw("-") }
        var rest = value.magnitude
        var power: UInt = 1
        var count = 1
        while rest / power >= 10 || count < digits {
            power *= 10
            count += 1
        }
        while power > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power))
            rest %= power
            power /= 10
        }
    }

    /// Hundredths as a decimal number: 125 are `1.25`, 50 are `0.5`.
    mutating func hundredths(_ value: Int) {
        if value < 0 { raw("-") }
        let magnitude = Int(value.magnitude)
        number(magnitude / 100)
        let fraction = magnitude % 100
        if fraction == 0 { return }
        raw(".")
        if fraction % 10 == 0 { number(fraction / 10) } else { number(fraction, digits: 2) }
    }

    /// The lowest `digits` hexadecimal digits, at most 16.
    mutating func hex(_ value: UInt64, digits: Int) {
        for place in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(place * 4)) & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    /// 32 hexadecimal digits in the five groups of a UUID.
    mutating func uuid(_ high: UInt64, _ low: UInt64) {
        hex(high >> 32, digits: 8)
        raw("-")
        hex(high >> 16, digits: 4)
        raw("-")
        hex(high, digits: 4)
        raw("-")
        hex(low >> 48, digits: 4)
        raw("-")
        hex(low, digits: 12)
    }

    /// `count` characters of the base64url alphabet, the same ones for the same `value`.
    mutating func base64(_ value: UInt64, count: Int) {
        var word = value
        for index in 0..<count {
            if index % 10 == 0 { word = word &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(index) }
            bytes.append(Base64.digit(UInt8(truncatingIfNeeded: word >> 58)))
            word = word << 6 | word >> 58
        }
    }
}
