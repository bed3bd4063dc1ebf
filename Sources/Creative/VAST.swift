/// VAST documents made around a media file, and the pieces that an advertiser's own gets as well.
///
/// - Source: VAST 2.0 to 4.2.
enum VAST {
    /// Protocol values of an inline document, best first, and the version that each stands for.
    static let inlineProtocols: [(value: Int32, version: StaticString)] = [
        (13, "4.2"), (11, "4.1"), (7, "4.0"), (3, "3.0"), (2, "2.0"),
    ]
    /// The same for a wrapper.
    static let wrapperProtocols: [(value: Int32, version: StaticString)] = [
        (14, "4.2"), (12, "4.1"), (8, "4.0"), (6, "3.0"), (5, "2.0"),
    ]

    static let error = "<Error><![CDATA[{event}error&code=[ERRORCODE]]]></Error>"
    static let clickThrough = "<ClickThrough><![CDATA[{click}]]></ClickThrough>"
    static let clickTracking = "<ClickTracking><![CDATA[{click}]]></ClickTracking>"
    static let trackings = ["start", "firstQuartile", "midpoint", "thirdQuartile", "complete"]
        .map { "<Tracking event=\"\($0)\"><![CDATA[{event}\($0)]]></Tracking>" }.joined()
    static let trackingEvents = "<TrackingEvents>" + trackings + "</TrackingEvents>"

    /// The document of a version as a template, whose parts a creative fills in: shared by all creatives.
    ///
    /// - Parameter depth: 1 within a bid, 2 within a native ad.
    static func template(version: Int, isVideo: Bool, depth: Int) -> MarkupTemplate {
        templates[((depth - 1) * 2 + (isVideo ? 1 : 0)) * inlineProtocols.count + version]
    }

    private static let templates: [MarkupTemplate] = [1, 2].flatMap { depth in
        [false, true].flatMap { isVideo in
            inlineProtocols.map { entry in
                var template = MarkupTemplate(depth: depth)
                template.append(document("\(entry.version)", isVideo: isVideo)[...], in: .markup, own: true)
                return template
            }
        }
    }

    /// Elements in the order of the version's schema: before 4.0 as it was told, since then by the alphabet.
    private static func document(_ version: String, isVideo: Bool) -> String {
        let isNew = version.hasPrefix("4")
        let hasServingID = version == "4.1" || version == "4.2"
        let title = "<AdTitle>{title}</AdTitle>"
        let impression = "<Impression><![CDATA[{impression}]]></Impression>"
        let duration = "<Duration>{duration}</Duration>"
        let clicks = "<VideoClicks>" + clickThrough + "</VideoClicks>"
        let file = "<MediaFile delivery=\"progressive\" type=\"{type}\"{size}><![CDATA[{media}]]></MediaFile>"
        let media = "<MediaFiles>" + file + "</MediaFiles>"
        // The registry of 4.0 names the id a second time; later versions do not.
        let idValue = hasServingID ? "" : " idValue=\"{id}\""
        let universalID = "<UniversalAdId idRegistry=\"unknown\"\(idValue)>{id}</UniversalAdId>"
        let servingID = hasServingID ? "<AdServingId>{cachebuster}</AdServingId>" : ""
        return "<VAST version=\"\(version)\"><Ad id=\"{id}\"\(hasServingID && !isVideo ? " adType=\"audio\"" : "")>"
            + "<InLine><AdSystem>Vendue</AdSystem>"
            + (isNew ? error + impression + servingID + title : title + error + impression)
            + "<Creatives><Creative id=\"{id}\"><Linear\(version == "2.0" ? "" : "{skip}")>"
            + (isNew ? trackingEvents + duration + media + clicks : duration + trackingEvents + clicks + media)
            + "</Linear>" + (isNew ? universalID : "") + "</Creative></Creatives></InLine></Ad></VAST>"
    }

    /// What a creative puts into the document, by ``MarkupTemplate/Part``.
    static func parts(_ media: LinearMedia, depth: Int) -> [[UInt8]] {
        MarkupTemplate.Part.allCases.map { part in
            let text =
                switch part {
                case .id: escape(media.id)
                case .title: escape(media.title)
                case .duration: clock(media.duration)
                case .skip: media.skipAfter.map { " skipoffset=\"\(clock($0))\"" } ?? ""
                case .media: cdata(media.url)
                case .size: size(media)
                }
            return MarkupTemplate.escaped(Array(text.utf8), depth: depth)
        }
    }

    private static func size(_ media: LinearMedia) -> String {
        // Required of audio as well, where both are 0.
        let (w, h) = media.isVideo ? (media.w ?? 640, media.h ?? 360) : (0, 0)
        return " width=\"\(w)\" height=\"\(h)\"" + (media.bitrate.map { " bitrate=\"\($0)\"" } ?? "")
    }

    /// Seconds as `HH:MM:SS`.
    private static func clock(_ seconds: Int32) -> String {
        [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
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
            // XML cannot hold it in any spelling.
            case 0..<9, 11, 12, 14..<32: out += Array("\u{FFFD}".utf8)
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
    /// Seconds until a viewer may skip it; nil for never.
    let skipAfter: Int32?
    let w: Int32?
    let h: Int32?
    let bitrate: Int32?
}
