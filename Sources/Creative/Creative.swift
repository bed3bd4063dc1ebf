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
        /// Of a kind that a publisher who blocks anything would block.
        package var isSensitive: Bool
        /// A sample image; empty for none.
        package var iurl: String

        package init(
            id: String,
            campaign: String,
            adomain: [String],
            cat: [String],
            cattax: Int32,
            attr: [Int32],
            language: String,
            bundle: String,
            landing: String,
            isSensitive: Bool = false,
            iurl: String = ""
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
            self.isSensitive = isSensitive
            self.iurl = iurl
        }
    }

    package let id: [UInt8]
    package let landing: [UInt8]
    /// `,"adid":…,"crid":…` and so on: the members of a bid that never change.
    package let fixedMembers: [UInt8]
    package let markup: Markup
    let adomain: [[UInt8]]
    /// What a publisher's lists may name it by.
    let names: BlockNames
    let cattax: Int32
    let isSensitive: Bool
    let attr: [Int32]
    let language: [UInt8]
    /// Whether it is in some language: `xx` says that it is in none.
    let hasWords: Bool
    let isSecure: Bool

    /// - Parameters:
    ///   - source: everything that a browser may load from the markup, to see whether all of it is https.
    ///   - categories: which categories lie within which, for taxonomies whose codes do not say.
    package init(
        _ identity: Identity, _ markup: Markup, source: String, categories: CategoryTree = CategoryTree()
    ) {
        id = Array(identity.id.utf8)
        landing = Array(identity.landing.utf8)
        adomain = identity.adomain.map { Array($0.lowercased().utf8) }
        names = BlockNames(identity, categories)
        cattax = identity.cattax
        isSensitive = identity.isSensitive || Sensitivity.holds(identity.cat, identity.cattax)
        attr = Self.attributes(identity.attr, markup)
        language = Array(identity.language.lowercased().utf8)
        hasWords = !identity.language.isEmpty && identity.language.lowercased() != "xx"
        isSecure = !Self.loadsPlainly(source) && !identity.iurl.lowercased().hasPrefix("http://")
        fixedMembers = Self.fixedMembers(identity, markup, attr)
        self.markup = markup
    }

    /// The attributes that it names, and that it can be skipped, which a publisher may block.
    ///
    /// - Source: AdCOM 1.0, Creative Attributes (16).
    private static func attributes(_ named: [Int32], _ markup: Markup) -> [Int32] {
        guard case .linear(let linear) = markup, linear.isSkippable, !named.contains(16) else { return named }
        return named + [16]
    }

    /// Whether a text holds an address that is loaded without https, also spelled as scripts and entities spell it.
    private static func loadsPlainly(_ source: String) -> Bool {
        var source = source
        // Most markup says https and nothing else, as can be seen at a glance.
        if source.withUTF8({ unsafe saysOnlyHTTPS($0) }) { return false }
        return source.lowercased().replacing("\\", with: "").replacing("&colon;", with: ":").replacing(
            "&#58;", with: ":"
        )
        .replacing("&#x3a;", with: ":").replacing("&sol;", with: "/").replacing("&#47;", with: "/")
        .contains("http://")
    }

    /// Whether every `http` is one of `https`, and nothing is escaped that could hide another.
    private static func saysOnlyHTTPS(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var matched = 0
        let name: (UInt8, UInt8, UInt8, UInt8) = (0x68, 0x74, 0x74, 0x70)
        for index in text.indices {
            let byte = unsafe text[index]
            if byte == UInt8(ascii: "\\") { return false }
            let letter = byte | 0x20
            if matched == 4, letter != UInt8(ascii: "s") { return false }
            switch matched {
            case 1 where letter == name.1, 2 where letter == name.2, 3 where letter == name.3: matched += 1
            default: matched = letter == name.0 ? 1 : 0
            }
        }
        return matched < 4
    }

    private static func fixedMembers(_ identity: Identity, _ markup: Markup, _ attr: [Int32]) -> [UInt8] {
        func strings(_ values: [String]) -> String { "[" + values.map(JSONText.quoted).joined(separator: ",") + "]" }
        var text = ",\"adid\":\(JSONText.quoted(identity.id)),\"crid\":\(JSONText.quoted(identity.id))"
        text += ",\"cid\":\(JSONText.quoted(identity.campaign)),\"adomain\":\(strings(identity.adomain))"
        if !identity.cat.isEmpty {
            text += ",\"cat\":\(strings(identity.cat))"
            if identity.cattax != 1 { text += ",\"cattax\":\(identity.cattax)" }
        }
        if !attr.isEmpty { text += ",\"attr\":[\(attr.map(String.init).joined(separator: ","))]" }
        if !identity.language.isEmpty { text += ",\"language\":\(JSONText.quoted(identity.language))" }
        if !identity.bundle.isEmpty { text += ",\"bundle\":\(JSONText.quoted(identity.bundle))" }
        if !identity.iurl.isEmpty { text += ",\"iurl\":\(JSONText.quoted(identity.iurl))" }
        let api: [Int32] =
            switch markup {
            case .banner(let banner): banner.api
            case .linear(let linear): linear.api
            case .native(let native): native.video?.api ?? []
            }
        if !api.isEmpty { text += ",\"apis\":[\(api.map(String.init).joined(separator: ","))]" }
        return Array(text.utf8)
    }
}
