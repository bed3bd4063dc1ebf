import Events
import Ledger
import Testing
import Units

private let hour: Int64 = 3600
private let day: Int64 = 86_400

@Suite("Which notices have been taken")
struct NoticeRegisterTests {
    @Test("a notice is known by bid and kind once it is recorded")
    func recorded() {
        var register = NoticeRegister()
        let facts = BidFacts.bid(1)
        #expect(register.entry(facts.bidID, bidInstant: facts.instant) == nil)
        register.record(.of(.win, facts), sequence: 7)
        let entry = register.entry(facts.bidID, bidInstant: facts.instant)
        #expect(entry?.sequence == 7)
        #expect(EventKind.allCases.filter { entry?.has($0) == true } == [.win])
        #expect(entry?.isSettled == false)
        #expect(entry?.isReleased == false)
        #expect(register.entry(BidFacts.bid(2).bidID, bidInstant: facts.instant) == nil)
    }

    @Test("each kind is known apart, the newest record counts, and what it booked is remembered")
    func severalKinds() {
        var register = NoticeRegister()
        let facts = BidFacts.bid(1)
        for (index, kind) in [EventKind.win, .loss, .impression, .click].enumerated() {
            register.record(.of(kind, facts), sequence: UInt64(index + 1))
        }
        register.record(.of(.billing, facts, settled: 5, released: 10), sequence: 9)
        let entry = register.entry(facts.bidID, bidInstant: facts.instant)
        #expect(EventKind.allCases.filter { entry?.has($0) == true } == [.win, .billing, .loss, .impression, .click])
        #expect(entry?.sequence == 9)
        #expect(entry?.isSettled == true)
        #expect(entry?.isReleased == true)
        #expect(register.count == 1)
    }

    @Test("a loss ends a reservation without spending")
    func loss() {
        var register = NoticeRegister()
        let facts = BidFacts.bid(1)
        register.record(.of(.loss, facts, released: 10), sequence: 1)
        let entry = register.entry(facts.bidID, bidInstant: facts.instant)
        #expect(entry?.isSettled == false)
        #expect(entry?.isReleased == true)
    }

    @Test("bids are not notices")
    func bids() {
        var register = NoticeRegister()
        register.record(.of(.bid, .bid(1)), sequence: 1)
        #expect(register.count == 0)
    }

    @Test(
        "a notice is known as long as it can come again: a day, and a click's bid 30 days",
        arguments: [
            (EventKind.billing, day, true), (.billing, day + 3 * hour, false), (.win, day, true), (.loss, day, true),
            (.impression, day, true), (.impression, day + 3 * hour, false), (.click, day + 3 * hour, true),
            (.click, 30 * day, true), (.click, 31 * day, false),
        ] as [(EventKind, Int64, Bool)])
    func windows(kind: EventKind, seconds: Int64, isKnown: Bool) {
        for offset in [0, 1800, 3599] as [Int64] {
            var register = NoticeRegister()
            let facts = BidFacts.bid(1, at: dawn.adding(seconds: offset))
            register.record(.of(kind, facts), sequence: 1)
            // A service that runs prunes again and again, one that was stopped prunes once.
            for hours in 0..<(seconds / hour) where offset > 0 {
                register.prune(at: facts.instant.adding(seconds: hours * hour))
            }
            register.prune(at: facts.instant.adding(seconds: seconds))
            #expect((register.entry(facts.bidID, bidInstant: facts.instant) != nil) == isKnown)
        }
    }

    @Test("a clicked bid remembers its other notices too")
    func clicked() {
        var register = NoticeRegister()
        let facts = BidFacts.bid(1)
        register.record(.of(.billing, facts, settled: 1, released: 2), sequence: 1)
        register.record(.of(.click, facts, after: 10), sequence: 2)
        register.prune(at: dawn.adding(seconds: 10 * day))
        let entry = register.entry(facts.bidID, bidInstant: facts.instant)
        #expect(entry?.has(.billing) == true)
        #expect(entry?.isSettled == true)
    }

    private static func conversion(order: String, at instant: Instant) -> Event {
        var facts = BidFacts.bid(1)
        facts.advertiser = "acme"
        var event = Event(.conversion, at: instant, facts: facts)
        event.label = "purchase"
        event.order = order
        return event
    }

    @Test("a conversion is known by its own identity for 30 days from when it came")
    func conversions() {
        var register = NoticeRegister()
        let event = Self.conversion(order: "o-1", at: dawn)
        register.record(event, sequence: 5)
        #expect(register.conversion(event.id) == 5)
        #expect(register.conversion(Self.conversion(order: "o-2", at: dawn).id) == nil)
        register.prune(at: dawn.adding(seconds: 30 * day))
        #expect(register.conversion(event.id) == 5)
        register.prune(at: dawn.adding(seconds: 33 * day))
        #expect(register.conversion(event.id) == nil)
        #expect(register.count == 0)
    }

    @Test("memory stays bounded: after a month of bids only what can still be repeated is kept")
    func bounded() {
        var register = NoticeRegister()
        for number in 0..<(40 * 24) as Range<UInt64> {
            let instant = dawn.adding(seconds: Int64(number) * hour)
            let facts = BidFacts.bid(number, at: instant)
            register.record(.of(.win, facts), sequence: number + 1)
            if number % 24 == 0 { register.record(.of(.click, facts), sequence: number + 1) }
            register.prune(at: instant)
        }
        #expect(register.count <= 27 + 32)
        #expect(register.count >= 24 + 29)
    }

    @Test("a clock that goes back forgets nothing")
    func clockGoesBack() {
        var register = NoticeRegister()
        let facts = BidFacts.bid(1, at: dawn.adding(seconds: 10 * day))
        register.record(.of(.win, facts), sequence: 1)
        register.prune(at: facts.instant)
        register.prune(at: dawn)
        #expect(register.entry(facts.bidID, bidInstant: facts.instant) != nil)
    }
}
