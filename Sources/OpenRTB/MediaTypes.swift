/// The media types that a native asset accepts, as far as they are known: a set in one word, nothing to retain.
///
/// Native requests are parsed in a buffer that the next one overwrites, so their texts cannot be kept.
/// - Source: Native 1.2, sections 4.4 and 4.5.
public struct MediaTypes: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A type was named that is none of ``names``.
    public static let other = MediaTypes(rawValue: 1 << 31)

    /// The types that are told apart; the place in this list is the bit.
    public static let names: [StaticString] = [
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/svg+xml", "image/avif", "image/jpg", "video/mp4",
        "video/webm", "video/ogg", "video/3gpp", "video/quicktime", "video/x-flv", "video/x-ms-wmv",
        "application/javascript", "application/x-mpegurl", "application/vnd.apple.mpegurl", "application/dash+xml",
    ]

    /// The set of one type, whichever case its letters have; ``other`` for one that is not known.
    public init(_ name: UnsafeBufferPointer<UInt8>) {
        var found = Self.other.rawValue
        for (bit, known) in Self.names.enumerated() where unsafe Self.equals(known, name) {
            // `image/jpg` is a common misnomer.
            found = 1 << (bit == 6 ? 0 : UInt32(bit))
        }
        self.init(rawValue: found)
    }

    /// The set of one type.
    public init(_ name: String) {
        let bytes = Array(name.utf8)
        self = unsafe bytes.withUnsafeBufferPointer { unsafe MediaTypes($0) }
    }

    private static func equals(_ known: StaticString, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard known.utf8CodeUnitCount == name.count else { return false }
        for index in 0..<name.count {
            let byte = unsafe name[index]
            let lower = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
            if unsafe known.utf8Start[index] != lower { return false }
        }
        return true
    }
}
