internal import Audience

/// What is wrong with an identifier. Never holds the identifier: this is remembered and shown.
struct IdentifierFault: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Identifiers from texts that somebody wrote.
enum IdentifierText {
    static func own(_ id: String, of advertiser: String) throws(IdentifierFault) -> Audience.Identifier {
        .own(advertiser: advertiser, id: try plain(id, "an own id"))
    }

    static func email(_ text: String) throws(IdentifierFault) -> Audience.Identifier {
        guard text.utf8.count == 64, text.utf8.allSatisfy(isHexDigit) else {
            throw IdentifierFault(
                "email_sha256 must be 64 hexadecimal digits: SHA-256 of the address in lower case, without spaces")
        }
        return .email(sha256: text)
    }

    /// - Returns: nil for zeros, which stand for a device whose owner does not want to be recognised.
    static func ifa(_ text: String) throws(IdentifierFault) -> Audience.Identifier? {
        let text = try plain(text, "ifa")
        if text.utf8.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "-") }) { return nil }
        return .ifa(text)
    }

    static func cookie(_ text: String) throws(IdentifierFault) -> Audience.Identifier {
        .cookie(try plain(text, "cookie"))
    }

    static func eid(_ id: String, source: String) throws(IdentifierFault) -> Audience.Identifier {
        .eid(source: try plain(source, "source"), id: try plain(id, "an id of eids"))
    }

    static func user(_ id: String, exchange: String) throws(IdentifierFault) -> Audience.Identifier {
        .exchangeUser(exchange: try plain(exchange, "the exchange"), id: try plain(id, "a user's id"))
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
    }

    private static func plain(_ text: String, _ what: String) throws(IdentifierFault) -> String {
        let bytes = text.utf8
        if bytes.isEmpty { throw IdentifierFault("\(what) is empty") }
        if bytes.count > ControlLimits.identifierBytesMax {
            throw IdentifierFault("\(what) is longer than \(ControlLimits.identifierBytesMax) bytes")
        }
        for byte in bytes where byte < 0x20 || byte == 0x7F {
            throw IdentifierFault("\(what) holds a control character")
        }
        return text
    }
}
