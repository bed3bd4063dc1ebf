import HTTP1
import Testing

@Suite("The request line")
struct RequestLineTests {
    static let methods = [
        Row("GET", line("GET /imp/a?b=c HTTP/1.1"), .get("/imp/a?b=c")),
        Row("POST", line("POST / HTTP/1.1"), .post("")),
        Row("HEAD", line("HEAD / HTTP/1.1"), .accepted(.head, "/", body: "", keepsAlive: true)),
        Row("TRACE", line("TRACE / HTTP/1.1"), .other("/")),
        Row("OPTIONS *", line("OPTIONS * HTTP/1.1"), .other("*")),
        Row("CONNECT", line("CONNECT h:443 HTTP/1.1"), .target),
        Row("a method in lower case is another", line("get / HTTP/1.1"), .other("/")),
        Row("a longer method is another", line("GETS / HTTP/1.1"), .other("/")),
        Row("every character of a token", line("!#$%&'*+-.^_`|~09azAZ / HTTP/1.1"), .other("/")),
        Row("no method", line("/ HTTP/1.1"), .requestLine),
        Row("a blank in front", line(" GET / HTTP/1.1"), .requestLine),
        Row("a parenthesis in the method", line("G(T / HTTP/1.1"), .requestLine),
        Row("é in the method", line("G\u{C9}T / HTTP/1.1"), .requestLine),
        Row("NUL in the method", line("G\u{0}ET / HTTP/1.1"), .requestLine),
        Row("a tab behind the method", line("GET\t/ HTTP/1.1"), .requestLine),
        Row("the method alone", line("GET"), .requestLine),
    ]

    static let targets = [
        Row("absolute form", line("GET http://h/p?q HTTP/1.1"), .get("/p?q")),
        Row("absolute form, another case", line("GET HTTPS://H:1/p HTTP/1.1"), .get("/p")),
        Row("two slashes are a path", line("GET //x/p HTTP/1.1"), .get("//x/p")),
        Row("a URL within the query", line("GET /?u=http://x/ HTTP/1.1"), .get("/?u=http://x/")),
        Row("percent signs are not looked into", line("GET /%zz%00% HTTP/1.1"), .get("/%zz%00%")),
        Row("absolute form without a path", line("GET http://h HTTP/1.1"), .target),
        Row("absolute form, query without a path", line("GET http://h?q/ HTTP/1.1"), .target),
        Row("absolute form without a host", line("GET http:///p HTTP/1.1"), .target),
        Row("one slash behind the scheme", line("GET http:/p HTTP/1.1"), .target),
        Row("another scheme", line("GET ftp://h/ HTTP/1.1"), .target),
        Row("no slash", line("GET x HTTP/1.1"), .target),
        Row("a query alone", line("GET ?x HTTP/1.1"), .target),
        Row("two asterisks", line("OPTIONS ** HTTP/1.1"), .target),
        Row("a fragment", line("GET /a#b HTTP/1.1"), .target),
        Row("a fragment of a URL", line("GET http://h/# HTTP/1.1"), .target),
        Row("é in the target", line("GET /\u{E9} HTTP/1.1"), .target),
        Row("NUL in the target", line("GET /\u{0} HTTP/1.1"), .target),
        Row("DEL in the target", line("GET /\u{7F} HTTP/1.1"), .target),
        Row("a tab in the target", line("GET /\tx HTTP/1.1"), .target),
        Row("a lone CR in the target", line("GET /a\rb HTTP/1.1"), .target),
        Row("a tab behind the target", line("GET /\tHTTP/1.1"), .target),
        Row("two spaces behind the method", line("GET  / HTTP/1.1"), .target),
        Row("a space in the target", line("GET /a b HTTP/1.1"), .requestLine),
        Row("two spaces behind the target", line("GET /  HTTP/1.1"), .requestLine),
    ]

    static let versions = [
        Row("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", .accepted(.get, "/", body: "", keepsAlive: false)),
        Row("HTTP/1.2", line("GET / HTTP/1.2"), .version),
        Row("HTTP/0.9 by number", line("GET / HTTP/0.9"), .version),
        Row("HTTP/2.0", line("GET / HTTP/2.0"), .version),
        Row("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .version),
        Row("HTTP/0.9 as it was", "GET /\r\n", .requestLine),
        Row("no version", line("GET / "), .requestLine),
        Row("another case", line("GET / http/1.1"), .requestLine),
        Row("another protocol", line("GET / HTTPS/1.1"), .requestLine),
        Row("no point", line("GET / HTTP/11"), .requestLine),
        Row("a comma", line("GET / HTTP/1,1"), .requestLine),
        Row("two digits", line("GET / HTTP/1.10"), .requestLine),
        Row("a letter", line("GET / HTTP/1.x"), .requestLine),
        Row("a blank within", line("GET / HTTP/ 1.1"), .requestLine),
        Row("a blank behind", line("GET / HTTP/1.1 "), .requestLine),
        Row("a tab behind", line("GET / HTTP/1.1\t"), .requestLine),
    ]

    static let lineEnds = [
        Row("an empty line in front", "\r\n" + line("GET / HTTP/1.1"), .get("/")),
        Row("two empty lines in front", "\r\n\r\n" + line("GET / HTTP/1.1"), .requestLine),
        Row("LF in front", "\n" + line("GET / HTTP/1.1"), .bareLF),
        Row("CR in front", "\r" + line("GET / HTTP/1.1"), .requestLine),
        Row("CR CR LF in front", "\r\r\n" + line("GET / HTTP/1.1"), .requestLine),
        Row("LF alone", "GET / HTTP/1.1\nHost: h\r\n\r\n", .bareLF),
        Row("CR alone", "GET / HTTP/1.1\rHost: h\r\n\r\n", .requestLine),
        Row("CR CR LF", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", .requestLine),
        Row("a line that goes on", "GET / HTTP/1.1", .unfinished),
        Row("a line that ends in CR as yet", "GET / HTTP/1.1\r", .unfinished),
        Row("half a header", "GET / HTTP/1.1\r\nHost: h\r\n", .unfinished),
        Row("a TLS greeting", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}\u{3}\u{3}\n", .bareLF),
    ]

    static let rows = methods + targets + versions + lineEnds

    @Test("is METHOD, target and version, or refused, wherever it is cut", arguments: rows)
    func reads(row: Row) { row.check() }
}
