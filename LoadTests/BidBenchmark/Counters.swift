internal import CAllocations
internal import CSimdJSON
internal import Sealing
internal import Units

/// What some work asked of memory.
struct MemoryCounts {
    var allocations: UInt64 = 0
    /// Asked for in those allocations.
    var bytes: UInt64 = 0
    /// Calls that retain or release; zero outside ``Counters/countingRetains(_:)``.
    var retainsAndReleases: UInt64 = 0

    /// What `work` asks for on this thread.
    @inline(never)
    static func of(_ work: () -> Void) -> MemoryCounts {
        let before = vendue_memory_counts_now()
        work()
        let after = vendue_memory_counts_now()
        return MemoryCounts(
            allocations: after.allocations - before.allocations,
            bytes: after.bytes - before.bytes,
            retainsAndReleases: after.retains + after.releases - before.retains - before.releases
        )
    }
}

/// The counters, and the proof that they count.
enum Counters {
    /// A counter that does not see what it is there for.
    struct Blind: Error, CustomStringConvertible {
        let description: String
    }

    /// Counts retains and releases while `work` runs. What is timed meanwhile is slower than it is.
    static func countingRetains(_ work: () -> Void) throws(Blind) {
        guard vendue_count_retains(true) else {
            throw Blind(description: "this Swift runtime does not let retains be counted")
        }
        work()
        _ = vendue_count_retains(false)
    }

    /// Holds each counter to functions known to allocate or to retain, and to one known to do neither.
    static func prove() throws(Blind) {
        var sum = 0
        let arrays = MemoryCounts.of { for count in 100..<110 { sum += array(count).count } }
        try expect(sum == 1_045 && arrays.allocations == 10, "10 arrays are \(arrays.allocations) allocations")
        try expect(arrays.bytes >= 8 * 1_045, "arrays of 8,360 bytes are \(arrays.bytes) bytes")

        let parser = MemoryCounts.of { unsafe vendue_json_destroy(vendue_json_create(4_096, 32, 0)) }
        try expect(parser.bytes > 4_096, "a parser of simdjson is \(parser.bytes) bytes")

        let key = SealingKey(id: 1, created: Instant(micros: 0), bytes: [UInt8](repeating: 7, count: 64))
        var sealer: Sealer?
        let cipher = MemoryCounts.of { sealer = Sealer(ring: KeyRing(keys: [key])) }
        try expect(
            sealer != nil && cipher.allocations > 3, "a cipher of libcrypto is \(cipher.allocations) allocations")

        var leaves: [Leaf] = []
        leaves.reserveCapacity(10)
        let leaf = Leaf()
        var retains = MemoryCounts()
        try countingRetains { retains = .of { for _ in 0..<10 { keep(leaf, &leaves) } } }
        try expect(
            leaves.count == 10 && retains.retainsAndReleases == 10, "10 retains are \(retains.retainsAndReleases)")
        try expect(retains.allocations == 0, "10 retains are \(retains.allocations) allocations")
        var releases = MemoryCounts()
        try countingRetains { releases = .of { leaves.removeAll(keepingCapacity: true) } }
        try expect(releases.retainsAndReleases == 10, "10 releases are \(releases.retainsAndReleases)")
    }

    private static func expect(_ isSo: Bool, _ what: String) throws(Blind) {
        if !isSo { throw Blind(description: "a counter is blind, so nothing is reported: \(what)") }
    }

    @inline(never)
    private static func array(_ count: Int) -> [Int] { Array(repeating: count, count: count) }

    private final class Leaf {}

    @inline(never)
    private static func keep(_ leaf: Leaf, _ leaves: inout [Leaf]) { leaves.append(leaf) }
}
