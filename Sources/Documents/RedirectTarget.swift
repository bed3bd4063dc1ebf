internal import Targeting

/// A URL that a browser may be sent to, as far as sending it there is decided: by its scheme and its host.
///
/// Stricter than any browser, so that no browser reads another host into it than is read here: a scheme, `//`, a host
/// of plain characters, perhaps a port, and nothing anywhere that is not visible ASCII. No user, no backslash, no
/// escape in the host, no reference without a scheme.
package struct RedirectTarget: Equatable, Sendable {
    /// Bytes of a URL: what every browser and server takes.
    package static let bytesMax = 2048

    /// In lower case; an IPv6 address in its brackets.
    package let host: String
    package let port: Int?
    package let isSecure: Bool

    /// - Returns: nil for what is no absolute https URL, nor an http one of this very machine.
    package init?(_ url: String) {
        let bytes = Array(url.utf8)
        guard bytes.count <= Self.bytesMax, bytes.allSatisfy(Self.isPlain) else { return nil }
        let rest: ArraySlice<UInt8>
        if bytes.starts(with: "https://".utf8) {
            rest = bytes.dropFirst(8)
            isSecure = true
        } else if bytes.starts(with: "http://".utf8) {
            rest = bytes.dropFirst(7)
            isSecure = false
        } else {
            return nil
        }
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        guard let (host, port) = Self.authority(rest[..<(end ?? rest.endIndex)]) else { return nil }
        guard isSecure || Self.isLoopback(host) else { return nil }
        self.host = host
        self.port = port
    }

    /// Visible ASCII, without what URLs do not have and parsers disagree about.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "|"):
            false
        default: byte > 0x20 && byte < 0x7F
        }
    }

    /// A host, perhaps with a port: `sync.adx.example`, `127.0.0.1:9000`, `[::1]`.
    static func authority(_ text: some Collection<UInt8>) -> (host: String, port: Int?)? {
        var host = Array(text)
        var port: Int?
        if let colon = host.lastIndex(of: UInt8(ascii: ":")), host.last != UInt8(ascii: "]") {
            let digits = host[(colon + 1)...]
            guard !digits.isEmpty, digits.count <= 5, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
                return nil
            }
            port = Int(String(decoding: digits, as: UTF8.self))
            guard (1...65_535).contains(port ?? 0) else { return nil }
            host = Array(host[..<colon])
        }
        let name = String(decoding: host, as: UTF8.self).lowercased()
        return isHost(name) ? (name, port) : nil
    }

    private static func isHost(_ name: String) -> Bool {
        if name.hasPrefix("[") {
            let inner = name.utf8.dropFirst().dropLast()
            return name.hasSuffix("]") && inner.contains(UInt8(ascii: ":")) && IPAddress(Array(inner)) != nil
        }
        guard name.utf8.count <= 253 else { return false }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63
                && label.allSatisfy { byte in
                    byte >= 0x30 && byte <= 0x39 || byte >= 0x61 && byte <= 0x7A || byte == UInt8(ascii: "-")
                        || byte == UInt8(ascii: "_")
                }
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        guard let address = IPAddress(Array(host.utf8)) else { return false }
        return address.isV4 && address.low >> 24 & 0xFF == 127
    }
}
