/// Bits written most significant first, six to a base64url character: the alphabet of TCF and GPP strings.
struct BitText {
    /// What is complete so far.
    private(set) var text: [UInt8] = []
    private var bits: UInt8 = 0
    private var count = 0

    /// The lowest `width` bits of a number, at most 64.
    mutating func append(_ value: UInt64, _ width: Int) {
        for place in (0..<width).reversed() {
            bits = bits << 1 | UInt8(truncatingIfNeeded: value >> UInt64(place)) & 1
            count += 1
            if count == 6 { close() }
        }
    }

    /// Fills the last character with zeros.
    mutating func pad() {
        if count == 0 { return }
        bits <<= UInt8(6 - count)
        close()
    }

    private mutating func close() {
        text.append(Base64.digit(bits))
        bits = 0
        count = 0
    }
}
