/// An XML document, checked to be well-formed, as the places of its elements in its text.
///
/// What advertisers' documents need and no more: no DTD, no entities but the five of XML itself and characters by
/// number. Not for the bid path.
/// - Source: XML 1.0, fifth edition, section 2.
struct XMLDocument {
    struct Element {
        let name: String
        /// Position of its `<`.
        let start: Int
        /// Behind its start tag, and where its end tag begins; for an empty element (`<a/>`) both are its end.
        var content: Range<Int>
        /// Whether it is written as `<a/>`.
        let isEmpty: Bool
        /// Values as written.
        let attributes: [String: String]
        let parent: Int?
        /// Elements within it, in order.
        var children: [Int] = []
    }

    /// A run of text of one kind.
    struct Run {
        enum Kind { case markup, cdata, verbatim }
        let kind: Kind
        let range: Range<Int>
    }

    let bytes: [UInt8]
    /// In the order of their start tags; the first is the root.
    private(set) var elements: [Element] = []
    /// All of the text: CDATA sections, what must stay as it is (comments, instructions), and the rest.
    private(set) var runs: [Run] = []

    private var at = 0
    private var open: [Int] = []

    /// Elements within elements at most.
    private static let depthMax = 64

    /// - Throws: the first fault, with its line and column.
    init(_ text: String) throws(XMLFault) {
        bytes = Array(text.utf8)
        if starts(with: "\u{FEFF}") { at = 3 }
        try readProlog()
        while at < bytes.count {
            if open.isEmpty { try readOutside() } else { try readInside() }
        }
        if let last = open.last { throw fault("<\(elements[last].name)> is never closed", at: elements[last].start) }
        if elements.isEmpty { throw fault("there is no element") }
        addMarkup(upTo: bytes.count)
    }

    /// The text of a range.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Elements of a name within another, in order.
    func children(of parent: Int, named name: String) -> [Int] {
        elements[parent].children.filter { elements[$0].name == name }
    }

    // MARK: Between tags

    private mutating func readProlog() throws(XMLFault) {
        guard starts(with: "<?xml"), at + 5 < bytes.count, Self.isSpace(bytes[at + 5]) else { return }
        try skip(past: "?>", "the XML declaration is never closed")
    }

    /// Before and behind the root.
    private mutating func readOutside() throws(XMLFault) {
        if Self.isSpace(bytes[at]) {
            at += 1
        } else if try readAside() {
            return
        } else if bytes[at] == UInt8(ascii: "<"), elements.isEmpty {
            try readStartTag()
        } else {
            throw fault(elements.isEmpty ? "text before the first element" : "something follows the root element")
        }
    }

    private mutating func readInside() throws(XMLFault) {
        if bytes[at] != UInt8(ascii: "<") {
            if starts(with: "]]>") { throw fault("“]]>” outside a CDATA section") }
            try readCharacter()
        } else if starts(with: "<![CDATA[") {
            addMarkup(upTo: at + 9)
            let start = at + 9
            try skip(past: "]]>", "a CDATA section is never closed")
            runs.append(Run(kind: .cdata, range: start..<at - 3))
            try check(start..<at - 3)
        } else if try readAside() {
            return
        } else if starts(with: "</") {
            try readEndTag()
        } else {
            try readStartTag()
        }
    }

    /// A comment or an instruction, if one stands here.
    private mutating func readAside() throws(XMLFault) -> Bool {
        let start = at
        if starts(with: "<!--") {
            at += 4
            try skip(past: "--", "a comment is never closed")
            guard at < bytes.count, bytes[at] == UInt8(ascii: ">") else { throw fault("“--” within a comment") }
            at += 1
        } else if starts(with: "<?") {
            at += 2
            let target = try name("an instruction's")
            if target.lowercased() == "xml" { throw fault("an XML declaration that is not at the start", at: start) }
            guard starts(with: "?>") || skipSpace() else { throw fault("a space is due behind an instruction's name") }
            try skip(past: "?>", "an instruction is never closed")
        } else if starts(with: "<!DOCTYPE") {
            throw fault("a document type declaration is not accepted")
        } else {
            return false
        }
        try check(start..<at)
        addMarkup(upTo: start)
        runs.append(Run(kind: .verbatim, range: start..<at))
        return true
    }

    // MARK: Tags

    private mutating func readStartTag() throws(XMLFault) {
        let start = at
        if open.count == Self.depthMax { throw fault("elements are nested more than \(Self.depthMax) deep") }
        at += 1
        let name = try name("an element's")
        var attributes: [String: String] = [:]
        while true {
            let hadSpace = skipSpace()
            guard at < bytes.count else { throw fault("the tag <\(name)> is never closed", at: start) }
            let isEmpty = starts(with: "/>")
            if isEmpty || bytes[at] == UInt8(ascii: ">") {
                at += isEmpty ? 2 : 1
                add(name, start, attributes, isEmpty: isEmpty)
                return
            }
            guard hadSpace else { throw fault("a space is missing in the tag <\(name)>") }
            let place = at
            let (key, value) = try readAttribute()
            if attributes.updateValue(value, forKey: key) != nil {
                throw fault("attribute \(key) stands twice in one tag", at: place)
            }
        }
    }

    private mutating func add(_ name: String, _ start: Int, _ attributes: [String: String], isEmpty: Bool) {
        let index = elements.count
        if let parent = open.last { elements[parent].children.append(index) }
        elements.append(
            Element(
                name: name, start: start, content: at..<at, isEmpty: isEmpty, attributes: attributes, parent: open.last)
        )
        if !isEmpty { open.append(index) }
    }

    private mutating func readAttribute() throws(XMLFault) -> (String, String) {
        let key = try name("an attribute's")
        _ = skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else { throw fault("attribute \(key) has no value") }
        at += 1
        _ = skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else {
            throw fault("the value of attribute \(key) is not in quotes")
        }
        let quote = bytes[at]
        at += 1
        let start = at
        while at < bytes.count, bytes[at] != quote {
            if bytes[at] == UInt8(ascii: "<") { throw fault("“<” in the value of attribute \(key)") }
            try readCharacter()
        }
        guard at < bytes.count else { throw fault("the value of attribute \(key) is never closed", at: start - 1) }
        at += 1
        return (key, text(start..<at - 1))
    }

    private mutating func readEndTag() throws(XMLFault) {
        let start = at
        at += 2
        let name = try name("an element's")
        _ = skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: ">") else {
            throw fault("the tag </\(name)> is never closed")
        }
        at += 1
        guard let last = open.popLast() else { return }
        guard elements[last].name == name else {
            throw fault("</\(name)> where </\(elements[last].name)> is due", at: start)
        }
        elements[last].content = elements[last].content.lowerBound..<start
    }

    // MARK: Characters

    /// One character, or a reference to one.
    private mutating func readCharacter() throws(XMLFault) {
        guard bytes[at] == UInt8(ascii: "&") else {
            try check(at..<at + 1)
            at += 1
            return
        }
        let end = bytes[at...].prefix(12).firstIndex(of: UInt8(ascii: ";"))
        guard let end, Self.isReference(text(at + 1..<end)) else {
            throw fault("“&” that begins none of &amp; &lt; &gt; &quot; &apos; and no character's number")
        }
        at = end + 1
    }

    private static func isReference(_ name: String) -> Bool {
        if ["amp", "lt", "gt", "quot", "apos"].contains(name) { return true }
        guard name.hasPrefix("#") else { return false }
        let isHex = name.hasPrefix("#x")
        let digits = name.dropFirst(isHex ? 2 : 1)
        guard !digits.hasPrefix("+"), !digits.hasPrefix("-"), let number = UInt32(digits, radix: isHex ? 16 : 10),
            Unicode.Scalar(number) != nil
        else { return false }
        return number >= 0x20 && number & 0xFFFE != 0xFFFE || number == 9 || number == 10 || number == 13
    }

    /// Refuses characters that XML cannot hold.
    private func check(_ range: Range<Int>) throws(XMLFault) {
        for index in range {
            let byte = bytes[index]
            if byte < 0x20, !Self.isSpace(byte) { throw fault("a control character", at: index) }
            if byte == 0xEF, index + 2 < bytes.count, bytes[index + 1] == 0xBF, bytes[index + 2] >= 0xBE {
                throw fault("a character that XML does not have", at: index)
            }
        }
    }

    private mutating func name(_ whose: String) throws(XMLFault) -> String {
        let start = at
        while at < bytes.count, Self.isNamePart(bytes[at], isFirst: at == start) { at += 1 }
        if at == start { throw fault("\(whose) name is due here") }
        return text(start..<at)
    }

    private static func isNamePart(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: ":"), 0x80...:
            true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
        default: false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

    /// - Returns: whether there was any.
    private mutating func skipSpace() -> Bool {
        let start = at
        while at < bytes.count, Self.isSpace(bytes[at]) { at += 1 }
        return at > start
    }

    private mutating func skip(past end: StaticString, _ otherwise: String) throws(XMLFault) {
        let start = at
        while at < bytes.count {
            if starts(with: end) {
                at += end.utf8CodeUnitCount
                return
            }
            at += 1
        }
        throw fault(otherwise, at: start)
    }

    private func starts(with text: StaticString) -> Bool {
        guard at + text.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<text.utf8CodeUnitCount where unsafe bytes[at + index] != text.utf8Start[index] { return false }
        return true
    }

    private mutating func addMarkup(upTo end: Int) {
        let start = runs.last?.range.upperBound ?? 0
        if start < end { runs.append(Run(kind: .markup, range: start..<end)) }
    }

    private func fault(_ message: String, at place: Int? = nil) -> XMLFault {
        XMLFault(message, in: bytes, at: place ?? at)
    }
}

/// Why a text is no well-formed XML, and where.
package struct XMLFault: Error, Equatable, Sendable {
    package let message: String
    /// From 1; columns count characters.
    package let line: Int
    package let column: Int

    init(_ message: String, in bytes: [UInt8], at place: Int) {
        self.message = message
        let before = bytes[..<min(place, bytes.count)]
        line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        column = 1 + before[start...].count { $0 & 0xC0 != 0x80 }
    }
}
