/// Reads plain JSON into a tree: what the reader of YAML makes of it too, in a hundredth of the time.
///
/// It names no fault. Whatever it does not take (no JSON, half a surrogate pair, a key twice, deep nesting) is left to
/// the other reader, which says what is wrong and where. Beyond what that one takes it reads keys of more than a
/// thousand characters and keys parted from their colon by a line end: both are JSON, and YAML's limits.
///
/// - Source: RFC 8259.
@safe
struct JSONReader {
    // Invariant: `bytes` points to the `count` bytes of the text and a zero behind them, for as long as the closure in
    // `read` runs; `index` is at most `count`, because nothing takes the zero: whatever moves on has looked first.

    /// Says only that the text is for the other reader.
    private struct Refusal: Error {}

    /// Levels of nesting: documents need nine, and reading recurses.
    static let depthMax = 64

    private let bytes: UnsafePointer<UInt8>
    private let count: Int
    private var index = 0
    private var line = 1
    /// Where a column 1 would stand so that columns count characters: each continuation byte moves it on.
    private var lineStart = 0

    /// - Returns: the object or list that is the whole of the text; nil where it is for the other reader.
    /// - Complexity: O(bytes); O(members) of extra space for an object of many.
    static func read(_ text: String) -> Node? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 1)
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            var reader = unsafe JSONReader(bytes: base, count: buffer.count - 1)
            do throws(Refusal) {
                return try reader.document()
            } catch {
                return nil
            }
        }
    }

    private init(bytes: UnsafePointer<UInt8>, count: Int) {
        unsafe self.bytes = unsafe bytes
        self.count = count
    }

    private mutating func document() throws(Refusal) -> Node {
        skipSpace()
        guard next == UInt8(ascii: "{") || next == UInt8(ascii: "[") else { throw Refusal() }
        let node = try value(depth: 1)
        skipSpace()
        guard index == count else { throw Refusal() }
        return node
    }

    private mutating func value(depth: Int) throws(Refusal) -> Node {
        guard depth <= Self.depthMax else { throw Refusal() }
        let mark = mark
        let content: Node.Content
        switch next {
        case UInt8(ascii: "\""): content = .string(try string())
        case UInt8(ascii: "{"): content = .map(try members(depth))
        case UInt8(ascii: "["): content = .list(try elements(depth))
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): content = .number(try number())
        case UInt8(ascii: "t"): content = try word("true", .bool(true))
        case UInt8(ascii: "f"): content = try word("false", .bool(false))
        case UInt8(ascii: "n"): content = try word("null", .null)
        default: throw Refusal()
        }
        return Node(content, mark: mark)
    }

    private mutating func members(_ depth: Int) throws(Refusal) -> [Node.Member] {
        index += 1
        skipSpace()
        var members: [Node.Member] = []
        if take(UInt8(ascii: "}")) { return members }
        members.reserveCapacity(4)
        repeat {
            skipSpace()
            let mark = mark
            guard next == UInt8(ascii: "\"") else { throw Refusal() }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw Refusal() }
            skipSpace()
            members.append(Node.Member(key: key, keyMark: mark, value: try value(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")), !Self.repeatsKey(members) else { throw Refusal() }
        return members
    }

    private mutating func elements(_ depth: Int) throws(Refusal) -> [Node] {
        index += 1
        skipSpace()
        var nodes: [Node] = []
        if take(UInt8(ascii: "]")) { return nodes }
        repeat {
            skipSpace()
            nodes.append(try value(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw Refusal() }
        return nodes
    }

    /// Comparing all with all is faster than hashing while they are few.
    private static func repeatsKey(_ members: [Node.Member]) -> Bool {
        guard members.count <= 24 else { return Set(members.lazy.map(\.key)).count < members.count }
        for later in members.indices.dropFirst() {
            for earlier in 0..<later where members[earlier].key == members[later].key { return true }
        }
        return false
    }

    // MARK: Scalars

    private mutating func word(_ word: String, _ content: Node.Content) throws(Refusal) -> Node.Content {
        let end = index + word.utf8.count
        guard end <= count, text(from: index, to: end) == word else { throw Refusal() }
        index = end
        return content
    }

    private mutating func number() throws(Refusal) -> String {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if next | 0x20 == UInt8(ascii: "e") {
            index += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return text(from: start, to: index)
    }

    private mutating func digits() throws(Refusal) {
        let start = index
        while next >= UInt8(ascii: "0"), next <= UInt8(ascii: "9") { index += 1 }
        guard index > start else { throw Refusal() }
    }

    /// The string whose opening quote is next.
    private mutating func string() throws(Refusal) -> String {
        index += 1
        let start = index
        plainCharacters()
        if take(UInt8(ascii: "\"")) { return text(from: start, to: index - 1) }
        var unescaped: [UInt8] = []
        append(from: start, to: &unescaped)
        while !take(UInt8(ascii: "\"")) {
            try escape(into: &unescaped)
            let start = index
            plainCharacters()
            append(from: start, to: &unescaped)
        }
        return String(decoding: unescaped, as: UTF8.self)
    }

    /// Goes on to a quote, a backslash, or a control character, which JSON has to escape.
    private mutating func plainCharacters() {
        while true {
            let byte = next
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            if byte & 0xC0 == 0x80 { lineStart += 1 }
            index += 1
        }
    }

    private func text(from start: Int, to end: Int) -> String {
        unsafe String(decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self)
    }

    /// Appends what was gone over since `start`.
    private func append(from start: Int, to text: inout [UInt8]) {
        unsafe text.append(contentsOf: UnsafeBufferPointer(start: bytes + start, count: index - start))
    }

    private mutating func escape(into text: inout [UInt8]) throws(Refusal) {
        guard take(UInt8(ascii: "\\")) else { throw Refusal() }
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(next)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            text += String(Character(try scalar())).utf8
            return
        default: throw Refusal()
        }
        index += 1
    }

    /// The character of `u` and four digits, or of two of them that are one character.
    private mutating func scalar() throws(Refusal) -> Unicode.Scalar {
        let high = try unit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high >> 10 == 0x36, take(UInt8(ascii: "\\")) else { throw Refusal() }
        let low = try unit()
        guard low >> 10 == 0x37, let scalar = Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF) else {
            throw Refusal()
        }
        return scalar
    }

    private mutating func unit() throws(Refusal) -> UInt32 {
        guard take(UInt8(ascii: "u")) else { throw Refusal() }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = next - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = next - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = next - UInt8(ascii: "A") + 10
            default: throw Refusal()
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    // MARK: Bytes

    private var mark: Node.Mark { Node.Mark(line: line, column: index - lineStart + 1) }

    private var next: UInt8 { unsafe bytes[index] }

    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while true {
            switch next {
            case 0x20, 0x09: index += 1
            // A carriage return and the line feed behind it end one line, either alone does too.
            case 0x0D where unsafe bytes[index + 1] == 0x0A: index += 1
            case 0x0A, 0x0D:
                index += 1
                line += 1
                lineStart = index
            default: return
            }
        }
    }
}
