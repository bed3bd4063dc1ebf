import COpenSSL
import Sealing
import Testing

@Suite("CMAC and SIV")
struct CMACTests {
    private static let message = bytes(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )

    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test(
        "the examples of SP 800-38B for AES-256 come out",
        arguments: [
            (0, "028962f61b7bf89efc6b551f4667d983"), (16, "28a7023f452e8f82bd4bf28d8c37c35c"),
            (40, "aaf3d8f1de5640c232f5b169b9c911e6"), (64, "e1992190549f6ed5696a2c056c315410"),
        ])
    func examples(count: Int, code: String) {
        let key = Self.bytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
        let cmac = CMAC(key: key)
        // Twice: what one message leaves in the context must not reach the next.
        for _ in 0..<2 {
            let (high, low) = unsafe Self.message[..<count].withUnsafeBufferPointer { unsafe cmac.hash($0) }
            let text = [high, low].map {
                String(repeating: "0", count: 16 - String($0, radix: 16).count) + String($0, radix: 16)
            }
            #expect(text.joined() == code)
        }
    }

    @Test("a token is what libcrypto's own SIV makes of it, at every length")
    func sameAsLibrary() throws {
        let key = SealingKey.test(id: 3, seed: 4)
        let sealer = Sealer(ring: KeyRing(keys: [key]))
        let cipher = unsafe try #require(unsafe EVP_CIPHER_fetch(nil, "AES-256-SIV", nil))
        defer { unsafe EVP_CIPHER_free(cipher) }
        for count in Array(16...120) + [255, 256, 257, 1000, 5000] {
            let plain = randomBytes(count, seed: UInt64(count))
            let context = unsafe try #require(unsafe EVP_CIPHER_CTX_new())
            defer { unsafe EVP_CIPHER_CTX_free(context) }
            var text = [UInt8](repeating: 0, count: count)
            var tag = [UInt8](repeating: 0, count: 16)
            var length: Int32 = 0
            #expect(unsafe EVP_EncryptInit_ex(context, cipher, nil, key.bytes, nil) == 1)
            #expect(unsafe EVP_EncryptUpdate(context, &text, &length, plain, Int32(count)) == 1)
            #expect(unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1)
            #expect(sealer.seal(plain) == Base64URL.encode([3] + tag + text), "\(count) bytes")
        }
    }
}
