internal import OpenRTB

/// A native ad's parts, each text already escaped for its place: JSON within a JSON string.
package final class NativeMarkup: Sendable {
    struct Part: Sendable {
        let text: [UInt8]
        /// Characters as the publisher counts them: Unicode scalars.
        let length: Int

        init(_ text: String) {
            self.text = MarkupTemplate.escaped(Array(text.utf8), depth: 2)
            length = text.unicodeScalars.count
        }
    }

    struct Image: Sendable {
        let url: [UInt8]
        let w: Int32
        let h: Int32
        /// By the file's name; nil where it does not tell.
        let type: MediaTypes?

        init(url: String, w: Int32, h: Int32) {
            self.url = Part(url).text
            self.w = w
            self.h = h
            type = Self.type(of: url)
        }

        private static func type(of url: String) -> MediaTypes? {
            let path = url.prefix { $0 != "?" && $0 != "#" }
            guard let dot = path.lastIndex(of: ".") else { return nil }
            switch path[path.index(after: dot)...].lowercased() {
            case "jpg", "jpeg": return MediaTypes("image/jpeg")
            case "svg": return MediaTypes("image/svg+xml")
            case "png", "gif", "webp", "avif": return MediaTypes("image/" + path[path.index(after: dot)...])
            default: return nil
            }
        }
    }

    let title: Part
    let image: Image?
    let icon: Image?
    let data: [(type: Int32, part: Part)]
    let video: LinearMarkup?
    /// The advertiser's privacy notice; empty for none.
    let privacy: [UInt8]
    /// The advertiser's own pixels.
    let impressionTrackers: [[UInt8]]
    /// Members of the link, ready: `,"clicktrackers":[…]`.
    let clickTrackers: [UInt8]

    /// - Parameters:
    ///   - video: of depth 2.
    ///   - privacy: URL of the advertiser's privacy notice; empty for none.
    package init(
        title: String,
        image: (url: String, w: Int32, h: Int32)?,
        icon: (url: String, w: Int32, h: Int32)?,
        data: [Int32: String],
        video: LinearMarkup? = nil,
        privacy: String = "",
        impressionTrackers: [String] = [],
        clickTrackers: [String] = []
    ) {
        self.title = Part(title)
        self.image = image.map { Image(url: $0.url, w: $0.w, h: $0.h) }
        self.icon = icon.map { Image(url: $0.url, w: $0.w, h: $0.h) }
        self.data = data.sorted { $0.key < $1.key }.map { ($0.key, Part($0.value)) }
        self.video = video
        self.privacy = Part(privacy).text
        self.impressionTrackers = impressionTrackers.map { Part($0).text }
        let list = clickTrackers.map(JSONText.quoted).joined(separator: ",")
        self.clickTrackers = clickTrackers.isEmpty ? [] : JSONText.escaped(Array(",\"clicktrackers\":[\(list)]".utf8))
    }

    /// Whether every required asset can be answered.
    func answers(_ native: Native, in request: borrowing BidRequest) -> Bool {
        // What a video needs of frameworks holds for the whole ad.
        if let video, !request.accepts(api: video.api, in: native.api) { return false }
        for index in 0..<native.assets.count {
            let asset = request.element(index, of: native.assets)
            if asset.required, !canAnswer(asset) { return false }
        }
        return true
    }

    private func canAnswer(_ asset: NativeAsset) -> Bool {
        switch asset.kind {
        case .title: asset.len == 0 || title.length <= asset.len
        case .img: picture(for: asset) != nil
        case .data: part(for: asset) != nil
        case .video: video?.fit(asset) != nil
        case .unknown: false
        }
    }

    private func picture(for asset: NativeAsset) -> Image? {
        guard let picture = asset.type == 1 ? icon : image else { return nil }
        if !asset.mimes.isEmpty, let type = picture.type, !asset.mimes.contains(type) { return nil }
        if asset.w > 0, asset.h > 0, asset.wmin == 0, asset.hmin == 0 {
            return picture.w == asset.w && picture.h == asset.h ? picture : nil
        }
        return picture.w >= asset.wmin && picture.h >= asset.hmin ? picture : nil
    }

    private func part(for asset: NativeAsset) -> Part? {
        data.first { $0.type == asset.type && (asset.len == 0 || $0.part.length <= asset.len) }?.part
    }

    // MARK: Writing

    /// Writes the answer's root as the content of a JSON string.
    ///
    /// - Source: Native 1.2, section 5.
    func write(
        for native: Native,
        _ facts: MarkupFacts,
        in request: borrowing BidRequest,
        _ urls: borrowing MarkupURLs,
        into out: inout ByteWriter
    ) {
        out.append(native.wrapped ? #"{\"native\":{\"ver\":\"1.2\",\"assets\":["# : #"{\"ver\":\"1.2\",\"assets\":["#)
        var isFirst = true
        for index in 0..<native.assets.count {
            let asset = request.element(index, of: native.assets)
            guard canAnswer(asset) else { continue }
            if !isFirst { out.append(",") }
            isFirst = false
            write(asset, facts, in: request, urls, into: &out)
        }
        out.append(#"],\"link\":{\"url\":\""#)
        out.append(urls.click)
        out.append(#"\""#)
        out.append(clickTrackers)
        out.append("}")
        writeTrackers(native, in: request, urls, into: &out)
        if native.privacy, !privacy.isEmpty {
            out.append(#",\"privacy\":\""#)
            out.append(privacy)
            out.append(#"\""#)
        }
        out.append(native.wrapped ? "}}" : "}")
    }

    /// Events that say that the ad was seen, by their numbers, and what our event URL calls them.
    ///
    /// - Source: Native 1.2, 7.6.
    private static let views: [(event: Int32, name: StaticString)] = [
        (2, "viewableMRC50"), (3, "viewableMRC100"), (4, "viewableVideo50"),
    ]

    /// Writes our pixels and the advertiser's: as event trackers where the seller offers those by image, else in the
    /// old list of impressions.
    private func writeTrackers(
        _ native: Native,
        in request: borrowing BidRequest,
        _ urls: borrowing MarkupURLs,
        into out: inout ByteWriter
    ) {
        let isOffered = accepts(event: 1, native, in: request)
        if !isOffered {
            out.append(#",\"imptrackers\":[\""#)
            out.append(urls.impression)
            out.append(#"\""#)
            for tracker in impressionTrackers {
                out.append(#",\""#)
                out.append(tracker)
                out.append(#"\""#)
            }
            out.append("]")
        }
        var count = 0
        if isOffered {
            writeTracker(1, &count, &out)
            out.append(urls.impression)
            out.append(#"\"}"#)
            for tracker in impressionTrackers {
                writeTracker(1, &count, &out)
                out.append(tracker)
                out.append(#"\"}"#)
            }
        }
        if urls.event.count > 0 {
            for view in Self.views where accepts(event: view.event, native, in: request) {
                writeTracker(view.event, &count, &out)
                out.append(urls.event)
                out.append(view.name)
                out.append(#"\"}"#)
            }
        }
        if count > 0 { out.append("]") }
    }

    /// Writes one up to its URL.
    private func writeTracker(_ event: Int32, _ count: inout Int, _ out: inout ByteWriter) {
        out.append(count == 0 ? #",\"eventtrackers\":["# : ",")
        count += 1
        out.append(#"{\"event\":"#)
        out.appendDecimal(Int64(event))
        out.append(#",\"method\":1,\"url\":\""#)
    }

    /// Whether the seller lets an image pixel track an event.
    private func accepts(event: Int32, _ native: Native, in request: borrowing BidRequest) -> Bool {
        for index in 0..<native.eventtrackers.count {
            let tracker = request.element(index, of: native.eventtrackers)
            if tracker.event == event, tracker.image { return true }
        }
        return false
    }

    /// Writes an asset that can be answered.
    private func write(
        _ asset: NativeAsset,
        _ facts: MarkupFacts,
        in request: borrowing BidRequest,
        _ urls: borrowing MarkupURLs,
        into out: inout ByteWriter
    ) {
        out.append(#"{\"id\":"#)
        out.appendDecimal(Int64(asset.id))
        switch asset.kind {
        case .title:
            out.append(#",\"title\":{\"text\":\""#)
            out.append(title.text)
            out.append(#"\"}}"#)
        case .img:
            guard let picture = picture(for: asset) else { preconditionFailure("checked by canAnswer") }
            out.append(#",\"img\":{\"url\":\""#)
            out.append(picture.url)
            out.append(#"\",\"w\":"#)
            out.appendDecimal(Int64(picture.w))
            out.append(#",\"h\":"#)
            out.appendDecimal(Int64(picture.h))
            out.append("}}")
        case .data:
            guard let part = part(for: asset) else { preconditionFailure("checked by canAnswer") }
            out.append(#",\"data\":{\"value\":\""#)
            out.append(part.text)
            out.append(#"\"}}"#)
        case .video:
            guard let video, let fit = video.fit(asset) else { preconditionFailure("checked by canAnswer") }
            out.append(#",\"video\":{\"vasttag\":\""#)
            video.write(fit, facts, in: request, urls, into: &out)
            out.append(#"\"}}"#)
        case .unknown:
            preconditionFailure("checked by canAnswer")
        }
    }
}
