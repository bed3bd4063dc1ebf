import HTTP1
import Testing

/// Every bound at its value, one below and one above; a line counts with its CR.
@Suite("Bounds")
struct LimitTests {
    static let lines = [-1, 0, 1].map { excess in
        let path = "/" + String(repeating: "p", count: HTTPLimits.requestLineBytesMax - 15 + excess)
        let text = line("GET \(path) HTTP/1.1")
        return Row("request line \(excess)", text, excess > 0 ? .refused(.targetTooLong) : .get(path))
    }
    static let endless = [
        Row("a request line as long as may be, without end", long(HTTPLimits.requestLineBytesMax), .unfinished),
        Row("a request line without end", long(HTTPLimits.requestLineBytesMax + 1), .targetTooLong),
        Row("a field without end", "GET / HTTP/1.1\r\n" + long(HTTPLimits.fieldLineBytesMax + 1), .fieldsTooLarge),
        Row("a trailer field without end", chunked("0\r\n" + long(HTTPLimits.fieldLineBytesMax + 1)), .fieldsTooLarge),
    ]
    static let fields = [-1, 0, 1].map { excess in
        let text = get("X: " + String(repeating: "v", count: HTTPLimits.fieldLineBytesMax - 4 + excess))
        return Row("field line \(excess)", text, excess > 0 ? .refused(.fieldsTooLarge) : .get("/"))
    }
    static let headers = [-1, 0, 1].map { excess in
        let field = "X: " + String(repeating: "v", count: 8000)
        let rest = HTTPLimits.headerBytesMax - get(field, field, field, field, "X: ").utf8.count + excess
        let text = get(field, field, field, field, "X: " + String(repeating: "v", count: rest))
        return Row("header \(excess)", text, excess > 0 ? .refused(.fieldsTooLarge) : .get("/"))
    }
    static let counts = [-1, 0, 1].flatMap { excess in
        let expected: Row.Expected? = excess > 0 ? .refused(.tooManyFields) : nil
        let fields = { (others: Int) in String(repeating: "X: v\r\n", count: HTTPLimits.fieldsMax - others + excess) }
        return [
            Row("fields \(excess)", "GET / HTTP/1.1\r\nHost: h\r\n\(fields(1))\r\n", expected ?? .get("/")),
            Row("fields and trailer \(excess)", chunked("0\r\n\(fields(2))\r\n"), expected ?? .post("")),
        ]
    }
    static let bodies = [-1, 0, 1].flatMap { excess in
        let count = HTTPLimits.bodyBytesMax + excess
        let body = String(repeating: "b", count: count)
        let sized = post("Content-Length: \(count)", body: excess > 0 ? "" : body)
        let half = String(repeating: "b", count: 1 << 19)
        let rest = String(repeating: "b", count: (1 << 19) + excess)
        let parts =
            "80000\r\n\(half)\r\n\(String(rest.utf8.count, radix: 16))\r\n\(excess > 0 ? "" : rest + "\r\n0\r\n\r\n")"
        let expected: Row.Expected = excess > 0 ? .refused(.bodyTooLarge) : .post(body)
        return [Row("body \(excess)", sized, expected), Row("chunks \(excess)", chunked(parts), expected)]
    }
    /// Chunks of one byte, each framed by three: those that fit beside the last, and one more.
    static let framing = [0, 1].map { excess in
        let count = HTTPLimits.chunkFramingBytesMax / 3 - 1 + excess
        let text = chunked(String(repeating: "1\r\na\r\n", count: count) + "0\r\n\r\n")
        return Row(
            "framing of chunks \(excess)", text,
            excess > 0 ? .refused(.chunk) : .post(String(repeating: "a", count: count)))
    }

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    static let rows = lines + endless + fields + headers + counts + bodies + framing

    @Test("hold where they say, wherever the bytes are cut", arguments: rows)
    func reads(row: Row) { row.check() }
}
