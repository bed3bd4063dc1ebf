internal import Events

/// Impressions that count for frequency caps.
extension AudienceKeeper {
    /// Whether a notice counts for caps: an impression, or a bill, whichever comes first.
    ///
    /// Both become the act of one id, so that the second is a repeat: some exchanges bill what no pixel tells of.
    static func isCounted(_ event: Event) -> Bool {
        (event.kind == .impression || event.kind == .billing) && !event.facts.caps.isEmpty
    }

    /// Ends the reservations of what bids can see in the tables by now.
    func releaseCounted() {
        let ready = uncounted.prefix { $0.sequence <= durable }
        for (_, facts) in ready { book.tables.pending.release(facts) }
        uncounted.removeFirst(ready.count)
    }
}
