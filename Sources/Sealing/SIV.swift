internal import COpenSSL

/// AES-256-SIV of one key: encryption whose nonce is a keyed hash of the text, so that it needs none.
///
/// Composed of libcrypto's CBC and its block cipher, because its own SIV allocates five times a message and takes three times as
/// long (docs/decisions/0007); tests hold both to the same bytes.
///
/// - Source: RFC 5297, sections 2.4 to 2.7, without associated data.
@safe
final class SIV {
    private let hash: CMAC
    /// The hash of a block of zeros, with which every message's is begun.
    private let start: CMAC.Block
    // Invariant: `context` encrypts blocks under the second half of the key; `stream` holds `capacity` bytes. Only this
    // object touches them, on its owner's thread.
    private let context: OpaquePointer
    private var stream: UnsafeMutableRawPointer
    private var capacity = 1024

    /// - Parameter key: 64 bytes, the first half for the hash, the second for the text.
    init(key: [UInt8]) {
        precondition(key.count == 64)
        guard let context = unsafe EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for libcrypto") }
        unsafe self.context = unsafe context
        unsafe stream = .allocate(byteCount: 1024, alignment: 16)
        hash = CMAC(key: Array(key[..<32]))
        let zeros = [UInt8](repeating: 0, count: 16)
        start = unsafe zeros.withUnsafeBufferPointer { [hash] in unsafe hash.code($0, end: .zero) }
        precondition(unsafe EVP_EncryptInit_ex(context, EVP_aes_256_ecb(), nil, Array(key[32...]), nil) == 1)
        precondition(unsafe EVP_CIPHER_CTX_set_padding(context, 0) == 1)
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe stream.deallocate()
    }

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

    /// Combines a text with the key stream that a tag begins: the blocks of a counter, encrypted together.
    private func crypt(
        _ text: UnsafeBufferPointer<UInt8>,
        _ tag: CMAC.Block,
        into destination: UnsafeMutablePointer<UInt8>
    ) {
        let blocks = (text.count + 15) / 16
        reserve(blocks * 16)
        // Two bits are cleared, so that a counter of 32 bits never carries.
        let first = UInt64(bigEndian: tag.high) & 0x7FFF_FFFF_7FFF_FFFF
        for index in 0..<blocks {
            let block = CMAC.Block(low: tag.low, high: (first &+ UInt64(index)).bigEndian)
            unsafe stream.storeBytes(of: block, toByteOffset: index * 16, as: CMAC.Block.self)
        }
        let key = unsafe stream.assumingMemoryBound(to: UInt8.self)
        precondition(unsafe EVP_Cipher(context, key, key, UInt32(blocks * 16)) > 0, "libcrypto refused a key stream")
        for index in 0..<text.count { unsafe destination[index] = text[index] ^ key[index] }
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        unsafe stream.deallocate()
        capacity = max(count, capacity * 2)
        unsafe stream = .allocate(byteCount: capacity, alignment: 16)
    }
}
