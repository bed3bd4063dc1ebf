internal import Units

/// What a visitor's history keeps of the name of a type or property: 32 bits of its hash.
///
/// Snapshots hold symbols, so the hash never changes. Of the names that a deployment has, thousands at most, two share a
/// symbol about once in a thousand deployments.
package struct Symbol: Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt32

    /// Acts of this type tell traits instead of something done.
    package static let traits = Symbol("traits")

    package init(_ name: String) { rawValue = UInt32(truncatingIfNeeded: TextHash.hash(name) >> 32) }

    init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// What a history keeps of a text: FNV-1a of its bytes, finished by a mixer so that every bit depends on all of them.
enum TextHash {
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Mix.scramble(hash)
    }
}
