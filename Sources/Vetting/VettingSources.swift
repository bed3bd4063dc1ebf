/// All that vetting knows, as it was read from the operator's files.
package struct VettingSources: Sendable {
    /// What the operator asks of every request.
    package enum Requirement: String, CaseIterable, Sendable {
        case complete, listed, authorized
    }

    /// By the system's domain, in lower case.
    package var sellers: [[UInt8]: SellersJSON] = [:]
    /// By the site's domain, in lower case.
    package var adsTxt: [[UInt8]: AdsTxt] = [:]
    /// By the developer's domain, in lower case.
    package var appAdsTxt: [[UInt8]: AdsTxt] = [:]
    package var apps = AppDevelopers()
    package var blocked = BlockedSellers()
    package var crawlers = CrawlerList()
    package var require: Set<Requirement> = []

    package init() {}
}
