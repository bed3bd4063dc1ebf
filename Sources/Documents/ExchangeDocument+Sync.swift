extension ExchangeDocument {
    /// How cookies are matched with an exchange.
    package struct Sync: Equatable, Sendable {
        /// Where the exchange takes our cookie's value, in place of `{vendue_id}`; nil where it has no such place.
        package var url: String?
        /// Hosts that `/sync/{exchange}` may redirect to when a caller says where.
        package var redirectHosts: [Host] = []

        /// A host, and the only port that is meant where one is named.
        package struct Host: Equatable, Sendable {
            package let name: String
            package let port: Int?
        }

        package init() {}

        /// Whether a caller may have browsers sent there.
        package func allows(_ target: RedirectTarget) -> Bool {
            redirectHosts.contains { $0.name == target.host && ($0.port == nil || $0.port == target.port) }
        }
    }

    /// What stands in a sync URL for our cookie's value.
    package static let cookieMacros = ["{vendue_id}", "${VENDUE_ID}"]

    static func sync(_ object: ObjectReader, notes: inout [String]) -> Sync {
        var sync = Sync()
        guard let node = object.value("sync") else { return sync }
        let reader = ObjectReader(node, at: "/sync", known: ["url", "redirect_hosts"], object.faults)
        sync.url = reader.string("url")
        if let url = sync.url {
            if RedirectTarget(url) == nil {
                reader.fault(
                    "must be an https URL (http for this machine alone), is “\(url)”", "url",
                    hint: "for example \"https://sync.adx.example/match?dsp=7&id={vendue_id}\"")
            } else if !cookieMacros.contains(where: { url.contains($0) }) {
                notes.append("sync.url has no {vendue_id}: the exchange is not told our cookie's value")
            }
        }
        for (entry, pointer) in reader.list("redirect_hosts") {
            guard case .string(let text) = entry.content, let host = RedirectTarget.authority(text.utf8) else {
                object.faults.add(
                    "is no host", at: pointer, entry, hint: "a name without scheme and path: \"sync.adx.example\"")
                continue
            }
            sync.redirectHosts.append(Sync.Host(name: host.host, port: host.port))
        }
        return sync
    }
}
