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
/// characters given at the start is ever read.
struct BitCursor: BitwiseCopyable {
    /// In bits from the text's first character.
    private(set) var position: Int
    private let end: Int

    /// - Parameter characters: their places in the text, none behind its end.
    init(_ characters: Range<Int>) {
        position = characters.lowerBound * 6
        end = characters.upperBound * 6
    }

    /// Bits that are left.
    var count: Int { end - position }

    mutating func skip(_ bits: Int) throws(ConsentStringFault) {
        guard bits <= count else { throw .truncated }
        position += bits
    }

    /// The next bits as a number.
    ///
    /// - Parameter bits: 1 to 36.
    mutating func number(_ bits: Int, in text: Span<UInt8>) throws(ConsentStringFault) -> Int {
        guard bits <= count else { throw .truncated }
        var index = position / 6
        position += bits
        var window: UInt64 = 0
        while index * 6 < position {
            window = window << 6 | UInt64(Base64.value(text[index]) & 0x3F)
            index += 1
        }
        return Int(window >> UInt64(index * 6 - position) & (1 << UInt64(bits) - 1))
    }

    mutating func flag(in text: Span<UInt8>) throws(ConsentStringFault) -> Bool { try number(1, in: text) == 1 }

    /// The bit so many places ahead, without going there.
    func flag(ahead bits: Int, in text: Span<UInt8>) throws(ConsentStringFault) -> Bool {
        var other = self
        try other.skip(bits)
        return try other.flag(in: text)
    }
}

/// The characters that consent strings are made of.
enum Base64 {
    /// Whether all characters are base64url's.
    ///
    /// - Parameter acceptsPlus: whether `+` and `/` are taken for `-` and `_`, as the table of the GPP has them.
    static func isAlphabet(_ text: Span<UInt8>, _ range: Range<Int>, acceptsPlus: Bool) -> Bool {
        var worst: UInt8 = 0
        for index in range { worst |= value(text[index]) }
        return worst & (acceptsPlus ? noCharacter : noCharacter | otherAlphabet) == 0
    }

    /// Six bits, with a mark above them for characters of the other alphabet and of none.
    @inline(__always)
    static func value(_ byte: UInt8) -> UInt8 { byte < 128 ? values[Int(byte)] : noCharacter }

    private static let otherAlphabet: UInt8 = 64
    private static let noCharacter: UInt8 = 128

    /// By ASCII code.
    private static let values: InlineArray<128, UInt8> = [
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 126, 128, 62, 128, 127,
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 128, 128, 128, 128, 128, 128,
        128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 128, 128, 128, 128, 63,
        128, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 128, 128, 128, 128, 128,
    ]
}
