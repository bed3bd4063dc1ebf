internal import Vetting

extension SupplyPolicy {
    /// `{ "chain": …, "sellers": …, "ads_txt": …, "nodes_max": … }`, each of which may be absent.
    static func read(_ key: String, of object: ObjectReader) -> SupplyPolicy {
        var policy = SupplyPolicy()
        guard let node = object.value(key) else { return policy }
        let reader = ObjectReader(
            node, at: object.path(key), known: ["chain", "sellers", "ads_txt", "nodes_max"], object.faults)
        policy.chain = reader.word("chain") ?? .any
        policy.sellers = reader.word("sellers") ?? .any
        policy.adsTxt = reader.word("ads_txt") ?? .any
        policy.nodesMax = reader.integer("nodes_max", in: SupplyPolicy.nodesRange)
        return policy
    }
}
