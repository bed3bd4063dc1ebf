import Documents

@testable import ControlPlane

/// Everything registered, folded from changes as their receiver folds them; lists sorted by id.
struct FoldedContents {
    private(set) var revision: UInt64 = 0
    private var advertisersByID: [String: AdvertiserDocument] = [:]
    private var strategiesByID: [String: StrategyDocument] = [:]
    private var exchangesByID: [String: ExchangeDocument] = [:]
    private var audiencesByID: [String: AudienceDocument] = [:]
    /// Of all changes so far.
    private(set) var faults: [UnreadableDocument] = []

    var advertisers: [AdvertiserDocument] { advertisersByID.values.sorted { $0.id < $1.id } }
    var strategies: [StrategyDocument] { strategiesByID.values.sorted { $0.id < $1.id } }
    var exchanges: [ExchangeDocument] { exchangesByID.values.sorted { $0.id < $1.id } }

    var audiences: [AudienceDocument] { audiencesByID.values.sorted { $0.id < $1.id } }

    init() {}

    init(_ changes: some Sequence<RegistryChanges>) {
        for one in changes { apply(one) }
    }

    mutating func apply(_ changes: RegistryChanges) {
        revision = changes.revision
        for id in changes.advertisers.removed { advertisersByID[id] = nil }
        for id in changes.exchanges.removed { exchangesByID[id] = nil }
        for id in changes.strategies.removed { strategiesByID[id] = nil }
        for id in changes.audiences.removed { audiencesByID[id] = nil }
        for document in changes.advertisers.put { advertisersByID[document.id] = document }
        for document in changes.exchanges.put { exchangesByID[document.id] = document }
        for document in changes.strategies.put { strategiesByID[document.id] = document }
        for document in changes.audiences.put { audiencesByID[document.id] = document }
        faults += changes.faults
    }
}

extension Registry {
    /// Every batch of a replay.
    func replayed(inBatchesOf size: Int = 1024) async throws -> [RegistryChanges] {
        var batches: [RegistryChanges] = []
        try await replay(inBatchesOf: size) { batches.append($0) }
        return batches
    }

    /// What a service that starts now holds.
    func contents() async throws -> FoldedContents { FoldedContents(try await replayed()) }
}
