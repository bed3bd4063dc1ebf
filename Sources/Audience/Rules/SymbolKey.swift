internal import Sealing

/// The key by which names become symbols: SipHash-2-4.
///
/// - Source: Aumasson and Bernstein, SipHash: a fast short-input PRF (2012).
package struct SymbolKey: Sendable {
    private let first: UInt64
    private let second: UInt64

    /// - Parameter identityKey: 32 bytes, of the data directory.
    package init(identityKey: [UInt8]) {
        let (first, second) = unsafe Array("symbols".utf8).withUnsafeBufferPointer { bytes in
            unsafe CMAC(key: identityKey).hash(bytes)
        }
        self.init(first, second)
    }

    init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The symbol of a name; `traits` has its own.
    package func symbol(_ name: String) -> Symbol {
        if name == "traits" { return .traits }
        // Zero is that one's.
        return Symbol(rawValue: max(1, hash(name)))
    }

    func hash(_ text: String) -> UInt64 {
        var state = SipState(first, second)
        var word: UInt64 = 0
        var count: UInt64 = 0
        for byte in text.utf8 {
            word |= UInt64(byte) << (8 * (count & 7))
            count &+= 1
            if count & 7 == 0 {
                state.absorb(word)
                word = 0
            }
        }
        state.absorb(word | count << 56)
        return state.finish()
    }
}

/// The four words that SipHash mixes.
private struct SipState {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    init(_ first: UInt64, _ second: UInt64) {
        a = first ^ 0x736F_6D65_7073_6575
        b = second ^ 0x646F_7261_6E64_6F6D
        c = first ^ 0x6C79_6765_6E65_7261
        d = second ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
        d ^= word
        round()
        round()
        a ^= word
    }

    mutating func finish() -> UInt64 {
        c ^= 0xFF
        for _ in 0..<4 { round() }
        return a ^ b ^ c ^ d
    }

    private mutating func round() {
        a &+= b
        b = Self.rotated(b, 13) ^ a
        a = Self.rotated(a, 32)
        c &+= d
        d = Self.rotated(d, 16) ^ c
        a &+= d
        d = Self.rotated(d, 21) ^ a
        c &+= b
        b = Self.rotated(b, 17) ^ c
        c = Self.rotated(c, 32)
    }

    private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
}
