internal import Creative
internal import Documents

extension Creative {
    /// Compiles a registered creative of a strategy.
    ///
    /// - Parameter categories: which categories lie within which, where an operator gave tables of them.
    convenience init(_ document: CreativeDocument, campaign: String, categories: CategoryTree = CategoryTree()) {
        let identity = Identity(
            id: document.id,
            campaign: campaign,
            adomain: document.adomain,
            cat: document.cat,
            cattax: document.cattax,
            attr: document.attr,
            language: document.language,
            bundle: document.bundle,
            landing: document.landing,
            isSensitive: document.sensitive,
            iurl: document.iurl ?? ""
        )
        let (markup, source) = Self.compiled(document)
        self.init(identity, markup, source: source, categories: categories)
    }

    /// A creative's markup, and all that a browser may load from it.
    private static func compiled(_ document: CreativeDocument) -> (Markup, source: String) {
        switch document.format {
        case .banner(let banner):
            let markup = BannerMarkup(
                html: banner.html,
                w: banner.w,
                h: banner.h,
                api: banner.api,
                mimes: banner.mimes,
                expand: banner.expand
            )
            return (.banner(markup), banner.html)
        case .video(let linear):
            return (.linear(markup(linear, document, title: document.name, isVideo: true)), source(linear))
        case .audio(let linear):
            return (.linear(markup(linear, document, title: document.name, isVideo: false)), source(linear))
        case .native(let native):
            return (.native(markup(native, document)), source(native))
        }
    }

    private static func markup(
        _ linear: CreativeDocument.Linear,
        _ document: CreativeDocument,
        title: String,
        isVideo: Bool,
        depth: Int = 1
    ) -> LinearMarkup {
        let source: LinearMarkup.Source =
            switch linear.source {
            case .media(let url): .media(url: url)
            case .vast(let text): .vast(text)
            }
        return LinearMarkup(
            isVideo: isVideo,
            id: document.id,
            title: title,
            mimes: linear.mimes,
            duration: linear.duration,
            w: linear.w,
            h: linear.h,
            protocols: linear.protocols,
            bitrate: linear.bitrate,
            api: linear.api,
            source: source,
            skipAfter: linear.skipAfter,
            depth: depth
        )
    }

    private static func markup(_ native: CreativeDocument.Native, _ document: CreativeDocument) -> NativeMarkup {
        NativeMarkup(
            title: native.title,
            image: native.image.map { ($0.url, $0.w, $0.h) },
            icon: native.icon.map { ($0.url, $0.w, $0.h) },
            data: native.data,
            video: native.video.map { markup($0, document, title: native.title, isVideo: true, depth: 2) },
            privacy: native.privacy ?? "",
            impressionTrackers: native.impressionTrackers,
            clickTrackers: native.clickTrackers
        )
    }

    private static func source(_ linear: CreativeDocument.Linear) -> String {
        switch linear.source {
        case .media(let url): return url
        // The names of XML schemas look like addresses, but nobody loads them.
        case .vast(let text):
            return text.replacing("http://www.w3.org/", with: "").replacing("http://www.iab.com/VAST", with: "")
        }
    }

    private static func source(_ native: CreativeDocument.Native) -> String {
        let urls = [native.image?.url, native.icon?.url, native.privacy, native.video.map { source($0) }]
        return (urls.compactMap { $0 } + native.impressionTrackers + native.clickTrackers).joined(separator: " ")
    }
}
