/// What a browser would call, of the service's own, once it shows an advertisement.
struct MarkupURLs: Equatable {
    /// Impression pixels, each once, in the order of the markup.
    private(set) var impressions: [NoticeTarget] = []
    /// Click redirects, each once.
    private(set) var clicks: [NoticeTarget] = []

    /// - Parameter adm: HTML, VAST or native JSON, its macros replaced.
    init(_ adm: String) {
        // Native markup is JSON, and its strings may be markup again (a `vasttag`).
        let bytes = Array(adm.utf8)
        if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let document = try? JSONReader.read(bytes) {
            document.forEachString { scan(Array($0.utf8)) }
        } else {
            scan(bytes)
        }
    }

    private mutating func scan(_ bytes: [UInt8]) {
        var position = 0
        var isCharacterData = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "<") where Self.stands("<![CDATA[", in: bytes, at: position):
                isCharacterData = true
            case UInt8(ascii: "]") where Self.stands("]]>", in: bytes, at: position):
                isCharacterData = false
            case UInt8(ascii: "h"), UInt8(ascii: "H"):
                guard NoticeTarget.authorityStart(bytes, at: position) != nil else { break }
                let url = bytes[position...].prefix(while: Self.isOfURL)
                position = url.endIndex - 1
                let text = String(decoding: url, as: UTF8.self)
                keep(isCharacterData ? text : Self.decodingEntities(text))
            default:
                break
            }
            position += 1
        }
    }

    private mutating func keep(_ url: String) {
        guard let target = NoticeTarget(url: url) else { return }
        if target.isImpression, !impressions.contains(target) { impressions.append(target) }
        if target.isClick, !clicks.contains(target) { clicks.append(target) }
    }

    private static func stands(_ text: StaticString, in bytes: [UInt8], at position: Int) -> Bool {
        bytes[position...].starts(with: text.description.utf8)
    }

    /// Whether a URL in markup goes on: it ends at white space, a quote, a bracket or a backslash.
    private static func isOfURL(_ byte: UInt8) -> Bool {
        switch byte {
        case ...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
            UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "`"):
            false
        default: true
        }
    }

    /// The entities that stand in URLs of attributes: an ampersand in its spellings.
    private static func decodingEntities(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var result = ""
        var rest = text[...]
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[ampersand...]
            let spelling = ["&amp;", "&#38;", "&#x26;", "&#X26;"].first { rest.hasPrefix($0) }
            result += "&"
            rest = rest.dropFirst(spelling?.count ?? 1)
        }
        return result + rest
    }
}
