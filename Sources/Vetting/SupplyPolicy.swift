/// What a strategy asks of the supply that it buys from; by default nothing.
package struct SupplyPolicy: Equatable, Sendable {
    package enum Chain: String, CaseIterable, Sendable {
        case any, complete
    }

    package enum Sellers: String, CaseIterable, Sendable {
        case any, listed
    }

    package enum AdsTxt: String, CaseIterable, Sendable {
        case any, authorized, direct
    }

    package static let nodesRange = 1...20

    /// `complete`: told to its origin, and its last hop is the exchange, where that has a `seller_domain`.
    package var chain = Chain.any
    package var sellers = Sellers.any
    package var adsTxt = AdsTxt.any
    /// Hops at most; nil for any number.
    package var nodesMax: Int?

    package init() {}

    /// A rule that a request's supply breaks.
    package enum Rule: String, BitwiseCopyable, CaseIterable, Sendable {
        case chain
        case lastHop = "last_hop"
        case sellers
        case adsTxt = "ads_txt"
        case nodesMax = "nodes_max"
    }

    /// The first rule that the facts break.
    ///
    /// - Complexity: O(1). Allocates nothing.
    package func violation(by facts: SupplyFacts) -> Rule? {
        if chain == .complete {
            if facts.chain != .complete { return .chain }
            if facts.lastHop == .otherSystem || facts.lastHop == .otherAccount { return .lastHop }
        }
        if let nodesMax, Int(facts.hops) > nodesMax { return .nodesMax }
        if sellers == .listed, facts.sellers != .listed { return .sellers }
        switch adsTxt {
        case .any: return nil
        case .authorized: return facts.adsTxt == .direct || facts.adsTxt == .reseller ? nil : .adsTxt
        case .direct: return facts.adsTxt == .direct ? nil : .adsTxt
        }
    }

    /// A rule as a person reads it: what was wanted, what was found, and the check that failed.
    ///
    /// - Parameter rule: that ``violation(by:)`` gave for these facts.
    package func explain(_ rule: Rule, _ facts: SupplyFacts) -> (wanted: String, found: String) {
        switch rule {
        case .chain: return (chain.rawValue, Self.words("\(facts.chain)", facts.chainFault))
        case .lastHop: return ("exchange", "\(facts.lastHop)")
        case .sellers: return (sellers.rawValue, Self.words("\(facts.sellers)", facts.sellersFault))
        case .adsTxt: return (adsTxt.rawValue, Self.words("\(facts.adsTxt)", facts.adsTxtFault))
        case .nodesMax: return (nodesMax.map { "at most \($0)" } ?? "any", "\(facts.hops)")
        }
    }

    private static func words(_ found: String, _ fault: SupplyFault?) -> String {
        guard let fault else { return found }
        return "\(found): \(fault.check.label)" + (fault.hop.map { " at hop \($0)" } ?? "")
    }
}
