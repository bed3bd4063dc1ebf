/// Walks a JSON text from front to back, keeping only what is asked for.
///
/// For files of any size whose faults must be named by line: nothing is built of what is passed over, so that memory
/// follows what is kept. Strict, but for a byte-order mark in front.
///
/// - Source: RFC 8259.
struct JSONScanner {
    static let depthMax = 64

    private let bytes: [UInt8]
    private var index: Int
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The line that the scanner stands on, from 1.
    ///
    /// - Complexity: O(bytes before it): for faults.
    var line: Int { bytes[..<min(index, bytes.count)].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 } }

    /// The byte that the next value starts with; nil at the end.
    mutating func peek() -> UInt8? {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return bytes[index]
            }
        }
        return nil
    }

    /// Reads an object; `body` must take each member's value.
    mutating func object(
        _ body: (inout JSONScanner, _ key: [UInt8]) throws(FileError) -> Void
    ) throws(FileError) {
        try open("{")
        if peek() == UInt8(ascii: "}") { return close() }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw fault("a member's name in quotes") }
            let key = try string()
            try expect(":")
            try body(&self, key)
        } while try goesOn(until: "}")
        close()
    }

    /// Reads an array; `body` must take each element.
    mutating func array(_ body: (inout JSONScanner) throws(FileError) -> Void) throws(FileError) {
        try open("[")
        if peek() == UInt8(ascii: "]") { return close() }
        repeat { try body(&self) } while try goesOn(until: "]")
        close()
    }

    /// Takes a string or a number as text; takes another value and gives nil.
    mutating func text() throws(FileError) -> [UInt8]? {
        switch peek() {
        case UInt8(ascii: "\""): return try string()
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            let start = index
            try number()
            return Array(bytes[start..<index])
        default:
            try skip()
            return nil
        }
    }

    /// Takes a value and says whether it is 1, in any of the ways people write that.
    mutating func flag() throws(FileError) -> Bool {
        if peek() == UInt8(ascii: "t") {
            try skip()
            return true
        }
        return try text() == [UInt8(ascii: "1")]
    }

    /// Takes a value of any kind.
    mutating func skip() throws(FileError) {
        switch peek() {
        case UInt8(ascii: "{"): try object { (scanner, _) throws(FileError) in try scanner.skip() }
        case UInt8(ascii: "["): try array { (scanner) throws(FileError) in try scanner.skip() }
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    /// Nothing but blanks may follow.
    mutating func end() throws(FileError) {
        if peek() != nil { throw fault("the end of the file") }
    }

    // MARK: Pieces

    private mutating func open(_ bracket: Unicode.Scalar) throws(FileError) {
        try expect(bracket)
        depth += 1
        if depth > Self.depthMax { throw FileError(line: line, "is nested deeper than \(Self.depthMax) levels") }
    }

    private mutating func close() {
        index += 1
        depth -= 1
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws(FileError) {
        guard peek() == UInt8(ascii: scalar) else { throw fault("“\(scalar)”") }
        index += 1
    }

    /// Takes a comma; false, without taking it, at the bracket that closes.
    private mutating func goesOn(until bracket: Unicode.Scalar) throws(FileError) -> Bool {
        if peek() == UInt8(ascii: bracket) { return false }
        guard peek() == UInt8(ascii: ",") else { throw fault("a comma or “\(bracket)”") }
        index += 1
        return true
    }

    private mutating func word(_ word: StaticString) throws(FileError) {
        for scalar in word.description.utf8 {
            guard index < bytes.count, bytes[index] == scalar else { throw fault("a value") }
            index += 1
        }
    }

    private mutating func number() throws(FileError) {
        if peek() == UInt8(ascii: "-") { index += 1 }
        if index < bytes.count, bytes[index] == UInt8(ascii: "0") {
            index += 1
        } else {
            try digits()
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            try digits()
        }
    }

    private mutating func digits() throws(FileError) {
        let start = index
        while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        if index == start { throw fault("a value") }
    }

    private mutating func skipString() throws(FileError) {
        index += 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"): _ = try escape()
            case 0..<0x20: throw fault("no control character within a string")
            default: index += 1
            }
        }
        throw fault("the quote that ends a string")
    }

    private mutating func string() throws(FileError) -> [UInt8] {
        var text: [UInt8] = []
        index += 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return text
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case 0..<0x20: throw fault("no control character within a string")
            default:
                text.append(bytes[index])
                index += 1
            }
        }
        throw fault("the quote that ends a string")
    }

    /// The character that an escape stands for; half of a pair stands for the replacement character.
    private mutating func escape() throws(FileError) -> [UInt8] {
        guard index + 1 < bytes.count else { throw fault("a letter behind “\\”") }
        let letter = bytes[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try codedScalar())).utf8)
        default: throw fault("one of \"\\/bfnrtu behind “\\”")
        }
    }

    private mutating func codedScalar() throws(FileError) -> Unicode.Scalar {
        let unit = try codeUnit()
        if unit >> 10 == 0x36, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            let start = index
            index += 2
            let low = try codeUnit()
            if low >> 10 == 0x37 {
                return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF) ?? "\u{FFFD}"
            }
            index = start
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() throws(FileError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw fault("four hexadecimal digits") }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, bytes[index] < 0x80 else {
                throw fault("four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    private func fault(_ expected: String) -> FileError {
        FileError(
            line: line,
            index < bytes.count ? "is no JSON: expected \(expected)" : "ends too early: expected \(expected)",
            hint: "fetch it again, or mend it")
    }
}
