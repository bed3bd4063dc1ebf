internal import Foundation
package import Units

/// Where faults are gathered while a document is read: reading goes on, so that one pass names all of them.
package final class FaultList {
    package private(set) var faults: [Fault] = []

    package init() {}

    package func add(_ message: String, at pointer: String, _ node: Node?, hint: String = "") {
        faults.append(Fault(message, at: pointer, hint: hint, position: node?.position, origin: node?.origin))
    }

    package func add(_ fault: Fault) { faults.append(fault) }
}

/// Reads the members of one object by name and type, and in the end names those that it does not know.
package struct ObjectReader {
    package let node: Node
    package let pointer: String
    package let faults: FaultList
    /// Of objects with a handful of short names: going over them is faster than hashing.
    private let members: [Node.Member]
    private let known: Known

    private enum Known {
        case list([String])
        case set(Set<String>)

        /// - Parameter hint: where to look first: behind what was found last, for most documents keep the usual order.
        func contains(_ key: String, near hint: inout Int) -> Bool {
            switch self {
            case .set(let keys): return keys.contains(key)
            case .list(let keys):
                for index in hint..<keys.count where isSame(keys[index], key) {
                    hint = index + 1
                    return true
                }
                for index in 0..<hint where isSame(keys[index], key) {
                    hint = index + 1
                    return true
                }
                return false
            }
        }

        func contains(_ key: String) -> Bool {
            var hint = 0
            return contains(key, near: &hint)
        }

        var sorted: [String] {
            switch self {
            case .list(let keys): keys.sorted()
            case .set(let keys): keys.sorted()
            }
        }
    }

    /// - Parameter known: every member that this kind of object may have.
    package init(_ node: Node, at pointer: String, known: [String], _ faults: FaultList) {
        self.init(node, at: pointer, .list(known), faults)
    }

    /// - Parameter known: every member that this kind of object may have.
    package init(_ node: Node, at pointer: String, known: Set<String>, _ faults: FaultList) {
        self.init(node, at: pointer, .set(known), faults)
    }

    private init(_ node: Node, at pointer: String, _ known: Known, _ faults: FaultList) {
        self.node = node
        self.pointer = pointer
        self.faults = faults
        self.known = known
        guard case .map(let list) = node.content else {
            members = []
            faults.add("must be an object, is \(node.typeName)", at: pointer, node)
            return
        }
        members = list
        var hint = 0
        for index in list.indices where !known.contains(list[index].key, near: &hint) { refuse(list[index]) }
    }

    private func refuse(_ member: Node.Member) {
        let names = known.sorted
        let nearest = Nearest.name(to: member.key, among: names)
        faults.add(
            Fault(
                "unknown key “\(member.key)”",
                at: path(member.key),
                hint: nearest.map { "did you mean “\($0)”?" } ?? "known: \(names.joined(separator: ", "))",
                position: member.keyPosition,
                origin: member.value.origin
            )
        )
    }

    package func path(_ key: String) -> String { JSONPointer.member(key, of: pointer) }

    /// The member; nil where it is missing or null.
    package func value(_ key: String) -> Node? {
        assert(known.contains(key), "\(key) is not declared")
        // By indices: a loop over the members themselves would copy each of them.
        for index in members.indices where isSame(members[index].key, key) {
            if case .null = members[index].value.content { return nil }
            return members[index].value
        }
        return nil
    }

    package func require(_ key: String, example: String) -> Node? {
        if let node = value(key) { return node }
        faults.add("required, but missing", at: path(key), node, hint: "for example \(example)")
        return nil
    }

    package func fault(_ message: String, _ key: String, hint: String = "") {
        faults.add(message, at: path(key), node[key] ?? node, hint: hint)
    }

    // MARK: Types

    package func string(_ key: String) -> String? {
        guard let node = value(key) else { return nil }
        if case .string(let text) = node.content { return text }
        fault("must be a string, is \(node.typeName)", key)
        return nil
    }

    package func bool(_ key: String) -> Bool? {
        guard let node = value(key) else { return nil }
        if case .bool(let flag) = node.content { return flag }
        fault("must be true or false, is \(node.typeName)", key)
        return nil
    }

    package func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = value(key) else { return nil }
        guard case .number(let text) = node.content, let number = Int(text) else {
            fault("must be a whole number, is \(node.typeName)", key)
            return nil
        }
        guard range.contains(number) else {
            fault("must be between \(range.lowerBound) and \(range.upperBound), is \(number)", key)
            return nil
        }
        return number
    }

    package func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let node = value(key) else { return nil }
        guard case .number(let text) = node.content, let number = Double(text) else {
            fault("must be a number, is \(node.typeName)", key)
            return nil
        }
        guard range.contains(number) else {
            fault("must be between \(range.lowerBound) and \(range.upperBound), is \(text)", key)
            return nil
        }
        return number
    }

    /// One of the words, by its place in the enumeration.
    package func word<Word: RawRepresentable & CaseIterable>(_ key: String, _: Word.Type = Word.self) -> Word?
    where Word.RawValue == String {
        guard let text = string(key) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue)
        let nearest = Nearest.name(to: text, among: words).map { "did you mean “\($0)”?" }
        fault("must be one of \(words.joined(separator: ", ")); is “\(text)”", key, hint: nearest ?? "")
        return nil
    }

    /// An amount of money as decimal text: millionths, at least 0.
    package func money(_ key: String, max: Int64 = 1_000_000_000_000_000) -> Int64? {
        guard let node = value(key) else { return nil }
        guard case .string(let text) = node.content else {
            if case .number(let text) = node.content {
                fault("money must be a decimal string", key, hint: "write \"\(text)\"")
            } else {
                fault("must be money as a decimal string, is \(node.typeName)", key, hint: "for example \"2.50\"")
            }
            return nil
        }
        do throws(DecimalText.Fault) {
            let micros = try DecimalText.micros(text.utf8)
            guard micros >= 0 else {
                fault("must not be negative, is “\(text)”", key)
                return nil
            }
            guard micros <= max else {
                fault("is above the greatest amount, \(DecimalText.string(micros: max))", key)
                return nil
            }
            return micros
        } catch {
            switch error {
            case .notADecimal: fault("is no decimal number: “\(text)”", key, hint: "for example \"2.50\"")
            case .tooFine: fault("has more than six digits after the point: “\(text)”", key)
            case .tooLarge: fault("is too large: “\(text)”", key)
            }
            return nil
        }
    }

    package func currency(_ key: String) -> Currency? {
        guard let text = string(key) else { return nil }
        if !text.utf8.contains(where: { $0 >= 0x61 && $0 <= 0x7A }), let currency = Currency(text.utf8) {
            return currency
        }
        fault("must be a currency's three letters (ISO 4217), is “\(text)”", key, hint: "for example \"USD\"")
        return nil
    }

    package func instant(_ key: String) -> Instant? {
        guard let text = string(key) else { return nil }
        if let instant = Instant(rfc3339: text) { return instant }
        fault("must be a time as RFC 3339 writes it, is “\(text)”", key, hint: "for example \"2026-11-01T00:00:00Z\"")
        return nil
    }

    /// An http or https URL.
    package func url(_ key: String) -> String? {
        guard let text = string(key) else { return nil }
        if URLText.isWebURL(text) { return text }
        fault("must be an absolute http or https URL, is “\(text)”", key, hint: "for example \"https://acme.example/\"")
        return nil
    }

    /// An identifier of ours.
    package func id(_ key: String) -> String? {
        guard let text = string(key) else { return nil }
        if let why = Identifier.fault(in: text) {
            fault("“\(text)” \(why)", key, hint: "letters, digits, dot, dash, underscore; for example \"acme-shoes\"")
            return nil
        }
        return text
    }

    /// The elements of a list; one value counts as a list of one.
    package func list(_ key: String) -> [(node: Node, pointer: String)] {
        guard let node = value(key) else { return [] }
        guard case .list(let nodes) = node.content else { return [(node, path(key))] }
        let path = path(key) + "/"
        return nodes.enumerated().map { ($1, path + String($0)) }
    }

    package func strings(_ key: String) -> [String] {
        elements(key) { node in
            guard case .string(let text) = node.content else {
                return .failure("must be a string, is \(node.typeName)")
            }
            return text.isEmpty ? .failure("must not be empty") : .success(text)
        }
    }

    package func integers(_ key: String, in range: ClosedRange<Int>) -> [Int32] {
        elements(key) { node in
            if case .number(let text) = node.content, let number = Int(text), range.contains(number) {
                return .success(Int32(number))
            }
            return .failure("must be a whole number between \(range.lowerBound) and \(range.upperBound)")
        }
    }

    /// What an element reads as, or what is wrong with it.
    private enum Reading<Value> {
        case success(Value)
        case failure(String)
    }

    /// The sound elements of ``list(_:)``; only for the others is a pointer worked out.
    private func elements<Value>(_ key: String, _ read: (Node) -> Reading<Value>) -> [Value] {
        guard let node = value(key) else { return [] }
        var isList = false
        var nodes = [node]
        if case .list(let inner) = node.content { (isList, nodes) = (true, inner) }
        var values: [Value] = []
        values.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            switch read(node) {
            case .success(let value): values.append(value)
            case .failure(let message): faults.add(message, at: path(key) + (isList ? "/\(index)" : ""), node)
            }
        }
        return values
    }
}

/// Whether two keys are the same text; most differ in their lengths, which is seen at once.
@inline(__always)
private func isSame(_ lhs: String, _ rhs: String) -> Bool { lhs.utf8.count == rhs.utf8.count && lhs == rhs }

/// What our own identifiers may look like.
package enum Identifier {
    package static let countMax = 64

    /// What is wrong with a text as an identifier; nil when nothing is.
    package static func fault(in text: String) -> String? {
        if text.isEmpty { return "is empty" }
        if text.utf8.count > countMax { return "is longer than \(countMax) characters" }
        let allowed = text.utf8.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        if !allowed { return "has a character that identifiers do not have" }
        if text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            return "is digits only, which readers of the log would take for a number"
        }
        return nil
    }
}

package enum URLText {
    /// Whether a text is an absolute http or https URL with a host and without spaces or control characters.
    package static func isWebURL(_ text: String) -> Bool {
        if isPlainWebURL(text) { return true }
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty, parts.user == nil
        else { return false }
        return true
    }

    /// Whether it is one of the many that need no second look: `https://`, a host of letters, digits, dots and dashes,
    /// and behind it nothing that is escaped. What is none may still be a web URL.
    static func isPlainWebURL(_ text: String) -> Bool {
        guard text.utf8.count <= 2048, text.utf8.starts(with: "https://".utf8) else { return false }
        var inHost = true
        var hostBytes = 0
        for byte in text.utf8.dropFirst(8) {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."): hostBytes += 1
            case UInt8(ascii: "/"):
                if hostBytes == 0 { return false }
                inHost = false
            case UInt8(ascii: "?"), UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "_"), UInt8(ascii: "~"),
                UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "@"):
                if inHost { return false }
            default: return false
            }
        }
        return hostBytes > 0
    }
}

/// The name that a mistyped one most likely stands for.
package enum Nearest {
    /// - Returns: the closest of `names`, at most a third of its letters away.
    package static func name(to typed: String, among names: some Sequence<String>) -> String? {
        names.map { (name: $0, distance: distance(typed.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= max(1, $0.name.count / 3) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// Insertions, deletions and replacements between two texts (Levenshtein).
    static func distance(_ lhs: String, _ rhs: String) -> Int {
        let left = Array(lhs)
        let right = Array(rhs)
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
