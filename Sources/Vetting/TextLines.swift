/// The lines of a text file, numbered from 1, each without blanks at its ends.
///
/// Lines end with LF, CR or both. A byte-order mark in front is passed over.
struct TextLines: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var index: Int
    private var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    mutating func next() -> (number: Int, text: ArraySlice<UInt8>)? {
        guard index < bytes.count else { return nil }
        let start = index
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
        let line = bytes[start..<index]
        if index < bytes.count {
            index += bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : 1
        }
        number += 1
        return (number, line.trimmed)
    }
}

extension ArraySlice<UInt8> {
    /// Without spaces and tabs at its ends.
    var trimmed: ArraySlice<UInt8> {
        var slice = self
        while let first = slice.first, first == 0x20 || first == 0x09 { slice.removeFirst() }
        while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
        return slice
    }

    /// Up to the first of these bytes.
    func prefix(before byte: UInt8) -> ArraySlice<UInt8> {
        firstIndex(of: byte).map { self[startIndex..<$0] } ?? self
    }

    var lowercased: [UInt8] { map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 } }

    /// For a fault: at most 60 bytes, whatever they are.
    var quoted: String { "“" + String(decoding: prefix(60), as: UTF8.self) + (count > 60 ? "…" : "") + "”" }
}

/// Domain names as the files spell them.
enum DomainName {
    /// The name in lower case; nil where the text is none (a URL, a single label, a forbidden character).
    static func read(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count >= 3, text.count <= 253, text.contains(UInt8(ascii: ".")) else { return nil }
        let name = text.lowercased
        var before = UInt8(ascii: ".")
        for byte in name {
            let isDot = byte == UInt8(ascii: ".")
            if isDot, before == UInt8(ascii: ".") { return nil }
            let isLetterOrDigit = byte &- 0x61 < 26 || byte &- 0x30 < 10
            guard isDot || isLetterOrDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") else { return nil }
            before = byte
        }
        return before == UInt8(ascii: ".") ? nil : name
    }
}
