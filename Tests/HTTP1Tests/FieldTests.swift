import HTTP1
import Testing

@Suite("Field lines")
struct FieldTests {
    static let lines = [
        Row("an empty value", get("X:"), .get("/")),
        Row("a value of blanks", get("X: \t "), .get("/")),
        Row("no blank behind the colon", get("X:v"), .get("/")),
        Row("a tab within a value", get("X: a\tb"), .get("/")),
        Row("bytes above ASCII in a value", get("X: \u{80}\u{E9}\u{FF}"), .get("/")),
        Row("colons in a value", get("X: a:b::c"), .get("/")),
        Row("every character of a name", get("!#$%&'*+-.^_`|~09azAZ: v"), .get("/")),
        Row("no colon", get("X"), .field),
        Row("no name", get(": v"), .field),
        Row("a blank before the colon", get("X : v"), .field),
        Row("a tab before the colon", get("X\t: v"), .field),
        Row("a blank within a name", get("X Y: v"), .field),
        Row("a parenthesis in a name", get("X(: v"), .field),
        Row("NUL in a name", get("X\u{0}: v"), .field),
        Row("a lone CR in a name", get("X\r: v"), .field),
        Row("é in a name", get("X\u{E9}: v"), .field),
        Row("DEL in a name", get("X\u{7F}: v"), .field),
        Row("NUL in a value", get("X: a\u{0}b"), .control),
        Row("U+0001 in a value", get("X: \u{1}"), .control),
        Row("a vertical tab in a value", get("X: a\u{B}b"), .control),
        Row("escape in a value", get("X: \u{1B}[0m"), .control),
        Row("DEL in a value", get("X: a\u{7F}"), .control),
        Row("a lone CR in a value", get("X: a\rY: b"), .control),
        Row("CR CR LF", get("X: a\r"), .control),
        Row("LF alone", get("X: a\nY: b"), .bareLF),
        Row("LF CR", get("X: a\n\rY: b"), .bareLF),
        Row("LF alone behind all fields", "GET / HTTP/1.1\r\nHost: h\r\n\n", .bareLF),
        Row("folding by a space", get("X: a", " b"), .folding),
        Row("folding by a tab", get("X: a", "\tb"), .folding),
        Row("folding onto nothing", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", .folding),
        Row("a line of one blank", get("X: a", " "), .folding),
    ]

    static let hosts = [
        Row("no Host", "GET / HTTP/1.1\r\n\r\n", .hostMissing),
        Row("no Host, absolute form", "GET http://h/ HTTP/1.1\r\n\r\n", .hostMissing),
        Row("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", .get("/")),
        Row("a port", "GET / HTTP/1.1\r\nHost: bid.example.com:8080\r\n\r\n", .get("/")),
        Row("an address", "GET / HTTP/1.1\r\nhOsT:[2001:db8::1]:80\r\n\r\n", .get("/")),
        Row("an underscore and an escape", "GET / HTTP/1.1\r\nHOST: a_b%41~-.\r\n\r\n", .get("/")),
        Row("two Hosts", get("Host: i"), .hostRepeated),
        Row("two equal Hosts", get("Host: h"), .hostRepeated),
        Row("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n", .hostRepeated),
        Row("Host, and one with a blank before the colon", get("Host : i"), .field),
        Row("two names", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .host),
        Row("a list", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", .host),
        Row("a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", .host),
        Row("a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .host),
        Row("a backslash", "GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", .host),
        Row("a query", "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", .host),
        Row("a fragment", "GET / HTTP/1.1\r\nHost: a#b\r\n\r\n", .host),
        Row("quotes", "GET / HTTP/1.1\r\nHost: \"a\"\r\n\r\n", .host),
        Row("é", "GET / HTTP/1.1\r\nHost: caf\u{E9}\r\n\r\n", .host),
        Row("NUL", "GET / HTTP/1.1\r\nHost: a\u{0}\r\n\r\n", .control),
    ]

    static let expectations = [
        Row("100-continue", get("Expect: 100-continue"), .get("/")),
        Row("another expectation", get("Expect: gold"), .expectation),
        Row("two expectations", get("Expect: 100-continue, gold"), .expectation),
        Row("an empty expectation", get("Expect:"), .expectation),
    ]

    static let rows = lines + hosts + expectations

    @Test("are names and values, or refused, wherever they are cut", arguments: rows)
    func reads(row: Row) { row.check() }
}
