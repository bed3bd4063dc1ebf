package import Documents

/// What one revision of the registry changes.
package struct SnapshotChanges: Sendable {
    package let revision: UInt64
    package var advertisers: [AdvertiserDocument] = []
    package var exchanges: [ExchangeDocument] = []
    package var strategies: [StrategyDocument] = []
    /// Ids of what goes.
    package var removedAdvertisers: [String] = []
    package var removedExchanges: [String] = []
    package var removedStrategies: [String] = []

    package init(revision: UInt64) { self.revision = revision }
}
