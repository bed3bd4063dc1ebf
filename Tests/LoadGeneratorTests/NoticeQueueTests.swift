import NIOCore
import Testing

@testable import LoadKit

@Suite("Notice queue")
struct NoticeQueueTests {
    private static func harvest(_ body: String, into queue: NoticeQueue) throws {
        let bytes = ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
        guard case .whole(let frame) = HTTPFrame.read(bytes.readableBytesUInt8Span, as: .response) else {
            Issue.record("no whole answer")
            return
        }
        queue.harvest(frame, bytes)
    }

    private static let body = #"""
        {"id":"1","cur":"EUR","seatbid":[{"bid":[{"id":"b","nurl":"http://h/win/t","burl":"http:\/\/h:1\/bill/t?\#
        p=${AUCTION_PRICE}&c=${AUCTION_CURRENCY}&q=${AUCTION_MULTIPLIER}"}]}]}
        """#

    @Test("a bid's burl becomes a request, its macros replaced")
    func burl() throws {
        let queue = NoticeQueue(host: "127.0.0.1:1")
        try Self.harvest(Self.body, into: queue)
        let request = try #require(queue.next())
        #expect(
            String(buffer: request.bytes)
                == "GET /bill/t?p=0.01&c=EUR&q=1 HTTP/1.1\r\nhost: 127.0.0.1:1\r\n\r\n")
        #expect(queue.next() == nil)
    }

    @Test("an answer without a burl is left alone")
    func noBurl() throws {
        let queue = NoticeQueue(host: "h")
        try Self.harvest(#"{"id":"1","seatbid":[]}"#, into: queue)
        try Self.harvest(#"{"burl":"http://h/bill"#, into: queue)
        #expect(queue.next() == nil)
    }

    @Test("no more are kept than the queue may hold")
    func bound() throws {
        let queue = NoticeQueue(host: "h", countMax: 2)
        for _ in 0..<5 { try Self.harvest(Self.body, into: queue) }
        #expect(queue.next() != nil)
        #expect(queue.next() != nil)
        #expect(queue.next() == nil)
    }
}
