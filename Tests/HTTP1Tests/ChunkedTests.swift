import HTTP1
import Testing

@Suite("Chunked bodies")
struct ChunkedTests {
    static let sizes = [
        Row("one chunk", chunked("4\r\nabcd\r\n0\r\n\r\n"), .post("abcd")),
        Row("several", chunked("1\r\na\r\n2\r\nbc\r\n1\r\nd\r\n0\r\n\r\n"), .post("abcd")),
        Row(
            "hexadecimal, both cases", chunked("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"),
            .post("01234567890123456789a")),
        Row("eight digits", chunked("00000004\r\nabcd\r\n00000000\r\n\r\n"), .post("abcd")),
        Row("data of CR LF and sizes", chunked("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"), .post("\r\n0\r\n\r\n")),
        Row("nine digits", chunked("000000004\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("2 to the 32", chunked("100000000\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("2 to the 64, and 4", chunked("10000000000000004\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("sixteen Fs", chunked("FFFFFFFFFFFFFFFF\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("eight Fs", chunked("FFFFFFFF\r\nabcd\r\n0\r\n\r\n"), .bodyTooLarge),
        Row("a size beyond the limit", chunked("100001\r\n"), .bodyTooLarge),
        Row("two sizes beyond it together", chunked("4\r\nabcd\r\nFFFFD\r\n"), .bodyTooLarge),
        Row("0x", chunked("0x4\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("a minus sign", chunked("-4\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("a plus sign", chunked("+4\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("a space in front", chunked(" 4\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("a space behind", chunked("4 \r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("a tab behind", chunked("4\t\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("a comma", chunked("4,4\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("not a digit", chunked("g\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("NUL", chunked("4\u{0}\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("no size", chunked("\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("an extension alone", chunked(";a=b\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("LF behind a size", chunked("4\nabcd\r\n0\r\n\r\n"), .bareLF),
        Row("CR behind a size", chunked("4\rabcd\r\n0\r\n\r\n"), .chunk),
        Row("a size that goes on", chunked("4"), .unfinished),
    ]

    static let extensions = [
        Row("an extension", chunked("4;a=b\r\nabcd\r\n0;c\r\n\r\n"), .post("abcd")),
        Row("a quoted one", chunked("4;a=\"b;c d\"\r\nabcd\r\n0\r\n\r\n"), .post("abcd")),
        Row("blanks in it", chunked("4; a = b\r\nabcd\r\n0\r\n\r\n"), .post("abcd")),
        Row("LF in an extension", chunked("4;a\nb\r\nabcd\r\n0\r\n\r\n"), .bareLF),
        Row("CR in an extension", chunked("4;a\rb\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("NUL in an extension", chunked("4;a\u{0}\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("a long one", chunked("4;" + String(repeating: "a", count: 125) + "\r\nabcd\r\n0\r\n\r\n"), .post("abcd")),
        Row("too long a one", chunked("4;" + String(repeating: "a", count: 126) + "\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("too long a one without end", chunked("4;" + String(repeating: "a", count: 127)), .chunk),
    ]

    static let data = [
        Row("longer than its size", chunked("3\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("shorter than its size", chunked("5\r\nabcd\r\n0\r\n\r\n"), .chunk),
        Row("much shorter than its size", chunked("ff\r\nabcd\r\n0\r\n\r\n"), .unfinished),
        Row("LF behind it", chunked("4\r\nabcd\n0\r\n\r\n"), .chunk),
        Row("CR behind it", chunked("4\r\nabcd\r0\r\n\r\n"), .chunk),
        Row("CR and another byte behind it", chunked("4\r\nabcd\rX0\r\n\r\n"), .chunk),
        Row("another byte and LF behind it", chunked("4\r\nabcdX\n0\r\n\r\n"), .chunk),
        Row("nothing behind it", chunked("4\r\nabcd0\r\n\r\n"), .chunk),
        Row("no last chunk", chunked("4\r\nabcd\r\n"), .unfinished),
        Row("no end of the trailer", chunked("4\r\nabcd\r\n0\r\n"), .unfinished),
    ]

    static let trailers = [
        Row("fields", chunked("1\r\na\r\n0\r\nX: b\r\nY:\r\n\r\n"), .post("a")),
        Row(
            "fields that would frame", chunked("0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nHost: i\r\n\r\n"),
            .post("")),
        Row("one that would close", chunked("0\r\nConnection: close\r\n\r\n"), .post("")),
        Row("LF behind a field", chunked("0\r\nX: b\n\r\n"), .bareLF),
        Row("LF at the end", chunked("0\r\n\n"), .bareLF),
        Row("CR in a value", chunked("0\r\nX: a\rb\r\n\r\n"), .control),
        Row("NUL in a value", chunked("0\r\nX: \u{0}\r\n\r\n"), .control),
        Row("no colon", chunked("0\r\nX\r\n\r\n"), .field),
        Row("a blank before the colon", chunked("0\r\nX : b\r\n\r\n"), .field),
        Row("the next request without an empty line", chunked("0\r\nGET / HTTP/1.1\r\n\r\n"), .field),
        Row("folding", chunked("0\r\nX: a\r\n b\r\n\r\n"), .folding),
        Row("folding onto nothing", chunked("0\r\n X: a\r\n\r\n"), .folding),
    ]

    static let rows = sizes + extensions + data + trailers

    @Test("are sizes, data and a trailer, or refused, wherever they are cut", arguments: rows)
    func reads(row: Row) { row.check() }
}
