internal import Documents

/// Checks that bytes are one JSON value (RFC 8259), before the more lenient reader of documents gets them.
///
/// That reader takes YAML too, with aliases that multiply; over the network only JSON is welcome.
struct JSONSyntax {
    private struct Flaw: Error {
        let message: String
        let offset: Int
    }

    private let bytes: [UInt8]
    private var index = 0

    /// What is wrong with the bytes as JSON, with line and column; nil when nothing is.
    static func fault(in bytes: [UInt8]) -> Fault? {
        var syntax = JSONSyntax(bytes: bytes)
        do throws(Flaw) {
            try syntax.document()
            return nil
        } catch {
            let before = bytes.prefix(error.offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            return Fault(
                "is no JSON: \(error.message)", at: "",
                position: Fault.Position(line: line, column: before.count - start + 1))
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func document() throws(Flaw) {
        skipSpace()
        guard index < bytes.count else { throw flaw("it is empty") }
        try value(depth: 1)
        skipSpace()
        guard index == bytes.count else { throw flaw("something follows its end") }
    }

    private mutating func value(depth: Int) throws(Flaw) {
        guard depth <= ControlLimits.jsonDepthMax else {
            throw flaw("nested deeper than \(ControlLimits.jsonDepthMax) levels")
        }
        switch peek() {
        case UInt8(ascii: "{"): try object(depth)
        case UInt8(ascii: "["): try list(depth)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case .some(UInt8(ascii: "0")...UInt8(ascii: "9")), UInt8(ascii: "-"): try number()
        case nil: throw flaw("it ends in the middle")
        default: throw flaw("a value is expected here")
        }
    }

    private mutating func object(_ depth: Int) throws(Flaw) {
        index += 1
        skipSpace()
        if take("}") { return }
        repeat {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw flaw("a key in double quotes is expected here") }
            try string()
            skipSpace()
            guard take(":") else { throw flaw("a colon is expected here") }
            skipSpace()
            try value(depth: depth + 1)
            skipSpace()
        } while take(",")
        guard take("}") else { throw flaw("a comma or “}” is expected here") }
    }

    private mutating func list(_ depth: Int) throws(Flaw) {
        index += 1
        skipSpace()
        if take("]") { return }
        repeat {
            skipSpace()
            try value(depth: depth + 1)
            skipSpace()
        } while take(",")
        guard take("]") else { throw flaw("a comma or “]” is expected here") }
    }

    private mutating func string() throws(Flaw) {
        index += 1
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw flaw("a control character stands in a string")
            default: index += 1
            }
        }
        throw flaw("a string has no end")
    }

    private mutating func escape() throws(Flaw) {
        index += 1
        switch peek() {
        case UInt8(ascii: "u"):
            let digits = bytes[index...].dropFirst().prefix(4)
            guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
                throw flaw("\\u needs four hexadecimal digits")
            }
            // Readers behind this one would take it for the end of the text.
            guard !digits.allSatisfy({ $0 == UInt8(ascii: "0") }) else { throw flaw("a string holds U+0000") }
            index += 5
        case .some(let byte) where "\"\\/bfnrt".utf8.contains(byte): index += 1
        default: throw flaw("no such escape")
        }
    }

    private mutating func number() throws(Flaw) {
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
    }

    private mutating func digits() throws(Flaw) {
        let start = index
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { index += 1 }
        guard index > start else { throw flaw("a digit is expected here") }
    }

    private mutating func word(_ word: String) throws(Flaw) {
        guard bytes[index...].starts(with: word.utf8) else { throw flaw("a value is expected here") }
        index += word.utf8.count
    }

    // MARK: Bytes

    private func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func flaw(_ message: String) -> Flaw { Flaw(message: message, offset: index) }
}
