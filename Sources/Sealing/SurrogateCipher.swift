internal import COpenSSL

/// Turns a visitor's number into the surrogate that tokens and the log carry, and back.
///
/// One block of AES-256: number, zeros and a constant, encrypted under a key that comes of the data directory's visitor
/// key. The same visitor has the same surrogate, and nobody without the key can tell one's number or neighbours. A
/// surrogate made otherwise, the keyed hash of somebody unknown, decrypts to no number. Allocates nothing; one a
/// thread.
@safe
package final class SurrogateCipher {
    private typealias Block = CMAC.Block

    /// What stands in the half of the block that holds no number; chance meets it and the zeros once in 2^96.
    private static let magic = UInt64(0x5645_4E44_5545_5649)

    // Invariant: contexts of one key, without padding; only this object touches them, on its owner's thread.
    private let encryption: OpaquePointer
    private let decryption: OpaquePointer

    /// - Parameter directoryKey: the data directory's visitor key, 32 bytes.
    package init(directoryKey: [UInt8]) {
        let derivation = CMAC(key: directoryKey)
        let key = ["surrogate 1", "surrogate 2"].flatMap { label in
            let half = unsafe Array(label.utf8).withUnsafeBufferPointer { unsafe derivation.code($0, end: .zero) }
            return unsafe withUnsafeBytes(of: half) { unsafe Array($0) }
        }
        guard let encryption = unsafe EVP_CIPHER_CTX_new(), let decryption = unsafe EVP_CIPHER_CTX_new() else {
            preconditionFailure("no memory for libcrypto")
        }
        unsafe self.encryption = unsafe encryption
        unsafe self.decryption = unsafe decryption
        precondition(unsafe EVP_EncryptInit_ex(encryption, EVP_aes_256_ecb(), nil, key, nil) == 1)
        precondition(unsafe EVP_DecryptInit_ex(decryption, EVP_aes_256_ecb(), nil, key, nil) == 1)
        precondition(unsafe EVP_CIPHER_CTX_set_padding(encryption, 0) == 1)
        precondition(unsafe EVP_CIPHER_CTX_set_padding(decryption, 0) == 1)
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(encryption)
        unsafe EVP_CIPHER_CTX_free(decryption)
    }

    /// The surrogate of a visitor: its first and second eight bytes, highest byte first.
    package func surrogate(of number: UInt32) -> (high: UInt64, low: UInt64) {
        let block = unsafe Self.crypt(Block(low: Self.magic, high: UInt64(number)), encryption)
        return (UInt64(bigEndian: block.low), UInt64(bigEndian: block.high))
    }

    /// The number in a surrogate; nil for one that ``surrogate(of:)`` did not make.
    package func number(high: UInt64, low: UInt64) -> UInt32? {
        let block = unsafe Self.crypt(Block(low: high.bigEndian, high: low.bigEndian), decryption)
        return block.low == Self.magic ? UInt32(exactly: block.high) : nil
    }

    private static func crypt(_ block: Block, _ context: OpaquePointer) -> Block {
        var block = block
        let result = unsafe withUnsafeMutableBytes(of: &block) { bytes in
            let text = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            return unsafe EVP_Cipher(context, text, text, 16)
        }
        precondition(result > 0, "libcrypto refused a block")
        return block
    }
}
