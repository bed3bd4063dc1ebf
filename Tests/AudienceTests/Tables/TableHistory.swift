import Audience
import Events
import Testing
import Units

/// Audience tables with the log that made them, as the audience thread keeps it: tables are a fold of the log.
struct TableHistory {
    enum Record {
        case link(VisitorNumber, IdentityKey)
        /// An act: it counts, and lets the visitor enter or leave an audience.
        case act(VisitorNumber, audience: UInt32, isMember: Bool)
        case merge(VisitorNumber, into: VisitorNumber)
        case optOut(VisitorNumber, Bool)
        case erase(VisitorNumber)
    }

    let tables = AudienceTables(visitors: 10, identities: 10)
    private(set) var log: [Record] = []
    private var random: SplitMix64
    private var numbers: [VisitorNumber] = []
    private var keys: [IdentityKey] = []

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// Of the last record; the first is 1.
    var sequence: UInt64 { UInt64(log.count) }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    /// Somebody who is known and not merged.
    private mutating func someone() -> VisitorNumber? {
        numbers.isEmpty ? nil : tables.resolve(numbers[below(numbers.count)])
    }

    mutating func step() {
        switch below(100) {
        case 0..<15:
            guard let visitor = tables.makeVisitor() else { return }
            numbers.append(visitor)
            append(.link(visitor, key()))
        case 15..<30: if let visitor = someone() { append(.link(visitor, key())) }
        case 30..<92:
            guard let visitor = someone() else { return }
            append(.act(visitor, audience: UInt32(below(30)), isMember: below(3) > 0))
        case 92..<96: if let from = someone(), let into = someone(), from != into { append(.merge(from, into: into)) }
        case 96..<98: if let visitor = someone() { append(.optOut(visitor, below(2) == 0)) }
        default: if let visitor = someone() { append(.erase(visitor)) }
        }
        if below(200) == 0 { _ = tables.sweep(slots: 500, atMillis: 0) { _, _ in false } }
    }

    private mutating func key() -> IdentityKey {
        if !keys.isEmpty, below(4) == 0 { return keys[below(keys.count)] }
        let key = IdentityKey(high: random.next(), low: random.next())
        keys.append(key)
        return key
    }

    private mutating func append(_ record: Record) {
        log.append(record)
        Self.apply(record, to: tables)
    }

    private static func apply(_ record: Record, to tables: AudienceTables) {
        switch record {
        case .link(let visitor, let key):
            if tables.resolve(visitor) == nil { tables.makeVisitor(visitor) }
            tables.link(key, kind: .cookie, to: visitor)
        case .act(let visitor, let audience, let isMember):
            tables.count(visitor, counter: 1, windowSeconds: .max, at: 1000)
            if isMember {
                tables.setMembership(visitor, audience: AudienceNumber(audience), untilMillis: .max)
            } else {
                tables.removeMembership(visitor, audience: AudienceNumber(audience))
            }
        case .merge(let from, let into): tables.merge(from, into: into)
        case .optOut(let visitor, let isOut): tables.setFlags(visitor, isOut ? .optedOut : [])
        case .erase(let visitor): tables.remove(visitor)
        }
    }

    /// Folds the log behind a snapshot onto what was loaded of it.
    func fold(onto loaded: AudienceTables, _ stamps: TableStamps) {
        for index in Int(stamps.oldest)..<log.count {
            let sequence = UInt64(index + 1)
            switch log[index] {
            case .act(let visitor, _, _), .optOut(let visitor, _):
                if sequence > stamps.stamp(of: visitor) { Self.apply(log[index], to: loaded) }
            case .merge(let from, let into):
                // Merged already, perhaps further than this record says.
                if let root = loaded.resolve(from), root != from { continue }
                // Who is nobody by now was somebody then; a record yet to come erases it again.
                for visitor in [from, into] where loaded.resolve(visitor) == nil { loaded.makeVisitor(visitor) }
                loaded.merge(from, into: into, profile: sequence > stamps.stamp(of: into) ? .united : .dropped)
            default: Self.apply(log[index], to: loaded)
            }
        }
    }

    func compare(_ loaded: AudienceTables, _ comment: Comment) {
        let readers = [tables.makeReader(), loaded.makeReader()]
        var list = MembershipList()
        #expect(loaded.visitorCount == tables.visitorCount, comment)
        #expect(keys.filter { loaded.find($0) != tables.find($0) } == [], comment)
        for number in numbers {
            #expect(loaded.resolve(number) == tables.resolve(number), comment)
            var seen: [[UInt32]] = []
            for reader in readers {
                let flags = reader.read(number, atMillis: 0, into: &list)
                let count = reader.counter(number, counter: 1, windowSeconds: .max, atMillis: 1000)
                let audiences = (0..<list.count).map { list[$0].audience.rawValue }.sorted()
                seen.append([UInt32(flags?.rawValue ?? 255), UInt32(count)] + audiences)
            }
            #expect(seen[0] == seen[1], "visitor \(number.rawValue): \(comment)")
        }
    }
}
