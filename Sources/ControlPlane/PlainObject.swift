/// A JSON object whose members are all plain strings, read in place.
///
/// Most lines of a list of members are such an object, which takes less than half the time that a tree of nodes does.
/// Whatever is written otherwise is left to the reader of all JSON, which also says what is wrong.
struct PlainObject {
    private(set) var members: [(key: String, value: String)] = []

    /// - Parameter bytes: starts with a brace.
    /// - Returns: nil for escapes, other values, a key twice, broken UTF-8, and what is no JSON.
    init?(_ bytes: Span<UInt8>) {
        var index = 1
        repeat {
            Self.skipSpace(bytes, &index)
            guard let key = Self.string(bytes, &index), !members.contains(where: { $0.key == key }) else { return nil }
            Self.skipSpace(bytes, &index)
            guard Self.take(UInt8(ascii: ":"), bytes, &index) else { return nil }
            Self.skipSpace(bytes, &index)
            guard let value = Self.string(bytes, &index) else { return nil }
            Self.skipSpace(bytes, &index)
            members.append((key, value))
        } while Self.take(UInt8(ascii: ","), bytes, &index)
        guard Self.take(UInt8(ascii: "}"), bytes, &index), index == bytes.count else { return nil }
    }

    private static func take(_ byte: UInt8, _ bytes: Span<UInt8>, _ index: inout Int) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private static func skipSpace(_ bytes: Span<UInt8>, _ index: inout Int) {
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
    }

    /// The string whose quote is next, up to the next quote; nil where something in it needs a closer look.
    private static func string(_ bytes: Span<UInt8>, _ index: inout Int) -> String? {
        guard take(UInt8(ascii: "\""), bytes, &index) else { return nil }
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            guard bytes[index] >= 0x20, bytes[index] != UInt8(ascii: "\\") else { return nil }
            index += 1
        }
        guard index < bytes.count, let text = try? UTF8Span(validating: bytes.extracting(start..<index)) else {
            return nil
        }
        index += 1
        return String(copying: text)
    }
}
