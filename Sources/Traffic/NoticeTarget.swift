/// Path and query of an absolute URL: all that identifies a notice, whatever host the URL names.
struct NoticeTarget: Hashable, Sendable {
    /// Starts with a slash; printable ASCII without spaces, fit for a request line.
    let text: String

    /// - Parameter url: `http` or `https`, any host; anything else gives nil.
    init?(url: String) {
        let bytes = Array(url.utf8)
        guard let start = Self.authorityStart(bytes, at: 0) else { return nil }
        let rest = bytes[start...].prefix { $0 != UInt8(ascii: "#") }
        guard let path = rest.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
            self.text = "/"
            return
        }
        var target: [UInt8] = rest[path] == UInt8(ascii: "?") ? [UInt8(ascii: "/")] : []
        for byte in rest[path...] { Self.append(byte, to: &target) }
        text = String(decoding: target, as: UTF8.self)
    }

    /// - Parameter path: starts with a slash; what a request line cannot hold is percent-encoded.
    init(path: String) {
        var target: [UInt8] = []
        for byte in path.utf8 { Self.append(byte, to: &target) }
        text = String(decoding: target, as: UTF8.self)
    }

    /// Whether this is the impression pixel of the service.
    var isImpression: Bool { text.hasPrefix("/imp/") }

    /// Whether this is the click redirect of the service.
    var isClick: Bool { text.hasPrefix("/click/") }

    /// The position behind `http://` or `https://`, in any case; nil where neither stands.
    static func authorityStart(_ bytes: [UInt8], at position: Int) -> Int? {
        var index = position
        for letter in "http".utf8 {
            guard index < bytes.count, bytes[index] | 0x20 == letter else { return nil }
            index += 1
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "s") { index += 1 }
        for mark in "://".utf8 {
            guard index < bytes.count, bytes[index] == mark else { return nil }
            index += 1
        }
        return index
    }

    /// The value of a query parameter, as it stands; nil where the URL has none of the name.
    static func parameter(_ name: String, of url: String) -> String? {
        guard let question = url.firstIndex(of: "?") else { return nil }
        let query = url[url.index(after: question)...].prefix { $0 != "#" }
        for pair in query.split(separator: "&") {
            guard let equals = pair.firstIndex(of: "="), pair[..<equals] == name else { continue }
            return String(pair[pair.index(after: equals)...])
        }
        return nil
    }

    private static func append(_ byte: UInt8, to target: inout [UInt8]) {
        switch byte {
        case 0x21...0x7E where !#""<>\^`{|}"#.utf8.contains(byte): target.append(byte)
        default:
            let digits = Array("0123456789ABCDEF".utf8)
            target += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
