import Audience
import Events

/// What the audience tables mean, in dictionaries: slow, and plain enough to be seen right.
struct TableModel {
    struct Counter: Hashable {
        let counter: UInt32
        let window: UInt32
    }

    struct Count: Equatable {
        var begin: Int64
        var count: Int
    }

    struct Visitor: Equatable {
        var memberships: [AudienceNumber: Int64] = [:]
        var counters: [Counter: Count] = [:]
        var flags: VisitorFlags = []
        var lastSeen: UInt32 = 0
    }

    var visitors: [VisitorNumber: Visitor] = [:]
    var merged: [VisitorNumber: VisitorNumber] = [:]
    var links: [IdentityKey: VisitorNumber] = [:]

    func root(_ visitor: VisitorNumber) -> VisitorNumber? {
        var visitor = visitor
        while let next = merged[visitor] { visitor = next }
        return visitors[visitor] == nil ? nil : visitor
    }

    func find(_ key: IdentityKey) -> VisitorNumber? { links[key].flatMap(root) }

    mutating func count(_ visitor: VisitorNumber, _ counter: Counter, at second: Int64) {
        guard let root = root(visitor) else { return }
        var count = visitors[root]?.counters[counter] ?? Count(begin: second, count: 0)
        if second >= count.begin + Int64(counter.window) { count = Count(begin: second, count: 0) }
        count.count += 1
        visitors[root]?.counters[counter] = count
    }

    mutating func merge(_ from: VisitorNumber, into: VisitorNumber) {
        guard let gone = root(from), let kept = root(into), gone != kept, let other = visitors.removeValue(forKey: gone)
        else { return }
        merged[gone] = kept
        guard var visitor = visitors[kept] else { return }
        visitor.memberships.merge(other.memberships) { max($0, $1) }
        for (counter, count) in other.counters {
            guard let own = visitor.counters[counter] else {
                visitor.counters[counter] = count
                continue
            }
            // Windows that do not overlap are two, and the earlier is over.
            let overlap = abs(own.begin - count.begin) < Int64(counter.window)
            let later = own.begin >= count.begin ? own : count
            visitor.counters[counter] = overlap ? Count(begin: later.begin, count: own.count + count.count) : later
        }
        if other.flags.contains(.optedOut) { visitor.flags.insert(.optedOut) }
        visitor.lastSeen = max(visitor.lastSeen, other.lastSeen)
        visitors[kept] = visitor
    }

    mutating func remove(_ visitor: VisitorNumber) {
        guard let root = root(visitor) else { return }
        visitors[root] = nil
    }

    /// Forgets what is over, as any of it would count as nothing.
    mutating func sweep(at millis: Int64) {
        visitors = visitors.mapValues { visitor in
            var visitor = visitor
            visitor.memberships = visitor.memberships.filter { $0.value > millis }
            visitor.counters = visitor.counters.filter { $0.value.begin + Int64($0.key.window) > millis / 1000 }
            return visitor
        }
    }
}
