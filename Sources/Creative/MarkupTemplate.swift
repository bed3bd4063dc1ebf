package import OpenRTB

/// The URLs of one bid that its markup calls, as bytes that need no escape in HTML, XML or JSON.
package struct MarkupURLs: ~Copyable {
    /// Ours: counts the impression.
    package var impression = ByteWriter(capacity: 1024)
    /// Ours: counts the click and redirects to the landing page.
    package var click = ByteWriter(capacity: 1024)
    /// Ours: counts what happens to the ad; all but the event's name, which follows `?e=`.
    package var event = ByteWriter(capacity: 1024)

    package init() {}
}

/// What a template's macros stand for in one bid, besides its URLs.
struct MarkupFacts {
    /// `imp.id`.
    let imp: Text
    /// The creative's id.
    let creative: [UInt8]
    /// Of a VAST document around a media file: its texts, escaped, by ``MarkupTemplate/Part``.
    var parts: [[UInt8]] = []
    /// MIME type of the media file, as written in XML: the one that the slot accepts.
    var mediaType: [UInt8] = []
}

/// Markup compiled ahead of requests: literal text, already escaped for its place in the response, and the places of
/// our URLs and of what is known only with the request.
package struct MarkupTemplate: Sendable {
    /// A text of a creative that documents of all versions share.
    enum Part: Int, CaseIterable, Sendable {
        case id
        case title
        case duration
        case skip
        case media
        case size
    }

    enum URL: Sendable {
        case impression
        case click
        case event
    }

    enum Value: Sendable {
        case auctionID
        case impid
        case domain
        case bundle
        case crid
    }

    enum Piece: Sendable {
        case literal([UInt8])
        /// One of ours; percent-encoded where it is a part of another.
        case url(URL, isEncoded: Bool)
        case value(Value, MarkupEscape)
        /// Digits that differ from bid to bid.
        case cachebuster
        case part(Part)
        case mediaType
    }

    private(set) var pieces: [Piece] = []
    private(set) var hasImpression = false
    /// How often the text is escaped as the content of a JSON string.
    private let depth: Int

    /// A template of nothing, to append to.
    init(depth: Int = 1) { self.depth = depth }

    /// Compiles HTML with our macros; the exchange's `${…}` macros stay as they are.
    package init(_ html: String) {
        self.init()
        append(html[...], in: .markup)
    }

    /// Adds text of one context with its macros; what is no macro of ours stays as it is.
    ///
    /// - Parameter own: whether the text is ours, and may have ``Part``s.
    mutating func append(_ text: Substring, in place: MarkupEscape.Place, own: Bool = false) {
        // As an array, which is looked through several times as fast as a string.
        var rest = Array(text.utf8)[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            let tail = rest[(open + 1)...]
            guard let close = tail.prefix(23).firstIndex(of: UInt8(ascii: "}")),
                let piece = piece(named: Substring(decoding: tail[..<close], as: UTF8.self), in: place, own: own)
            else {
                literal(rest[...open])
                rest = tail
                continue
            }
            literal(rest[..<open])
            pieces.append(piece)
            if case .url(.impression, _) = piece { hasImpression = true }
            rest = tail[(close + 1)...]
        }
        literal(rest)
    }

    /// Adds text as it is.
    mutating func append(verbatim text: Substring) { literal(Array(text.utf8)[...]) }

    private func piece(named name: Substring, in place: MarkupEscape.Place, own: Bool) -> Piece? {
        if own, let part = Self.part(name) { return part }
        let halves = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let suffix = halves.count == 2 ? halves[1] : nil
        let escape: MarkupEscape.Place
        switch suffix {
        case nil: escape = place
        case "url": escape = .url
        case "js": escape = .script
        default: return nil
        }
        switch halves[0] {
        case "impression": return .url(.impression, isEncoded: suffix == "url")
        case "click": return .url(.click, isEncoded: suffix == "url")
        case "event": return .url(.event, isEncoded: suffix == "url")
        case "auction_id": return .value(.auctionID, MarkupEscape(escape, depth: depth))
        case "impid": return .value(.impid, MarkupEscape(escape, depth: depth))
        case "domain": return .value(.domain, MarkupEscape(escape, depth: depth))
        case "bundle": return .value(.bundle, MarkupEscape(escape, depth: depth))
        case "crid": return .value(.crid, MarkupEscape(escape, depth: depth))
        case "cachebuster": return .cachebuster
        case "price": return .literal(Array("${AUCTION_PRICE}".utf8))
        default: return nil
        }
    }

    private static func part(_ name: Substring) -> Piece? {
        name == "type" ? .mediaType : Part.allCases.first { "\($0)" == name }.map { .part($0) }
    }

    private mutating func literal(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return }
        let escaped = Self.escaped(Array(text), depth: depth)
        if case .literal(let before) = pieces.last {
            pieces[pieces.count - 1] = .literal(before + escaped)
        } else {
            pieces.append(.literal(escaped))
        }
    }

    static func escaped(_ bytes: [UInt8], depth: Int) -> [UInt8] {
        (0..<depth).reduce(bytes) { bytes, _ in JSONText.escaped(bytes) }
    }

    /// Writes the markup as the content of a JSON string.
    func write(
        _ urls: borrowing MarkupURLs,
        _ facts: MarkupFacts,
        in request: borrowing BidRequest,
        into out: inout ByteWriter
    ) {
        for index in pieces.indices {
            switch pieces[index] {
            case .literal(let bytes): out.append(bytes)
            case .url(let url, let isEncoded): write(url, isEncoded: isEncoded, of: urls, into: &out)
            case .value(let value, let escape): write(value, escape, facts, in: request, into: &out)
            case .cachebuster: unsafe urls.click.withBytes { unsafe out.appendDecimal(Fingerprint.digits(of: $0)) }
            case .part(let part): out.append(facts.parts[part.rawValue])
            case .mediaType: out.append(facts.mediaType)
            }
        }
    }

    private func write(_ url: URL, isEncoded: Bool, of urls: borrowing MarkupURLs, into out: inout ByteWriter) {
        let escape = MarkupEscape(.url)
        switch (url, isEncoded) {
        case (.impression, false): out.append(urls.impression)
        case (.impression, true): escape.writeEncoded(urls.impression, into: &out)
        case (.click, false): out.append(urls.click)
        case (.click, true): escape.writeEncoded(urls.click, into: &out)
        case (.event, false): out.append(urls.event)
        case (.event, true): escape.writeEncoded(urls.event, into: &out)
        }
    }

    private func write(
        _ value: Value,
        _ escape: MarkupEscape,
        _ facts: MarkupFacts,
        in request: borrowing BidRequest,
        into out: inout ByteWriter
    ) {
        let text: Text
        switch value {
        case .auctionID: text = request.id
        case .impid: text = facts.imp
        case .domain: text = request.site.domain
        case .bundle: text = request.site.bundle
        case .crid:
            unsafe facts.creative.withUnsafeBufferPointer { unsafe escape.write($0, into: &out) }
            return
        }
        unsafe request.text.withBytes(text) { unsafe escape.write($0, into: &out) }
    }
}
