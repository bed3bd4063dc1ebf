import Audience
import Events
import Testing
import Units

/// Does the same to the audience tables and to the model, at random from a seed, and compares them.
struct TableWorld {
    var tables: AudienceTables
    var model = TableModel()
    var random: SplitMix64
    /// Milliseconds since 1970.
    var now: Int64 = 1_800_000_000_000
    private(set) var numbers: [VisitorNumber] = []
    private(set) var keys: [IdentityKey] = []

    init(seed: UInt64, visitors: Int = 10, identities: Int = 10) {
        tables = AudienceTables(visitors: visitors, identities: identities)
        random = SplitMix64(seed: seed)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func someone() -> VisitorNumber { numbers.isEmpty ? VisitorNumber(1) : numbers[below(numbers.count)] }

    /// One of those known, or a fresh one.
    mutating func key() -> IdentityKey {
        if !keys.isEmpty, below(3) == 0 { return keys[below(keys.count)] }
        let key = IdentityKey(high: random.next(), low: random.next())
        keys.append(key)
        return key
    }

    static let audiences = 40
    static let counters = [(UInt32(1), UInt32(60)), (2, 3600), (3, 86_400), (3, 60), (9, 2_592_000)]

    mutating func step() {
        now += Int64(below(3000))
        switch below(100) {
        case 0..<8: makeVisitor()
        case 8..<28: link()
        case 28..<30: unlink()
        case 30..<58: setMembership()
        case 58..<64: removeMembership()
        case 64..<84: count()
        case 84..<88: merge()
        case 88..<91: setFlags()
        case 91..<96: touch()
        case 96..<98: sweep()
        case 98: remove()
        default: growList()
        }
    }

    mutating func makeVisitor() {
        guard let number = tables.makeVisitor() else { return }
        #expect(!numbers.contains(number))
        numbers.append(number)
        model.visitors[number] = TableModel.Visitor()
    }

    mutating func link() {
        let visitor = someone()
        let key = key()
        let kind = IdentityKind.allCases[below(7)]
        let isSomebody = model.root(visitor) != nil
        #expect(tables.link(key, kind: kind, to: visitor) == isSomebody)
        if isSomebody { model.links[key] = model.root(visitor) }
    }

    mutating func unlink() {
        let key = key()
        tables.unlink(key)
        model.links[key] = nil
    }

    mutating func setMembership() {
        let visitor = someone()
        let audience = AudienceNumber(UInt32(below(Self.audiences)))
        let until = below(4) == 0 ? Int64.max : now + Int64(below(600_000))
        tables.setMembership(visitor, audience: audience, untilMillis: until)
        if let root = model.root(visitor) { model.visitors[root]?.memberships[audience] = until }
    }

    mutating func removeMembership() {
        let visitor = someone()
        let audience = AudienceNumber(UInt32(below(Self.audiences)))
        tables.removeMembership(visitor, audience: audience)
        if let root = model.root(visitor) { model.visitors[root]?.memberships[audience] = nil }
    }

    /// Many audiences for one visitor: its profile changes its size several times.
    mutating func growList() {
        let visitor = someone()
        for _ in 0..<below(60) {
            let audience = AudienceNumber(UInt32(1000 + below(100)))
            let until = now + Int64(below(60_000))
            tables.setMembership(visitor, audience: audience, untilMillis: until)
            if let root = model.root(visitor) { model.visitors[root]?.memberships[audience] = until }
        }
    }

    mutating func count() {
        let visitor = someone()
        let (counter, window) = Self.counters[below(Self.counters.count)]
        // Some are told late.
        let at = now - (below(5) == 0 ? Int64(below(100_000)) : 0)
        tables.count(visitor, counter: counter, windowSeconds: window, at: at)
        model.count(visitor, TableModel.Counter(counter: counter, window: window), at: at / 1000)
    }

    mutating func merge() {
        let from = someone()
        let into = someone()
        tables.merge(from, into: into)
        model.merge(from, into: into)
    }

    mutating func setFlags() {
        let visitor = someone()
        let flags = VisitorFlags(rawValue: UInt8(below(8)))
        tables.setFlags(visitor, flags)
        if let root = model.root(visitor) { model.visitors[root]?.flags = flags }
    }

    mutating func touch() {
        let visitor = someone()
        let second = UInt32(now / 1000)
        tables.touch(visitor, atSeconds: second)
        if let root = model.root(visitor) { model.visitors[root]?.lastSeen = second }
    }

    mutating func remove() {
        let visitor = someone()
        tables.remove(visitor)
        model.remove(visitor)
    }

    /// Some slices of a sweep, which removes a few as idle.
    mutating func sweep() {
        let lucky = UInt32(below(40))
        let limit = now / 1000 - 3600
        for _ in 0..<below(20) {
            var gone: [VisitorNumber] = []
            _ = tables.sweep(slots: 1 + below(50), atMillis: now) { number, lastSeen in
                #expect(model.visitors[number]?.lastSeen == lastSeen)
                guard number.rawValue % 40 == lucky, lastSeen < limit else { return false }
                gone.append(number)
                return true
            }
            for number in gone { model.remove(number) }
        }
        model.sweep(at: now)
    }

    // MARK: Comparing

    mutating func compare(_ comment: Comment) {
        let reader = tables.makeReader()
        var list = MembershipList()
        var wrong = 0
        for key in keys {
            let expected = model.find(key)
            if tables.find(key) != expected || reader.find(key) != expected { wrong += 1 }
        }
        #expect(wrong == 0, "identifiers: \(comment)")
        #expect(tables.visitorCount == model.visitors.count, comment)
        var sizes: [AudienceNumber: Int] = [:]
        for number in numbers where tables.resolve(number) == number {
            for membership in tables.memberships(number) { sizes[membership.audience, default: 0] += 1 }
        }
        #expect(sizes.allSatisfy { tables.size(of: $0.key) == $0.value }, comment)
        #expect(sizes.values.reduce(0, +) == tables.membershipCount, comment)
        for number in numbers {
            #expect(tables.resolve(number) == model.root(number), comment)
            let expected = model.root(number).flatMap { model.visitors[$0] }
            let flags = reader.read(number, atMillis: now, into: &list)
            #expect(flags == expected?.flags, comment)
            #expect(tables.flags(number) == expected?.flags ?? [], comment)
            #expect(tables.lastSeen(number) == expected?.lastSeen, comment)
            var found: [AudienceNumber: Int64] = [:]
            for index in 0..<list.count { found[list[index].audience] = list[index].untilMillis }
            #expect(found.count == list.count, "an audience twice: \(comment)")
            #expect(found == expected?.memberships.filter { $0.value > now } ?? [:], comment)
            for (counter, window) in Self.counters {
                let state = expected?.counters[TableModel.Counter(counter: counter, window: window)]
                let count = reader.counter(number, counter: counter, windowSeconds: window, atMillis: now)
                #expect(count == state?.live(at: now / 1000, window) ?? 0, comment)
            }
        }
    }

    /// The same world over other tables, which were loaded from a snapshot.
    func over(_ tables: AudienceTables) -> TableWorld {
        var world = self
        world.tables = tables
        return world
    }
}
