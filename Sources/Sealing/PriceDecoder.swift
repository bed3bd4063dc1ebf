package import Units

/// How an exchange writes `${AUCTION_PRICE}`.
package enum PriceEncoding: Sendable, Equatable {
    /// Decimal text; plain Base64 of it is understood too.
    case plain
    /// Base64 of decimal text.
    case base64
    /// Google's scheme: 16 bytes of initialisation vector, 8 of price, 4 of tag; both keys are 32 bytes.
    case google(encryptionKey: [UInt8], integrityKey: [UInt8])
}

/// Reads the value that an exchange put in place of a price macro.
package enum PriceDecoder {
    package enum Outcome: Equatable, Sendable {
        case price(CPM)
        /// Nothing there: the exchange withholds it.
        case empty
        /// `AUDIT`: a quality check renders our ad, nobody pays.
        case audit
        /// The macro itself, left in place.
        case unreplaced
        /// Neither of these, or a tag that does not verify.
        case invalid
    }

    /// - Parameter value: already percent-decoded.
    package static func decode(_ value: String, _ encoding: PriceEncoding) -> Outcome {
        if value.isEmpty { return .empty }
        if value == "AUDIT" { return .audit }
        if value.hasPrefix("${") { return .unreplaced }
        switch encoding {
        case .plain:
            return decimal(Array(value.utf8)) ?? base64(value).flatMap { decimal($0) } ?? .invalid
        case .base64:
            guard let bytes = base64(value) else { return .invalid }
            if bytes == Array("AUDIT".utf8) { return .audit }
            return decimal(bytes) ?? .invalid
        case .google(let encryptionKey, let integrityKey):
            return google(value, encryptionKey: encryptionKey, integrityKey: integrityKey).map { .price($0) }
                ?? .invalid
        }
    }

    private static func decimal(_ bytes: [UInt8]) -> Outcome? {
        // More than six digits after the point are below our unit: cut, as a price is never rounded up.
        var text = bytes[...]
        if let point = text.firstIndex(of: UInt8(ascii: ".")), text.count - point > 7 {
            guard text[(point + 7)...].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
            text = text[..<(point + 7)]
        }
        guard let micros = try? DecimalText.micros(text), micros >= 0, micros <= CPM.max.micros else { return nil }
        return .price(CPM(micros: micros))
    }

    /// Either alphabet, padded or not, canonical only.
    private static func base64(_ value: String) -> [UInt8]? {
        var text = Array(value.utf8).map { byte in
            byte == UInt8(ascii: "+") ? UInt8(ascii: "-") : byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte
        }
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        return Base64URL.decode(text)
    }

    /// - Source: Google Authorized Buyers, "Decrypt price confirmations".
    private static func google(_ value: String, encryptionKey: [UInt8], integrityKey: [UInt8]) -> CPM? {
        guard let message = base64(value), message.count == 28 else { return nil }
        let vector = Array(message[0..<16])
        let pad = Digest.hmacSHA1(key: encryptionKey, vector)
        let price = (0..<8).map { message[16 + $0] ^ pad[$0] }
        let tag = Digest.hmacSHA1(key: integrityKey, price + vector)
        guard Digest.constantTimeEquals(Array(tag[0..<4]), Array(message[24..<28])) else { return nil }
        let micros = price.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard micros <= UInt64(CPM.max.micros) else { return nil }
        return CPM(micros: Int64(micros))
    }
}
