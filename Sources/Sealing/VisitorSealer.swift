/// Seals what the log says of a visitor under the visitor's own key, and opens it while there is one.
///
/// AES-256-SIV with associated data. Its 64 bytes of key are derived from the visitor's 16 by CMAC under the data
/// directory's visitor key, block by block over a counter, the visitor's number and its key: so the file of keys alone
/// opens nothing, nor does the directory's key alone, and 16 bytes a visitor suffice. The same payload gives the same
/// bytes; acts bear the id of their event, so equal ones are the same event. One sealer a thread.
///
/// - Source: RFC 5297; NIST SP 800-108, 4.1, for the derivation.
@safe
package final class VisitorSealer {
    /// What became of a sealed payload.
    package enum Opening: Equatable, Sendable {
        case plain([UInt8])
        case keyDeleted
        /// Not what was sealed for this visitor with this associated data, or no key was ever made.
        case damaged
    }

    /// Bytes by which a sealed payload is longer.
    package static let overheadBytes = 16

    private typealias Block = CMAC.Block

    private let keys: VisitorKeys
    private let derivation: CMAC
    private let cipher = SIV(key: [UInt8](repeating: 0, count: 64))
    /// Whose key the cipher has.
    private var current: (number: UInt32, key: VisitorKey)?

    /// - Parameter directoryKey: the data directory's visitor key, 32 bytes.
    package init(keys: VisitorKeys, directoryKey: [UInt8]) {
        self.keys = keys
        derivation = CMAC(key: directoryKey)
    }

    /// Seals a payload.
    ///
    /// - Parameter associated: bound to it, and needed to open it.
    /// - Returns: a tag of 16 bytes and the ciphertext; nil where the visitor has no key.
    /// - Throws: where the file of keys cannot be read.
    package func seal(
        _ plain: ArraySlice<UInt8>, of number: UInt32, with associated: ArraySlice<UInt8>
    ) throws(VisitorKeysError) -> [UInt8]? {
        guard let key = try keys.key(number) else { return nil }
        use(key, of: number)
        let count = plain.count + Self.overheadBytes
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { sealed, written in
            guard let start = sealed.baseAddress else { return }
            written = count
            unsafe plain.withUnsafeBufferPointer { plain in
                unsafe associated.withUnsafeBufferPointer { associated in
                    let tag = unsafe cipher.seal(plain, with: associated, into: start + Self.overheadBytes)
                    unsafe UnsafeMutableRawPointer(start).storeBytes(of: tag, as: Block.self)
                }
            }
        }
    }

    /// Opens what ``seal(_:of:with:)`` made.
    ///
    /// - Throws: where the file of keys cannot be read.
    package func open(
        _ sealed: ArraySlice<UInt8>, of number: UInt32, with associated: ArraySlice<UInt8>
    ) throws(VisitorKeysError) -> Opening {
        let key: VisitorKey
        switch try keys.entry(number) {
        case .key(let found): key = found
        case .deleted: return .keyDeleted
        case .never: return .damaged
        }
        guard sealed.count >= Self.overheadBytes else { return .damaged }
        use(key, of: number)
        let count = sealed.count - Self.overheadBytes
        var isGenuine = false
        // One byte of room at least, so that an empty text has an address too.
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: max(1, count)) { plain, written in
            guard let destination = plain.baseAddress else { return }
            written = count
            unsafe sealed.withUnsafeBytes { bytes in
                let tag = unsafe bytes.loadUnaligned(as: Block.self)
                let text = unsafe UnsafeRawBufferPointer(rebasing: bytes[Self.overheadBytes...])
                unsafe associated.withUnsafeBufferPointer { associated in
                    isGenuine = unsafe cipher.open(
                        text.bindMemory(to: UInt8.self), tag, with: associated, into: destination)
                }
            }
        }
        return isGenuine ? .plain(plain) : .damaged
    }

    private func use(_ key: VisitorKey, of number: UInt32) {
        if let current, current.number == number, current.key == key { return }
        current = (number, key)
        let derived = (
            derive(1, key, number), derive(2, key, number), derive(3, key, number), derive(4, key, number)
        )
        unsafe withUnsafeBytes(of: derived) { unsafe cipher.use(key: $0.bindMemory(to: UInt8.self)) }
    }

    private func derive(_ counter: UInt32, _ key: VisitorKey, _ number: UInt32) -> Block {
        // Counter, label, number, key: each at its place, so that no two inputs are alike.
        let input = (
            Block(low: UInt64(counter) << 32 | UInt64(Self.label), high: UInt64(number)),
            Block(low: key.low, high: key.high)
        )
        return unsafe withUnsafeBytes(of: input) { [derivation] bytes in
            unsafe derivation.code(bytes.bindMemory(to: UInt8.self), end: .zero)
        }
    }

    /// Keeps these keys apart from whatever else comes of the directory's key: "acts".
    private static let label: UInt32 = 0x7374_6361
}
