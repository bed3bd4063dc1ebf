import HTTP1
import Testing

/// Every one of the 256 bytes in every place, against the grammar's own lists.
@Suite("The bytes that may stand in a place")
struct OctetTests {
    private static let alphanumeric = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
    /// RFC 9110, section 5.6.2.
    private static let token = alphanumeric.union("!#$%&'*+-.^_`|~".utf8)
    private static let visible = Set(UInt8(0x21)...0x7E)
    private static let fieldValue = visible.union([0x09, 0x20]).union(0x80...0xFF)

    @Test("a method is a token")
    func methods() { #expect(accepted { "A\($0)B / HTTP/1.1\r\nHost: h\r\n\r\n" } == Self.token) }

    @Test("a target is visible ASCII without a fragment")
    func targets() {
        #expect(accepted { "GET /a\($0)b HTTP/1.1\r\nHost: h\r\n\r\n" } == Self.visible.subtracting("#".utf8))
    }

    @Test("a name is a token, and a colon ends it")
    func names() { #expect(accepted { get("X\($0)Y: v") } == Self.token.union(":".utf8)) }

    @Test("a value is of visible characters, blanks and bytes above ASCII, in the trailer too")
    func values() {
        #expect(accepted { get("X: a\($0)b") } == Self.fieldValue)
        #expect(accepted { chunked("0\r\nX: a\($0)b\r\n\r\n") } == Self.fieldValue)
    }

    @Test("Host is a name or an address with a port")
    func hosts() {
        let expected = Self.alphanumeric.union("-._~%:[]".utf8)
        #expect(accepted { "GET / HTTP/1.1\r\nHost: a\($0)b\r\n\r\n" } == expected)
    }

    @Test("a length is of digits, a chunk's size of hexadecimal ones")
    func digits() {
        // Blanks may stand behind a value.
        let lengths = accepted { post("Content-Length: 0\($0)", body: "123456789") }
        #expect(lengths == Set("0123456789 \t".utf8))
        #expect(begun { chunked("\($0)") + "\r\n" } == Set("0123456789abcdefABCDEF".utf8))
    }

    @Test("a chunk's data may be any byte, and so may a body")
    func bodies() {
        #expect(accepted { chunked("1\r\n\($0)\r\n0\r\n\r\n") } == Set(0...255))
        #expect(accepted { post("Content-Length: 1", body: "\($0)") } == Set(0...255))
    }

    /// The bytes with which a request comes to its end.
    private func accepted(_ text: (Character) -> String) -> Set<UInt8> {
        Set((0...255).filter { !Reading(octets(text(Character(UnicodeScalar($0))))).requests.isEmpty })
    }

    /// The bytes with which a request is not refused.
    private func begun(_ text: (Character) -> String) -> Set<UInt8> {
        Set(
            (0...255).filter { byte in
                if case .refused = Reading(octets(text(Character(UnicodeScalar(byte))))).ending { return false }
                return true
            })
    }
}
