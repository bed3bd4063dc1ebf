package import Events

extension PendingImpressions {
    /// Reserves what a bid of before a restart had reserved.
    func reserve(_ facts: BidFacts) {
        for counter in facts.caps {
            guard let visitor = facts.subject(of: counter) else { continue }
            _ = reserve(visitor, counter, at: facts.instant)
        }
    }

    /// Ends the reservations of a bid.
    package func release(_ facts: BidFacts) {
        for counter in facts.caps {
            guard let visitor = facts.subject(of: counter) else { continue }
            release(visitor, counter, at: facts.instant)
        }
    }

    /// Takes a durable event: a loss ends what its bid reserved. What is counted ends it when bids can see the count.
    package func follow(_ event: Event) {
        // Of a bid that was billed before nothing is released any more.
        if event.kind == .loss, event.released != nil { release(event.facts) }
    }

    /// Takes an event of before a restart: what was bid for then may still come.
    ///
    /// What was counted meanwhile is not told from what was not, and ends with its time.
    package func replay(_ event: Event) {
        if event.kind == .bid { reserve(event.facts) } else { follow(event) }
    }
}

extension BidFacts {
    /// The pseudonym under which a bid reserved an impression: its visitor's, or its household's.
    fileprivate func subject(of counter: CappedCounter) -> IdentityKey? {
        guard counter.isHousehold else {
            return visitorHigh == 0 && visitorLow == 0 ? nil : IdentityKey(high: visitorHigh, low: visitorLow)
        }
        return household
    }
}
