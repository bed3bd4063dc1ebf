import Testing

@testable import Audience

@Suite("A body's events, one by one")
struct EventLinesTests {
    /// Number and text of each, a fault in angle brackets.
    private static func lines(_ body: String) -> [String] {
        let bytes = Array(body.utf8)
        var lines = EventLines(bytes)
        var found: [String] = []
        while let line = lines.next() {
            let text = String(decoding: bytes[line.range], as: UTF8.self)
            found.append("\(line.number) \(line.fault == nil ? text : "<\(line.fault ?? "")>")")
        }
        return found
    }

    private static let unclosed = "<the array is not closed: “]”>"
    private static let trailing = "<more stands behind the array's end>"

    @Test(
        "lines of ndjson are numbered, empty ones too",
        arguments: [
            ("", []), ("\n\n", []), ("{}", ["1 {}"]), ("{}\n", ["1 {}"]),
            (" {} \r\n\r\n\t{\"a\":1}\n", ["1 {}", "3 {\"a\":1}"]),
            ("{}\nnonsense\n{}", ["1 {}", "2 nonsense", "3 {}"]), ("{},\n[]", ["1 {},", "2 []"]),
        ])
    func ndjson(body: String, lines: [String]) { #expect(Self.lines(body) == lines) }

    @Test(
        "elements of an array are cut at its own commas",
        arguments: [
            ("[]", []), (" [ ] \n", []), ("[{}]", ["1 {}"]), ("[ {} ,\n {\"a\":[1,2]} ]", ["1 {}", "2 {\"a\":[1,2]}"]),
            (#"[{"a":"],["},{"b":"\","}]"#, [#"1 {"a":"],["}"#, #"2 {"b":"\","}"#]),
            (#"[{"a":"\\"},{}]"#, [#"1 {"a":"\\"}"#, "2 {}"]), ("[{\"a\":},{}]", ["1 {\"a\":}", "2 {}"]),
            ("[{},,{}]", ["1 {}", "2 ", "3 {}"]), ("[{},]", ["1 {}", "2 "]), ("[}]", ["1 }"]),
        ])
    func array(body: String, lines: [String]) { #expect(Self.lines(body) == lines) }

    @Test(
        "an array that does not end, or does not end the body, says so behind what was whole",
        arguments: [
            ("[", ["1 " + unclosed]), ("[{}", ["1 {}", "2 " + unclosed]), ("[{},", ["1 {}", "2 " + unclosed]),
            (#"[{},{"a":"b"#, ["1 {}", #"2 {"a":"b"#, "3 " + unclosed]), (#"["\"#, [#"1 "\"#, "2 " + unclosed]),
            ("[] {}", ["1 " + trailing]), ("[{}] x", ["1 {}", "2 " + trailing]),
        ])
    func broken(body: String, lines: [String]) { #expect(Self.lines(body) == lines) }
}
