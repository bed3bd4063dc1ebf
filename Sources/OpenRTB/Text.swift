public import Units

/// A string of the request, as its place in the parser's buffer: two integers, nothing to retain.
///
/// Empty stands for absent, as OpenRTB senders use it. Valid until the next request is read; ``BidRequest``
/// turns it into bytes.
@frozen
public struct Text: BitwiseCopyable, Sendable {
    @usableFromInline let offset: UInt32
    /// Bytes of UTF-8.
    @usableFromInline let length: UInt32

    @inlinable
    init(offset: UInt32, length: UInt32) {
        self.offset = offset
        self.length = length
    }

    public static let absent = Text(offset: 0, length: 0)

    @inlinable
    public var isEmpty: Bool { length == 0 }

    /// Bytes of UTF-8.
    @inlinable
    public var count: Int { Int(length) }

    /// The part from byte `start` on, at most `count` bytes of it.
    @inlinable
    package func slice(from start: Int, count: Int = .max) -> Text {
        let from = UInt32(Swift.min(Swift.max(start, 0), Int(length)))
        return Text(offset: offset + from, length: UInt32(Swift.min(Swift.max(count, 0), Int(length - from))))
    }
}

/// A run of elements in one of the request's pools.
@frozen
public struct List<Element: BitwiseCopyable>: BitwiseCopyable, Sendable {
    @usableFromInline let start: UInt32
    @usableFromInline let length: UInt32

    @inlinable
    init(start: Int, count: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        length = UInt32(truncatingIfNeeded: count)
    }

    @inlinable
    public static var empty: List { List(start: 0, count: 0) }

    @inlinable
    public var isEmpty: Bool { length == 0 }

    @inlinable
    public var count: Int { Int(length) }

    /// Positions in the pool.
    @inlinable
    public var indices: Range<Int> { Int(start)..<Int(start + length) }
}

/// The bytes behind every ``Text`` of one request.
@frozen
@safe
public struct TextBuffer {
    // Invariant: `base` points at a buffer that outlives the request, and every `Text` that its reader made lies
    // within it. Kept by `Tape`, the only maker of both; the loop that owns the parser is the only user.
    @usableFromInline let base: UnsafeMutablePointer<UInt8>

    @inlinable
    init(base: UnsafeMutablePointer<UInt8>) { unsafe self.base = unsafe base }

    /// The bytes of a text, valid for the call.
    @inlinable
    @inline(__always)
    public func withBytes<Result>(_ text: Text, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        unsafe body(UnsafeBufferPointer(start: base + Int(text.offset), count: Int(text.length)))
    }

    /// The `index`th byte, which must be below `text.count`.
    @inlinable
    public subscript(text: Text, index: Int) -> UInt8 {
        precondition(index >= 0 && index < text.count)
        return unsafe base[Int(text.offset) + index]
    }

    /// Whether the text is exactly these bytes.
    @inlinable
    public func equals(_ text: Text, _ other: borrowing [UInt8]) -> Bool {
        guard text.count == other.count else { return false }
        for index in 0..<other.count where unsafe base[Int(text.offset) + index] != other[index] { return false }
        return true
    }

    /// Whether two texts of the request are the same bytes.
    @inlinable
    public func equals(_ lhs: Text, _ rhs: Text) -> Bool {
        guard lhs.count == rhs.count else { return false }
        for index in 0..<lhs.count
        where unsafe base[Int(lhs.offset) + index] != base[Int(rhs.offset) + index] { return false }
        return true
    }

    /// Whether the text is these bytes when ASCII letters of both are taken in lower case.
    ///
    /// - Parameter lowercased: already in lower case.
    @inlinable
    public func equalsIgnoringCase(_ text: Text, lowercased: borrowing [UInt8]) -> Bool {
        guard text.count == lowercased.count else { return false }
        for index in 0..<lowercased.count
        where TextBuffer.lowercase(unsafe base[Int(text.offset) + index]) != lowercased[index] { return false }
        return true
    }

    /// Whether a host name is this domain or one below it (`www.example.com` is within `example.com`).
    ///
    /// - Parameter domain: in lower case, without a dot in front.
    @inlinable
    public func isWithin(_ host: Text, domain: borrowing [UInt8]) -> Bool {
        let extra = host.count - domain.count
        guard extra >= 0, !domain.isEmpty else { return false }
        if extra > 0, self[host, extra - 1] != UInt8(ascii: ".") { return false }
        return equalsIgnoringCase(host.slice(from: extra), lowercased: domain)
    }

    /// A 64-bit fingerprint of the bytes: FNV-1a, finished by a scramble.
    @inlinable
    public func hash(_ text: Text) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<text.count {
            hash = (hash ^ UInt64(unsafe base[Int(text.offset) + index])) &* 0x100_0000_01B3
        }
        return Mix.scramble(hash)
    }

    /// A copy as a `String`: for explanations and logs, never per request.
    public func string(_ text: Text) -> String {
        unsafe withBytes(text) { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// A copy of the bytes.
    public func bytes(_ text: Text) -> [UInt8] {
        unsafe withBytes(text) { unsafe Array($0) }
    }

    @inlinable
    static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
