import Audience
import Events

/// What the audience tables mean, in dictionaries: slow, and plain enough to be seen right.
struct TableModel {
    struct Counter: Hashable {
        let counter: UInt32
        let window: UInt32
    }

    /// By slice of a quarter of the window: what the latest and the four before it hold.
    struct Count: Equatable {
        var slices: [Int64: Int] = [:]

        func live(at second: Int64, _ window: UInt32) -> Int {
            let now = second / slice(window)
            return slices.reduce(0) { $0 + ($1.key >= now - 4 ? $1.value : 0) }
        }

        func slice(_ window: UInt32) -> Int64 { (Int64(window) + 3) / 4 }

        /// What comes late counts in the eldest slice.
        mutating func add(at second: Int64, _ window: UInt32) {
            let now = second / slice(window)
            slices[max(now, (slices.keys.max() ?? now) - 4), default: 0] += 1
        }
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
        visitors[root]?.counters[counter, default: Count()].add(at: second, counter.window)
    }

    mutating func merge(_ from: VisitorNumber, into: VisitorNumber) {
        guard let gone = root(from), let kept = root(into), gone != kept, let other = visitors.removeValue(forKey: gone)
        else { return }
        merged[gone] = kept
        guard var visitor = visitors[kept] else { return }
        visitor.memberships.merge(other.memberships) { max($0, $1) }
        for (counter, count) in other.counters {
            visitor.counters[counter, default: Count()].slices.merge(count.slices) { $0 + $1 }
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
            visitor.counters = visitor.counters.filter { $0.value.live(at: millis / 1000, $0.key.window) > 0 }
            return visitor
        }
    }
}
