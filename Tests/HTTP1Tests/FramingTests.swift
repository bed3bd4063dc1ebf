import HTTP1
import Testing

@Suite("Where a body ends")
struct FramingTests {
    static let lengths = [
        Row("no body", post(), .post("")),
        Row("a length", post("Content-Length: 4", body: "abcd"), .post("abcd")),
        Row("a length of 0", post("Content-Length: 0"), .post("")),
        Row("a body of a GET", get("Content-Length: 2") + "ab", .accepted(.get, "/", body: "ab", keepsAlive: true)),
        Row(
            "a body that looks like a request", post("Content-Length: 27", body: line("GET / HTTP/1.1")),
            .post(line("GET / HTTP/1.1"))),
        Row("zeros in front", post("Content-Length: 0004", body: "abcd"), .post("abcd")),
        Row("blanks behind a length", post("Content-Length: 4 \t ", body: "abcd"), .post("abcd")),
        Row("no blank before a length", post("content-LENGTH:4", body: "abcd"), .post("abcd")),
        Row("half a body", post("Content-Length: 4", body: "ab"), .unfinished),
        Row("two equal lengths", post("Content-Length: 3", "Content-Length: 3", body: "abc"), .lengthRepeated),
        Row("two lengths", post("Content-Length: 3", "Content-Length: 4", body: "abcd"), .lengthRepeated),
        Row("a list of lengths", post("Content-Length: 4,4", body: "abcd"), .length),
        Row("a list with a blank", post("Content-Length: 4, 4", body: "abcd"), .length),
        Row("two numbers", post("Content-Length: 4 4", body: "abcd"), .length),
        Row("a plus sign", post("Content-Length: +4", body: "abcd"), .length),
        Row("a minus sign", post("Content-Length: -4", body: "abcd"), .length),
        Row("hexadecimal", post("Content-Length: 0x4", body: "abcd"), .length),
        Row("a point", post("Content-Length: 4.0", body: "abcd"), .length),
        Row("an exponent", post("Content-Length: 4e0", body: "abcd"), .length),
        Row("quotes", post("Content-Length: \"4\"", body: "abcd"), .length),
        Row("an empty length", post("Content-Length:", body: "abcd"), .length),
        Row("superscript 4", post("Content-Length: \u{B2}", body: "abcd"), .length),
        Row("a vertical tab before a length", post("Content-Length: \u{B}4", body: "abcd"), .control),
        Row("a blank before the colon", post("Content-Length : 4", body: "abcd"), .field),
        Row("a length beyond the limit", post("Content-Length: 1048577"), .bodyTooLarge),
        Row("2 to the 64", post("Content-Length: 18446744073709551616"), .bodyTooLarge),
        Row("2 to the 64, and 4", post("Content-Length: 18446744073709551620", body: "abcd"), .bodyTooLarge),
        Row("a hundred digits", post("Content-Length: " + String(repeating: "9", count: 100)), .bodyTooLarge),
        Row(
            "a hundred digits and a letter", post("Content-Length: " + String(repeating: "9", count: 100) + "x"),
            .length),
    ]

    static let encodings = [
        Row("chunked", chunked("0\r\n\r\n"), .post("")),
        Row("chunked in capitals", post("TRANSFER-encoding: CHUNKED", body: "0\r\n\r\n"), .post("")),
        Row(
            "length, then chunked", post("Content-Length: 5", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
            .lengthAndEncoding),
        Row(
            "chunked, then length", post("Transfer-Encoding: chunked", "Content-Length: 5", body: "0\r\n\r\n"),
            .lengthAndEncoding),
        Row(
            "a length of 0 and chunked", post("Content-Length: 0", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
            .lengthAndEncoding),
        Row(
            "a bad length and chunked", post("Transfer-Encoding: chunked", "Content-Length: x", body: "0\r\n\r\n"),
            .length),
        Row(
            "chunked twice", post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
            .encodingRepeated),
        Row(
            "chunked, then identity",
            post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body: "0\r\n\r\n"), .encodingRepeated),
        Row("xchunked", post("Transfer-Encoding: xchunked", body: "0\r\n\r\n"), .encoding),
        Row("chunkedx", post("Transfer-Encoding: chunkedx", body: "0\r\n\r\n"), .encoding),
        Row("gzip, chunked", post("Transfer-Encoding: gzip, chunked", body: "0\r\n\r\n"), .encoding),
        Row("chunked, chunked", post("Transfer-Encoding: chunked, chunked", body: "0\r\n\r\n"), .encoding),
        Row("chunked, identity", post("Transfer-Encoding: chunked, identity", body: "0\r\n\r\n"), .encoding),
        Row("a comma in front", post("Transfer-Encoding: ,chunked", body: "0\r\n\r\n"), .encoding),
        Row("a parameter", post("Transfer-Encoding: chunked;q=1", body: "0\r\n\r\n"), .encoding),
        Row("quotes", post("Transfer-Encoding: \"chunked\"", body: "0\r\n\r\n"), .encoding),
        Row("identity", post("Transfer-Encoding: identity"), .encoding),
        Row("an empty encoding", post("Transfer-Encoding:"), .encoding),
        Row("TE :", post("Transfer-Encoding : chunked", body: "0\r\n\r\n"), .field),
        Row(" TE:", post(" Transfer-Encoding: chunked", body: "0\r\n\r\n"), .folding),
        Row("TE folded", post("Transfer-Encoding:", " chunked", body: "0\r\n\r\n"), .encoding),
        Row("NUL in TE", post("Transfer-Encoding\u{0}: chunked", body: "0\r\n\r\n"), .field),
        Row("a vertical tab in TE", post("Transfer-Encoding:\u{B}chunked", body: "0\r\n\r\n"), .control),
        Row("TE behind a lone CR", post("X: a\rTransfer-Encoding: chunked", body: "0\r\n\r\n"), .control),
        Row("an underscore is another field", post("Transfer_Encoding: chunked"), .post("")),
        Row("TE is another field", post("TE: chunked"), .post("")),
        Row("HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .encodingTooOld),
        Row(
            "HTTP/1.0 and a length", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            .lengthAndEncoding),
        Row(
            "HTTP/1.0 with a length", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab",
            .accepted(.post, "/", body: "ab", keepsAlive: false)),
    ]

    static let rows = lengths + encodings

    @Test("is told by one length or by chunks, or refused, wherever it is cut", arguments: rows)
    func reads(row: Row) { row.check() }
}
