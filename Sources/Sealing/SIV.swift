internal import COpenSSL

/// AES-256-SIV of one key: encryption whose nonce is a keyed hash of the text, so that it needs none.
///
/// Composed of libcrypto's CBC and its block cipher, because its own SIV allocates five times a message and takes three times as
/// long (docs/decisions/0007); tests hold both to the same bytes.
///
/// - Source: RFC 5297, sections 2.4 to 2.7, with one piece of associated data at most.
@safe
final class SIV {
    private let hash: CMAC
    /// The hash of a block of zeros, with which every message's is begun.
    private var start = CMAC.Block.zero
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
        precondition(unsafe EVP_EncryptInit_ex(context, EVP_aes_256_ecb(), nil, nil, nil) == 1)
        precondition(unsafe EVP_CIPHER_CTX_set_padding(context, 0) == 1)
        unsafe key.withUnsafeBufferPointer { unsafe use(key: $0) }
    }

    /// Seals and opens under another key from now on; the contexts stay, as making them costs more than a message.
    ///
    /// - Parameter key: 64 bytes.
    func use(key: UnsafeBufferPointer<UInt8>) {
        precondition(key.count == 64)
        unsafe hash.use(key: UnsafeBufferPointer(rebasing: key[..<32]))
        start = unsafe withUnsafeBytes(of: CMAC.Block.zero) { [hash] zeros in
            unsafe hash.code(zeros.bindMemory(to: UInt8.self), end: .zero)
        }
        let half = unsafe UnsafeBufferPointer(rebasing: key[32...])
        precondition(
            unsafe EVP_EncryptInit_ex(context, nil, nil, half.baseAddress, nil) == 1, "libcrypto refused a key")
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe stream.deallocate()
    }

    /// Encrypts.
    ///
    /// - Parameters:
    ///   - associated: bound to the text, which opens with the same alone; nil for none.
    ///   - destination: receives as many bytes as `plain` has.
    /// - Returns: the tag, which stands before them.
    func seal(
        _ plain: UnsafeBufferPointer<UInt8>,
        with associated: UnsafeBufferPointer<UInt8>? = nil,
        into destination: UnsafeMutablePointer<UInt8>
    ) -> CMAC.Block {
        let tag = unsafe tag(plain, with: associated)
        unsafe crypt(plain, tag, into: destination)
        return tag
    }

    /// Decrypts.
    ///
    /// - Returns: whether the tag is that of the text; what was written is worth nothing where it is not.
    func open(
        _ sealed: UnsafeBufferPointer<UInt8>,
        _ tag: CMAC.Block,
        with associated: UnsafeBufferPointer<UInt8>? = nil,
        into destination: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        unsafe crypt(sealed, tag, into: destination)
        let wanted = unsafe self.tag(UnsafeBufferPointer(start: destination, count: sealed.count), with: associated)
        // One comparison of both halves: its time does not tell where they differ.
        return (wanted.low ^ tag.low) | (wanted.high ^ tag.high) == 0
    }

    private func tag(
        _ plain: UnsafeBufferPointer<UInt8>, with associated: UnsafeBufferPointer<UInt8>?
    ) -> CMAC.Block {
        var end = start
        if let associated = unsafe associated { end = unsafe end.doubled ^ hash.code(associated, end: .zero) }
        guard plain.count < 16 else { return unsafe hash.code(plain, end: end) }
        // A text shorter than a block is padded to one, and the hash is that of this block.
        var block = CMAC.Block.zero
        unsafe withUnsafeMutableBytes(of: &block) { bytes in
            for index in 0..<plain.count { unsafe bytes[index] = plain[index] }
            unsafe bytes[plain.count] = 0x80
        }
        block = block ^ end.doubled
        return unsafe withUnsafeBytes(of: block) { [hash] bytes in
            unsafe hash.code(bytes.bindMemory(to: UInt8.self), end: .zero)
        }
    }

    /// Combines a text with the key stream that a tag begins: the blocks of a counter, encrypted together.
    private func crypt(
        _ text: UnsafeBufferPointer<UInt8>,
        _ tag: CMAC.Block,
        into destination: UnsafeMutablePointer<UInt8>
    ) {
        guard text.count > 0 else { return }
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
