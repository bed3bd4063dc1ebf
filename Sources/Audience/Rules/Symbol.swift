internal import Units

/// What a visitor's history keeps of the name of a type, trait or property: 64 bits of its keyed hash.
///
/// Whoever has not the key can find no two names of one symbol, and so forge nobody else's type; by chance two of a
/// billion names share one about once in forty installations. Snapshots hold symbols, so the hash never changes.
package struct Symbol: Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt64

    /// Acts of this type tell traits instead of something done.
    package static let traits = Symbol(rawValue: 0)

    /// What stands before a value: an act's own properties are told apart by 32 bits, and a trait bears all 64 itself.
    var short: UInt32 { UInt32(truncatingIfNeeded: rawValue) }

    init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What a history keeps of a text: FNV-1a of its bytes, finished by a mixer so that every bit depends on all of them.
///
/// It needs no key: an act's texts are only ever compared with the wishes of rules that may see the act, whose sender
/// could as well send the text that is wished.
enum TextHash {
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Mix.scramble(hash)
    }
}
