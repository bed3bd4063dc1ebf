import HTTP1
import Testing

@Suite("Fields that browsers send")
struct BrowserFieldTests {
    /// The cookies and the privacy control of a request with these lines.
    private static func read(_ lines: String...) -> (cookie: String, sendsGPC: Bool)? {
        let bytes = Array((["GET / HTTP/1.1", "Host: h"] + lines + ["", ""]).joined(separator: "\r\n").utf8)
        var reader = RequestReader()
        return unsafe bytes.withUnsafeBytes { bytes in
            guard case .complete = unsafe reader.advance(bytes) else { return nil }
            let cookie = unsafe String(decoding: reader.head.cookie.bytes(of: bytes), as: UTF8.self)
            return (cookie, reader.head.sendsGPC)
        }
    }

    @Test("cookies are kept as sent, the first of several fields")
    func cookies() {
        #expect(Self.read("cOOKIE:  a=b; c=d \t")?.cookie == "a=b; c=d")
        #expect(Self.read("Cookie: a=b", "Cookie: c=d")?.cookie == "a=b")
        #expect(Self.read("Cookie:", "Cookie: c=d")?.cookie == "")
        #expect(Self.read("Cookies: a=b", "X-Cookie: a=b", "Expect: 100-continue")?.cookie == "")
    }

    @Test("privacy control is 1 and nothing else, wherever it stands")
    func control() {
        #expect(Self.read("sec-gpc: 1")?.sendsGPC == true)
        #expect(Self.read("Sec-GPC: 0", "Sec-GPC: 1")?.sendsGPC == true)
        for line in ["Sec-GPC: 0", "Sec-GPC:", "Sec-GPC: 1, 1", "Sec-GPC: true", "Sec-GPX: 1"] {
            #expect(Self.read(line)?.sendsGPC == false, "\(line)")
        }
    }
}
