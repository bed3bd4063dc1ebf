import Audience
import Events
import Testing
import Units

@Suite("Audience tables")
struct AudienceTablesTests {
    @Test("after any history they hold what dictionaries would", arguments: 0..<40)
    func model(seed: UInt64) {
        var world = TableWorld(seed: seed)
        for round in 1...8 {
            for _ in 0..<500 { world.step() }
            world.compare("seed \(seed), after \(round * 500) steps")
        }
    }

    @Test("a table made for few identifiers grows, and forgets none of many")
    func growth() {
        var random = SplitMix64(seed: 3)
        let tables = AudienceTables(visitors: 1, identities: 1)
        let reader = tables.makeReader()
        var keys: [(IdentityKey, VisitorNumber)] = []
        for _ in 0..<30_000 {
            guard let visitor = tables.makeVisitor() else {
                Issue.record("no visitor is made")
                return
            }
            let key = IdentityKey(high: random.next(), low: random.next())
            #expect(tables.link(key, kind: .ifa, to: visitor))
            keys.append((key, visitor))
            let (other, owner) = keys[Int.random(in: 0..<keys.count, using: &random)]
            #expect(reader.find(other) == owner)
        }
        #expect(keys.allSatisfy { tables.find($0.0) == $0.1 })
        #expect(tables.identityCount == 30_000)
        #expect(reader.find(IdentityKey(high: 1, low: 1)) == nil)
    }

    @Test("keys that differ in one half only are others")
    func halves() throws {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let visitor = try #require(tables.makeVisitor())
        tables.link(IdentityKey(high: 5, low: 9), kind: .cookie, to: visitor)
        #expect(tables.find(IdentityKey(high: 5, low: 9)) == visitor)
        #expect(tables.find(IdentityKey(high: 4, low: 9)) == nil)
        #expect(tables.find(IdentityKey(high: 5, low: 8)) == nil)
    }

    @Test("a chain of merges leads to the last in one step, and nobody is left of it when that one is removed")
    func chain() throws {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let reader = tables.makeReader()
        let chain = (0..<200).compactMap { _ in tables.makeVisitor() }
        let key = IdentityKey(high: 1, low: 2)
        tables.link(key, kind: .ifa, to: chain[0])
        tables.setMembership(chain[0], audience: AudienceNumber(7), untilMillis: .max)
        for index in 1..<chain.count { #expect(tables.merge(chain[index - 1], into: chain[index])) }
        let last = try #require(chain.last)
        #expect(chain.allSatisfy { tables.resolve($0) == last })
        #expect(reader.find(key) == last)
        var list = MembershipList()
        #expect(reader.read(chain[0], atMillis: 0, into: &list) == [] && list.contains(AudienceNumber(7)))
        #expect(tables.merge(last, into: chain[3]))
        tables.remove(chain[100])
        #expect(chain.allSatisfy { tables.resolve($0) == nil })
        #expect(reader.find(key) == nil && tables.visitorCount == 0 && tables.membershipCount == 0)
    }

    @Test("a number is never given again, and a visitor has its own back after a restart")
    func numbers() throws {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let first = try #require(tables.makeVisitor())
        tables.remove(first)
        let second = try #require(tables.makeVisitor())
        #expect(second != first)
        #expect(tables.makeVisitor(VisitorNumber(70)))
        #expect(!tables.makeVisitor(VisitorNumber(70)))
        #expect(!tables.makeVisitor(VisitorNumber(0)))
        #expect(tables.makeVisitor() == VisitorNumber(71))
        #expect(tables.makeVisitor(VisitorNumber(60)))
        #expect(tables.resolve(VisitorNumber(61)) == nil)
    }

    @Test("a number that nobody ever had is nobody, however large")
    func strangers() {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let reader = tables.makeReader()
        var list = MembershipList()
        for number in [UInt32(0), 1, 5000, 1 << 24, .max].map(VisitorNumber.init) {
            #expect(reader.read(number, atMillis: 0, into: &list) == nil)
            #expect(reader.counter(number, counter: 1, windowSeconds: 1, atMillis: 0) == 0)
            #expect(!tables.setMembership(number, audience: AudienceNumber(1), untilMillis: .max))
            #expect(!tables.count(number, counter: 1, windowSeconds: 1, at: 0))
            #expect(!tables.merge(number, into: number))
            tables.remove(number)
            tables.touch(number, atSeconds: 1)
            tables.setFlags(number, .optedOut)
        }
        #expect(tables.visitorCount == 0)
    }

    @Test("a membership holds up to its last millisecond, and never longer")
    func expiry() throws {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let reader = tables.makeReader()
        let visitor = try #require(tables.makeVisitor())
        var list = MembershipList()
        let end: Int64 = 1_800_000_000_123
        tables.setMembership(visitor, audience: AudienceNumber(1 << 24 - 1), untilMillis: end)
        _ = reader.read(visitor, atMillis: end - 1, into: &list)
        #expect(list.count == 1 && list[0].untilMillis == end && list[0].audience == AudienceNumber(1 << 24 - 1))
        _ = reader.read(visitor, atMillis: end, into: &list)
        #expect(list.count == 0)
        #expect(!tables.setMembership(visitor, audience: AudienceNumber(1 << 24), untilMillis: end))
        // Over before the tables' clock begins, for the audience whose word would be zero.
        tables.setMembership(visitor, audience: AudienceNumber(0), untilMillis: .max)
        tables.setMembership(visitor, audience: AudienceNumber(0), untilMillis: 5)
        #expect(tables.membership(visitor, audience: AudienceNumber(0)) == nil && tables.membershipCount == 1)
        tables.setMembership(visitor, audience: AudienceNumber(0), untilMillis: .max)
        _ = reader.read(visitor, atMillis: .max, into: &list)
        #expect(list.count == 1 && list[0].untilMillis == .max)
    }

    @Test("more memberships or counters than a visitor may have are dropped and counted")
    func limits() throws {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let reader = tables.makeReader()
        let visitor = try #require(tables.makeVisitor())
        let other = try #require(tables.makeVisitor())
        var list = MembershipList()
        for audience in 0..<TableLimits.membershipsMax {
            let number = AudienceNumber(UInt32(audience))
            #expect(tables.setMembership(visitor, audience: number, untilMillis: 1_900_000_000_000))
            tables.setMembership(other, audience: AudienceNumber(UInt32(audience + 5000)), untilMillis: .max)
        }
        #expect(!tables.setMembership(visitor, audience: AudienceNumber(9999), untilMillis: .max))
        #expect(tables.droppedCount == 1)
        // The ones that last are kept.
        #expect(tables.merge(visitor, into: other))
        #expect(tables.droppedCount == 1 + TableLimits.membershipsMax)
        _ = reader.read(other, atMillis: 0, into: &list)
        #expect(list.count == TableLimits.membershipsMax && list.contains(AudienceNumber(5000)))
        for counter in 0..<TableLimits.countersMax + 10 {
            #expect(tables.count(other, counter: UInt32(counter), windowSeconds: 60, at: Int64(counter) * 1000))
        }
        #expect(tables.counterCount == TableLimits.countersMax)
        let count = { reader.counter(other, counter: $0, windowSeconds: 60, atMillis: 0) }
        #expect(count(9) == 0 && count(10) == 1 && count(UInt32(TableLimits.countersMax) + 9) == 1)
    }

    @Test("at the memory limit nobody is made until somebody has gone")
    func memory() throws {
        let tables = AudienceTables(visitors: 10, identities: 10, bytesMax: 1 << 20)
        var made: [VisitorNumber] = []
        while let visitor = tables.makeVisitor() {
            made.append(visitor)
            for audience in 0..<20 {
                tables.setMembership(visitor, audience: AudienceNumber(UInt32(audience)), untilMillis: .max)
            }
        }
        #expect(made.count > 4000 && tables.bytes.total < (1 << 20) + 256)
        #expect(!tables.hasRoom && tables.makeVisitor() == nil)
        // Whom the log names is made even so.
        #expect(tables.makeVisitor(VisitorNumber(UInt32(made.count) + 5)))
        var asked = 0
        var isRound = false
        while !isRound {
            isRound =
                tables.sweep(slots: 1000, atMillis: 0) { number, _ in
                    asked += 1
                    return number.rawValue % 2 == 0
                }.isRound
        }
        #expect(asked == made.count + 1 && tables.hasRoom && tables.makeVisitor() != nil)
    }

    @Test("identifiers of who has gone are forgotten by the next round, and their slots serve others")
    func sweptIdentities() throws {
        let tables = AudienceTables(visitors: 10, identities: 1000)
        var random = SplitMix64(seed: 8)
        // As many visitors as would fill the table forty times.
        for _ in 0..<40 {
            let visitors = (0..<200).compactMap { _ in tables.makeVisitor() }
            for visitor in visitors {
                for kind in IdentityKind.allCases.prefix(5) {
                    #expect(
                        tables.link(IdentityKey(high: random.next(), low: random.next()), kind: kind, to: visitor))
                }
            }
            for visitor in visitors { tables.remove(visitor) }
            var unlinked = 0
            for _ in 0..<100 { unlinked += tables.sweep(slots: 1000, atMillis: 0) { _, _ in false }.unlinked }
            #expect(unlinked == 1000 && tables.identityCount == 0)
        }
        #expect(tables.bytes.identities < 100_000)
    }

    @Test("visitors that all grow leave nothing unused behind")
    func pages() {
        let tables = AudienceTables(visitors: 10, identities: 10)
        let visitors = (0..<20_000).compactMap { _ in tables.makeVisitor() }
        for audience in 0..<40 {
            for visitor in visitors {
                tables.setMembership(visitor, audience: AudienceNumber(UInt32(audience)), untilMillis: .max)
            }
        }
        #expect(tables.membershipCount == 800_000)
        #expect(tables.bytes.spare < tables.bytes.memberships / 20)
    }

    @Test("the identifiers of a visitor are found slice by slice, while the table grows")
    func export() throws {
        let tables = AudienceTables(visitors: 10, identities: 10)
        var random = SplitMix64(seed: 5)
        let someone = try #require(tables.makeVisitor())
        let other = try #require(tables.makeVisitor())
        for kind in [IdentityKind.ifa, .email, .cookie] {
            tables.link(IdentityKey(high: random.next(), low: random.next()), kind: kind, to: other)
        }
        tables.merge(other, into: someone)
        let crowd = try #require(tables.makeVisitor())
        var scan = tables.identities(of: someone)
        var slices = 0
        while !tables.advance(&scan, slots: 100) {
            slices += 1
            // Faster than the scan is, for a while.
            for _ in 0..<(slices < 50 ? 120 : 0) {
                tables.link(IdentityKey(high: random.next(), low: random.next()), kind: .ifa, to: crowd)
            }
        }
        #expect(scan.kinds.sorted { $0.rawValue < $1.rawValue } == [.email, .cookie, .ifa])
    }
}
