internal import HTTP1
internal import Meters
internal import NIOCore
internal import OpenRTB

/// How answers look on the wire.
///
/// - Source: RFC 9112, section 4; RFC 9110, sections 6.6.1, 8.6, 9.3.2 and 15.
extension HTTPFront {
    /// Appends an answer to those gathered.
    func write(_ reply: Reply, to request: RequestHead, closes: Bool) {
        switch reply {
        case .bid: writeBid(to: request, closes)
        case .noContent:
            gathered.writeStaticString("HTTP/1.1 204 No Content\r\nx-openrtb-version: 2.6\r\n")
            endHeader(request, closes)
        case .pixel:
            gathered.writeStaticString("HTTP/1.1 200 OK\r\ncontent-type: image/gif\r\ncache-control: no-store\r\n")
            endHeader(request, closes, length: Self.pixel.count)
            gathered.writeBytes(Self.pixel)
        case .redirect(let target):
            gathered.writeStaticString("HTTP/1.1 302 Found\r\ncache-control: no-store\r\nlocation: ")
            gathered.writeString(target)
            gathered.writeStaticString("\r\n")
            endHeader(request, closes, length: 0)
        case .text(let status, let text, let type):
            writeText(status, text, type, allow: nil, to: request, closes)
        case .methodNotAllowed(let allow):
            let detail =
                allow.utf8CodeUnitCount == 4 ? "bid requests are sent with POST" : "only GET and POST are known here"
            let text = Reply.problemText(.methodNotAllowed, detail)
            writeText(.methodNotAllowed, text, "application/problem+json", allow: allow, to: request, closes)
        case .settingCookies(let cookies, let reply):
            self.cookies = cookies
            write(reply, to: request, closes: closes)
        case .afterDurable, .pending:
            preconditionFailure("an answer that waits is framed when it no longer does")
        }
    }

    private func writeBid(to request: RequestHead, _ closes: Bool) {
        let isCompressed = request.acceptsGzip && loop.compressResponse()
        gathered.writeStaticString("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-openrtb-version: 2.6\r\n")
        if isCompressed {
            gathered.writeStaticString("content-encoding: gzip\r\n")
            endHeader(request, closes, length: loop.compressed.count)
            unsafe loop.compressed.withBytes { _ = unsafe gathered.writeBytes(UnsafeRawBufferPointer($0)) }
        } else {
            endHeader(request, closes, length: loop.response.count)
            unsafe loop.response.withBytes { _ = unsafe gathered.writeBytes(UnsafeRawBufferPointer($0)) }
        }
    }

    private func writeText(
        _ status: Status,
        _ text: String,
        _ type: StaticString,
        allow: StaticString?,
        to request: RequestHead,
        _ closes: Bool
    ) {
        if status.rawValue >= 400 { loop.sheet.add(loop.meters.refusals, BidMeters.index(status)) }
        gathered.writeStaticString("HTTP/1.1 ")
        gathered.writeString("\(status.rawValue) ")
        gathered.writeStaticString(status.title)
        gathered.writeStaticString("\r\ncontent-type: ")
        gathered.writeStaticString(type)
        if let allow {
            gathered.writeStaticString("\r\nallow: ")
            gathered.writeStaticString(allow)
        }
        gathered.writeStaticString("\r\n")
        if !cookies.isEmpty { gathered.writeStaticString("cache-control: no-store\r\n") }
        endHeader(request, closes, length: text.utf8.count)
        // To HEAD everything is told but the body itself.
        if request.method != .head { gathered.writeString(text) }
    }

    private func endHeader(_ request: RequestHead, _ closes: Bool, length: Int? = nil) {
        if let length {
            gathered.writeStaticString("content-length: ")
            // At most seven digits: a string this short lies in itself.
            gathered.writeString(String(length))
            gathered.writeStaticString("\r\n")
        }
        for cookie in cookies {
            gathered.writeStaticString("set-cookie: ")
            gathered.writeString(cookie)
            gathered.writeStaticString("\r\n")
        }
        cookies = []
        if closes {
            gathered.writeStaticString("connection: close\r\n")
        } else if request.isHTTP10 {
            gathered.writeStaticString("connection: keep-alive\r\n")
        }
        gathered.writeStaticString("date: ")
        gathered.writeBytes(loop.dateText)
        gathered.writeStaticString("\r\n\r\n")
    }

    /// A transparent GIF of one pixel.
    private static let pixel: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0xF9, 4, 1, 0, 0, 0, 0,
        0x2C, 0,
        0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ]
}
