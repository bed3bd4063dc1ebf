internal import Creative
internal import Documents

extension Creative {
    /// Compiles a registered creative of a strategy.
    convenience init(_ document: CreativeDocument, campaign: String) {
        let identity = Identity(
            id: document.id,
            campaign: campaign,
            adomain: document.adomain,
            cat: document.cat,
            cattax: document.cattax,
            attr: document.attr,
            language: document.language,
            bundle: document.bundle,
            landing: document.landing
        )
        switch document.format {
        case .banner(let banner):
            let markup = BannerMarkup(
                html: banner.html,
                w: banner.w,
                h: banner.h,
                api: banner.api,
                mimes: banner.mimes
            )
            self.init(identity, .banner(markup), source: banner.html)
        case .video(let linear):
            self.init(identity, .linear(Self.markup(linear, document, isVideo: true)), source: Self.source(linear))
        case .audio(let linear):
            self.init(identity, .linear(Self.markup(linear, document, isVideo: false)), source: Self.source(linear))
        case .native(let native):
            let markup = NativeMarkup(
                title: native.title,
                image: native.image.map { ($0.url, $0.w, $0.h) },
                icon: native.icon.map { ($0.url, $0.w, $0.h) },
                data: native.data
            )
            let urls = [native.image?.url, native.icon?.url].compactMap { $0 }.joined(separator: " ")
            self.init(identity, .native(markup), source: urls)
        }
    }

    private static func markup(
        _ linear: CreativeDocument.Linear,
        _ document: CreativeDocument,
        isVideo: Bool
    )
        -> LinearMarkup
    {
        let source: LinearMarkup.Source =
            switch linear.source {
            case .media(let url): .media(url: url)
            case .vast(let text): .vast(text)
            }
        return LinearMarkup(
            isVideo: isVideo,
            id: document.id,
            title: document.name,
            mimes: linear.mimes,
            duration: linear.duration,
            w: linear.w,
            h: linear.h,
            protocols: linear.protocols,
            bitrate: linear.bitrate,
            api: linear.api,
            source: source
        )
    }

    private static func source(_ linear: CreativeDocument.Linear) -> String {
        switch linear.source {
        case .media(let url): return url
        // The names of XML schemas look like addresses, but nobody loads them.
        case .vast(let text): return text.replacing("http://www.w3.org/", with: "")
        }
    }
}
