import Foundation
import Testing

@testable import Documents

@Suite("Reading plain JSON at once")
struct JSONReaderTests {
    @Test("JSON is read as the reader of YAML reads it, places included", arguments: 0..<8)
    func agrees(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<750 {
            let text = random.next()
            let read = try #require(JSONReader.read(text), "seed \(seed): \(text)")
            let lenient = try #require(try Node.readLeniently(text).first, "seed \(seed): \(text)")
            #expect(Self.areAlike(read, lenient, text), "seed \(seed): \(text)")
        }
    }

    @Test("of broken JSON, what both take they take alike, and what one refuses has its reason", arguments: 0..<8)
    func agreesOnMutations(seed: UInt64) throws {
        var random = RandomJSON(seed: 1000 + seed)
        var taken = 0
        for _ in 0..<1500 {
            let text = random.nextMutated()
            // What is not taken is read by the other reader, so that it and its faults are as they were.
            guard let read = JSONReader.read(text) else { continue }
            taken += 1
            #expect(Self.isJSON(text) || Self.hasHugeNumber(text), "seed \(seed): \(text)")
            guard let lenient = try? Node.readLeniently(text).first else {
                #expect(Self.isBeyondYAML(text), "seed \(seed): \(text)")
                continue
            }
            #expect(Self.areAlike(read, lenient, text), "seed \(seed): \(text)")
        }
        // Neither none, which would test nothing, nor all.
        #expect((100..<1400).contains(taken))
    }

    @Test(
        "what is no JSON, or says too little, is left to the reader that names faults",
        arguments: [
            "", " ", "null", "1", "\"a\"", "a: 1", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "[01]", "[1.]",
            "[.5]",
            "[+1]", "[1e]", "[-]", "[tru]", "[nulll]", "[NaN]", "[\"a]", #"["\x"]"#, #"["\u12g4"]"#, #"["\ud83d"]"#,
            #"["\ude00"]"#, #"["\ud83d\u0041"]"#, #"["\ud83dx"]"#, "[\"a\nb\"]", "[\"a\tb\"]", "{} {}", "[1 2]",
            "[\u{0}]", "[1]\u{0}", "{\"a\":1}\u{FEFF}", "\u{FEFF}{}", "[1] # x", "{\"a\":&b 1}", #"{"a":1,"a":2}"#,
            #"{"é":1,"e\#u{301}":2}"#, #"{"a":1,"\u0061":2}"#, "[1]x", "[\u{A0}1]", #"{"a"}"#, "[t", "[\"\\",
            "[\"\\u00",
        ])
    func leaves(text: String) {
        #expect(JSONReader.read(text) == nil)
    }

    @Test("a key that stands twice among many is noticed")
    func manyKeys() {
        let keys = (0..<1000).map { "\"k\($0)\":1" }
        #expect(JSONReader.read("{" + keys.joined(separator: ",") + "}") != nil)
        #expect(JSONReader.read("{" + (keys + ["\"k500\":2"]).joined(separator: ",") + "}") == nil)
    }

    @Test("nesting is followed to its limit, and left to the other reader beyond it")
    func depth() {
        for (depth, isTaken) in [(JSONReader.depthMax, true), (JSONReader.depthMax + 1, false), (100_000, false)] {
            let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect((JSONReader.read(text) != nil) == isTaken)
        }
    }

    @Test("a long key, and one that a line end parts from its colon, are JSON although YAML refuses them")
    func beyondYAML() throws {
        for text in ["{\"" + String(repeating: "k", count: 1500) + "\":1}", "{\"a\"\n:1}"] {
            #expect(Self.isBeyondYAML(text))
            #expect(throws: DocumentError.self) { try Node.readLeniently(text) }
            #expect(try node(text).content == JSONReader.read(text)?.content)
        }
    }

    @Test("an escaped pair of surrogates moves no column")
    func columnsBehindSurrogates() {
        let text = #"["\ud83d\ude00",1]"#
        guard case .list(let nodes) = JSONReader.read(text)?.content else {
            Issue.record("no list")
            return
        }
        #expect(nodes.map(\.position) == [.init(line: 1, column: 2), .init(line: 1, column: 17)])
    }

    @Test("a byte-order mark at the start of a string stays, which YAML's reader drops")
    func byteOrderMark() throws {
        let text = #"["\uFEFFa"]"#
        #expect(JSONReader.read(text)?.json == "[\"\u{FEFF}a\"]")
        #expect(try Node.readLeniently(text).first?.json == "[\"a\"]")
    }

    // MARK: Reasons

    /// Whether both readers made the same of a text, but for what YAML's does not keep.
    private static func areAlike(_ read: Node, _ lenient: Node, _ text: String) -> Bool {
        if !movesColumns(text), !hasByteOrderMark(text) { return read == lenient }
        let bare = { (node: Node) in node.json.replacing("\u{FEFF}", with: "") }
        return hasByteOrderMark(text) ? bare(read) == bare(lenient) : read.json == lenient.json
    }

    private static func hasByteOrderMark(_ text: String) -> Bool {
        text.unicodeScalars.contains("\u{FEFF}")
            || text.lowercased().utf8.split(separator: UInt8(ascii: "\\"))
                .contains { $0.starts(with: "ufeff".utf8) }
    }

    /// Whether YAML's reader is given more or fewer characters than the text has, so that its columns are not the
    /// text's: escaped surrogates shrink to one character, and what YAML cannot hold grows to an escape.
    private static func movesColumns(_ text: String) -> Bool {
        text.lowercased().contains(#"\ud8"#)
            || text.unicodeScalars.contains { scalar in
                switch scalar.value {
                case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
                default: false
                }
            }
    }

    /// Whether a key is longer than YAML allows, or its colon stands on another line.
    private static func isBeyondYAML(_ text: String) -> Bool {
        var (isInside, isEscaped, length, isParted) = (false, false, 0, false)
        for byte in text.utf8 {
            switch byte {
            case _ where isInside:
                if !isEscaped, byte == UInt8(ascii: "\"") { (isInside, isParted) = (false, false) }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                length += 1
            case UInt8(ascii: "\""): (isInside, isEscaped, length) = (true, false, 0)
            case 0x0A, 0x0D: isParted = true
            case 0x20, 0x09: break
            case UInt8(ascii: ":") where isParted || length > 1000: return true
            default: (length, isParted) = (0, false)
            }
        }
        return false
    }

    /// Whether a number has an exponent that no other reader follows.
    private static func hasHugeNumber(_ text: String) -> Bool { text.contains(/[eE][+\-]?[0-9]{3}/) }

    /// Whether another reader of JSON takes the text too.
    private static func isJSON(_ text: String) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) != nil
    }
}
