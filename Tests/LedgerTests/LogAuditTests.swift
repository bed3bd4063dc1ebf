import Events
import Ledger
import Testing
import Units

/// A log without fault: a bid that was won, billed and clicked, and one that was lost.
private func soundLog() -> [Event] {
    let won = BidFacts.bid(1)
    let lost = BidFacts.bid(2, "hats", at: dawn.adding(seconds: 1))
    var win = Event.of(.win, won, after: 2)
    win.price = won.price
    var loss = Event.of(.loss, lost, after: 3, released: lost.reserved.nanos)
    // A loser may be told a price above its own.
    loss.price = CPM(micros: 9_000_000)
    return [
        .of(.bid, won), .of(.bid, lost), win, loss,
        .of(.billing, won, after: 4, settled: won.reserved.nanos, released: won.reserved.nanos),
        .of(.impression, won, after: 5), .of(.click, won, after: 6),
    ]
}

private func audit(_ events: [Event]) -> LogAudit {
    var audit = LogAudit()
    for (index, event) in events.enumerated() { audit.add(.event(event), sequence: UInt64(index + 1)) }
    audit.finish()
    return audit
}

@Suite("Auditing a log")
struct LogAuditTests {
    @Test("a sound log has no fault, and every event is counted")
    func sound() {
        let audit = audit(soundLog())
        #expect(audit.faults == [])
        #expect(audit.faultCount == 0)
        #expect(audit.events == 7)
        #expect(audit.counts == [.bid: 2, .win: 1, .loss: 1, .billing: 1, .impression: 1, .click: 1])
        #expect(audit.tallies.map(\.key.strategy) == ["hats", "shoes"])
        let shoes = audit.books.first { $0.id == .strategy("shoes") }?.books
        #expect(shoes?.settled == Spend(nanos: 2_000_000))
        #expect(shoes?.outstanding == .zero)
    }

    @Test("an empty log has no fault")
    func empty() { #expect(audit([]).faultCount == 0) }

    @Test("an event that is there twice is named by its record")
    func duplicate() {
        let events = soundLog()
        let audit = audit(events + [events[4]])
        #expect(audit.faults.contains { $0.hasPrefix("record 8: \(events[4].id) ") && $0.hasSuffix("twice") })
        #expect(audit.faultCount >= 1)
    }

    @Test("a price above the bid is named, but not a loser's", arguments: [EventKind.win, .billing, .impression])
    func priceAboveBid(kind: EventKind) {
        var event = Event.of(kind, .bid(3, at: dawn.adding(seconds: 10)), after: 1)
        event.price = CPM(micros: 2_000_001)
        let audit = audit(soundLog() + [.of(.bid, event.facts), event])
        #expect(audit.faults == ["record 9: \(event.id) has a price above its bid"])
    }

    @Test("a spend above the reservation is named")
    func spendAboveReservation() {
        let facts = BidFacts.bid(3, at: dawn.adding(seconds: 10))
        let event = Event.of(
            .billing, facts, after: 1, settled: facts.reserved.nanos + 1, released: facts.reserved.nanos)
        let audit = audit(soundLog() + [.of(.bid, facts), event])
        #expect(audit.faults == ["record 9: \(event.id) spends more than its bid reserved"])
    }

    @Test("test traffic that was booked is named")
    func testBooked() {
        var facts = BidFacts.bid(3, at: dawn.adding(seconds: 10))
        facts.isTest = true
        let event = Event.of(.billing, facts, after: 1, settled: 1)
        let audit = audit(soundLog() + [.of(.bid, facts), event])
        #expect(audit.faults.contains("record 9: \(event.id) books test traffic"))
    }

    @Test("a bill whose bid's record was lost in a crash is no fault: the books still add up")
    func billWithoutBid() {
        let facts = BidFacts.bid(3, at: dawn.adding(seconds: 10))
        let event = Event.of(.billing, facts, after: 1, settled: facts.reserved.nanos, released: facts.reserved.nanos)
        #expect(audit(soundLog() + [event]).faultCount == 0)
    }

    @Test("faults beyond the twentieth are counted, not named")
    func manyFaults() {
        let events = soundLog()
        let audit = audit(events + Array(repeating: events[6], count: 50))
        #expect(audit.faults.count == 20)
        #expect(audit.faultCount == 50)
    }
}
