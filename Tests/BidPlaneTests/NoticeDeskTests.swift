import EventLog
import Events
import Ledger
import OpenRTB
import Sealing
import Testing
import Units

@testable import BidPlane

@Suite("Taking notices")
struct NoticeDeskTests {
    @Test(
        "a notice is accepted once; every repeat names the same record",
        arguments: [EventKind.win, .billing, .loss, .impression, .click])
    func acceptedOnce(kind: EventKind) throws {
        let kit = try DeskKit()
        let verdict = try kit.take(kind)
        guard case .accepted(let sequence) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        for _ in 0..<3 { #expect(try kit.take(kind) == .repeated(sequence)) }
        kit.time.advance(seconds: 3600)
        #expect(try kit.take(kind, price: .price(CPM(micros: 1))) == .repeated(sequence))
        let events = try kit.events()
        #expect(events.map(\.kind) == [kind])
        #expect(events.map(\.facts) == [kit.facts()])
    }

    @Test("of a hundred copies at once one is recorded")
    func parallel() async throws {
        let kit = try DeskKit()
        let verdicts = await withTaskGroup(of: NoticeDesk.Verdict?.self) { group in
            for _ in 0..<100 { group.addTask { try? kit.take(.billing) } }
            var verdicts: [NoticeDesk.Verdict?] = []
            for await verdict in group { verdicts.append(verdict) }
            return verdicts
        }
        let sequences = Set(
            verdicts.map { verdict -> UInt64 in
                switch verdict {
                case .accepted(let sequence), .repeated(let sequence): sequence
                default: 0
                }
            }
        )
        #expect(sequences == [1])
        #expect(verdicts.filter { $0 == .accepted(1) }.count == 1)
        #expect(try kit.events().count == 1)
    }

    @Test("different bids, and different kinds of one bid, are different notices")
    func different() throws {
        let kit = try DeskKit()
        let other = { (facts: inout BidFacts) in facts.bidID = BidID(high: 1, low: 2) }
        #expect(try kit.take(.win) == .accepted(1))
        #expect(try kit.take(.billing) == .accepted(2))
        #expect(try kit.take(.win, change: other) == .accepted(3))
        #expect(try kit.take(.win, change: other) == .repeated(3))
    }

    @Test(
        "an audit, an unpriced win or bill, a price above the bid and one in another currency book nothing",
        arguments: [
            (EventKind.win, .audit, .audit), (.billing, .audit, .audit), (.loss, .audit, .audit),
            (.impression, .audit, .audit),
            (.win, .empty, .unpriced), (.win, .unreplaced, .unpriced), (.win, .invalid, .unpriced),
            (.billing, .empty, .unpriced),
            (.billing, .unreplaced, .unpriced), (.billing, .invalid, .unpriced),
            (.win, .price(CPM(micros: 2_000_001)), .refused), (.billing, .price(CPM(micros: 2_000_001)), .refused),
        ] as [(EventKind, PriceDecoder.Outcome, NoticeDesk.Verdict)])
    func nothingBooked(kind: EventKind, price: PriceDecoder.Outcome, expected: NoticeDesk.Verdict) throws {
        let kit = try DeskKit()
        #expect(try kit.take(kind, price: price) == expected)
        #expect(try kit.take(kind, price: price) == expected)
        #expect(try kit.events().isEmpty)
        // What booked nothing has not used up the notice.
        #expect(try kit.take(kind) == .accepted(1))
    }

    @Test("a bill in another currency is refused, one in ours is taken")
    func currency() throws {
        let kit = try DeskKit()
        #expect(try kit.take(.billing, currency: Currency("EUR".utf8)) == .refused)
        #expect(try kit.take(.billing, currency: .usd) == .accepted(1))
        #expect(try kit.events().map(\.settled) == [Spend(nanos: 1_500_000)])
    }

    @Test("a loser may be told a price above its bid, and why it lost")
    func loss() throws {
        let kit = try DeskKit()
        let verdict = try kit.take(.loss, price: .price(CPM(micros: 9_000_000))) {
            $0.reason = 102
            $0.minToWin = CPM(micros: 9_000_000)
        }
        #expect(verdict == .accepted(1))
        let event = try #require(try kit.events().first)
        #expect(event.price == CPM(micros: 9_000_000))
        #expect(event.reason == 102)
        #expect(event.minToWin == CPM(micros: 9_000_000))
        #expect(event.settled == nil)
        #expect(event.released == Spend(nanos: 2_000_000))
    }

    @Test(
        "a notice is taken within its window and refused behind it",
        arguments: [
            (EventKind.win, 86_400), (.billing, 86_400), (.loss, 86_400), (.impression, 86_400), (.click, 30 * 86_400),
        ] as [(EventKind, Int64)])
    func windows(kind: EventKind, seconds: Int64) throws {
        let kit = try DeskKit()
        kit.time.advance(seconds: seconds)
        #expect(try kit.take(kind, token: kit.facts()) == .accepted(1))
        let late = try DeskKit()
        let facts = late.facts()
        late.time.advance(seconds: seconds + 1)
        #expect(try late.take(kind, token: facts) == .expired)
        #expect(try late.events().isEmpty)
    }

    @Test("a notice from a clock that is behind ours is taken")
    func skew() throws {
        let kit = try DeskKit()
        #expect(
            try kit.take(.billing) { _ in
            } change: {
                $0.instant = $0.instant.adding(seconds: 3)
            } == .accepted(1))
    }

    @Test("a repeat is known until its window is over")
    func repeatAtTheEnd() throws {
        let kit = try DeskKit()
        let facts = kit.facts()
        #expect(try kit.take(.billing, token: facts) == .accepted(1))
        kit.time.advance(seconds: 86_400)
        #expect(try kit.take(.billing, token: facts) == .repeated(1))
        kit.time.advance(seconds: 1)
        #expect(try kit.take(.billing, token: facts) == .expired)
    }

    @Test("test traffic is recorded and books nothing")
    func testTraffic() throws {
        let kit = try DeskKit()
        for kind in [EventKind.win, .billing, .loss, .impression] {
            guard case .accepted = try kit.take(kind, change: { $0.isTest = true }) else {
                Issue.record("\(kind) was not accepted")
                continue
            }
        }
        let events = try kit.events()
        #expect(events.count == 4)
        #expect(events.allSatisfy { $0.settled == nil && $0.released == nil && $0.facts.isTest })
    }

    @Test("a log that has stopped takes nothing, and what it did not take can come again")
    func stoppedLog() throws {
        let kit = try DeskKit()
        kit.log.stop()
        #expect(try kit.take(.billing) == .unavailable)
        #expect(try kit.take(.billing) == .unavailable)
        #expect(try kit.take(conversion: "o-1") == .unavailable)
    }

    @Test("a log that cannot write takes nothing more", .timeLimit(.minutes(1)))
    func fullLog() async throws {
        let kit = try DeskKit(storage: FullStorage())
        #expect(try kit.take(.win) == .accepted(1))
        while kit.log.failure == nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(try kit.take(.billing) == .unavailable)
        #expect(kit.log.durableSequence == 0)
    }

    @Test("a conversion counts once by its order, without one once for each click")
    func conversions() throws {
        let kit = try DeskKit()
        #expect(try kit.take(conversion: "o-1") == .accepted(1))
        #expect(try kit.take(conversion: "o-1") == .repeated(1))
        #expect(try kit.take(conversion: "o-2") == .accepted(2))
        let click = try kit.token(.browser)
        #expect(try kit.take(conversion: "", click: click) == .accepted(3))
        #expect(try kit.take(conversion: "", click: click) == .repeated(3))
        let events = try kit.events()
        #expect(events.map(\.order) == ["o-1", "o-2", ""])
        #expect(events.map(\.facts.strategy) == ["", "", "shoes"])
        #expect(events.map(\.facts.advertiser) == ["acme", "acme", "acme"])
    }

    @Test("after a restart everything taken before is known", arguments: ["o-1", String(repeating: "早", count: 128)])
    func restart(order: String) throws {
        let directory = try ScratchDirectory()
        let first = try DeskKit(in: directory)
        #expect(try first.take(.billing) == .accepted(1))
        #expect(try first.take(.click) == .accepted(2))
        #expect(try first.take(conversion: order) == .accepted(3))
        first.log.stop()
        let second = try DeskKit(in: directory)
        #expect(try second.take(.billing) == .repeated(2))
        #expect(try second.take(.click) == .repeated(2))
        #expect(try second.take(conversion: order) == .repeated(3))
        #expect(try second.take(.win) == .accepted(4))
    }
}
