package import Sealing
internal import Units

/// The value in place of `${AUCTION_PRICE}`, in every encoding.
///
/// Input: a byte that chooses the encoding; then the value, or for a forged one 16 bytes of vector, 8 of price, and
/// what is laid over the sealed text.
package struct PriceSubject: InputCheck {
    private static let encryptionKey = [UInt8](1...32)
    private static let integrityKey = [UInt8](33...64)
    package static let google = PriceEncoding.google(encryptionKey: encryptionKey, integrityKey: integrityKey)

    package func check(_ input: [UInt8]) {
        guard let choice = input.first else { return }
        let rest = Array(input.dropFirst())
        switch choice & 3 {
        case 0: Self.check(String(decoding: rest, as: UTF8.self), .plain)
        case 1: Self.check(String(decoding: rest, as: UTF8.self), .base64)
        case 2: Self.check(String(decoding: rest, as: UTF8.self), Self.google)
        default: checkForged(rest)
        }
    }

    private static func check(_ value: String, _ encoding: PriceEncoding) {
        check(PriceDecoder.decode(value, encoding), of: value, encoding)
    }

    /// The rules that any answer of the decoder keeps.
    package static func check(_ outcome: PriceDecoder.Outcome, of value: String, _ encoding: PriceEncoding) {
        switch outcome {
        case .empty: Property.holds(value.isEmpty, "only nothing is an empty price")
        case .unreplaced: Property.holds(value.hasPrefix("${"), "only a macro is an unreplaced one")
        case .audit:
            let isAudit = value == "AUDIT" || encoding == .base64 && bytes(ofBase64: value) == Array("AUDIT".utf8)
            Property.holds(isAudit, "only AUDIT is an audit")
        case .invalid:
            Property.holds(!value.isEmpty && value != "AUDIT", "nothing and AUDIT are told apart from a bad price")
        case .price(let price):
            Property.holds(price >= .zero && price <= .max, "a price is between zero and the greatest")
            checkSpelling(price, of: value, encoding)
        }
    }

    /// What was read stands in the text: decimal digits, cut after the sixth, or Google's 28 bytes.
    private static func checkSpelling(_ price: CPM, of value: String, _ encoding: PriceEncoding) {
        guard case .google = encoding else {
            let canonical = DecimalText.string(micros: price.micros)
            let readings = [Array(value.utf8), bytes(ofBase64: value)].compactMap { $0 }
            let isThere = readings.contains { reading in decimals(reading) == canonical }
            Property.holds(isThere, "\(value) was read as \(canonical)")
            let encoded = Base64URL.encode(Array(canonical.utf8))
            for (text, encoding) in [(canonical, PriceEncoding.plain), (encoded, .plain), (encoded, .base64)] {
                let again = PriceDecoder.decode(text, encoding)
                Property.holds(again == .price(price), "\(canonical) as \(text) is read as \(again)")
            }
            return
        }
        guard let message = bytes(ofBase64: value), message.count == 28 else {
            Property.broken("a Google price of other than 28 bytes was believed")
        }
        let sealed = seal(price, vector: Array(message[..<16]))
        Property.holds(sealed == message, "a Google price that its keys did not seal was believed")
    }

    /// A decimal's digits in their one canonical spelling: a reading of its own, digit by digit.
    private static func decimals(_ bytes: [UInt8]) -> String? {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let units = parts.first, !units.isEmpty, parts.count == 1 || !parts[1].isEmpty else { return nil }
        // A minus is only ever read before zeros: a negative price is none.
        let whole = units.first == UInt8(ascii: "-") ? units.dropFirst() : units
        let fraction = parts.count == 2 ? parts[1] : []
        guard !whole.isEmpty, (whole + fraction).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        var kept = Array(fraction.prefix(6))
        while kept.last == 0x30 { kept.removeLast() }
        var digits = Array(whole.drop { $0 == 0x30 })
        if digits.isEmpty { digits = [0x30] }
        if !kept.isEmpty { digits += [UInt8(ascii: ".")] + kept }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func bytes(ofBase64 value: String) -> [UInt8]? {
        var text = value.utf8.map { byte in
            byte == UInt8(ascii: "+") ? UInt8(ascii: "-") : byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte
        }
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        guard let bytes = Base64URL.decode(text) else { return nil }
        Property.holds(Array(Base64URL.encode(bytes).utf8) == text, "each byte string has one text")
        return bytes
    }

    // MARK: Forged

    private func checkForged(_ input: [UInt8]) {
        guard input.count >= 24 else { return }
        let micros = input[16..<24].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var text = Array(Base64URL.encode(Self.seal(micros, vector: Array(input[..<16]))).utf8)
        let isTaken = micros <= UInt64(CPM.max.micros)
        let outcome = PriceDecoder.decode(String(decoding: text, as: UTF8.self), Self.google)
        Property.holds(
            outcome == (isTaken ? .price(CPM(micros: Int64(micros))) : .invalid), "a sealed price is read as \(outcome)"
        )
        for (index, byte) in input[24...].prefix(text.count).enumerated() { text[index] ^= byte }
        Self.check(String(decoding: text, as: UTF8.self), Self.google)
    }

    private static func seal(_ price: CPM, vector: [UInt8]) -> [UInt8] { seal(UInt64(price.micros), vector: vector) }

    /// - Source: Google Authorized Buyers, "Decrypt price confirmations", the other way round.
    private static func seal(_ micros: UInt64, vector: [UInt8]) -> [UInt8] {
        let price = (0..<8).map { UInt8(truncatingIfNeeded: micros >> UInt64(56 - $0 * 8)) }
        let pad = Digest.hmacSHA1(key: encryptionKey, vector)
        let tag = Digest.hmacSHA1(key: integrityKey, price + vector).prefix(4)
        return vector + zip(price, pad).map { $0 ^ $1 } + tag
    }

    // MARK: Seeds

    static var seeds: [[UInt8]] {
        let texts = [
            "", "1.5", "0", "0.85", "12", "12.3456789", "1000000", "1000000.000001", "-1.5", "-0", "1e3", ".5", "AUDIT",
            "${AUCTION_PRICE}", "MS41", "MC44NQ==", "QVVESVQ=", "0.850000000000000000001", "9999999999999999999999",
        ]
        let sealed = [0, 100, CPM.max.micros].map { micros in
            Base64URL.encode(seal(CPM(micros: micros), vector: Array("abc123def456ghi7".utf8)))
        }
        var seeds: [[UInt8]] = []
        for choice in [0, 1, 2] as [UInt8] { seeds += texts.map { [choice] + Array($0.utf8) } }
        seeds += sealed.map { [2] + Array($0.utf8) }
        seeds.append([3] + [UInt8](repeating: 7, count: 16) + [0, 0, 0, 0, 0, 0, 0x27, 0x10])
        seeds.append([3] + [UInt8](repeating: 9, count: 16) + [0, 0, 0, 0, 0, 0, 0x27, 0x10, 0, 0, 1])
        return seeds
    }
}
