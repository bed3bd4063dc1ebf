import HTTP1
import Testing
import Units

@Suite("Requests one behind the other")
struct PipeliningTests {
    @Test("each is read from where the one before ends")
    func oneBehindTheOther() {
        let texts = [
            post("Content-Length: 4", body: "abcd"), get(), chunked("2\r\nef\r\n1;x\r\ng\r\n0\r\nX: y\r\n\r\n"),
            "\r\n" + get("Content-Length: 0"), post(), chunked("0\r\n\r\n"), "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n",
        ]
        let reading = read(texts.joined())
        #expect(
            reading.requests.map { String(decoding: $0.body, as: UTF8.self) } == ["abcd", "", "efg", "", "", "", ""])
        #expect(reading.requests.map(\.target) == ["/", "/", "/", "/", "/", "/", "/x"])
        #expect(reading.requests.map(\.end) == ends(texts))
        #expect(reading.ending == .idle)
    }

    @Test("a body is framed to the byte, though it holds requests itself")
    func bodiesOfRequests() {
        let inner = get("Content-Length: 4") + "\r\n\r\n" + chunked("0\r\n\r\n")
        let texts = [
            post("Content-Length: \(inner.utf8.count)", body: inner),
            chunked("\(String(inner.utf8.count, radix: 16))\r\n\(inner)\r\n0\r\n\r\n"), get(),
        ]
        let reading = read(texts.joined())
        #expect(reading.requests.map { String(decoding: $0.body, as: UTF8.self) } == [inner, inner, ""])
        #expect(reading.requests.map(\.end) == ends(texts))
    }

    @Test("a length one short leaves its last byte to the next request, one long takes a byte of it")
    func wrongLengths() {
        let short = read(post("Content-Length: 3", body: "abcd") + get())
        #expect(short.requests.map(\.body) == [octets("abc"), []])
        // `dGET`: a method like any other.
        #expect(short.requests.last?.method == .other)
        let long = read(post("Content-Length: 5", body: "abcd") + get())
        #expect(long.requests.map(\.body) == [octets("abcdG"), []])
        #expect(long.requests.last?.method == .other)
    }

    @Test("a refusal ends the connection, and leaves the requests before it as they are")
    func refusedBehindGood() {
        let reading = read(get() + post("Content-Length: 2", body: "ab") + get("X : y") + get())
        #expect(reading.requests.map(\.body) == [[], octets("ab")])
        #expect(reading.ending == .refused(.field))
    }

    @Test("nothing is read behind a request that asks to close", arguments: ["HTTP/1.1", "HTTP/1.0"])
    func closed(version: String) {
        let field = version == "HTTP/1.1" ? "Connection: close\r\n" : ""
        let last = "GET /last \(version)\r\nHost: h\r\n\(field)\r\n"
        let reading = read(get() + last + get() + "\u{0}")
        #expect(reading.requests.map(\.target) == ["/", "/last"])
        #expect(reading.ending == .closed)
    }

    @Test("nothing of one request is left in the next")
    func nothingStays() {
        let full = get(
            "Content-Type: a", "Content-Encoding: b", "Authorization: c", "Expect: 100-continue",
            "Accept-Encoding: gzip", "Content-Length: 1")
        let reading = read(full + "x" + "GET / HTTP/1.1\r\nHost:\r\n\r\n")
        let end = full.utf8.count + 1
        #expect(reading.requests.last == Reading.Request(method: .get, target: "/", end: end + 25))
    }

    @Test("every request of many is read whole, however the bytes come", arguments: 1...8 as ClosedRange<UInt64>)
    func many(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        var texts: [String] = []
        var bodies: [String] = []
        for _ in 0..<40 {
            let body = String(repeating: "\r\n0GET ", count: Int.random(in: 0...3, using: &chance))
            let size = body.isEmpty ? "" : "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n"
            bodies.append(body)
            texts.append(
                Bool.random(using: &chance)
                    ? post("Content-Length: \(body.utf8.count)", body: body) : chunked("\(size)0\r\n\r\n"))
        }
        let bytes = octets(texts.joined())
        let cuts = (0..<30).map { _ in Int.random(in: 0...bytes.count, using: &chance) }.sorted()
        let reading = Reading(bytes, cuts: cuts)
        #expect(reading == Reading(bytes))
        #expect(reading.requests.map { String(decoding: $0.body, as: UTF8.self) } == bodies)
        #expect(reading.requests.map(\.end) == ends(texts))
    }

    /// Read the same in all pieces.
    private func read(_ text: String) -> Reading {
        let reading = Reading(octets(text))
        #expect(Cuts.disagreement(octets(text), with: reading) == nil)
        return reading
    }

    private func ends(_ texts: [String]) -> [Int] {
        texts.indices.map { texts[...$0].map(\.utf8.count).reduce(0, +) }
    }
}
