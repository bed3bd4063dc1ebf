internal import OpenRTB

/// What a publisher's lists may name a creative by: each name with all that lies above it, as a list may name that.
struct BlockNames: Sendable {
    struct Name: Sendable {
        let bytes: [UInt8]
        let hash: UInt64

        init(_ text: Substring) {
            bytes = Array(text.utf8)
            hash = Fingerprint.of(bytes)
        }
    }

    /// The advertiser's domains and those above them.
    let domains: [Name]
    /// Categories and those above them.
    let categories: [Name]
    /// The advertised app's store id; none for no app.
    let apps: [Name]

    init(_ identity: Creative.Identity, _ tree: CategoryTree) {
        domains = identity.adomain.flatMap { Self.suffixes(of: $0.lowercased()) }.map { Name($0) }
        categories = Set(identity.cat.flatMap { tree.lineage(of: $0, in: identity.cattax) }).sorted().map {
            Name($0[...])
        }
        apps = identity.bundle.isEmpty ? [] : [Name(identity.bundle[...])]
    }

    /// `a.b.example`, `b.example` and `example`.
    private static func suffixes(of domain: String) -> [Substring] {
        var found = [domain[...]]
        var rest = domain[...]
        while let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) {
            rest = rest[rest.utf8.index(after: dot)...]
            if !rest.isEmpty { found.append(rest) }
        }
        return found
    }
}

extension Creative {
    /// Which list blocks it, found by looking through them; nil for none.
    func blocked(in request: borrowing BidRequest) -> PassReason? {
        let text = request.text
        for domain in adomain
        where request.contains(request.badv, where: { text.isWithin(domain, blocked: $0) }) { return .advertiser }
        if Taxonomy.areOneFamily(cattax, request.cattax), !names.categories.isEmpty {
            for name in names.categories where request.contains(request.bcat, name.bytes) { return .category }
            if !request.acat.isEmpty, !names.categories.contains(where: { request.contains(request.acat, $0.bytes) }) {
                return .category
            }
        } else if let reason = blockedBlindly(in: request) {
            return reason
        }
        for name in names.apps where request.contains(request.bapp, name.bytes) { return .app }
        return speaks(in: request)
    }

    /// The same, found in the index.
    func blocked(in request: borrowing BidRequest, _ blocks: borrowing BlockIndex) -> PassReason? {
        for name in names.domains where blocks.has(name, in: .badv, request) { return .advertiser }
        if Taxonomy.areOneFamily(cattax, request.cattax), !names.categories.isEmpty {
            for name in names.categories where blocks.has(name, in: .bcat, request) { return .category }
            if !request.acat.isEmpty, !hasAny(of: names.categories, blocks, .acat, request) { return .category }
        } else if let reason = blockedBlindly(in: request) {
            return reason
        }
        for name in names.apps where blocks.has(name, in: .bapp, request) { return .app }
        return speaks(in: request)
    }

    private func hasAny(
        of names: [BlockNames.Name], _ blocks: borrowing BlockIndex, _ list: BlockIndex.List,
        _ request: borrowing BidRequest
    ) -> Bool {
        for name in names where blocks.has(name, in: list, request) { return true }
        return false
    }

    /// Where the categories of both sides cannot be compared: what is sensitive is taken to be blocked, and nothing is
    /// taken to be allowed.
    private func blockedBlindly(in request: borrowing BidRequest) -> PassReason? {
        if !request.acat.isEmpty { return .category }
        return isSensitive && !request.bcat.isEmpty ? .category : nil
    }

    private func speaks(in request: borrowing BidRequest) -> PassReason? {
        speaks(request.wlang, request) && speaks(request.wlangb, request) ? nil : .language
    }

    /// Whether a list of languages, if there is one, has the creative's; one without words is welcome in all.
    private func speaks(_ languages: List<Text>, _ request: borrowing BidRequest) -> Bool {
        if languages.isEmpty || !hasWords { return true }
        let text = request.text
        return request.contains(languages) { text.isLanguage(language, accepted: $0) }
    }
}

extension TextBuffer {
    /// Whether a blocked domain is this one or one above it.
    func isWithin(_ domain: [UInt8], blocked: Text) -> Bool {
        let extra = domain.count - blocked.count
        guard extra >= 0, blocked.count > 0 else { return false }
        if extra > 0, domain[extra - 1] != UInt8(ascii: ".") { return false }
        for index in 0..<blocked.count where self[blocked, index] != domain[extra + index] { return false }
        return true
    }

    /// `en` and `en-us` speak the same language, whichever of the two the list names.
    fileprivate func isLanguage(_ language: [UInt8], accepted: Text) -> Bool {
        let shared = Swift.min(language.count, accepted.count)
        guard shared > 0 else { return false }
        for index in 0..<shared where self[accepted, index] != language[index] { return false }
        if language.count == accepted.count { return true }
        return language.count > shared
            ? language[shared] == UInt8(ascii: "-") : self[accepted, shared] == UInt8(ascii: "-")
    }
}
