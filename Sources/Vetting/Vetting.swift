package import OpenRTB
package import Units

/// Whom we do not buy from: crawlers, blocked sellers, and supply that the published lists contradict.
///
/// Immutable and shared by all event loops; a reload makes another. All look-ups are by hash in plain memory, and
/// every find is verified.
///
/// - Source: OpenRTB 2.6, 3.2.25; ads.txt 1.1; sellers.json 1.0.
package final class Vetting: @unchecked Sendable {
    // Unchecked because of the tables' memory, which nobody writes after `init`.
    let crawlers: CrawlerMatcher
    let names: NameTable
    /// By number of the domain.
    let domains: FrozenRun<Domain>
    private let requiresComplete: Bool
    private let requiresListed: Bool
    private let requiresAuthorized: Bool
    let hasBlocked: Bool
    let hasSellers: Bool
    let hasAdsTxt: Bool

    /// What is known of one domain.
    struct Domain: BitwiseCopyable {
        var isBlocked = false
        var hasSellers = false
        /// Numbers of the files of authorised sellers that hold for it; 0 for none.
        var adsTxt: UInt32 = 0
        var appAdsTxt: UInt32 = 0
        /// Number of the nearest known domain that it lies below.
        var parent: UInt32?
    }

    /// The well-known crawlers and nothing else.
    package static let builtIn = Vetting(VettingSources())

    /// - Parameter seed: of the tables' hashes; what is found does not depend on it.
    package init(
        _ sources: VettingSources, seed: Seed = Seed(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    ) {
        var builder = VettingBuilder(seed: seed)
        builder.add(sources)
        builder.relate()
        crawlers = CrawlerMatcher(sources.crawlers)
        names = NameTable(builder.names)
        domains = FrozenRun(builder.domains)
        requiresComplete = sources.require.contains(.complete)
        requiresListed = sources.require.contains(.listed)
        requiresAuthorized = sources.require.contains(.authorized)
        hasBlocked = !sources.blocked.entries.isEmpty
        hasSellers = !sources.sellers.isEmpty
        hasAdsTxt = !sources.adsTxt.isEmpty || !sources.appAdsTxt.isEmpty
    }

    /// Why the operator wants no bid on such a request; nil for none.
    ///
    /// - Complexity: O(1). Allocates nothing.
    /// - Source: OpenRTB 2.6, 5.24.
    package func refusal(_ facts: SupplyFacts) -> NoBidReason? {
        if facts.isCrawler { return .knownCrawler }
        if facts.blockedHop != nil { return .blockedSchainNode }
        if requiresComplete {
            if facts.chain != .complete { return .incompleteSchain }
            if facts.lastHop == .otherSystem || facts.lastHop == .otherAccount { return .incompleteSchain }
        }
        if requiresListed {
            switch facts.sellers {
            case .listed: break
            // The standard has no code of its own: a hop that its system disowns is one that we do not accept.
            case .notListed: return .blockedSchainNode
            case .unknown: return .incompleteSchain
            }
        }
        if requiresAuthorized {
            switch facts.adsTxt {
            case .direct, .reseller: break
            case .unauthorized: return .adsTxtViolation
            case .unavailable: return .adsTxtUnavailable
            }
        }
        return nil
    }
}
