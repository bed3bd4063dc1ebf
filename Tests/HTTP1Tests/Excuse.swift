import HTTP1

/// Why we may accept what NIO refuses, or frame it in another way; all there is.
///
/// Each comes with the same bytes without their cause: of these the two readers must then agree.
enum Excuse: String, CaseIterable {
    /// NIO's list of methods is closed; to us all that are not served are one.
    case method
    /// RFC 9112, 7.1.1: a recipient must ignore extensions it does not know. NIO parses them to refuse the odd ones.
    case `extension`
    /// RFC 9110, 5.6.3: a blank behind a value may be a tab. Behind lengths and encodings NIO knows only spaces.
    case trailingTab
    /// RFC 9110, 6.5.1: a trailer must not change framing. NIO reads its length, encoding and Connection.
    case trailer
    /// RFC 9112, C.2.2: nobody should send Proxy-Connection. NIO reads it as Connection, we as any unknown field.
    case proxyConnection

    /// The bytes of one request without the cause; as they are where there is none.
    ///
    /// - Parameter request: accepted by us as far as it goes.
    func lifted(from request: ArraySlice<UInt8>, isChunked: Bool) -> [UInt8] {
        switch self {
        case .method: Self.withKnownMethod(request)
        case .proxyConnection: Self.withoutProxyConnection(request)
        case .trailingTab: Self.withoutTabsAtLineEnds(request)
        case .extension: isChunked ? Self.withoutExtensions(request) : Array(request)
        case .trailer: isChunked ? Self.withoutTrailer(request) : Array(request)
        }
    }

    private static func withKnownMethod(_ request: ArraySlice<UInt8>) -> [UInt8] {
        let start = request.firstIndex { $0 != 0x0D && $0 != 0x0A } ?? request.endIndex
        let method = request[start...].prefix { $0 != 0x20 }
        guard !["GET", "HEAD", "POST"].contains(String(decoding: method, as: UTF8.self)) else { return Array(request) }
        return request[..<start] + octets("PUT") + request[method.endIndex...]
    }

    private static func withoutProxyConnection(_ request: ArraySlice<UInt8>) -> [UInt8] {
        let lines = request[..<headerEnd(request)].split(separator: 0x0A, omittingEmptySubsequences: false)
        let kept = lines.filter { line in
            !String(decoding: line, as: UTF8.self).lowercased().hasPrefix("proxy-connection:")
        }
        return Array(kept.joined(separator: [0x0A])) + request[headerEnd(request)...]
    }

    private static func withoutTabsAtLineEnds(_ request: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = Array(request)
        let end = headerEnd(request) - request.startIndex
        var isAtEnd = false
        for index in (0..<end).reversed() {
            switch bytes[index] {
            case 0x0A, 0x0D: isAtEnd = true
            case 0x09: if isAtEnd { bytes[index] = 0x20 }
            case 0x20: break
            default: isAtEnd = false
            }
        }
        return bytes
    }

    private static func withoutExtensions(_ request: ArraySlice<UInt8>) -> [UInt8] {
        let (chunks, trailer) = chunkedBody(request)
        let bare = chunks.flatMap { chunk in
            chunk.line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x0D } + [0x0D, 0x0A] + chunk.data
        }
        return request[..<headerEnd(request)] + bare + trailer
    }

    private static func withoutTrailer(_ request: ArraySlice<UInt8>) -> [UInt8] {
        let trailer = chunkedBody(request).trailer
        return request[..<trailer.startIndex] + (trailer.isEmpty ? [] : [0x0D, 0x0A])
    }

    /// Size lines and data, with their CR LF, up to the one of size 0; and what stands behind that.
    private static func chunkedBody(
        _ request: ArraySlice<UInt8>
    ) -> (chunks: [(line: ArraySlice<UInt8>, data: ArraySlice<UInt8>)], trailer: ArraySlice<UInt8>) {
        var chunks: [(line: ArraySlice<UInt8>, data: ArraySlice<UInt8>)] = []
        var rest = request[headerEnd(request)...]
        while let lineEnd = rest.firstIndex(of: 0x0A) {
            let line = rest[...lineEnd]
            let size = Int(
                String(decoding: line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x0D }, as: UTF8.self), radix: 16)
            let data = rest[line.endIndex...].prefix(size.map { $0 == 0 ? 0 : $0 + 2 } ?? 0)
            chunks.append((line, data))
            rest = rest[data.endIndex...]
            if size == 0 { break }
        }
        return (chunks, rest)
    }

    /// Where the body begins.
    private static func headerEnd(_ request: ArraySlice<UInt8>) -> Int {
        let start = request.firstIndex { $0 != 0x0D && $0 != 0x0A } ?? request.startIndex
        return request[start...].firstRange(of: [0x0D, 0x0A, 0x0D, 0x0A])?.upperBound ?? request.endIndex
    }
}
