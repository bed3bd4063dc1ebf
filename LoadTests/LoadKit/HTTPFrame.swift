/// The first HTTP/1.1 message of some bytes: how long it is and what its first lines say.
///
/// It reads what a load test must know and checks nothing else. Bodies are those with a `Content-Length`; a chunked one
/// is refused, as neither side of a test sends it.
package struct HTTPFrame: Equatable, Sendable {
    /// Of the head, with the empty line that ends it.
    package let headCount: Int
    /// Of the body.
    package let bodyCount: Int
    /// The code of a response; 0 for a request.
    package let status: Int
    /// Whether the sender closes the connection afterwards.
    package let closes: Bool
    /// Whether the body is compressed.
    package let isGzip: Bool

    /// Bytes of the whole message.
    package var count: Int { headCount + bodyCount }
}

extension HTTPFrame {
    /// What the first bytes of a connection, or those after a message, turn out to be.
    package enum Reading: Equatable, Sendable {
        /// More is needed: at least this many bytes in all.
        case incomplete(bytesMin: Int)
        case whole(HTTPFrame)
        case malformed
    }

    package enum Kind: Sendable {
        case request
        case response
    }

    /// A head that does not end within so many bytes is malformed.
    package static let headBytesMax = 16_384

    /// Reads the message at the front.
    ///
    /// - Complexity: O(head); the body is not looked at. Allocates nothing.
    /// - Source: RFC 9112, 2.1 and 6.3.
    package static func read(_ bytes: borrowing Span<UInt8>, as kind: Kind) -> Reading {
        var fields = Fields()
        guard let start = lineEnd(bytes, from: 0) else { return unfinished(bytes) }
        var status = 0
        if case .response = kind {
            guard let code = self.status(bytes) else { return .malformed }
            status = code
        }
        var line = start
        while true {
            guard let end = lineEnd(bytes, from: line) else { return unfinished(bytes) }
            if end - line <= 2 {
                line = end
                break
            }
            guard fields.take(bytes, from: line, to: end) else { return .malformed }
            line = end
        }
        // These have no body, whatever their length field says.
        if status == 204 || status == 304 || (100..<200).contains(status) { fields.length = 0 }
        let frame = HTTPFrame(
            headCount: line, bodyCount: fields.length, status: status, closes: fields.closes, isGzip: fields.isGzip)
        return bytes.count < frame.count ? .incomplete(bytesMin: frame.count) : .whole(frame)
    }

    private static func unfinished(_ bytes: borrowing Span<UInt8>) -> Reading {
        bytes.count > headBytesMax ? .malformed : .incomplete(bytesMin: bytes.count + 1)
    }

    /// The place after the line feed that ends a line.
    private static func lineEnd(_ bytes: borrowing Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") { return index + 1 }
            index += 1
        }
        return nil
    }

    /// The code of `HTTP/1.1 200 OK`.
    private static func status(_ bytes: borrowing Span<UInt8>) -> Int? {
        guard bytes.count >= 13, Fields.matches(bytes, at: 0, "http/1.") else { return nil }
        var code = 0
        for index in 9..<12 {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
            code = code * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        return code >= 100 ? code : nil
    }

    /// The header fields that frame a message.
    private struct Fields {
        var length = 0
        var closes = false
        var isGzip = false

        /// - Returns: false where the message cannot be framed.
        mutating func take(_ bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Bool {
            // Most fields are told apart by their first letter.
            switch bytes[start] | 0x20 {
            case UInt8(ascii: "c"):
                if Self.matches(bytes, at: start, "content-length:") { return takeLength(bytes, start + 15, end) }
                if Self.matches(bytes, at: start, "connection:") {
                    closes = Self.matches(bytes, at: Self.valueStart(bytes, start + 11, end), "close")
                }
                if Self.matches(bytes, at: start, "content-encoding:") {
                    isGzip = Self.matches(bytes, at: Self.valueStart(bytes, start + 17, end), "gzip")
                }
                return true
            case UInt8(ascii: "t"): return !Self.matches(bytes, at: start, "transfer-encoding:")
            default: return true
            }
        }

        private mutating func takeLength(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
            var index = Self.valueStart(bytes, start, end)
            var value = 0
            let first = index
            while index < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) {
                value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
                // A gigabyte is no answer to a bid request.
                if value > 1 << 30 { return false }
                index += 1
            }
            length = value
            return index > first
        }

        private static func valueStart(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Int {
            var index = start
            while index < end, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") { index += 1 }
            return index
        }

        /// Whether ASCII text stands at a place, in any case.
        static func matches(_ bytes: borrowing Span<UInt8>, at start: Int, _ lowercase: StaticString) -> Bool {
            let count = lowercase.utf8CodeUnitCount
            guard start + count <= bytes.count else { return false }
            for index in 0..<count {
                let byte = bytes[start + index]
                let folded = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
                if unsafe folded != lowercase.utf8Start[index] { return false }
            }
            return true
        }
    }
}
