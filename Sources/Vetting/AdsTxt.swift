/// Who may sell one publisher's inventory, as its `ads.txt` or `app-ads.txt` says.
///
/// A file without a single record, or with the placeholder alone, authorises nobody.
///
/// - Source: IAB Tech Lab, ads.txt 1.1.
package struct AdsTxt: Equatable, Sendable {
    package struct Record: Equatable, Sendable {
        /// The advertising system's domain, in lower case.
        package let system: [UInt8]
        /// As written: systems tell case apart.
        package let account: [UInt8]
        package let isDirect: Bool
    }

    package private(set) var records: [Record] = []
    /// Domains below this one that have files of their own.
    package private(set) var subdomains: [[UInt8]] = []
    /// Domains whose files hold for inventory that is sold as theirs.
    package private(set) var inventoryPartners: [[UInt8]] = []
    /// Domains of the business that owns this one.
    package private(set) var owners: [[UInt8]] = []
    /// Domains of businesses that sell for the owner.
    package private(set) var managers: [[UInt8]] = []
    package private(set) var faults = FileFaults()

    /// Reads a file; lines that are neither record nor variable are counted and passed over.
    ///
    /// - Complexity: O(bytes).
    package init(_ bytes: [UInt8]) {
        for (number, line) in TextLines(bytes) {
            let text = line.prefix(before: UInt8(ascii: "#")).prefix(before: UInt8(ascii: ";")).trimmed
            if text.isEmpty { continue }
            if let equals = text.firstIndex(of: UInt8(ascii: "=")), !text[..<equals].contains(UInt8(ascii: ",")) {
                readVariable(text[..<equals].trimmed, text[(equals + 1)...].trimmed, number)
            } else {
                readRecord(text, number)
            }
        }
    }

    private static let placeholder = Array("placeholder.example.com".utf8)
    private static let direct = Array("direct".utf8)
    private static let reseller = Array("reseller".utf8)

    private mutating func readRecord(_ text: ArraySlice<UInt8>, _ number: Int) {
        let fields = text.split(separator: UInt8(ascii: ","), maxSplits: 4, omittingEmptySubsequences: false)
            .map(\.trimmed)
        guard fields.count >= 3 else {
            faults.add(line: number, "is no record: \(text.quoted)", hint: "system, account, DIRECT or RESELLER")
            return
        }
        guard let system = DomainName.read(fields[0]) else {
            faults.add(line: number, "is no domain: \(fields[0].quoted)", hint: "without https:// and path")
            return
        }
        guard !fields[1].isEmpty else {
            faults.add(line: number, "lacks the seller's account")
            return
        }
        let type = fields[2].lowercased
        guard type == Self.direct || type == Self.reseller else {
            faults.add(line: number, "is neither DIRECT nor RESELLER: \(fields[2].quoted)")
            return
        }
        if system == Self.placeholder { return }
        records.append(Record(system: system, account: Array(fields[1]), isDirect: type == Self.direct))
    }

    private mutating func readVariable(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, _ number: Int) {
        let list: WritableKeyPath<AdsTxt, [[UInt8]]>
        switch String(decoding: name.lowercased, as: UTF8.self) {
        case "subdomain": list = \.subdomains
        case "inventorypartnerdomain": list = \.inventoryPartners
        case "ownerdomain": list = \.owners
        case "managerdomain": list = \.managers
        // Others, as CONTACT, are for people.
        default: return
        }
        // A manager may be for one country alone, which stands behind a comma.
        let domain = value.prefix(before: UInt8(ascii: ",")).trimmed
        guard let domain = DomainName.read(domain) else {
            faults.add(line: number, "is no domain: \(domain.quoted)", hint: "without https:// and path")
            return
        }
        self[keyPath: list].append(domain)
    }
}
