/// What the threads did.
struct RaceCounts: CustomStringConvertible {
    var updates = 0
    var merges = 0
    var auctions = 0
    var bids = 0
    var checks = 0
    var audits = 0
    var mismatches = 0

    var description: String {
        "\(updates) updates, \(merges) merges, \(auctions) auctions, \(bids) bids, \(checks) checks, \(audits) audits, "
            + "\(mismatches) mismatches"
    }
}
