import Sealing
import Testing

@Suite("Digest")
struct DigestTests {
    @Test(
        "SHA-256 gives the answers of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func sha256(text: String, digest: String) {
        #expect(hex(Digest.sha256(Array(text.utf8))) == digest)
    }

    struct Keyed: Sendable, CustomTestStringConvertible {
        let key: [UInt8]
        let text: String
        let code: String
        var testDescription: String { text }
    }

    @Test(
        "HMAC-SHA-1 gives the answers of RFC 2202",
        arguments: [
            Keyed(
                key: [UInt8](repeating: 0x0B, count: 20), text: "Hi There",
                code: "b617318655057264e28bc0b6fb378c8ef146be00"),
            Keyed(
                key: Array("Jefe".utf8), text: "what do ya want for nothing?",
                code: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            Keyed(
                key: [UInt8](repeating: 0xAA, count: 80),
                text: "Test Using Larger Than Block-Size Key - Hash Key First",
                code: "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
        ])
    func hmacSHA1(_ item: Keyed) {
        #expect(hex(Digest.hmacSHA1(key: item.key, Array(item.text.utf8))) == item.code)
    }

    @Test("random bytes are as many as asked for, and others each time")
    func random() {
        #expect(Digest.random(0).isEmpty)
        #expect(Digest.random(64).count == 64)
        #expect(Digest.random(32) != Digest.random(32))
    }

    @Test(
        "secrets are equal where every byte is",
        arguments: [
            ([], [], true), ([1, 2], [1, 2], true), ([1, 2], [1, 3], false), ([0, 2], [1, 2], false),
            ([1], [1, 2], false),
        ]
            as [([UInt8], [UInt8], Bool)])
    func constantTime(one: [UInt8], other: [UInt8], equal: Bool) {
        #expect(Digest.constantTimeEquals(one, other) == equal)
    }
}
