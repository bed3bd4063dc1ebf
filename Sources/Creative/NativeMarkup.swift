internal import OpenRTB

/// A native ad's parts, each text already escaped for its place: JSON within a JSON string.
package final class NativeMarkup: Sendable {
    struct Part: Sendable {
        let text: [UInt8]
        /// Characters as the publisher counts them.
        let length: Int

        init(_ text: String) {
            self.text = JSONText.escaped(JSONText.escaped(text.utf8))
            length = text.count
        }
    }

    struct Image: Sendable {
        let url: [UInt8]
        let w: Int32
        let h: Int32
    }

    let title: Part
    let image: Image?
    let icon: Image?
    let data: [(type: Int32, part: Part)]

    package init(
        title: String,
        image: (url: String, w: Int32, h: Int32)?,
        icon: (url: String, w: Int32, h: Int32)?,
        data: [Int32: String]
    ) {
        self.title = Part(title)
        self.image = image.map { Image(url: Part($0.url).text, w: $0.w, h: $0.h) }
        self.icon = icon.map { Image(url: Part($0.url).text, w: $0.w, h: $0.h) }
        self.data = data.sorted { $0.key < $1.key }.map { ($0.key, Part($0.value)) }
    }

    /// Whether every required asset can be answered.
    func answers(_ native: Native, in request: borrowing BidRequest) -> Bool {
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
        case .video, .unknown: false
        }
    }

    private func picture(for asset: NativeAsset) -> Image? {
        guard let picture = asset.type == 1 ? icon : image else { return nil }
        if asset.w > 0, asset.h > 0, asset.wmin == 0, asset.hmin == 0 {
            return picture.w == asset.w && picture.h == asset.h ? picture : nil
        }
        return picture.w >= asset.wmin && picture.h >= asset.hmin ? picture : nil
    }

    private func part(for asset: NativeAsset) -> Part? {
        data.first { $0.type == asset.type && (asset.len == 0 || $0.part.length <= asset.len) }?.part
    }

    /// Writes the answer's root as the content of a JSON string.
    ///
    /// - Source: Native 1.2, section 5.
    func write(
        for native: Native,
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
            write(asset, into: &out)
        }
        out.append(#"],\"link\":{\"url\":\""#)
        out.append(urls.click)
        if acceptsImagePixel(native, in: request) {
            out.append(#"\"},\"eventtrackers\":[{\"event\":1,\"method\":1,\"url\":\""#)
            out.append(urls.impression)
            out.append(#"\"}]}"#)
        } else {
            out.append(#"\"},\"imptrackers\":[\""#)
            out.append(urls.impression)
            out.append(#"\"]}"#)
        }
        if native.wrapped { out.append("}") }
    }

    private func acceptsImagePixel(_ native: Native, in request: borrowing BidRequest) -> Bool {
        for index in 0..<native.eventtrackers.count {
            let tracker = request.element(index, of: native.eventtrackers)
            if tracker.event == 1, tracker.image { return true }
        }
        return false
    }

    private func write(_ asset: NativeAsset, into out: inout ByteWriter) {
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
        case .video, .unknown:
            preconditionFailure("checked by canAnswer")
        }
    }
}
