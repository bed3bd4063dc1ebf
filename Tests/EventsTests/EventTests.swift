import Events
import OpenRTB
import Testing
import Units

@Suite("Event")
struct EventTests {
    private func event(_ kind: EventKind = .conversion) -> Event {
        Event(kind, at: Instant(micros: 1_717_171_718_000_001), facts: .test())
    }

    private func full() -> Event {
        var event = event()
        event.price = CPM(micros: 1_900_000)
        event.settled = Spend(nanos: 6_650_000)
        event.released = Spend(nanos: 9_450_000)
        event.reason = 102
        event.minToWin = CPM(micros: 1_950_000)
        event.label = "Kauf 🛒"
        event.order = "order-№9"
        event.value = Micros(49_990_000)
        event.valueCurrency = Currency("EUR".utf8)
        return event
    }

    @Test("an event of each kind comes back", arguments: EventKind.allCases)
    func kinds(kind: EventKind) {
        let event = event(kind)
        #expect(EventCoder.read(event.bytes()[...]) == event)
    }

    @Test("an event with all that a notice tells comes back")
    func notice() {
        #expect(EventCoder.read(full().bytes()[...]) == full())
    }

    @Test("an event with every field comes back, the bid's seed and revision too")
    func everyField() {
        var event = full()
        event.seed = Seed(high: 1, low: 2)
        event.revision = 77
        #expect(EventCoder.read(event.bytes()[...]) == event)
    }

    @Test("zero is told from absent, and negative amounts come back")
    func zeros() {
        var event = event(.loss)
        event.price = .zero
        event.settled = Spend(nanos: -5)
        event.reason = 0
        event.value = Micros(.min)
        #expect(EventCoder.read(event.bytes()[...]) == event)
    }

    @Test(
        "a bid's record is the event with its seed, its revision and its label",
        arguments: ["", "score 0.7 ✓"] as [StaticString])
    func bid(label: StaticString) {
        let facts = BidFacts.test()
        var factBytes = ByteWriter()
        facts.write(into: &factBytes)
        var out = ByteWriter(capacity: 1)
        EventCoder.writeBid(
            at: facts.instant, facts: factBytes, label: label, seed: Seed(high: .max, low: 7),
            revision: 12, into: &out)
        var expected = Event(.bid, at: facts.instant, facts: facts)
        expected.label = "\(label)"
        expected.seed = Seed(high: .max, low: 7)
        expected.revision = 12
        #expect(EventCoder.read(out.array()[...]) == expected)
    }

    @Test("a label or order of 256 bytes comes back, what is longer is cut there")
    func longStrings() throws {
        var event = event()
        event.label = String(repeating: "l", count: 256)
        event.order = String(repeating: "o", count: 300)
        let read = try #require(EventCoder.read(event.bytes()[...]))
        #expect(read.label == event.label)
        #expect(read.order == String(repeating: "o", count: 256))
    }

    @Test("the longest facts come back within an event")
    func longFacts() {
        var event = event()
        event.facts.creative = String(repeating: "c", count: 65_000)
        #expect(EventCoder.read(event.bytes()[...]) == event)
    }

    @Test("tags of a newer version are passed over, wherever they stand")
    func unknownTags() {
        let known = full().bytes()
        let bare = event().bytes()
        let unknown: [UInt8] = [200, 3, 0, 1, 2, 3, 0, 0, 0]
        #expect(EventCoder.read((known + unknown)[...]) == full())
        #expect(EventCoder.read((bare + unknown + known[bare.count...])[...]) == full())
    }

    @Test("a known tag whose value is too short leaves its field absent")
    func shortValues() {
        for tag in 1...11 as ClosedRange<UInt8> where ![6, 7].contains(tag) {
            #expect(EventCoder.read((event().bytes() + [tag, 2, 0, 1, 1])[...]) == event(), "tag \(tag)")
        }
    }

    @Test("bytes cut short are no event, unless the cut falls between two fields")
    func truncated() {
        let bytes = full().bytes()
        let bare = event().bytes().count
        // Nine fields of a notice: a cut behind the facts or behind a field leaves a whole, smaller event.
        var whole = 0
        for count in 0..<bytes.count where EventCoder.read(bytes[..<count]) != nil {
            #expect(count >= bare)
            whole += 1
        }
        #expect(whole == 9)
    }

    @Test("events of another version or of no known kind are none")
    func unknown() {
        var version = event().bytes()
        version[1] = 2
        #expect(EventCoder.read(version[...]) == nil)
        for kind in [0, 8, 255] as [UInt8] {
            var bytes = event().bytes()
            bytes[0] = kind
            #expect(EventCoder.read(bytes[...]) == nil)
        }
    }

    @Test("changed bytes are read as another event or none, never a trap", arguments: 1...4 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        let original = full().bytes()
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            var bytes = original
            for _ in 0...random.next() % 4 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if let event = EventCoder.read(bytes[...]) { #expect(EventKind.allCases.contains(event.kind)) }
        }
    }

    @Test("an event's id is its kind and its bid, a conversion's also its label, with its order for the bid")
    func ids() {
        let bid = BidFacts.test().bidID
        #expect(event(.win).id == "win.\(bid)")
        var lead = event(.conversion)
        lead.label = "lead"
        #expect(lead.id == "conversion.lead.\(bid)")
        #expect(full().id == "conversion.advertiser-2.Kauf 🛒.order-№9")
        var billing = event(.billing)
        billing.order = "ignored"
        #expect(billing.id == "billing.\(bid)")
    }

    @Test("an event has the same id before the log and after it, however long its order is")
    func stableIDs() throws {
        var event = full()
        event.order = String(repeating: "o", count: 300)
        #expect(try #require(EventCoder.read(event.bytes()[...])).id == event.id)
    }
}

@Suite("Event kind")
struct EventKindTests {
    @Test("the numbers on disk do not change")
    func numbers() {
        #expect(EventKind.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7])
        #expect(
            EventKind.allCases.map(\.label)
                == ["bid", "win", "billing", "loss", "impression", "click", "conversion"])
    }

    @Test("plurals are English")
    func plurals() {
        #expect(EventKind.win.plural == "wins")
        #expect(EventKind.loss.plural == "losses")
    }

    @Test("what the exchange sends is taken for a day, what the visitor does for thirty")
    func windows() {
        let days = EventKind.allCases.map { $0.windowSeconds / 86_400 }
        #expect(days == [1, 1, 1, 1, 1, 30, 30])
    }
}
