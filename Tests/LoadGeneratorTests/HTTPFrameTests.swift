import Testing

@testable import LoadKit

@Suite("HTTP frames")
struct HTTPFrameTests {
    private static func read(_ text: String, _ kind: HTTPFrame.Kind = .response) -> HTTPFrame.Reading {
        HTTPFrame.read(Array(text.utf8).span, as: kind)
    }

    private static let bid = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-LENGTH:  5\r\n\r\nhello"

    @Test("a whole response is as long as its head and its Content-Length say")
    func whole() throws {
        guard case .whole(let frame) = Self.read(Self.bid) else {
            Issue.record("not whole")
            return
        }
        #expect(frame.status == 200)
        #expect(frame.bodyCount == 5)
        #expect(frame.count == Self.bid.utf8.count)
        #expect(!frame.closes)
        #expect(!frame.isGzip)
    }

    @Test("every beginning of a response is incomplete, and says how much is needed at least")
    func incomplete() {
        for count in 0..<Self.bid.utf8.count {
            guard
                case .incomplete(let bytesMin) = Self.read(String(decoding: Self.bid.utf8.prefix(count), as: UTF8.self))
            else {
                Issue.record("\(count) bytes are not incomplete")
                return
            }
            #expect(bytesMin > count)
            #expect(bytesMin <= Self.bid.utf8.count)
        }
    }

    @Test("what follows a message is not part of it")
    func two() {
        guard case .whole(let frame) = Self.read(Self.bid + "HTTP/1.1 204") else {
            Issue.record("not whole")
            return
        }
        #expect(frame.count == Self.bid.utf8.count)
    }

    @Test("204 and 304 have no body, whatever their length field says", arguments: [204, 304])
    func noBody(status: Int) {
        guard case .whole(let frame) = Self.read("HTTP/1.1 \(status) X\r\ncontent-length: 9\r\n\r\n") else {
            Issue.record("not whole")
            return
        }
        #expect(frame.status == status)
        #expect(frame.bodyCount == 0)
    }

    @Test("a head tells whether the connection closes and the body is compressed")
    func fields() {
        let text = "HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n"
        guard case .whole(let frame) = Self.read(text) else {
            Issue.record("not whole")
            return
        }
        #expect(frame.closes)
        #expect(frame.isGzip)
    }

    @Test(
        "what cannot be framed is malformed",
        arguments: [
            "SSH-2.0-x\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        ])
    func malformed(text: String) {
        #expect(Self.read(text) == .malformed)
    }

    @Test("a head without an end is malformed once it is too long, and only then")
    func endless() {
        let field = String(repeating: "x", count: HTTPFrame.headBytesMax)
        #expect(Self.read("HTTP/1.1 200 OK\r\na: \(field)") == .malformed)
        #expect(Self.read("HTTP/1.1 200 OK\r\na: x") == .incomplete(bytesMin: 22))
    }

    @Test("a request is framed by the same rules")
    func request() {
        let text = "POST /bid/load HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"
        guard case .whole(let frame) = Self.read(text, .request) else {
            Issue.record("not whole")
            return
        }
        #expect(frame.status == 0)
        #expect(frame.count == text.utf8.count)
    }
}
