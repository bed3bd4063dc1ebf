import Creative
import Foundation
import OpenRTB

/// What the rules say of a creative and a slot, comparable.
enum Ruling: Equatable, Sendable {
    case fits(MarkupType, w: Int32 = 0, h: Int32 = 0, dur: Int32 = 0, vast: String = "")
    case refused(PassReason)

    init(_ verdict: Creative.Verdict) {
        switch verdict {
        case .fits(let fit): self = .fits(fit.mtype, w: fit.w, h: fit.h, dur: fit.dur, vast: "\(fit.vast)")
        case .refused(let reason): self = .refused(reason)
        }
    }
}

/// A request with one impression.
///
/// - Parameters:
///   - imp: members of the impression besides its id, as `"name":value,…`.
///   - more: members of the request, written alike.
func reader(imp: String, _ more: String = "") throws -> BidRequestReader {
    let reader = BidRequestReader()
    let text = #"{"id":"r","imp":[{"id":"1",\#(imp)}]"# + (more.isEmpty ? "" : ",\(more)") + "}"
    try reader.read(copying: Array(text.utf8))
    return reader
}

/// Whether a creative fits a request's impression.
func ruling(_ creative: Creative, imp: String, _ more: String = "") throws -> Ruling {
    let reader = try reader(imp: imp, more)
    return Ruling(creative.fit(reader.request.imps[0], in: reader.request))
}

extension Creative.Identity {
    static func test() -> Creative.Identity {
        Creative.Identity(
            id: "c-1",
            campaign: "s-1",
            adomain: ["acme.example"],
            cat: [],
            cattax: 1,
            attr: [],
            language: "",
            bundle: "",
            landing: "https://acme.example/"
        )
    }
}

extension Creative {
    static let anchor = #"<a href="{click}"><img src="https://cdn.example/s.png"></a>"#

    static func banner(
        _ html: String = anchor,
        w: Int32? = nil,
        h: Int32? = nil,
        api: [Int32] = [],
        mimes: [String] = [],
        expand: [Int32] = [],
        categories: CategoryTree = CategoryTree(),
        change: (inout Identity) -> Void = { _ in }
    ) -> Creative {
        var identity = Identity.test()
        change(&identity)
        let markup = BannerMarkup(html: html, w: w, h: h, api: api, mimes: mimes, expand: expand)
        return Creative(identity, .banner(markup), source: html, categories: categories)
    }

    /// What a video or audio creative may be made of.
    struct LinearParts {
        var isVideo = true
        var title = "Shoes"
        var mimes = ["video/mp4"]
        var duration: Int32 = 15
        var w: Int32?
        var h: Int32?
        var protocols: [Int32] = []
        var bitrate: Int32?
        var api: [Int32] = []
        var skipAfter: Int32?
        var depth = 1
        var source = LinearMarkup.Source.media(url: "https://cdn.example/v.mp4")
    }

    static func linear(_ change: (inout LinearParts) -> Void = { _ in }) -> Creative {
        var parts = LinearParts()
        change(&parts)
        let source =
            switch parts.source {
            case .media(let url): url
            case .vast(let text): text
            }
        return Creative(.test(), .linear(markup(parts)), source: source)
    }

    static func markup(_ parts: LinearParts) -> LinearMarkup {
        LinearMarkup(
            isVideo: parts.isVideo,
            id: "c-1",
            title: parts.title,
            mimes: parts.mimes,
            duration: parts.duration,
            w: parts.w,
            h: parts.h,
            protocols: parts.protocols,
            bitrate: parts.bitrate,
            api: parts.api,
            source: parts.source,
            skipAfter: parts.skipAfter,
            depth: parts.depth
        )
    }

    static func native(
        title: String = "Run faster",
        image: (url: String, w: Int32, h: Int32)? = ("https://cdn.example/i.png", 1200, 627),
        icon: (url: String, w: Int32, h: Int32)? = ("https://cdn.example/o.png", 80, 80),
        data: [Int32: String] = [1: "Acme", 2: "Light as air", 12: "Buy"],
        video: LinearParts? = nil,
        privacy: String = "",
        impressionTrackers: [String] = [],
        clickTrackers: [String] = []
    ) -> Creative {
        var inner = video
        inner?.depth = 2
        let native = NativeMarkup(
            title: title,
            image: image,
            icon: icon,
            data: data,
            video: inner.map { markup($0) },
            privacy: privacy,
            impressionTrackers: impressionTrackers,
            clickTrackers: clickTrackers
        )
        return Creative(.test(), .native(native), source: "")
    }
}

/// Our URLs in markup.
let impressionURL = "https://bid.example/imp/TOKEN?p=${AUCTION_PRICE}"
let clickURL = "https://bid.example/click/TOKEN"
/// All but the event's name.
let eventURL = "https://bid.example/event/TOKEN?e="

/// The markup that a creative writes for a request's impression, as the exchange reads it out of the response.
///
/// - Throws: where the creative does not fit, or what it writes is no member of a JSON object.
func markup(_ creative: Creative, imp: String, _ more: String = "") throws -> String {
    let reader = try reader(imp: imp, more)
    let slot = reader.request.imps[0]
    guard case .fits(let fit) = creative.fit(slot, in: reader.request) else { throw Unexpected.refused }
    var urls = MarkupURLs()
    urls.impression.append(Array(impressionURL.utf8))
    urls.click.append(Array(clickURL.utf8))
    urls.event.append(Array(eventURL.utf8))
    var out = ByteWriter()
    out.append("{\"x\":1")
    creative.writeMarkup(slot, fit, in: reader.request, urls, into: &out)
    out.append("}")
    let object = try JSONSerialization.jsonObject(with: Data(out.array())) as? [String: Any]
    guard let adm = object?["adm"] as? String else { throw Unexpected.noMarkup }
    return adm
}

enum Unexpected: Error {
    case refused
    case noMarkup
}

extension String {
    /// How often another text stands in this one.
    func occurrences(of other: String) -> Int { ranges(of: other).count }
}
