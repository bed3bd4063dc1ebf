internal import Foundation
internal import Yams

/// A document as a tree whose nodes know where they stand.
package struct Node: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case null
        case bool(Bool)
        /// The number as it was written, so that no digit is lost.
        case number(String)
        case string(String)
        case list([Node])
        case map([Member])
    }

    package struct Member: Equatable, Sendable {
        package let key: String
        private let keyMark: Mark
        package var value: Node

        package var keyPosition: Fault.Position? { keyMark.position }

        package init(key: String, keyPosition: Fault.Position? = nil, value: Node) {
            self.init(key: key, keyMark: Mark(keyPosition), value: value)
        }

        init(key: String, keyMark: Mark, value: Node) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }

    /// A position in one word, for a tree has many; zeros for none.
    struct Mark: Equatable, Sendable {
        private let line: UInt32
        private let column: UInt32

        init(line: Int, column: Int) {
            self.line = UInt32(truncatingIfNeeded: line)
            self.column = UInt32(truncatingIfNeeded: column)
        }

        init(_ position: Fault.Position?) {
            self.init(line: position?.line ?? 0, column: position?.column ?? 0)
        }

        var position: Fault.Position? {
            line == 0 ? nil : Fault.Position(line: Int(line), column: Int(column))
        }
    }

    package var content: Content
    private let mark: Mark
    /// Set where the value did not come from the document itself.
    package let origin: String?

    package var position: Fault.Position? { mark.position }

    package init(_ content: Content, position: Fault.Position? = nil, origin: String? = nil) {
        self.content = content
        mark = Mark(position)
        self.origin = origin
    }

    init(_ content: Content, mark: Mark) {
        self.content = content
        self.mark = mark
        origin = nil
    }

    /// The member's value; nil where the node is no map or lacks it.
    package subscript(key: String) -> Node? {
        guard case .map(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// What kind of value this is, in words for a fault.
    package var typeName: String {
        switch content {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .list: "a list"
        case .map: "an object"
        }
    }
}

// MARK: Reading

extension Node {
    /// Reads a text of JSON or YAML, or several YAML documents behind one another.
    ///
    /// Plain JSON is read at once; the reader of YAML gets what is left, and finds every fault.
    package static func read(_ text: String) throws(DocumentError) -> [Node] {
        if let node = JSONReader.read(text) { return [node] }
        return try readLeniently(text)
    }

    /// Reads one JSON object or list and nothing else, naming no fault: for lines of many, where YAML is not meant.
    ///
    /// - Returns: nil for anything else, and for an object with a key twice.
    package static func readJSON(_ text: String) -> Node? { JSONReader.read(text) }

    /// As ``read(_:)``, by the reader of YAML alone.
    static func readLeniently(_ text: String) throws(DocumentError) -> [Node] {
        let prepared = isJSON(text) ? JSONPreparation.prepare(text) : text
        do {
            var documents = try Yams.compose_all(yaml: prepared)
            var nodes: [Node] = []
            // No text spells out more values than it has bytes; what anchors repeat is allowed in small measure.
            var budget = text.utf8.count + repeatedNodesMax
            while let node = documents.next() { nodes.append(try convert(node, &budget)) }
            // The sequence ends at a fault and keeps it.
            if let error = documents.error { throw error }
            return nodes.filter { $0.content != .null }
        } catch let error as DocumentError {
            throw error
        } catch let error as YamlError {
            throw DocumentError([fault(of: error)])
        } catch {
            throw DocumentError([Fault("cannot be read: \(error)", at: "")])
        }
    }

    /// Reads exactly one document.
    package static func readOne(_ text: String) throws(DocumentError) -> Node {
        let nodes = try read(text)
        guard nodes.count == 1 else {
            throw DocumentError([Fault(nodes.isEmpty ? "is empty" : "holds several documents, expected one", at: "")])
        }
        return nodes[0]
    }

    private static func isJSON(_ text: String) -> Bool {
        text.utf8.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }.map {
            $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[")
        } ?? false
    }

    /// Values that anchors may repeat: anchors within anchors would grow without bound.
    private static let repeatedNodesMax = 1000

    private static func convert(_ node: Yams.Node, _ budget: inout Int) throws -> Node {
        budget -= 1
        guard budget > 0 else {
            throw DocumentError([
                Fault("its anchors repeat more than \(repeatedNodesMax) values", at: "", hint: "write them out")
            ])
        }
        let position = node.mark.map { Fault.Position(line: $0.line, column: $0.column) }
        switch node {
        case .scalar(let scalar): return Node(content(of: scalar), position: position)
        case .sequence(let sequence):
            return Node(.list(try sequence.map { try convert($0, &budget) }), position: position)
        case .mapping(let mapping):
            let members = try mapping.map { key, value in
                guard let name = key.string else { throw DocumentError([fault(ofKey: key)]) }
                return Member(
                    key: name,
                    keyPosition: key.mark.map { .init(line: $0.line, column: $0.column) },
                    value: try convert(value, &budget)
                )
            }
            return Node(.map(members), position: position)
        case .alias: return Node(.null, position: position)
        }
    }

    private static func fault(ofKey key: Yams.Node) -> Fault {
        let position = key.mark.map { Fault.Position(line: $0.line, column: $0.column) }
        return Fault("a key must be text", at: "", hint: "put a name before the colon", position: position)
    }

    private static func content(of scalar: Yams.Node.Scalar) -> Content {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return isNumber(scalar.string) ? .number(scalar.string) : .string(scalar.string)
        }
    }

    /// JSON's grammar of numbers; YAML's other notations are texts here.
    ///
    /// Byte by byte: it is asked of every plain scalar, and a regular expression was three fifths of reading.
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        let skip = { (bytes: [UInt8]) in
            if let first = rest.first, bytes.contains(first) { rest = rest.dropFirst() }
        }
        let digits = {
            let before = rest.count
            rest = rest.drop { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            return before - rest.count
        }
        skip([UInt8(ascii: "-")])
        let leadsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !leadsWithZero || whole == 1 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if rest.first.map({ $0 | 0x20 == UInt8(ascii: "e") }) ?? false {
            rest = rest.dropFirst()
            skip([UInt8(ascii: "+"), UInt8(ascii: "-")])
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func fault(of error: YamlError) -> Fault {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return Fault(
                "is neither JSON nor YAML: \(problem)",
                at: "",
                position: Fault.Position(line: mark.line, column: mark.column)
            )
        case .duplicatedKeysInMapping(let duplicates, let context):
            return Fault(
                "the same key twice: \(duplicates.map { "\($0)" }.sorted().joined(separator: ", "))",
                at: "",
                hint: "keep one of them",
                position: .init(line: context.mark.line, column: context.mark.column)
            )
        default:
            return Fault("is neither JSON nor YAML: \(error)", at: "")
        }
    }
}

/// Turns the little of JSON that YAML 1.1 reads otherwise into what it reads alike.
private enum JSONPreparation {
    static func prepare(_ text: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        var inString = false
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch (inString, byte) {
            case (false, 0x09): out.append(0x20)
            case (_, UInt8(ascii: "\"")):
                inString.toggle()
                out.append(byte)
            case (true, UInt8(ascii: "\\")):
                index += escape(bytes, at: index, into: &out)
                continue
            case (true, 0x7F), (true, 0xC2), (true, 0xE2), (true, 0xEF):
                index += special(bytes, at: index, into: &out)
                continue
            default: out.append(byte)
            }
            index += 1
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Characters that YAML takes for line breaks or refuses as they are: written as its escape.
    ///
    /// - Returns: bytes taken.
    private static func special(_ bytes: [UInt8], at index: Int, into out: inout [UInt8]) -> Int {
        let count = bytes[index] == 0x7F ? 1 : bytes[index] == 0xC2 ? 2 : 3
        guard index + count <= bytes.count,
            let scalar = String(decoding: bytes[index..<index + count], as: UTF8.self).unicodeScalars.first
        else {
            out.append(bytes[index])
            return 1
        }
        switch scalar.value {
        case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
            let digits = String(scalar.value, radix: 16)
            out += Array(("\\U" + String(repeating: "0", count: 8 - digits.count) + digits).utf8)
        default:
            out += bytes[index..<index + count]
        }
        return count
    }

    /// - Returns: bytes taken.
    private static func escape(_ bytes: [UInt8], at index: Int, into out: inout [UInt8]) -> Int {
        guard index + 1 < bytes.count else {
            out.append(bytes[index])
            return 1
        }
        // YAML knows an escape of four hexadecimal digits, but not that two of them can be one character.
        if let high = unit(bytes, at: index), high >> 10 == 0x36, let low = unit(bytes, at: index + 6),
            low >> 10 == 0x37,
            let scalar = Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF)
        {
            out += Array(String(Character(scalar)).utf8)
            return 12
        }
        out += [bytes[index], bytes[index + 1]]
        return 2
    }

    private static func unit(_ bytes: [UInt8], at index: Int) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt32(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16)
    }
}
