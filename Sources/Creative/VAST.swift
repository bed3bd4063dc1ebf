/// VAST documents: made around a media file, or an advertiser's own with our tracking put in.
///
/// - Source: VAST 2.0 to 4.2; the elements used are the same in all of them.
enum VAST {
    /// Protocol values of an inline document, best first, and the version that each stands for.
    static let inlineProtocols: [(value: Int32, version: StaticString)] = [
        (13, "4.2"), (11, "4.1"), (7, "4.0"), (3, "3.0"), (2, "2.0"),
    ]
    /// The same for a wrapper.
    static let wrapperProtocols: [(value: Int32, version: StaticString)] = [
        (14, "4.2"), (12, "4.1"), (8, "4.0"), (6, "3.0"), (5, "2.0"),
    ]

    /// An inline document that plays one media file.
    static func inline(_ media: LinearMedia) -> String {
        let hours = media.duration / 3600
        let minutes = media.duration / 60 % 60
        let seconds = media.duration % 60
        let duration = [hours, minutes, seconds].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        let size = media.isVideo ? " width=\"\(media.w ?? 640)\" height=\"\(media.h ?? 360)\"" : ""
        let bitrate = media.bitrate.map { " bitrate=\"\($0)\"" } ?? ""
        return """
            <VAST version="\(MarkupTemplate.versionMark)"><Ad id="\(escape(media.id))"><InLine>\
            <AdSystem>Vendue</AdSystem><AdTitle>\(escape(media.title))</AdTitle>\
            <Impression><![CDATA[{impression}]]></Impression>\
            <Creatives><Creative id="\(escape(media.id))"><Linear><Duration>\(duration)</Duration>\
            <VideoClicks><ClickThrough><![CDATA[{click}]]></ClickThrough></VideoClicks>\
            <MediaFiles><MediaFile delivery="progressive" type="\(MarkupTemplate.mediaTypeMark)"\(size)\(bitrate)>\
            <![CDATA[\(cdata(media.url))]]></MediaFile></MediaFiles>\
            </Linear></Creative></Creatives></InLine></Ad></VAST>
            """
    }

    /// An advertiser's document with our impression and click tracking in the first ad.
    static func tracked(_ document: String) -> String {
        // The advertiser's own text must not be taken for our macros.
        var text = document
        let impression = "<Impression><![CDATA[{impression}]]></Impression>"
        for mark in ["<Impression", "<Creatives", "</InLine>", "</Wrapper>"] {
            if let place = text.firstRange(of: mark) {
                text.insert(contentsOf: impression, at: place.lowerBound)
                break
            }
        }
        if let place = text.firstRange(of: "</VideoClicks>") {
            text.insert(contentsOf: "<ClickTracking><![CDATA[{click}]]></ClickTracking>", at: place.lowerBound)
        }
        return text
    }

    /// The version that a document says it is; nil where it does not.
    static func version(of document: String) -> Substring? {
        document.firstMatch(of: /<VAST[^>]*\sversion\s*=\s*["']([0-9.]+)["']/)?.output.1
    }

    /// A text for an element or an attribute, byte by byte: `<` with an accent on it is still `<` to a parser.
    static func escape(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): out += Array("&amp;".utf8)
            case UInt8(ascii: "<"): out += Array("&lt;".utf8)
            case UInt8(ascii: ">"): out += Array("&gt;".utf8)
            case UInt8(ascii: "\""): out += Array("&quot;".utf8)
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A URL for a CDATA section, which `]]>` would end.
    private static func cdata(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let ends = byte == UInt8(ascii: ">") && index > 1 && bytes[index - 1] == 0x5D && bytes[index - 2] == 0x5D
            out += ends ? Array("%3E".utf8) : [byte]
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// What an inline document is made of.
struct LinearMedia {
    let id: String
    let title: String
    let url: String
    let isVideo: Bool
    /// Seconds.
    let duration: Int32
    let w: Int32?
    let h: Int32?
    let bitrate: Int32?
}
