/// What is known of where a request comes from: found once a request, asked by every strategy.
///
/// - Source: OpenRTB 2.6, 3.2.25 and 3.2.26; ads.txt 1.1; sellers.json 1.0.
package struct SupplyFacts: BitwiseCopyable, Equatable, Sendable {
    /// How much of the way from the publisher the supply chain tells.
    package enum Chain: UInt8, BitwiseCopyable, CaseIterable, Sendable {
        case absent
        /// It says so itself, or a hop lacks its system or account.
        case incomplete
        case complete
    }

    /// Whom the last hop names.
    package enum LastHop: UInt8, BitwiseCopyable, CaseIterable, Sendable {
        /// There is no hop, or the exchange has no `seller_domain`.
        case unknown
        /// The exchange that asks, and `publisher.id` where that is sent.
        case exchange
        /// The exchange that asks, but another account than `publisher.id`.
        case otherAccount
        case otherSystem
    }

    /// What the systems' `sellers.json` say of the hops that are paid.
    package enum Sellers: UInt8, BitwiseCopyable, CaseIterable, Sendable {
        /// No chain, or no file of some system.
        case unknown
        case listed
        case notListed
    }

    /// What the publisher's `ads.txt` or `app-ads.txt` says.
    package enum AdsTxt: UInt8, BitwiseCopyable, CaseIterable, Sendable {
        /// No file, or nothing to look up in it.
        case unavailable
        /// The publisher itself controls the account that sells to us.
        case direct
        case reseller
        case unauthorized
    }

    package var chain = Chain.absent
    /// Hops, those that could not be read included.
    package var hops: UInt16 = 0
    package var lastHop = LastHop.unknown
    package var sellers = Sellers.unknown
    package var adsTxt = AdsTxt.unavailable
    /// The first hop that the operator blocks.
    package var blockedHop: UInt8?
    /// Whether the user agent names a known crawler.
    package var isCrawler = false
    /// Why the chain is not complete.
    package var chainFault: SupplyFault?
    /// Why the sellers are not listed, or not known to be.
    package var sellersFault: SupplyFault?
    /// Why the inventory is not authorised, or not as direct as it looks.
    package var adsTxtFault: SupplyFault?

    package init() {}
}

/// The check that a supply chain failed, and at which hop.
package struct SupplyFault: BitwiseCopyable, Equatable, Sendable {
    package enum Check: UInt8, BitwiseCopyable, CaseIterable, Sendable {
        /// `complete` is 0.
        case saysIncomplete
        case noHops
        case hopUnreadable
        case noSystem
        case noAccount
        /// The operator has no `sellers.json` of the system.
        case noSellersFile
        /// The system's `sellers.json` does not list the account.
        case notInSellersFile
        /// First in a complete chain, but neither PUBLISHER nor BOTH.
        case notPublisher
        /// Behind another hop, but neither INTERMEDIARY nor BOTH.
        case notIntermediary
        /// First in a complete chain, but of a domain that is not the inventory's.
        case notOwner
        /// Behind another hop, but of a domain that is not that hop's system.
        case notPreviousSystem
        /// Not paid by its own word, but not listed as a passthrough.
        case notPassthrough
        /// The operator has no file of authorised sellers for the inventory.
        case noAdsTxtFile
        /// Neither site nor app with a known domain.
        case noOwnerDomain
        /// Neither a hop nor the exchange with `publisher.id` to look up.
        case noSeller
        case noRecord
        /// The seller of a chain of one has a record, but as a reseller.
        case resellerOnly
        /// The first paid hop has no direct record.
        case originNotDirect

        package var label: String { "\(self)" }
    }

    package let check: Check
    /// From 0, origin first; nil where no single hop is meant.
    package let hop: UInt8?

    package init(_ check: Check, hop: Int? = nil) {
        self.check = check
        self.hop = hop.map { UInt8(truncatingIfNeeded: $0) }
    }
}
