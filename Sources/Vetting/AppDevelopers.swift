/// Which domain each app's store page names as its developer's: where its `app-ads.txt` lies.
package struct AppDevelopers: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let bundle: [UInt8]
        /// In lower case.
        package let domain: [UInt8]
    }

    package private(set) var entries: [Entry] = []
    package private(set) var faults = FileFaults()

    package init() {}

    /// Reads a bundle, a tab and a domain, one pair a line; `#` starts a comment line.
    package init(_ bytes: [UInt8]) {
        for (number, line) in TextLines(bytes) where !line.isEmpty && line.first != UInt8(ascii: "#") {
            let bundle = line.prefix(before: 0x09).trimmed
            let rest = line[line.prefix(before: 0x09).endIndex...].trimmed
            guard !rest.isEmpty else {
                faults.add(line: number, "has no tab: \(line.quoted)", hint: "bundle, a tab, the developer's domain")
                continue
            }
            guard let domain = DomainName.read(rest) else {
                faults.add(line: number, "is no domain: \(rest.quoted)", hint: "without https:// and path")
                continue
            }
            entries.append(Entry(bundle: Array(bundle), domain: domain))
        }
    }
}
