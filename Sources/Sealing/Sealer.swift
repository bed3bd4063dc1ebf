/// Seals bytes into tokens and opens them again: AES-256-SIV, deterministic, so that the same decision gives the same
/// bytes and no nonce can repeat.
///
/// A token is the key's id, a tag of 16 bytes and the ciphertext, in unpadded base64url: one unbroken run of
/// `A-Z a-z 0-9 - _`. One sealer an event loop; it keeps its ciphers, so that sealing allocates nothing.
///
/// - Source: RFC 5297.
@safe
package final class Sealer {
    package static let overheadBytes = 17

    private let ciphers: [(id: UInt8, cipher: SIV)]
    private let current: (id: UInt8, cipher: SIV)
    // Invariant: holds `scratchCapacity` bytes; only this object touches it, on its owner's thread.
    private var scratch: UnsafeMutablePointer<UInt8>
    private var scratchCapacity = 2048

    /// - Parameter ring: with at least one key.
    package init(ring: KeyRing) {
        // The newest first: of two keys with one id, it is the newer that opens.
        ciphers = ring.keys.reversed().map { ($0.id, SIV(key: $0.bytes)) }
        guard let newest = ciphers.first else { preconditionFailure("a key ring without a key") }
        current = newest
        unsafe scratch = .allocate(capacity: scratchCapacity)
    }

    deinit { unsafe scratch.deallocate() }

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
        unsafe scratch[0] = current.id
        let tag = unsafe current.cipher.seal(plain, into: scratch + Self.overheadBytes)
        unsafe UnsafeMutableRawPointer(scratch + 1).storeBytes(of: tag, as: CMAC.Block.self)
        return unsafe Base64URL.encode(UnsafeBufferPointer(start: scratch, count: sealedCount), into: destination)
    }

    /// The bytes that were sealed.
    ///
    /// - Returns: nil for anything that no key of the ring sealed, down to the last bit.
    package func open(_ token: some Collection<UInt8>) -> [UInt8]? {
        guard let sealed = Base64URL.decode(token), sealed.count >= Self.overheadBytes + 16,
            let cipher = ciphers.first(where: { $0.id == sealed[0] })?.cipher
        else { return nil }
        let count = sealed.count - Self.overheadBytes
        var isGenuine = false
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: count) { plain, written in
            guard let destination = plain.baseAddress else { return }
            written = count
            unsafe sealed.withUnsafeBytes { bytes in
                let tag = unsafe bytes.loadUnaligned(fromByteOffset: 1, as: CMAC.Block.self)
                let text = unsafe UnsafeRawBufferPointer(rebasing: bytes[Self.overheadBytes...])
                isGenuine = unsafe cipher.open(text.bindMemory(to: UInt8.self), tag, into: destination)
            }
        }
        return isGenuine ? plain : nil
    }

    private func reserve(_ count: Int) {
        guard count > scratchCapacity else { return }
        unsafe scratch.deallocate()
        scratchCapacity = max(count, scratchCapacity * 2)
        unsafe scratch = .allocate(capacity: scratchCapacity)
    }
}
