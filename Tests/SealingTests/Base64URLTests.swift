import Sealing
import Testing

@Suite("Base64url")
struct Base64URLTests {
    static let vectors = [
        // RFC 4648, section 10, without the padding.
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("the vectors of RFC 4648 are written and read", arguments: vectors)
    func rfc(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text.utf8) == Array(plain.utf8))
        #expect(Base64URL.encodedCount(plain.utf8.count) == text.utf8.count)
    }

    @Test("the two letters that differ from plain base64 are those of URLs")
    func alphabet() {
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64URL.decode("-_8".utf8) == [0xFB, 0xFF])
    }

    @Test(
        "what no encoder writes is refused",
        arguments: [
            "Z", "Zg==", "Zg=", "Zm9vZ", "Zm9+", "Zm9/", "Zm 9v", "Zm9v\n", " Zm9v", "Zm9.", "Zmé", "Zm\u{0}v",
            // The last character carries bits that belong to no byte.
            "Zh", "Zo", "Zx", "Zm9", "Zm-", "Zm_",
        ])
    func refuses(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test("of all texts of two characters exactly 256 are read, one for each byte")
    func twoCharacters() {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var decoded: [UInt8] = []
        for one in letters {
            for other in letters {
                guard let bytes = Base64URL.decode([one, other]) else { continue }
                decoded += bytes
                #expect(Array(Base64URL.encode(bytes).utf8) == [one, other])
            }
        }
        #expect(decoded.sorted() == Array(0...255))
    }

    @Test("bytes of every length come back, as one unbroken run of URL characters", arguments: 0..<100)
    func roundTrips(count: Int) {
        let bytes = randomBytes(count, seed: UInt64(count))
        let text = Base64URL.encode(bytes)
        #expect(Base64URL.decode(text.utf8) == bytes)
        #expect(text.utf8.count == Base64URL.encodedCount(count))
        #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    }
}
