/// The events of a body, each as a run of bytes: the elements of a JSON array, or the lines of ndjson.
///
/// An array is cut at the commas between its elements, without reading them, so that one broken element spoils no
/// other.
/// - Complexity: O(bytes) in all.
struct EventLines {
    struct Line: Equatable {
        /// From 1; an empty line of ndjson counts, but is none of these.
        let number: Int
        /// Without the white space around it; empty where there is nothing between two commas.
        let range: Range<Int>
        /// What is wrong with the body from here on; nil for an event.
        var fault: String?
    }

    private let bytes: [UInt8]
    private let isArray: Bool
    private var index = 0
    private var number = 0
    private var isAtEnd = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        index = bytes.firstIndex { !Self.isSpace($0) } ?? bytes.count
        isArray = index < bytes.count && bytes[index] == UInt8(ascii: "[")
        if isArray {
            index += 1
            let first = bytes[index...].firstIndex { !Self.isSpace($0) }
            if let first, bytes[first] == UInt8(ascii: "]") { close(at: first) }
        } else {
            index = 0
        }
    }

    private var trailing: Line?

    mutating func next() -> Line? {
        if let trailing {
            self.trailing = nil
            return trailing
        }
        guard !isAtEnd else { return nil }
        return isArray ? nextElement() : nextLine()
    }

    private mutating func nextLine() -> Line? {
        while index < bytes.count {
            let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let range = trimmed(index..<end)
            number += 1
            index = min(end + 1, bytes.count)
            if !range.isEmpty { return Line(number: number, range: range) }
        }
        isAtEnd = true
        return nil
    }

    /// Goes on to the comma or bracket that ends the element, over strings and over what it nests.
    private mutating func nextElement() -> Line? {
        number += 1
        let start = index
        var depth = 0
        var isInString = false
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case _ where isInString: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}") where depth > 0, UInt8(ascii: "]") where depth > 0: depth -= 1
            case UInt8(ascii: "]"):
                let line = Line(number: number, range: trimmed(start..<index))
                close(at: index)
                return line
            case UInt8(ascii: ",") where depth == 0:
                defer { index += 1 }
                return Line(number: number, range: trimmed(start..<index))
            default: break
            }
            index += 1
        }
        isAtEnd = true
        let range = trimmed(min(start, bytes.count)..<bytes.count)
        // An element that is whole may still be read; what is missing then is the bracket behind it.
        let fault = Line(number: number + 1, range: bytes.count..<bytes.count, fault: "the array is not closed: “]”")
        if range.isEmpty { return Line(number: number, range: range, fault: fault.fault) }
        trailing = fault
        return Line(number: number, range: range)
    }

    /// The array ends here; only white space may follow.
    private mutating func close(at bracket: Int) {
        isAtEnd = true
        let range = trimmed(bracket + 1..<bytes.count)
        guard !range.isEmpty else { return }
        trailing = Line(number: number + 1, range: range, fault: "more stands behind the array's end")
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, Self.isSpace(bytes[start]) { start += 1 }
        while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
