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
    }

    package private(set) var pieces: [Piece] = []
    package private(set) var hasImpression = false

    /// Compiles text with our macros, `{click}` and `{impression}`; the exchange's `${…}` macros stay as they are.
    ///
    /// The text is escaped as the content of a JSON string here, once.
    package init(_ text: String) {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let tail = rest[open...]
            if tail.hasPrefix("{click}") {
                literal(rest[..<open])
                pieces.append(.clickURL)
                rest = tail.dropFirst(7)
            } else if tail.hasPrefix("{impression}") {
                literal(rest[..<open])
                pieces.append(.impressionURL)
                hasImpression = true
                rest = tail.dropFirst(12)
            } else if tail.hasPrefix(Self.versionMark) {
                literal(rest[..<open])
                pieces.append(.vastVersion)
                rest = tail.dropFirst(Self.versionMark.count)
            } else {
                literal(rest[...open])
                rest = tail.dropFirst()
            }
        }
        literal(rest)
    }

    static let versionMark = "{vast-version}"

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
    package func write(_ urls: borrowing MarkupURLs, vast: StaticString, into out: inout ByteWriter) {
        for index in pieces.indices {
            switch pieces[index] {
            case .literal(let bytes): out.append(bytes)
            case .impressionURL: out.append(urls.impression)
            case .clickURL: out.append(urls.click)
            case .vastVersion: out.append(vast)
            }
        }
    }
}
