internal import OpenRTB

/// A video's or audio's markup and what it needs.
package final class LinearMarkup: Sendable {
    package enum Source: Sendable {
        case media(url: String)
        case vast(String)
    }

    /// The document in one version of VAST.
    struct Rendition: Sendable {
        let protocolValue: Int32
        let version: StaticString
        let template: MarkupTemplate
    }

    let isVideo: Bool
    let mimes: [[UInt8]]
    /// The same as a native asset names them.
    let mediaTypes: [MediaTypes]
    /// Seconds.
    let duration: Int32
    let size: (w: Int32, h: Int32)?
    /// Best first; none for a document that cannot be read, which fits nowhere.
    let renditions: [Rendition]
    let bitrate: Int32?
    let api: [Int32]
    /// Whether the markup is made around a media file of ours, which players download progressively.
    let isProgressive: Bool
    /// Whether the viewer may skip it.
    let isSkippable: Bool
    private let parts: [[UInt8]]

    /// - Parameters:
    ///   - protocols: those of the document; empty for all that its kind, inline or wrapper, can be written in.
    ///   - skipAfter: seconds until the viewer may skip a media file; a document of the advertiser's says so itself.
    ///   - depth: how often it is escaped as JSON: 1 within a bid, 2 within a native ad.
    package init(
        isVideo: Bool,
        id: String,
        title: String,
        mimes: [String],
        duration: Int32,
        w: Int32?,
        h: Int32?,
        protocols: [Int32],
        bitrate: Int32?,
        api: [Int32],
        source: Source,
        skipAfter: Int32? = nil,
        depth: Int = 1
    ) {
        self.isVideo = isVideo
        self.mimes = mimes.map { Array($0.utf8) }
        mediaTypes = mimes.map { MediaTypes($0) }
        self.duration = duration
        if let w, let h { size = (w, h) } else { size = nil }
        self.bitrate = bitrate
        self.api = api
        switch source {
        case .media(let url):
            isProgressive = true
            isSkippable = skipAfter != nil
            let media = LinearMedia(
                id: id,
                title: title,
                url: url,
                isVideo: isVideo,
                duration: duration,
                skipAfter: skipAfter,
                w: w,
                h: h,
                bitrate: bitrate
            )
            parts = VAST.parts(media, depth: depth)
            renditions = VAST.inlineProtocols.enumerated().compactMap { index, entry in
                guard protocols.isEmpty || protocols.contains(entry.value) else { return nil }
                return Rendition(
                    protocolValue: entry.value,
                    version: entry.version,
                    template: VAST.template(version: index, isVideo: isVideo, depth: depth)
                )
            }
        case .vast(let text):
            isProgressive = false
            parts = []
            let document = try? VASTDocument(text)
            isSkippable = document?.isSkippable ?? false
            renditions = document.map { Self.renditions(of: $0, protocols, depth: depth) } ?? []
        }
    }

    private static func renditions(of document: VASTDocument, _ protocols: [Int32], depth: Int) -> [Rendition] {
        guard let template = MarkupTemplate(vast: document.tracked(), depth: depth) else { return [] }
        let known = document.isWrapper ? VAST.wrapperProtocols : VAST.inlineProtocols
        return known.compactMap { entry in
            guard protocols.isEmpty || protocols.contains(entry.value),
                document.version.map({ "\(entry.version)" == $0 }) ?? true
            else { return nil }
            return Rendition(protocolValue: entry.value, version: entry.version, template: template)
        }
    }

    /// Writes the document that a slot was found to accept.
    func write(
        _ fit: Fit,
        _ bid: MarkupFacts,
        in request: borrowing BidRequest,
        _ urls: borrowing MarkupURLs,
        into out: inout ByteWriter
    ) {
        var facts = bid
        facts.parts = parts
        facts.mediaType = mimes[fit.mime]
        renditions[fit.rendition].template.write(urls, facts, in: request, into: &out)
    }
}

extension MarkupTemplate {
    /// Compiles a VAST document: macros are escaped for where they stand, and stay untouched in comments.
    ///
    /// - Returns: nil where it is no well-formed XML.
    fileprivate init?(vast text: String, depth: Int) {
        guard let document = try? XMLDocument(text) else { return nil }
        self.init(depth: depth)
        for run in document.runs {
            let text = document.text(run.range)[...]
            switch run.kind {
            case .markup: append(text, in: .markup)
            case .cdata: append(text, in: .cdata)
            case .verbatim: append(verbatim: text)
            }
        }
    }
}
