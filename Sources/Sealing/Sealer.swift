internal import COpenSSL

/// Seals bytes into tokens and opens them again: AES-256-SIV, deterministic, so that the same decision gives the same
/// bytes and no nonce can repeat.
///
/// A token is the key's id, a tag of 16 bytes and the ciphertext, in unpadded base64url: one unbroken run of
/// `A-Z a-z 0-9 - _`. One sealer an event loop; it keeps its cipher context, so that sealing allocates nothing.
///
/// - Source: RFC 5297.
@safe
package final class Sealer {
    package static let overheadBytes = 17

    private let ring: KeyRing
    private let keyID: UInt8
    private let cipher: OpaquePointer
    private let context: OpaquePointer
    private var scratch: UnsafeMutablePointer<UInt8>
    private var scratchCapacity = 2048

    /// - Parameter ring: with at least one key.
    package init(ring: KeyRing) {
        guard let key = ring.current else { preconditionFailure("a key ring without a key") }
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-SIV", nil), let context = unsafe EVP_CIPHER_CTX_new()
        else { preconditionFailure("libcrypto has no AES-256-SIV") }
        self.ring = ring
        keyID = key.id
        unsafe self.cipher = unsafe cipher
        unsafe self.context = unsafe context
        unsafe scratch = .allocate(capacity: scratchCapacity)
        precondition(unsafe EVP_EncryptInit_ex(context, cipher, nil, key.bytes, nil) == 1)
        // Without this an SIV context serves one message; with it, any number, each as if it were the first, as long
        // as there is no associated data and at least one block of text. Known-answer tests hold libcrypto to that.
        precondition(unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_SET_SPEED, 1, nil) == 1)
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe EVP_CIPHER_free(cipher)
        unsafe scratch.deallocate()
    }

    /// Characters of the token for `count` bytes.
    package static func tokenCount(_ count: Int) -> Int { Base64URL.encodedCount(count + overheadBytes) }

    /// Writes the token of some bytes.
    ///
    /// - Parameters:
    ///   - plain: at least 16 bytes.
    ///   - destination: room for ``tokenCount(_:)`` characters.
    /// - Returns: characters written.
    package func seal(_ plain: UnsafeBufferPointer<UInt8>, into destination: UnsafeMutablePointer<UInt8>) -> Int {
        precondition(plain.count >= 16)
        let sealedCount = plain.count + Self.overheadBytes
        reserve(sealedCount)
        unsafe scratch[0] = keyID
        var length: Int32 = 0
        guard unsafe EVP_EncryptUpdate(context, scratch + 17, &length, plain.baseAddress, Int32(plain.count)) == 1,
            Int(length) == plain.count,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, scratch + 1) == 1
        else { preconditionFailure("libcrypto refused to seal \(plain.count) bytes") }
        return unsafe Base64URL.encode(UnsafeBufferPointer(start: scratch, count: sealedCount), into: destination)
    }

    /// The bytes that were sealed.
    ///
    /// - Returns: nil for anything that no key of the ring sealed, down to the last bit.
    package func open(_ token: some Collection<UInt8>) -> [UInt8]? {
        guard let sealed = Base64URL.decode(token), sealed.count >= Self.overheadBytes + 16,
            let key = ring.key(id: sealed[0])
        else { return nil }
        return unsafe Sealer.decrypt(
            key: key.bytes,
            tag: Array(sealed[1..<17]),
            Array(sealed[17...]),
            cipher: unsafe cipher
        )
    }

    private static func decrypt(key: [UInt8], tag: [UInt8], _ text: [UInt8], cipher: OpaquePointer) -> [UInt8]? {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var tag = tag
        var plain = [UInt8](repeating: 0, count: text.count)
        var length: Int32 = 0
        guard unsafe EVP_DecryptInit_ex(context, cipher, nil, key, nil) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1,
            unsafe EVP_DecryptUpdate(context, &plain, &length, text, Int32(text.count)) == 1, Int(length) == text.count
        else { return nil }
        return plain
    }

    private func reserve(_ count: Int) {
        guard count > scratchCapacity else { return }
        unsafe scratch.deallocate()
        scratchCapacity = max(count, scratchCapacity * 2)
        unsafe scratch = .allocate(capacity: scratchCapacity)
    }
}
