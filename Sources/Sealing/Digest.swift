internal import COpenSSL

/// Hashes and random bytes of libcrypto.
package enum Digest {
    /// SHA-256: 32 bytes.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe SHA256(bytes, bytes.count, &digest)
        return digest
    }

    /// HMAC with SHA-1, 20 bytes: only for price formats that are defined with it.
    package static func hmacSHA1(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 20)
        var length = UInt32(code.count)
        let result = unsafe HMAC(EVP_sha1(), key, Int32(key.count), bytes, bytes.count, &code, &length)
        precondition(unsafe result != nil && length == 20, "libcrypto refused an HMAC")
        return code
    }

    /// Bytes from the operating system's generator.
    package static func random(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(unsafe RAND_bytes(&bytes, Int32(count)) == 1, "libcrypto has no random bytes")
        return bytes
    }

    /// 128 bits from the operating system's generator.
    package static func randomWords() -> (high: UInt64, low: UInt64) {
        let bytes = random(16)
        let word = { (start: Int) in bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return (word(0), word(8))
    }

    /// Compares without telling by its duration where two secrets differ.
    package static func constantTimeEquals(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
        guard lhs.count == rhs.count else { return false }
        return unsafe CRYPTO_memcmp(lhs, rhs, lhs.count) == 0
    }

    /// The same of bytes that lie elsewhere.
    package static func constantTimeEquals(_ lhs: UnsafeRawBufferPointer, _ rhs: [UInt8]) -> Bool {
        guard lhs.count == rhs.count, let base = lhs.baseAddress else { return false }
        return unsafe CRYPTO_memcmp(base, rhs, rhs.count) == 0
    }
}
