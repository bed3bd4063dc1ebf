/// A query string, read by name: the first of a name counts.
struct Query {
    private let text: Substring

    init(_ text: Substring) { self.text = text }

    /// The percent-decoded value; nil where the name is absent or the text is not UTF-8 when decoded.
    subscript(name: String) -> String? {
        guard let pair = pair(named: name) else { return nil }
        let value = pair.utf8.dropFirst(name.utf8.count + 1)
        return value.isEmpty ? "" : Query.decode(Substring(value))
    }

    /// Whether the name is there, whatever its value.
    func has(_ name: String) -> Bool { pair(named: name) != nil }

    /// The first pair of a name, without an array of all of them.
    private func pair(named name: String) -> Substring? {
        var rest = text.utf8
        while true {
            let pair = rest.prefix { $0 != UInt8(ascii: "&") }
            if pair.starts(with: name.utf8) {
                let behind = pair.dropFirst(name.utf8.count)
                if behind.first.map({ $0 == UInt8(ascii: "=") }) ?? true { return Substring(pair) }
            }
            if pair.endIndex == rest.endIndex { return nil }
            rest = rest[rest.index(after: pair.endIndex)...]
        }
    }

    /// Every pair whose name begins so, in their order, names without that beginning; values that are not UTF-8 when
    /// decoded are nil.
    func pairs(prefix: String) -> [(name: String, value: String?)] {
        text.utf8.split(separator: UInt8(ascii: "&")).compactMap { pair in
            let end = pair.firstIndex(of: UInt8(ascii: "="))
            guard let name = Query.decode(Substring(pair[..<(end ?? pair.endIndex)])), name.hasPrefix(prefix) else {
                return nil
            }
            let value = end.map { Query.decode(Substring(pair[pair.index(after: $0)...])) } ?? ""
            return (String(name.dropFirst(prefix.count)), value)
        }
    }

    static func decode(_ text: Substring) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hex), let low = rest.popFirst().flatMap(hex) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
