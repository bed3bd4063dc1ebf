package import OpenRTB

/// What is wrong with an identifier. Never holds the identifier: this is remembered and shown.
package struct IdentifierFault: Error, Equatable, Sendable {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// Identifiers from texts that somebody sent: of events, of lists, of who asks about a person, and of bids.
///
/// Each maker gives nil for a text that stands for nobody (``isPlaceholder(_:)``).
package enum IdentifierText {
    package static func own(_ id: String, of advertiser: String) throws(IdentifierFault) -> Identifier? {
        try .own(advertiser: advertiser, id: plain(id, "an own id")).unlessNobody
    }

    package static func email(_ text: String) throws(IdentifierFault) -> Identifier? {
        guard isSHA256(text) else {
            throw IdentifierFault(
                "email_sha256 must be 64 hexadecimal digits: SHA-256 of the address in lower case, without spaces")
        }
        return .email(sha256: text)
    }

    package static func ifa(_ text: String) throws(IdentifierFault) -> Identifier? {
        try .ifa(plain(text, "ifa")).unlessNobody
    }

    package static func cookie(_ text: String) throws(IdentifierFault) -> Identifier? {
        try .cookie(plain(text, "cookie")).unlessNobody
    }

    package static func eid(_ id: String, source: String) throws(IdentifierFault) -> Identifier? {
        try .eid(source: plain(source, "source"), id: plain(id, "an id of eids")).unlessNobody
    }

    package static func user(_ id: String, exchange: String) throws(IdentifierFault) -> Identifier? {
        try .exchangeUser(exchange: plain(exchange, "the exchange"), id: plain(id, "a user's id")).unlessNobody
    }

    private static func plain(_ text: String, _ what: String) throws(IdentifierFault) -> String {
        if let fault = EventText.fault(in: text, bytesMax: EventLimits.identifierBytesMax) {
            throw IdentifierFault("\(what) \(fault)")
        }
        return text
    }

    // MARK: What texts turn out to be

    /// Whether it stands where an identifier should: zeros, a macro that nobody replaced, or a word for none. Taken for
    /// an id, it would make one visitor of all who bear it.
    package static func isPlaceholder(_ text: String) -> Bool { isPlaceholder(bytes: text.utf8) }

    /// The same of a text of the request.
    ///
    /// - Complexity: O(1) for identifiers, O(bytes) for zeros. Allocates nothing.
    package static func isPlaceholder(_ text: Text, of buffer: TextBuffer) -> Bool {
        unsafe buffer.withBytes(text) { unsafe isPlaceholder(bytes: $0) }
    }

    private static func isPlaceholder(bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        if openings.contains(first) { return true }
        // Also of a device id that was switched off, whose zeros stand between dashes.
        if bytes.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "-") }) { return true }
        guard bytes.count <= wordBytesMax else { return false }
        return words.contains { $0.utf8.elementsEqual(bytes.lazy.map(lowercased)) }
    }

    /// With which macros begin, each of some server.
    private static let openings: [UInt8] = Array("${[%(<".utf8)
    private static let words = [
        "null", "undefined", "none", "unknown", "nil", "nan", "-1", "optout", "opt_out", "opt-out",
    ]
    private static let wordBytesMax = 9

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// Whether it is 32 bytes in hexadecimal, in either case.
    package static func isSHA256(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x66 }
    }
}

extension Identifier {
    /// Nil for one that stands for nobody.
    fileprivate var unlessNobody: Identifier? { isNobody ? nil : self }

    /// Whether its text is none of anybody's.
    var isNobody: Bool {
        switch self {
        case .own(_, let id), .cookie(let id), .ifa(let id), .eid(_, let id), .exchangeUser(_, let id):
            IdentifierText.isPlaceholder(id)
        case .email: false
        }
    }
}
