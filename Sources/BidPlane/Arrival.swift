internal import NIOCore
internal import Units

/// A request as it arrived: what the logic needs of it, whoever framed it.
struct Arrival {
    enum Method {
        case get
        case post
        case other
    }

    let method: Method
    /// Path and query as sent.
    let target: String
    /// Whether the method is HEAD, whose answers have no body.
    var isHead = false
    var contentType: String?
    var contentEncoding: String?
    var authorization: String?
    var acceptsGzip = false
    /// Of the peer, as text; nil for a socket without one.
    var address: String?
    var body: ByteBuffer
    /// When its first byte was read.
    let moment: Moment
    let instant: Instant

    /// The target up to its question mark.
    var path: Substring { target[..<(mark ?? target.endIndex)] }

    /// What stands behind the question mark.
    var query: Query {
        guard let mark else { return Query("") }
        return Query(target[target.utf8.index(after: mark)...])
    }

    /// Bytes, not characters: targets are ASCII, and finding characters costs a hundred times more.
    private var mark: String.Index? { target.utf8.firstIndex(of: UInt8(ascii: "?")) }
}

/// A query string, read by name: the first of a name counts.
struct Query {
    private let text: Substring

    init(_ text: Substring) { self.text = text }

    /// The percent-decoded value; nil where the name is absent or the text is not UTF-8 when decoded.
    subscript(name: String) -> String? {
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "="))
            guard pair[..<(end ?? pair.endIndex)].elementsEqual(name.utf8) else { continue }
            return end.map { Query.decode(Substring(pair[pair.index(after: $0)...])) } ?? ""
        }
        return nil
    }

    static func decode(_ text: Substring) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hex), let low = rest.popFirst().flatMap(hex) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
