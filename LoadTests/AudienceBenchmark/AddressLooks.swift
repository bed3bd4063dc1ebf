internal import Foundation
internal import IPSignals
internal import Targeting
internal import Units

/// Builds a table of CIDR blocks and times looking addresses up in it.
///
/// Three in four blocks are of IPv4, /16 to /32, the others of IPv6, /32 to /64; the lengths are equally frequent, so
/// blocks lie in each other. They are spread over ``audiences`` lists.
struct AddressLooks: Encodable {
    /// Blocks asked for, and values that the table holds: without those that a wider block of the same list has too.
    let prefixes: Int
    let values: Int
    let bytes: Int
    /// Of the table alone; reading the blocks is not in it.
    let buildSeconds: Double
    /// A few addresses again and again: the table's part that they need is in the caches.
    let hot: BatchTimes
    /// Addresses all over the blocks: most of what is read comes from memory.
    let v4: BatchTimes
    let v6: BatchTimes
    /// Values that an address of chance has, on average.
    let hits: Double
    /// Addresses whose own block's list was not found.
    let wrong: Int

    private static let audiences: UInt32 = 1000
    private static let hotCount = 16

    init(prefixes: Int, seed: UInt64) {
        self.prefixes = prefixes
        var world = Blocks(random: SplitMix64(seed: seed))
        var lists = [[AddressRange]](repeating: [], count: Int(Self.audiences))
        var v4: [Sample] = []
        var v6: [Sample] = []
        for index in 0..<prefixes {
            let isV4 = index % 4 != 3
            guard let range = world.range(isV4: isV4) else { preconditionFailure("a made-up block cannot be read") }
            let list = index % lists.count
            lists[list].append(range)
            let sample = Sample(address: world.address(in: range), list: UInt32(list))
            if isV4 { v4.append(sample) } else { v6.append(sample) }
        }
        var builder = AddressTableBuilder()
        for (list, ranges) in lists.enumerated() { builder.set(UInt32(list), ranges) }
        let start = ContinuousClock.now
        let table = builder.build()
        buildSeconds = AudienceBenchmark.seconds(ContinuousClock.now - start)
        bytes = table.bytes
        values = table.count
        (wrong, hits) = Self.verify(table, v4 + v6)
        hot = Self.time(table, (v4.prefix(Self.hotCount / 2) + v6.prefix(Self.hotCount / 2)).map(\.address))
        self.v4 = Self.time(table, v4.map(\.address))
        self.v6 = Self.time(table, v6.map(\.address))
    }

    var bytesPerPrefix: Double { Double(bytes) / Double(prefixes) }

    /// What looked for allocated.
    var allocations: Int { hot.allocations + v4.allocations + v6.allocations }

    var text: String {
        """
        \(AudienceFigures.pad("address blocks")) \(String(format: "%9d     %8.1f B each, built in %.1f s", prefixes, bytesPerPrefix, buildSeconds))
        \(AudienceFigures.pad("look an address up")) \(String(format: "%9.0f ns in cache, %.0f IPv4 and %.0f IPv6 at random, which have %.1f values; %d allocations", hot.nanos, v4.nanos, v6.nanos, hits, allocations))
        """
    }

    /// An address, and a list with a block around it.
    private struct Sample {
        let address: IPAddress
        let list: UInt32
    }

    private static func verify(_ table: AddressTable, _ samples: [Sample]) -> (wrong: Int, hits: Double) {
        var found = AddressHits()
        var (wrong, hits) = (0, 0)
        for sample in samples {
            table.find(sample.address, into: &found)
            hits += found.count
            if !found.contains(sample.list) { wrong += 1 }
        }
        return (wrong, Double(hits) / Double(max(1, samples.count)))
    }

    /// Half a million look-ups, in the order of the addresses and from their beginning again. Addresses that follow each
    /// other have nothing to do with each other.
    private static func time(_ table: AddressTable, _ addresses: [IPAddress]) -> BatchTimes {
        var found = AddressHits()
        var next = 0
        return BatchTimes(batches: 500) { _ in
            for _ in 0..<BatchTimes.size {
                table.find(addresses[next], into: &found)
                next = next + 1 == addresses.count ? 0 : next + 1
            }
        }
    }
}

/// Blocks and addresses of chance.
private struct Blocks {
    var random: SplitMix64

    /// In all of IPv4's space, or in the part of IPv6's that is given out.
    mutating func range(isV4: Bool) -> AddressRange? {
        let bits = random.next()
        if isV4 {
            let octets = (0..<4).map { String(bits >> UInt64(8 * $0) & 0xFF) }.joined(separator: ".")
            return AddressRange("\(octets)/\(Int.random(in: 16...32, using: &random))")
        }
        let groups = [0x2000 | bits & 0x1FFF, bits >> 16 & 0xFFFF, bits >> 32 & 0xFFFF, bits >> 48]
        let text = groups.map { String($0, radix: 16) }.joined(separator: ":")
        return AddressRange("\(text)::/\(Int.random(in: 32...64, using: &random))")
    }

    /// Any address of a block.
    mutating func address(in range: AddressRange) -> IPAddress {
        // The bits that the prefix leaves free.
        let free = range.prefix == 0 ? UInt128.max : (UInt128(1) << UInt128(128 - range.prefix)) &- 1
        let chance = UInt128(random.next()) << 64 | UInt128(random.next())
        let block = UInt128(range.address.high) << 64 | UInt128(range.address.low)
        let bits = block & ~free | chance & free
        return IPAddress(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }
}
