internal import COpenSSL

/// A keyed hash of 16 bytes: AES-256-CMAC over libcrypto's CBC.
///
/// Keeps its cipher context and its memory, so that it allocates nothing once warm; one an event loop.
///
/// - Source: RFC 4493 and NIST SP 800-38B.
@safe
package final class CMAC {
    /// A block of AES, first byte lowest.
    struct Block: BitwiseCopyable, Equatable {
        var low: UInt64
        var high: UInt64

        static let zero = Block(low: 0, high: 0)

        static func ^ (lhs: Block, rhs: Block) -> Block { Block(low: lhs.low ^ rhs.low, high: lhs.high ^ rhs.high) }

        /// Twice the block in the field of 128 bits, whose bytes are written highest first.
        var doubled: Block {
            let (top, bottom) = (UInt64(bigEndian: low), UInt64(bigEndian: high))
            let carry = top >> 63
            return Block(
                low: (top << 1 | bottom >> 63).bigEndian,
                high: (bottom << 1 ^ carry * 0x87).bigEndian
            )
        }
    }

    // Invariant: `context` is a CBC context of this key without padding; `scratch` holds `capacity` bytes. Only this
    // object touches them, on its owner's thread.
    private let context: OpaquePointer
    private var scratch: UnsafeMutableRawPointer
    private var capacity: Int
    private var whole = Block.zero
    private var padded = Block.zero
    /// What the context combines with the next block: the last one that it wrote.
    private var chained = Block.zero

    /// - Parameter key: 32 bytes.
    package init(key: [UInt8]) {
        precondition(key.count == 32)
        guard let context = unsafe EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for libcrypto") }
        unsafe self.context = unsafe context
        capacity = 1024
        unsafe scratch = .allocate(byteCount: capacity, alignment: 16)
        precondition(unsafe EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), nil, nil, nil) == 1)
        precondition(unsafe EVP_CIPHER_CTX_set_padding(context, 0) == 1)
        unsafe key.withUnsafeBufferPointer { unsafe use(key: $0) }
    }

    /// Hashes under another key from now on.
    ///
    /// - Parameter key: 32 bytes.
    func use(key: UnsafeBufferPointer<UInt8>) {
        precondition(key.count == 32)
        chained = .zero
        let result = unsafe withUnsafeBytes(of: Block.zero) { zeros in
            unsafe EVP_EncryptInit_ex(
                context, nil, nil, key.baseAddress, zeros.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
        precondition(result == 1, "libcrypto refused a key")
        unsafe scratch.storeBytes(of: Block.zero, as: Block.self)
        whole = encrypt(16).doubled
        padded = whole.doubled
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe scratch.deallocate()
    }

    /// The hash of some bytes.
    ///
    /// - Returns: its first and second eight bytes, highest byte first.
    package func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64) {
        let block = unsafe code(bytes, end: .zero)
        return (UInt64(bigEndian: block.low), UInt64(bigEndian: block.high))
    }

    /// The code of a message whose last 16 bytes have been combined with `end`.
    ///
    /// - Parameter end: zero for a message as it is; else the message must have 16 bytes at least.
    func code(_ bytes: UnsafeBufferPointer<UInt8>, end: Block) -> Block {
        let count = bytes.count
        let blocks = max(1, (count + 15) / 16)
        reserve(blocks * 16)
        if let source = bytes.baseAddress { unsafe scratch.copyMemory(from: source, byteCount: count) }
        if end != .zero { combine(end, at: count - 16) }
        if count == blocks * 16 {
            combine(whole, at: count - 16)
        } else {
            for index in count..<blocks * 16 {
                unsafe scratch.storeBytes(of: index == count ? 0x80 : 0, toByteOffset: index, as: UInt8.self)
            }
            combine(padded, at: blocks * 16 - 16)
        }
        return encrypt(blocks * 16)
    }

    private func combine(_ block: Block, at offset: Int) {
        let there = unsafe scratch.loadUnaligned(fromByteOffset: offset, as: Block.self)
        unsafe scratch.storeBytes(of: there ^ block, toByteOffset: offset, as: Block.self)
    }

    /// Encrypts what `scratch` begins with in place.
    ///
    /// The first block is combined with what the context will combine it with again: so a message begins from zeros
    /// without setting up the context anew, which costs as much as eight blocks.
    ///
    /// - Returns: the last block.
    private func encrypt(_ count: Int) -> Block {
        combine(chained, at: 0)
        let text = unsafe scratch.assumingMemoryBound(to: UInt8.self)
        let result = unsafe EVP_Cipher(context, text, text, UInt32(count))
        precondition(result > 0, "libcrypto refused a hash of \(count) bytes")
        chained = unsafe scratch.loadUnaligned(fromByteOffset: count - 16, as: Block.self)
        return chained
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        unsafe scratch.deallocate()
        capacity = max(count, capacity * 2)
        unsafe scratch = .allocate(byteCount: capacity, alignment: 16)
    }
}
