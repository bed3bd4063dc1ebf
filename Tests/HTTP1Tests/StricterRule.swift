import HTTP1
import NIOHTTP1

/// The rules by which we refuse what NIO accepts; all there are.
enum StricterRule {
    /// Refusals that NIO may not share. That every one of them turns up shows that the inputs reach them.
    static let refusals: Set<Refusal> = [
        .requestLine, .target, .targetTooLong, .bareLF, .fieldsTooLarge, .tooManyFields, .hostMissing, .hostRepeated,
        .host, .encodingRepeated, .encoding, .encodingTooOld, .chunk, .bodyTooLarge, .expectation,
    ]

    /// Whether what NIO read gives us cause for the refusal.
    ///
    /// - Parameters:
    ///   - request: nil if there is nothing but what stands in front of one.
    ///   - bytes: from the request's first on.
    static func applies(_ refusal: Refusal, to request: NIOReading.Request?, _ bytes: ArraySlice<UInt8>) -> Bool {
        // To NIO any number of CR and LF may stand in front.
        if bytes.first == 0x0A || bytes.starts(with: [0x0D, 0x0A, 0x0A]) { return refusal == .bareLF }
        if bytes.first == 0x0D, !bytes.starts(with: [0x0D, 0x0A]) || bytes.dropFirst(2).first == 0x0D {
            return refusal == .requestLine || refusal == .bareLF
        }
        guard let request else { return false }
        return applies(refusal, to: request, bytes)
    }

    private static func applies(_ refusal: Refusal, to request: NIOReading.Request, _ bytes: ArraySlice<UInt8>) -> Bool
    {
        let head = request.head
        let hosts = head.headers["host"]
        let encodings = head.headers["transfer-encoding"]
        switch refusal {
        case .target: return head.method == .CONNECT || !isTarget(head.uri)
        case .targetTooLong: return lineBytes(head) > HTTPLimits.requestLineBytesMax
        case .fieldsTooLarge:
            let sizes = (Array(head.headers) + request.trailer).map { $0.name.utf8.count + $0.value.utf8.count }
            return sizes.contains { $0 > HTTPLimits.fieldLineBytesMax - 64 }
                || sizes.reduce(0, +) > HTTPLimits.headerBytesMax / 2
        case .tooManyFields: return head.headers.count + request.trailer.count > HTTPLimits.fieldsMax
        case .hostMissing: return hosts.isEmpty && head.version == .http1_1
        case .hostRepeated: return hosts.count > 1
        case .host: return hosts.first.map { !$0.trimmed.utf8.allSatisfy(isHostByte) } ?? false
        case .encodingRepeated: return encodings.count > 1
        case .encoding: return encodings.contains { $0.trimmed.lowercased() != "chunked" }
        case .encodingTooOld: return !encodings.isEmpty && head.version == .http1_0
        case .chunk: return !encodings.isEmpty && sizeDigits(bytes).contains { $0.count > 8 }
        case .bodyTooLarge: return bodyBytesSaid(head, bytes) > HTTPLimits.bodyBytesMax
        case .expectation: return head.headers["expect"].contains { $0.trimmed.lowercased() != "100-continue" }
        default: return false
        }
    }

    /// A path or `*`, perhaps behind scheme and authority, in visible ASCII and without a fragment.
    private static func isTarget(_ uri: String) -> Bool {
        guard uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !uri.contains("#") else { return false }
        return uri == "*" || uri.wholeMatch(of: /(?i:https?:\/\/[^\/?]+)?\/.*/) != nil
    }

    private static func lineBytes(_ head: HTTPRequestHead) -> Int {
        "\(head.method) \(head.uri) HTTP/1.1\r".utf8.count
    }

    private static func isHostByte(_ byte: UInt8) -> Bool { "-._~%:[]".utf8.contains(byte) || isAlphanumeric(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        Character(UnicodeScalar(byte)).isASCII
            && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
    }

    /// What every line begins with in hexadecimal digits: the sizes of chunks are among it.
    private static func sizeDigits(_ bytes: ArraySlice<UInt8>) -> [String] {
        bytes.split(separator: 0x0A).map { line in
            String(decoding: line.prefix { Character(UnicodeScalar($0)).isHexDigit && $0 < 0x80 }, as: UTF8.self)
        }
    }

    /// The greatest number of bytes that a length or a chunk's size speaks of; beyond 64 bits that is very many.
    private static func bodyBytesSaid(_ head: HTTPRequestHead, _ bytes: ArraySlice<UInt8>) -> Int {
        if let length = head.headers.first(name: "content-length") { return Int(length.trimmed) ?? .max }
        return sizeDigits(bytes).filter { !$0.isEmpty }.map { Int($0, radix: 16) ?? .max }.max() ?? 0
    }
}
