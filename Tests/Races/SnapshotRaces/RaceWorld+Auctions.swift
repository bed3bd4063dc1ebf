internal import Auction
internal import BidKit
internal import Events
internal import Ledger
internal import Sealing
internal import Targeting
internal import Units

extension RaceWorld {
    /// Holds auctions on the newest snapshot, as an event loop does, and checks each.
    ///
    /// - Parameter loop: its number.
    func holdAuctions(_ loop: UInt64) {
        let key = SealingKey(id: 1, created: SystemTime().instant(), bytes: (0..<64).map { UInt8($0) })
        let auction = Auction(
            ring: KeyRing(keys: [key]), visitorKey: [UInt8](repeating: 5, count: 32), time: SystemTime())
        show(auction.tallies)
        let reader = BidRequestReader()
        var seeds = SeedGenerator(root: Seed(high: seed, low: 1), stream: loop)
        var response = ByteWriter(capacity: 4096)
        while !isOver {
            guard let newest else { continue }
            let seed = seeds.next()
            let bytes = requests[Int(seed.low % UInt64(requests.count))]
            do {
                try reader.read(copying: bytes)
            } catch {
                mismatch("a request is not read: \(error)")
                return
            }
            let context = AuctionContext(
                snapshot: newest.snapshot, exchange: 0, instant: SystemTime().instant(), seed: seed, deadline: .none)
            var events: [Event] = []
            response.clear()
            let outcome = auction.hold(reader.request, context, into: &response) { record in
                if let event = EventCoder.read(record.array()[...]) { events.append(event) }
                return true
            }
            // As if the log made them durable at once: else the first slice of each budget would be all that is bid.
            for event in events { ledger.apply(event) }
            check(outcome, events, reader.request, newest, at: context.instant)
        }
    }

    private func check(
        _ outcome: AuctionOutcome, _ events: [Event], _ request: borrowing BidRequest, _ newest: Published,
        at instant: Instant
    ) {
        var bids = 0
        if case .bid(let count) = outcome { bids = count }
        if bids != events.count || bids > 1 { mismatch("\(outcome) with \(events.count) records") }
        if let revision = events.first?.revision, revision != newest.revision.number {
            mismatch("a bid names revision \(revision), its snapshot is of \(newest.revision.number)")
        }
        let context = TargetingContext(exchange: Array(Self.exchange.utf8), instant: instant, personalDataAllowed: true)
        let winner = events.first.map { (strategy: $0.facts.strategy, price: $0.facts.price) }
        if let fault = newest.revision.fault(of: winner, request, context, newest.snapshot.rates) {
            mismatch("revision \(newest.revision.number): \(fault)")
        }
        count { counts in
            counts.auctions += 1
            counts.bids += bids
            counts.checks += 1
        }
    }
}
