/// An advertiser's own VAST document: checked, and with our tracking put in.
///
/// - Source: VAST 2.0 to 4.2.
package struct VASTDocument {
    package enum Fault: Error, Equatable, Sendable {
        case notXML(XMLFault)
        /// Well-formed, but without what is named here.
        case missing(String)
    }

    private let xml: XMLDocument
    /// The first ad's `InLine` or `Wrapper`.
    private let ad: Int
    private let order: VASTOrder

    package let isWrapper: Bool
    /// As the document says; nil where it does not.
    package let version: String?

    /// Reads a document.
    package init(_ text: String) throws(Fault) {
        do throws(XMLFault) { xml = try XMLDocument(text) } catch { throw .notXML(error) }
        guard xml.elements[0].name == "VAST" else { throw .missing("the root element <VAST>") }
        guard let first = xml.children(of: 0, named: "Ad").first else { throw .missing("an <Ad> within <VAST>") }
        let inline = xml.children(of: first, named: "InLine").first
        let wrapper = xml.children(of: first, named: "Wrapper").first
        guard let ad = inline ?? wrapper else { throw .missing("<InLine> or <Wrapper> within <Ad>") }
        self.ad = ad
        isWrapper = inline == nil
        version = xml.elements[0].attributes["version"]
        order = VASTOrder(version: version ?? "3.0", isWrapper: inline == nil)
    }

    /// The linear creatives of the first ad.
    private var linears: [Int] {
        xml.children(of: ad, named: "Creatives")
            .flatMap { xml.children(of: $0, named: "Creative") }
            .flatMap { xml.children(of: $0, named: "Linear") }
    }

    /// Whether a viewer may skip it: `skipoffset`, which VAST knows since 3.0.
    package var isSkippable: Bool {
        version?.hasPrefix("2") != true && linears.contains { xml.elements[$0].attributes["skipoffset"] != nil }
    }

    // MARK: Tracking

    /// The document with our impression, error, event and click tracking in its first ad, as text with our macros.
    func tracked() -> String {
        var edits: [Edit] = []
        var pieces = [("Impression", "<Impression><![CDATA[{impression}]]></Impression>")]
        // VAST 2.0 has room for one.
        let hasError = !xml.children(of: ad, named: "Error").isEmpty
        if !hasError || version?.hasPrefix("2") != true { pieces.append(("Error", VAST.error)) }
        let linears = linears
        for linear in linears { track(linear, &edits) }
        if linears.isEmpty, isWrapper {
            let creative =
                "<Creative><Linear>" + VAST.trackingEvents + "<VideoClicks>" + VAST.clickTracking
                + "</VideoClicks></Linear></Creative>"
            if let creatives = xml.children(of: ad, named: "Creatives").first {
                insert([("Creative", creative)], into: creatives, ["Creative"], isLast: true, &edits)
            } else {
                pieces.append(("Creatives", "<Creatives>" + creative + "</Creatives>"))
            }
        }
        insert(pieces, into: ad, order.ad, &edits)
        return apply(edits)
    }

    private func track(_ linear: Int, _ edits: inout [Edit]) {
        var pieces: [(String, String)] = []
        if let events = xml.children(of: linear, named: "TrackingEvents").first {
            insert([("Tracking", VAST.trackings)], into: events, ["Tracking"], isLast: true, &edits)
        } else {
            pieces.append(("TrackingEvents", VAST.trackingEvents))
        }
        if let clicks = xml.children(of: linear, named: "VideoClicks").first {
            let leads = isWrapper || !xml.children(of: clicks, named: "ClickThrough").isEmpty
            let piece = leads ? ("ClickTracking", VAST.clickTracking) : ("ClickThrough", VAST.clickThrough)
            insert([piece], into: clicks, order.clicks, &edits)
        } else {
            let click = isWrapper ? VAST.clickTracking : VAST.clickThrough
            pieces.append(("VideoClicks", "<VideoClicks>" + click + "</VideoClicks>"))
        }
        insert(pieces, into: linear, order.linear, &edits)
    }

    private struct Edit {
        let range: Range<Int>
        let text: String
    }

    /// Puts elements where the schema's order has them: before the first element that comes as late or later.
    private func insert(
        _ pieces: [(name: String, text: String)],
        into parent: Int,
        _ order: [String],
        isLast: Bool = false,
        _ edits: inout [Edit]
    ) {
        func rank(_ name: String) -> Int { order.firstIndex(of: name) ?? order.count }
        let sorted = pieces.sorted { rank($0.name) < rank($1.name) }
        let element = xml.elements[parent]
        if element.isEmpty {
            let end = element.content.lowerBound
            let text = sorted.map(\.text).joined()
            if !text.isEmpty { edits.append(Edit(range: end - 2..<end, text: ">\(text)</\(element.name)>")) }
            return
        }
        for piece in sorted {
            let next = element.children.first { rank(xml.elements[$0].name) >= rank(piece.name) }
            let place = isLast ? nil : next.map { xml.elements[$0].start }
            let at = place ?? element.content.upperBound
            edits.append(Edit(range: at..<at, text: piece.text))
        }
    }

    private func apply(_ edits: [Edit]) -> String {
        var out: [UInt8] = []
        var at = 0
        // A stable order: pieces for one place stay in theirs.
        for (_, edit) in edits.enumerated().sorted(by: {
            ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
        }) {
            out += xml.bytes[at..<edit.range.lowerBound]
            out += Array(edit.text.utf8)
            at = edit.range.upperBound
        }
        return String(decoding: out + xml.bytes[at...], as: UTF8.self)
    }
}

/// The order in which a version's schema wants the elements that we touch, and their neighbours.
private struct VASTOrder {
    let ad: [String]
    let linear: [String]
    let clicks: [String]

    init(version: String, isWrapper: Bool) {
        if version.hasPrefix("4") {
            let base = ["AdSystem", "Error", "Extensions", "Impression", "Pricing", "ViewableImpression"]
            ad =
                base
                + (isWrapper
                    ? ["AdVerifications", "BlockedAdCategories", "Creatives", "VASTAdTagURI"]
                    : ["AdServingId", "AdTitle", "AdVerifications", "Advertiser", "Category", "Creatives"])
            linear = ["Icons", "TrackingEvents", "AdParameters", "Duration", "MediaFiles", "VideoClicks"]
            clicks = ["ClickTracking", "ClickThrough", "CustomClick"]
        } else {
            let head = isWrapper ? ["VASTAdTagURI"] : ["AdTitle", "Description", "Advertiser", "Pricing", "Survey"]
            ad = ["AdSystem"] + head + ["Error", "Impression", "Creatives", "Extensions"]
            let start = ["Icons", "CreativeExtensions", "Duration", "TrackingEvents", "AdParameters"]
            linear = start + ["VideoClicks", "MediaFiles"]
            clicks = ["ClickThrough", "ClickTracking", "CustomClick"]
        }
    }
}
