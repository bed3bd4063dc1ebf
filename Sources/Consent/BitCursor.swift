#if canImport(Glibc)
internal import Glibc
#endif

/// Why a consent string cannot be read, whatever its kind.
package enum ConsentStringFault: UInt8, Error, CaseIterable, BitwiseCopyable, Sendable {
    /// There is none.
    case empty
    /// Longer than any that a consent platform makes, so not worth the work.
    case tooLong
    /// A character that is not base64url's.
    case notBase64
    /// Shorter than what all versions begin with.
    case tooShort
    /// Of another kind or version.
    case version
    /// Ends within a field, or lacks what its own numbers announce.
    case truncated
    /// The numbers contradict each other.
    case contradictory

    package var label: String { "\(self)" }
}

/// A place among the bits behind base64url characters: six bits a character, the most significant first.
///
/// Holds positions alone; each reading names the text, which must be the same one throughout. Nothing outside the
/// characters given at the start is ever read, and going ahead each character is looked at once.
struct BitCursor: BitwiseCopyable {
    /// The character to be looked at next, as its place in the text.
    private var next: Int
    private let end: Int
    /// Bits of the characters before `next`, of which the last `ahead` have not been read.
    private var window: UInt64 = 0
    private var ahead = 0

    /// - Parameter characters: their places in the text, none behind its end.
    init(_ characters: Range<Int>) {
        next = characters.lowerBound
        end = characters.upperBound
    }

    /// Bits that are left.
    var count: Int { (end - next) * 6 + ahead }

    mutating func skip(_ bits: Int, in text: Span<UInt8>) throws(ConsentStringFault) {
        guard bits <= count else { throw .truncated }
        if bits > ahead {
            let characters = (bits - ahead) / 6
            next += characters
            let rest = bits - ahead - characters * 6
            ahead = 0
            if rest > 0 { _ = try number(rest, in: text) }
        } else {
            ahead -= bits
        }
    }

    /// The next bits as a number.
    ///
    /// - Parameter bits: 1 to 36.
    @inline(__always)
    mutating func number(_ bits: Int, in text: Span<UInt8>) throws(ConsentStringFault) -> Int {
        while ahead < bits {
            guard next < end else { throw .truncated }
            window = window << 6 | UInt64(Base64.value(text[next]) & 0x3F)
            next += 1
            ahead += 6
        }
        ahead -= bits
        return Int(window >> UInt64(ahead) & (1 << UInt64(bits) - 1))
    }

    mutating func flag(in text: Span<UInt8>) throws(ConsentStringFault) -> Bool { try number(1, in: text) == 1 }

    /// The bit so many places ahead, without going there.
    func flag(ahead bits: Int, in text: Span<UInt8>) throws(ConsentStringFault) -> Bool {
        var other = self
        try other.skip(bits, in: text)
        return try other.flag(in: text)
    }
}

/// The characters that consent strings are made of.
enum Base64 {
    /// Whether all characters are base64url's.
    ///
    /// Compares instead of looking up, and without a branch, so that the compiler compares many characters at once.
    ///
    /// - Parameter acceptsPlus: whether `+` and `/` are taken for `-` and `_`, as the table of the GPP has them.
    static func isAlphabet(_ text: Span<UInt8>, _ range: Range<Int>, acceptsPlus: Bool) -> Bool {
        let (minus, underscore) = (UInt8(ascii: "-"), UInt8(ascii: "_"))
        let plus = acceptsPlus ? UInt8(ascii: "+") : minus
        let slash = acceptsPlus ? UInt8(ascii: "/") : underscore
        return unsafe text.extracting(range).withUnsafeBufferPointer { bytes in
            var strangers: UInt8 = 0
            for index in 0..<bytes.count {
                let byte = unsafe bytes[index]
                let noLetter: UInt8 = (byte | 0x20) &- UInt8(ascii: "a") < 26 ? 0 : 1
                let noDigit: UInt8 = byte &- UInt8(ascii: "0") < 10 ? 0 : 1
                let noMark: UInt8 = (byte == minus ? 0 : 1) & (byte == underscore ? 0 : 1)
                let noOther: UInt8 = (byte == plus ? 0 : 1) & (byte == slash ? 0 : 1)
                strangers |= noLetter & noDigit & noMark & noOther
            }
            return strangers == 0
        }
    }

    /// Where a character stands first; the end of the range where it does not.
    static func first(_ character: UInt8, in text: Span<UInt8>, _ range: Range<Int>) -> Int {
        unsafe text.extracting(range).withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress,
                let found = unsafe memchr(start, Int32(character), bytes.count)
            else { return range.upperBound }
            return unsafe range.lowerBound + (UnsafeRawPointer(found) - UnsafeRawPointer(start))
        }
    }

    /// Six bits, of either alphabet; marks above them for characters of none.
    @inline(__always)
    static func value(_ byte: UInt8) -> UInt8 { byte < 128 ? values[Int(byte)] : noCharacter }

    private static let noCharacter: UInt8 = 128

    /// By ASCII code.
    private static let values: InlineArray<128, UInt8> = [
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 62, 128, 62, 128, 63,
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 128, 128, 128, 128, 128, 128,
        128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 128, 128, 128, 128, 63,
        128, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 128, 128, 128, 128, 128,
    ]
}
