internal import COpenSSL

/// AES-256-SIV of one key: encryption whose nonce is a keyed hash of the text, so that it needs none.
///
/// Composed of libcrypto's CBC and CTR, because its own SIV allocates five times a message and takes three times as
/// long (docs/decisions/0008); tests hold both to the same bytes.
///
/// - Source: RFC 5297, sections 2.4 to 2.7, without associated data.
@safe
final class SIV {
    private let hash: CMAC
    /// The hash of a block of zeros, with which every message's is begun.
    private let start: CMAC.Block
    // Invariant: a CTR context of the second half of the key, touched by this object alone.
    private let context: OpaquePointer

    /// - Parameter key: 64 bytes, the first half for the hash, the second for the text.
    init(key: [UInt8]) {
        precondition(key.count == 64)
        guard let context = unsafe EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for libcrypto") }
        unsafe self.context = unsafe context
        hash = CMAC(key: Array(key[..<32]))
        let zeros = [UInt8](repeating: 0, count: 16)
        start = unsafe zeros.withUnsafeBufferPointer { [hash] in unsafe hash.code($0, end: .zero) }
        precondition(unsafe EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nil, Array(key[32...]), nil) == 1)
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    /// Encrypts at least 16 bytes.
    ///
    /// - Parameter destination: receives as many bytes.
    /// - Returns: the tag, which stands before them.
    func seal(_ plain: UnsafeBufferPointer<UInt8>, into destination: UnsafeMutablePointer<UInt8>) -> CMAC.Block {
        let tag = unsafe hash.code(plain, end: start)
        unsafe crypt(plain, tag, into: destination)
        return tag
    }

    /// Decrypts.
    ///
    /// - Returns: whether the tag is that of the text; what was written is worth nothing where it is not.
    func open(
        _ sealed: UnsafeBufferPointer<UInt8>,
        _ tag: CMAC.Block,
        into destination: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        unsafe crypt(sealed, tag, into: destination)
        let wanted = unsafe hash.code(UnsafeBufferPointer(start: destination, count: sealed.count), end: start)
        // One comparison of both halves: its time does not tell where they differ.
        return (wanted.low ^ tag.low) | (wanted.high ^ tag.high) == 0
    }

    private func crypt(
        _ text: UnsafeBufferPointer<UInt8>,
        _ tag: CMAC.Block,
        into destination: UnsafeMutablePointer<UInt8>
    ) {
        // Two bits are cleared, so that a counter of 32 bits never carries.
        var counter = tag
        counter.high = tag.high & UInt64(bigEndian: 0x7FFF_FFFF_7FFF_FFFF)
        var length: Int32 = 0
        let isDone = unsafe withUnsafeBytes(of: &counter) { counter in
            unsafe EVP_EncryptInit_ex(
                context, nil, nil, nil, counter.baseAddress?.assumingMemoryBound(to: UInt8.self)) == 1
                && EVP_EncryptUpdate(context, destination, &length, text.baseAddress, Int32(text.count)) == 1
        }
        precondition(isDone && Int(length) == text.count, "libcrypto refused \(text.count) bytes")
    }
}
