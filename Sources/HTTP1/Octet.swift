/// The classes of bytes that HTTP's grammar knows, and comparing in them.
///
/// - Source: RFC 9110, section 5.6; RFC 3986, section 3.2.
package enum Octet {
    static let space = UInt8(ascii: " ")

    /// `tchar`: what names and methods are made of. Two words of a bit for each ASCII character.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        let word = byte < 64 ? low : high
        return byte < 128 && word >> UInt64(byte & 63) & 1 == 1
    }

    @inline(__always)
    static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

    /// Visible characters, blanks, and bytes above ASCII.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// What a name, an address or a port may hold; `@`, `/`, `,` and blanks are what tricks are made of.
    static func isHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
            UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }

    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    // MARK: Runs of them

    /// Whether a run of bytes is exactly this text.
    @inline(__always)
    package static func equals(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<range.count
        where unsafe bytes[range.lowerBound + index] != text.utf8Start[index] { return false }
        return true
    }

    /// Whether a run of bytes is this text, ASCII letters in either case.
    ///
    /// - Parameter text: in lower case.
    @inline(__always)
    package static func equalsIgnoringCase(
        _ bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ text: StaticString
    ) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<range.count
        where unsafe lowercase(bytes[range.lowerBound + index]) != text.utf8Start[index] { return false }
        return true
    }

    /// Where a byte first stands in a run; nil where it does not.
    package static func firstIndex(
        of byte: UInt8,
        in bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) -> Int? {
        for index in range where unsafe bytes[index] == byte { return index }
        return nil
    }

    @inline(__always)
    static func lowercase(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

    /// The elements of a list with commas between, without the blanks around them.
    static func forEachElement(
        _ bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ body: (Range<Int>) -> Void
    ) {
        var start = range.lowerBound
        while start <= range.upperBound {
            var end = start
            while end < range.upperBound, unsafe bytes[end] != UInt8(ascii: ",") { end += 1 }
            let element = unsafe trimmed(bytes, start..<end)
            if !element.isEmpty { body(element) }
            start = end + 1
        }
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, unsafe isBlank(bytes[start]) { start += 1 }
        while end > start, unsafe isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Whether `;q=0`, perhaps with zeros behind a point, stands among parameters.
    static func hasZeroQuality(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            guard unsafe lowercase(bytes[index]) == UInt8(ascii: "q"), index + 2 < range.upperBound,
                unsafe bytes[index + 1] == UInt8(ascii: "="), index > range.lowerBound,
                unsafe !isToken(bytes[index - 1])
            else {
                index += 1
                continue
            }
            var isZero = true
            var end = index + 2
            while end < range.upperBound, unsafe isDigit(bytes[end]) || bytes[end] == UInt8(ascii: ".") {
                if unsafe bytes[end] != UInt8(ascii: "0"), unsafe bytes[end] != UInt8(ascii: ".") { isZero = false }
                end += 1
            }
            return isZero
        }
        return false
    }
}
