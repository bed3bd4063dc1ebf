/// Which part of what bids reserve becomes spending: what tells how much may be bid to spend so much.
///
/// Learned from reservations that ended; the newest count most. Until some have ended it is 1: what is reserved may all
/// be spent.
struct WinShare {
    /// Of reservations that ended lately, nanos; the older, the less.
    private var ended = 0.0
    private var spent = 0.0
    private var last: (ended: Int64, spent: Int64)?

    /// No bidder is given more than a hundred times what it spends.
    private static let least = 0.01

    /// - Parameters:
    ///   - ended: since the log began, nanos that are reserved no more.
    ///   - spent: nanos that they became.
    ///   - unit: nanos that count as much as not knowing; sixteen times as much are remembered.
    mutating func learn(ended total: Int64, spent paid: Int64, unit: Double) {
        // What was before this process began would be learned as if it were of today.
        let before = last ?? (total, paid)
        last = (total, paid)
        ended += Double(max(0, total - before.ended))
        spent += Double(max(0, paid - before.spent))
        let most = 16 * unit
        guard ended > most, most > 0 else { return }
        spent *= most / ended
        ended = most
    }

    func value(unit: Double) -> Double {
        guard unit > 0 else { return 1 }
        return min(1, max(Self.least, (spent + unit) / (ended + unit)))
    }
}
