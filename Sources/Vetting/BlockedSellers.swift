/// Sellers that the operator never buys from: a whole advertising system, or one account of it.
package struct BlockedSellers: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        /// In lower case.
        package let system: [UInt8]
        /// nil: every account.
        package let account: [UInt8]?
    }

    package private(set) var entries: [Entry] = []
    package private(set) var faults = FileFaults()

    package init() {}

    /// Reads `asi` or `asi/sid`, one a line; `#` starts a comment.
    package init(_ bytes: [UInt8]) {
        for (number, line) in TextLines(bytes) {
            let text = line.prefix(before: UInt8(ascii: "#")).trimmed
            if text.isEmpty { continue }
            let system = text.prefix(before: UInt8(ascii: "/"))
            let account = text[system.endIndex...].dropFirst()
            guard let domain = DomainName.read(system) else {
                faults.add(line: number, "is no seller: \(text.quoted)", hint: "seller.example or seller.example/17")
                continue
            }
            guard system.endIndex == text.endIndex || !account.isEmpty else {
                faults.add(line: number, "lacks the account behind the slash", hint: "leave the slash out for all")
                continue
            }
            entries.append(Entry(system: domain, account: account.isEmpty ? nil : Array(account)))
        }
    }
}
