package import Vetting

/// Where the lists lie that supply chains are checked against, and what the operator requires of every request.
package struct SupplyChainFiles: Equatable, Sendable {
    /// A folder of `ASI.json`.
    package var sellers: String?
    /// A folder of `DOMAIN.txt`.
    package var adsTxt: String?
    /// A folder of `DOMAIN.txt`, by the developers' domains.
    package var appAdsTxt: String?
    /// A bundle, a tab and its developer's domain, one pair a line.
    package var apps: String?
    /// `asi` or `asi/sid`, one a line.
    package var blocked: String?
    package var require: Set<VettingSources.Requirement> = []

    package init() {}

    static func read(_ key: String, of object: ObjectReader) -> SupplyChainFiles {
        var files = SupplyChainFiles()
        guard let node = object.value(key) else { return files }
        let reader = ObjectReader(
            node, at: object.path(key), known: ["sellers", "ads_txt", "app_ads_txt", "apps", "blocked", "require"],
            object.faults)
        files.sellers = reader.path(of: "sellers")
        files.adsTxt = reader.path(of: "ads_txt")
        files.appAdsTxt = reader.path(of: "app_ads_txt")
        files.apps = reader.path(of: "apps")
        files.blocked = reader.path(of: "blocked")
        for word in reader.strings("require") {
            if let requirement = VettingSources.Requirement(rawValue: word) {
                files.require.insert(requirement)
            } else {
                let words = VettingSources.Requirement.allCases.map(\.rawValue).joined(separator: ", ")
                reader.fault("is no requirement: “\(word)”", "require", hint: words)
            }
        }
        files.checkRequired(reader)
        return files
    }

    /// A requirement without the files to judge by would refuse every request.
    private func checkRequired(_ reader: ObjectReader) {
        if require.contains(.listed), sellers == nil {
            reader.fault("“listed” needs sellers.json files", "require", hint: "name their folder in “sellers”")
        }
        if require.contains(.authorized), adsTxt == nil, appAdsTxt == nil {
            reader.fault("“authorized” needs ads.txt files", "require", hint: "name their folder in “ads_txt”")
        }
    }
}

extension ObjectReader {
    /// A path, which must not be empty.
    func path(of key: String) -> String? {
        guard let text = string(key) else { return nil }
        if text.isEmpty { fault("must not be empty", key, hint: "a path, for example \"/etc/vendue/\(key)\"") }
        return text.isEmpty ? nil : text
    }
}
