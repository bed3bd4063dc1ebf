import Testing

@testable import Documents

@Suite("Reading JSON and YAML into a tree")
struct NodeTests {
    @Test(
        "a JSON value becomes the node of its kind",
        arguments: [
            (#"{"x":true}"#, .bool(true)), (#"{"x":false}"#, .bool(false)), (#"{"x":null}"#, .null),
            (#"{"x":"y"}"#, .string("y")), (#"{"x":""}"#, .string("")), (#"{"x":"null"}"#, .string("null")),
            (#"{"x":"true"}"#, .string("true")), (#"{"x":"12"}"#, .string("12")), (#"{"x":"~"}"#, .string("~")),
        ] as [(String, Node.Content)])
    func kinds(text: String, expected: Node.Content) throws {
        #expect(try node(text)["x"]?.content == expected)
    }

    @Test(
        "a number is kept as it was written",
        arguments: ["0", "-0", "1.50", "1e3", "1E-400", "-12.5e+10", "123456789012345678901234567890"])
    func numbers(text: String) throws {
        #expect(try node("{\"x\":\(text)}")["x"]?.content == .number(text))
        #expect(try node("x: \(text)")["x"]?.content == .number(text))
    }

    @Test(
        "what only YAML takes for a number, a truth or a date is text",
        arguments: [
            "0x10", "0o17", "1_000", ".5", "5.", "+1", "01", "1:30", ".inf", ".NaN", "2026-11-01", "yes", "no", "on",
            "off", "y", "TRue",
        ])
    func yamlNotations(text: String) throws {
        #expect(try node("x: \(text)")["x"]?.content == .string(text))
    }

    @Test("YAML's plain words for null and for truth are read, quoted ones are text")
    func yamlWords() throws {
        for word in ["~", "null", "Null", "NULL", ""] { #expect(try node("x: \(word)")["x"]?.content == .null) }
        for word in ["true", "True", "TRUE"] { #expect(try node("x: \(word)")["x"]?.content == .bool(true)) }
        for word in ["false", "False", "FALSE"] { #expect(try node("x: \(word)")["x"]?.content == .bool(false)) }
        #expect(try node("x: 'true'")["x"]?.content == .string("true"))
        #expect(try node("x: \"12\"")["x"]?.content == .string("12"))
    }

    @Test(
        "JSON's escapes become the characters that they stand for",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\u20AC""#, "é€"),
            (#""\ud83d\ude00""#, "😀"), (#""x\uD83D\uDE00y""#, "x😀y"),
            (#""https:\/\/a.example\/b""#, "https://a.example/b"),
            (#""é😀""#, "é😀"), (#""\\u0041""#, #"\u0041"#), (#""\\/""#, #"\/"#), (#""\\\/""#, #"\/"#),
            (#""{,}[:]#&*!|>'%@`-? ""#, "{,}[:]#&*!|>'%@`-? "), (#""a: b""#, "a: b"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try node("{\"x\":\(text)}")["x"]?.content == .string(expected))
        #expect(try node("[\(text)]").content == .list([Node(.string(expected), position: .init(line: 1, column: 2))]))
    }

    @Test("tabs and line ends between JSON's tokens mean nothing")
    func whitespace() throws {
        let text = "\t{\t\"a\"\t:\t1\t,\r\n\t\"b\"\t:\t[\t2\t,\t3\t]\t}\t\n"
        #expect(try node(text).json == #"{"a":1,"b":[2,3]}"#)
    }

    @Test("every node knows the line and column where it starts, from 1")
    func positions() throws {
        let yaml = try node("a: 1\nb:\n  - x\n  - {c: d}\n")
        #expect(yaml.position == .init(line: 1, column: 1))
        #expect(yaml["a"]?.position == .init(line: 1, column: 4))
        #expect(yaml["b"]?.position == .init(line: 3, column: 3))
        guard case .list(let items) = yaml["b"]?.content, case .map(let members) = items.last?.content else {
            Issue.record("no list")
            return
        }
        #expect(items.map(\.position) == [.init(line: 3, column: 5), .init(line: 4, column: 5)])
        #expect(members.map(\.keyPosition) == [.init(line: 4, column: 6)])
        #expect(members.map(\.value.position) == [.init(line: 4, column: 9)])
        let json = try node("{\n  \"a\": \"é\", \"b\":\t2\n}")
        #expect(json["a"]?.position == .init(line: 2, column: 8))
        #expect(json["b"]?.position == .init(line: 2, column: 18))
    }

    @Test("an escape does not move the positions of what stands behind it on its line")
    func positionsBehindEscapes() throws {
        let slashes = try node(#"{"a":"x\/y\/z","b":1}"#)
        #expect(slashes["b"]?.position == .init(line: 1, column: 20))
    }

    @Test("members keep their order")
    func order() throws {
        #expect(try node(#"{"z":1,"a":2,"m":3}"#).json == #"{"z":1,"a":2,"m":3}"#)
    }

    @Test(
        "a key that stands twice is refused by name",
        arguments: [#"{"a":1,"b":2,"a":3}"#, "a: 1\nb: 2\na: 3\n", #"{"b":{"a":1,"a":1}}"#])
    func duplicateKeys(text: String) {
        let found = faults(reading: text)
        #expect(found.count == 1)
        #expect(found.first?.message == "the same key twice: a")
        #expect(found.first?.hint == "keep one of them")
        #expect(found.first?.position != nil)
    }

    @Test(
        "a text that is neither JSON nor YAML is refused with the place",
        arguments: [
            ("{\"a\":1", 1), ("{\"a\":\n\n[1,2}", 3), ("a: 1\n  b: 2\n", 2), ("a: [1, 2\nb: 3\n", 2),
            ("{\"a\":\"x}", 1),
            (#"{"a":"\q"}"#, 1), (#"{"a":"\ud83d"}"#, 1), ("a: *nobody\n", 1), ("a: \"unclosed\n", 1),
        ])
    func broken(text: String, firstLine: Int) {
        let found = faults(reading: text)
        #expect(found.count == 1)
        #expect(found.first?.message.hasPrefix("is neither JSON nor YAML") == true)
        #expect((found.first?.position?.line ?? 0) >= firstLine)
    }

    @Test("nesting without end is refused, not followed")
    func deepNesting() {
        let depth = 5000
        let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(!faults(reading: lists).isEmpty)
        #expect(!faults(reading: String(repeating: "{\"a\":", count: depth)).isEmpty)
    }

    @Test("several YAML documents are read in order, empty ones are left out")
    func severalDocuments() throws {
        let nodes = try Node.read("---\na: 1\n---\n---\nb: 2\n...\n")
        #expect(nodes.map(\.json) == [#"{"a":1}"#, #"{"b":2}"#])
        #expect(nodes.last?.position?.line == 5)
    }

    @Test("a broken document behind a sound one is not passed over in silence")
    func brokenSecondDocument() {
        #expect(!faults { () throws(DocumentError) in _ = try Node.read("a: 1\n---\nb: [1\n") }.isEmpty)
        #expect(!faults { () throws(DocumentError) in _ = try Node.read("a: 1\n---\nb: 1\nb: 2\n") }.isEmpty)
    }

    @Test(
        "where one document is due, none and several are refused",
        arguments: [
            ("", "is empty"), ("\n# nothing\n", "is empty"), ("null", "is empty"),
            ("a: 1\n---\nb: 2\n", "holds several documents, expected one"),
        ])
    func exactlyOne(text: String, message: String) {
        #expect(faults(reading: text).map(\.message) == [message])
    }

    @Test("an alias stands for what its anchor names")
    func aliases() throws {
        #expect(try node("a: &x [1, 2]\nb: *x\n").json == #"{"a":[1,2],"b":[1,2]}"#)
    }

    @Test("a member that is missing, and a member of what is no object, is nil")
    func absentMembers() throws {
        #expect(try node("{\"a\":1}")["b"] == nil)
        #expect(Node(.list([]))["a"] == nil)
    }

    @Test("each kind of value has its words")
    func typeNames() {
        let names = [Node.Content.null, .bool(true), .number("1"), .string(""), .list([]), .map([])].map {
            Node($0).typeName
        }
        #expect(names == ["null", "a boolean", "a number", "a string", "a list", "an object"])
    }
}
