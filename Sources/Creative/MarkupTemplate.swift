package import OpenRTB

/// The URLs of one bid that its markup calls, as bytes that need no escape in HTML, XML or JSON.
package struct MarkupURLs: ~Copyable {
    /// Ours: counts the impression.
    package var impression = ByteWriter(capacity: 1024)
    /// Ours: counts the click and redirects to the landing page.
    package var click = ByteWriter(capacity: 1024)

    package init() {}
}

/// Markup compiled ahead of requests: literal text, already escaped for its place in the response, and the places of
/// our URLs.
package struct MarkupTemplate: Sendable {
    package enum Piece: Sendable {
        case literal([UInt8])
        case impressionURL
        case clickURL
        /// `2.0`, `3.0`, …: by what the slot accepts.
        case vastVersion
        /// MIME type of the media file: the one that the slot accepts.
        case mediaType
    }

    package private(set) var pieces: [Piece] = []
    package private(set) var hasImpression = false

    /// Compiles text with our macros, `{click}` and `{impression}`; the exchange's `${…}` macros stay as they are.
    ///
    /// The text is escaped as the content of a JSON string here, once.
    package init(_ text: String) {
        let marks: [(String, Piece)] = [
            ("{click}", .clickURL), ("{impression}", .impressionURL), (Self.versionMark, .vastVersion),
            (Self.mediaTypeMark, .mediaType),
        ]
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let tail = rest[open...]
            guard let (mark, piece) = marks.first(where: { tail.hasPrefix($0.0) }) else {
                literal(rest[...open])
                rest = tail.dropFirst()
                continue
            }
            literal(rest[..<open])
            pieces.append(piece)
            if case .impressionURL = piece { hasImpression = true }
            rest = tail.dropFirst(mark.count)
        }
        literal(rest)
    }

    static let versionMark = "{vast-version}"
    static let mediaTypeMark = "{media-type}"

    private mutating func literal(_ text: Substring) {
        guard !text.isEmpty else { return }
        let escaped = JSONText.escaped(text.utf8)
        if case .literal(let before) = pieces.last {
            pieces[pieces.count - 1] = .literal(before + escaped)
        } else {
            pieces.append(.literal(escaped))
        }
    }

    /// Writes the markup as the content of a JSON string.
    ///
    /// - Parameters:
    ///   - vast: version of the VAST document, for markup that is one.
    ///   - mediaType: of its media file, as written in XML.
    package func write(
        _ urls: borrowing MarkupURLs, vast: StaticString, mediaType: [UInt8] = [], into out: inout ByteWriter
    ) {
        for index in pieces.indices {
            switch pieces[index] {
            case .literal(let bytes): out.append(bytes)
            case .impressionURL: out.append(urls.impression)
            case .clickURL: out.append(urls.click)
            case .vastVersion: out.append(vast)
            case .mediaType: out.append(mediaType)
            }
        }
    }
}
