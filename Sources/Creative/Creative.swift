internal import OpenRTB

/// What a strategy shows, compiled: the facts that the rules ask for, and markup ready to be written.
///
/// A class, so that looking at it copies nothing.
package final class Creative: Sendable {
    package enum Markup: Sendable {
        case banner(BannerMarkup)
        case linear(LinearMarkup)
        case native(NativeMarkup)
    }

    /// What the creative says of itself, whatever its format.
    package struct Identity: Sendable {
        package var id: String
        /// The strategy: `cid`.
        package var campaign: String
        package var adomain: [String]
        package var cat: [String]
        package var cattax: Int32
        package var attr: [Int32]
        package var language: String
        /// Store id of an advertised app.
        package var bundle: String
        package var landing: String

        package init(
            id: String,
            campaign: String,
            adomain: [String],
            cat: [String],
            cattax: Int32,
            attr: [Int32],
            language: String,
            bundle: String,
            landing: String
        ) {
            self.id = id
            self.campaign = campaign
            self.adomain = adomain
            self.cat = cat
            self.cattax = cattax
            self.attr = attr
            self.language = language
            self.bundle = bundle
            self.landing = landing
        }
    }

    package let id: [UInt8]
    package let landing: [UInt8]
    /// `,"adid":…,"crid":…` and so on: the members of a bid that never change.
    package let fixedMembers: [UInt8]
    package let markup: Markup
    let adomain: [[UInt8]]
    let cat: [[UInt8]]
    let attr: [Int32]
    let language: [UInt8]
    /// Whether it is in some language: `xx` says that it is in none.
    let hasWords: Bool
    let bundle: [UInt8]
    let isSecure: Bool

    /// - Parameter source: everything that a browser may load from the markup, to see whether all of it is https.
    package init(_ identity: Identity, _ markup: Markup, source: String) {
        id = Array(identity.id.utf8)
        landing = Array(identity.landing.utf8)
        adomain = identity.adomain.map { Array($0.lowercased().utf8) }
        cat = identity.cat.map { Array($0.utf8) }
        attr = identity.attr
        language = Array(identity.language.lowercased().utf8)
        hasWords = !identity.language.isEmpty && identity.language.lowercased() != "xx"
        bundle = Array(identity.bundle.utf8)
        isSecure = !source.lowercased().contains("http://")
        fixedMembers = Self.fixedMembers(identity, markup)
        self.markup = markup
    }

    private static func fixedMembers(_ identity: Identity, _ markup: Markup) -> [UInt8] {
        func strings(_ values: [String]) -> String { "[" + values.map(JSONText.quoted).joined(separator: ",") + "]" }
        var text = ",\"adid\":\(JSONText.quoted(identity.id)),\"crid\":\(JSONText.quoted(identity.id))"
        text += ",\"cid\":\(JSONText.quoted(identity.campaign)),\"adomain\":\(strings(identity.adomain))"
        if !identity.cat.isEmpty {
            text += ",\"cat\":\(strings(identity.cat))"
            if identity.cattax != 1 { text += ",\"cattax\":\(identity.cattax)" }
        }
        if !identity.attr.isEmpty { text += ",\"attr\":[\(identity.attr.map(String.init).joined(separator: ","))]" }
        if !identity.language.isEmpty { text += ",\"language\":\(JSONText.quoted(identity.language))" }
        if !identity.bundle.isEmpty { text += ",\"bundle\":\(JSONText.quoted(identity.bundle))" }
        let api: [Int32] =
            switch markup {
            case .banner(let banner): banner.api
            case .linear(let linear): linear.api
            case .native: []
            }
        if !api.isEmpty { text += ",\"apis\":[\(api.map(String.init).joined(separator: ","))]" }
        return Array(text.utf8)
    }
}

/// A banner's markup and what it needs. A class, so that looking at it copies nothing.
package final class BannerMarkup: Sendable {
    /// nil: fits any size.
    let size: (w: Int32, h: Int32)?
    let api: [Int32]
    let mimes: [[UInt8]]
    /// What kinds of banner ad it is, as `btype` numbers them.
    let types: [Int32]
    let template: MarkupTemplate

    /// - Parameter html: our pixel is added at its end where it has no `{impression}` of its own.
    package init(html: String, w: Int32?, h: Int32?, api: [Int32], mimes: [String]) {
        if let w, let h { size = (w, h) } else { size = nil }
        self.api = api
        self.mimes = mimes.map { Array($0.utf8) }
        types = Self.types(of: html.lowercased())
        let compiled = MarkupTemplate(html)
        let pixel = #"<img src="{impression}" width="1" height="1" alt="" style="position:absolute;visibility:hidden">"#
        template = compiled.hasImpression ? compiled : MarkupTemplate(html + pixel)
    }
}

extension BannerMarkup {
    /// 1 text, 2 markup with images, 3 script, 4 frames.
    ///
    /// - Source: OpenRTB 2.5, 5.2 (AdCOM 1.0, Creative Subtypes - Display).
    fileprivate static func types(of html: String) -> [Int32] {
        var types: [Int32] = []
        if html.contains("<script") { types.append(3) }
        if html.contains("<iframe") { types.append(4) }
        if types.isEmpty { types.append(html.contains("<img") ? 2 : 1) }
        return types
    }
}

/// A video's or audio's markup and what it needs.
package final class LinearMarkup: Sendable {
    package enum Source: Sendable {
        case media(url: String)
        case vast(String)
    }

    let isVideo: Bool
    let mimes: [[UInt8]]
    /// Seconds.
    let duration: Int32
    let size: (w: Int32, h: Int32)?
    let protocols: [(value: Int32, version: StaticString)]
    let bitrate: Int32?
    let api: [Int32]
    let template: MarkupTemplate
    /// Whether the markup is made around a media file of ours, which players download progressively.
    let isProgressive: Bool

    /// - Parameter protocols: those of the document; empty for all that its kind, inline or wrapper, can be written in.
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
        source: Source
    ) {
        self.isVideo = isVideo
        self.mimes = mimes.map { Array($0.utf8) }
        self.duration = duration
        if let w, let h { size = (w, h) } else { size = nil }
        self.bitrate = bitrate
        self.api = api
        switch source {
        case .media(let url):
            isProgressive = true
            self.protocols = VAST.inlineProtocols.filter { protocols.isEmpty || protocols.contains($0.value) }
            let media = LinearMedia(
                id: id,
                title: title,
                url: url,
                isVideo: isVideo,
                duration: duration,
                w: w,
                h: h,
                bitrate: bitrate
            )
            template = MarkupTemplate(VAST.inline(media))
        case .vast(let document):
            isProgressive = false
            let known = document.contains("<Wrapper") ? VAST.wrapperProtocols : VAST.inlineProtocols
            let version = VAST.version(of: document)
            self.protocols = known.filter { entry in
                (protocols.isEmpty || protocols.contains(entry.value))
                    && (version.map { "\(entry.version)" == $0 } ?? true)
            }
            template = MarkupTemplate(VAST.tracked(document))
        }
    }
}
