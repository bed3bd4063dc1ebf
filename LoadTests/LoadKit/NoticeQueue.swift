internal import NIOCore

/// Notices waiting to be called: URLs of bids that were just answered, their macros replaced.
///
/// Takes no more than it may hold, so that reading a body costs the generator only as often as notices are called.
/// Confined to its event loop.
final class NoticeQueue: RequestSource {
    private var requests = CircularBuffer<PreparedRequest>()
    private let host: String
    private let kinds: [StaticString]
    private let countMax: Int
    /// A caller of notices does not give up after `tmax`: money depends on them.
    private static let allowanceNanos: UInt64 = 5_000_000_000

    /// - Parameter kinds: keys of the URLs that are taken, each with its quotes and colon.
    init(host: String, kinds: [StaticString] = [#""burl":""#], countMax: Int = 256) {
        self.host = host
        self.kinds = kinds
        self.countMax = countMax
    }

    /// Notices that wait.
    var count: Int { requests.count }

    func next() -> PreparedRequest? { requests.popFirst() }

    /// Takes the notices of a bid response's first bid.
    func harvest(_ frame: HTTPFrame, _ bytes: ByteBuffer) {
        guard frame.status == 200, !frame.isGzip, requests.count < countMax else { return }
        var body = bytes
        body.moveReaderIndex(forwardBy: frame.headCount)
        let currency = Self.value(of: #""cur":""#, in: body) ?? "USD"
        for kind in kinds {
            guard let url = Self.value(of: kind, in: body), let slash = Self.pathStart(url) else { continue }
            let target = Self.replaceMacros(in: url[slash...], currency: currency)
            let request = ByteBuffer(string: "GET \(target) HTTP/1.1\r\nhost: \(host)\r\n\r\n")
            requests.append(PreparedRequest(bytes: request, allowanceNanos: Self.allowanceNanos))
        }
    }

    /// Where the path of an absolute URL begins.
    private static func pathStart(_ url: String) -> String.Index? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        return url[scheme.upperBound...].firstIndex(of: "/")
    }

    /// A clearing price below every bid of the load test's strategies.
    static func replaceMacros(in target: Substring, currency: String) -> String {
        String(target).replacing("${AUCTION_PRICE}", with: "0.01")
            .replacing("${AUCTION_CURRENCY}", with: currency)
            .replacing("${AUCTION_MULTIPLIER}", with: "1")
            .replacing("${AUCTION_LOSS}", with: "102")
    }

    /// The text between a key, with its quotes and colon, and the next quote; a bid's URLs hold no escape but `\/`.
    static func value(of key: StaticString, in body: ByteBuffer) -> String? {
        let bytes = body.readableBytesUInt8Span
        let count = key.utf8CodeUnitCount
        var start = 0
        while start + count < bytes.count {
            if unsafe bytes[start] == key.utf8Start[0], matches(key, bytes, at: start) { break }
            start += 1
        }
        start += count
        var text: [UInt8] = []
        while start < bytes.count {
            if bytes[start] == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if bytes[start] != UInt8(ascii: "\\") { text.append(bytes[start]) }
            start += 1
        }
        return nil
    }

    private static func matches(_ key: StaticString, _ bytes: borrowing Span<UInt8>, at start: Int) -> Bool {
        for index in 0..<key.utf8CodeUnitCount where unsafe bytes[start + index] != key.utf8Start[index] {
            return false
        }
        return true
    }
}
