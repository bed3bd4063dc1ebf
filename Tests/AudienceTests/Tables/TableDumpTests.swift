import Audience
import Events
import Testing
import Units

@Suite("Snapshots of audience tables")
struct TableDumpTests {
    @Test("what was dumped at rest is there again after loading", arguments: 100..<112)
    func rest(seed: UInt64) throws {
        var world = TableWorld(seed: seed)
        for _ in 0..<3000 { world.step() }
        let bytes = Self.dump(world.tables, stamp: 77)
        let (loaded, stamps) = try Self.load(bytes)
        #expect(stamps.oldest == 77 && stamps.newest == 77 && stamps.stamp(of: VisitorNumber(3)) == 77)
        var again = world.over(loaded)
        again.compare("seed \(seed), loaded")
        #expect(loaded.membershipCount == world.tables.membershipCount)
        #expect(loaded.counterCount == world.tables.counterCount)
        // The world goes on where it was: numbers are not given again.
        for _ in 0..<1000 { again.step() }
        again.compare("seed \(seed), loaded and gone on")
        // And what is loaded is dumped the same.
        let (twice, _) = try Self.load(Self.dump(loaded, stamp: 78))
        var third = again.over(twice)
        third.compare("seed \(seed), loaded twice")
    }

    @Test(
        "blocks written while the tables change, with the log behind their stamps, make the tables as they are",
        arguments: 200..<230)
    func folding(seed: UInt64) throws {
        var history = TableHistory(seed: seed)
        for _ in 0..<8000 { history.step() }
        var bytes: [UInt8] = []
        let dump = TableDump(history.tables, wordsMax: 200)
        while dump.next(into: &bytes, stamp: history.sequence) {
            for _ in 0..<history.below(200) { history.step() }
        }
        for _ in 0..<500 { history.step() }
        let (loaded, stamps) = try Self.load(bytes)
        #expect(stamps.newest > stamps.oldest)
        history.fold(onto: loaded, stamps)
        history.compare(loaded, "seed \(seed)")
    }

    @Test("another dump ends the one before, which says so")
    func abandoned() throws {
        let tables = AudienceTables(visitors: 10, identities: 10)
        var bytes: [UInt8] = []
        let first = TableDump(tables)
        #expect(first.next(into: &bytes, stamp: 1))
        let second = TableDump(tables)
        bytes = []
        #expect(!first.next(into: &bytes, stamp: 1) && first.isAbandoned && bytes.isEmpty)
        while second.next(into: &bytes, stamp: 1) {}
        #expect(!second.isAbandoned)
        let (loaded, _) = try Self.load(bytes)
        #expect(loaded.visitorCount == 0)
    }

    @Test("a snapshot cut short anywhere is refused")
    func cut() throws {
        let bytes = Self.example()
        for length in 0..<bytes.count {
            let error = try #require(throws: TableLoadError.self) { try Self.load(Array(bytes[..<length])) }
            switch error {
            // So few bytes cannot hold as many identifiers as the head says.
            case .incomplete(let offset), .senseless(let offset): #expect(offset <= length)
            default: Issue.record("cut at \(length): \(error)")
            }
        }
    }

    @Test("a byte that is another is noticed, wherever it is, and the block named")
    func flipped() throws {
        let bytes = Self.example()
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8(index % 8)
            let error = try #require(throws: TableLoadError.self) { try Self.load(changed) }
            switch error {
            case .damaged(let offset), .incomplete(let offset): #expect(offset <= index)
            default: Issue.record("byte \(index): \(error)")
            }
        }
    }

    @Test("blocks lost, repeated or out of order are noticed")
    func places() throws {
        let blocks = Self.blocks(Self.example())
        #expect(blocks.count >= 4)
        for index in blocks.indices {
            var lost = blocks
            lost.remove(at: index)
            #expect(throws: TableLoadError.self) { try Self.load(Array(lost.joined())) }
            var repeated = blocks
            repeated.insert(blocks[index], at: index)
            #expect(throws: TableLoadError.self) { try Self.load(Array(repeated.joined())) }
        }
    }

    @Test("what a block with a right sum says is not believed either", arguments: 0..<8)
    func senseless(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<200 {
            var blocks = Self.blocks(Self.example())
            let chosen = Int.random(in: 0..<blocks.count, using: &random)
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let index = Int.random(in: 16..<blocks[chosen].count, using: &random)
                blocks[chosen][index] = UInt8.random(in: 0...255, using: &random)
            }
            blocks[chosen] = Self.summed(blocks[chosen])
            // Whatever comes of it: an error, or tables that can be used.
            guard let (tables, _) = try? Self.load(Array(blocks.joined())) else {
                refused += 1
                continue
            }
            let reader = tables.makeReader()
            var list = MembershipList()
            for number in 0..<UInt32(60) { _ = reader.read(VisitorNumber(number), atMillis: 0, into: &list) }
            for number in 1..<UInt32(60) { tables.remove(VisitorNumber(number)) }
            _ = tables.sweep(slots: 10_000, atMillis: 0) { _, _ in false }
            #expect(tables.membershipCount >= 0 && tables.counterCount >= 0)
        }
        #expect(refused > 20)
    }

    @Test("visitors that are merged in a circle are nobody")
    func circle() throws {
        var blocks = Self.blocks(Self.example())
        // Visitors 1 and 2 of the third block become each other.
        let first = TableFixture.record(merged: 1, into: 2)
        let second = TableFixture.record(merged: 2, into: 1)
        blocks[2] = TableFixture.block(like: blocks[2], payload: TableFixture.range(1, 51) + first + second)
        let (tables, _) = try Self.load(Array(blocks.joined()))
        #expect(tables.resolve(VisitorNumber(1)) == nil && tables.resolve(VisitorNumber(2)) == nil)
        #expect(tables.visitorCount == 0)
    }

    // MARK: Bytes

    static func dump(_ tables: AudienceTables, stamp: UInt64) -> [UInt8] {
        let dump = TableDump(tables)
        var bytes: [UInt8] = []
        while dump.next(into: &bytes, stamp: stamp) {}
        return bytes
    }

    static func load(_ bytes: [UInt8]) throws -> (AudienceTables, TableStamps) {
        let tables = AudienceTables(visitors: 10, identities: 10)
        var loader = TableLoader(tables, bytes: bytes.count)
        // In pieces, as a file is read: whatever is left of a block comes again with what follows.
        var position = 0
        var piece = 1000
        while position < bytes.count {
            let end = min(bytes.count, position + piece)
            let read = try unsafe bytes.withUnsafeBytes {
                try unsafe loader.load(UnsafeRawBufferPointer(rebasing: $0[position..<end]))
            }
            if read == 0, end == bytes.count { break }
            if read == 0 { piece *= 2 }
            position += read
        }
        let stamps = try loader.finish()
        return (tables, stamps)
    }

    /// Fifty visitors with two memberships, a counter and an identifier each, some merged.
    private static func example() -> [UInt8] {
        let tables = AudienceTables(visitors: 10, identities: 10)
        var random = SplitMix64(seed: 1)
        for number in 0..<UInt32(50) {
            guard let visitor = tables.makeVisitor() else { break }
            tables.link(IdentityKey(high: random.next(), low: random.next()), kind: .ifa, to: visitor)
            tables.setMembership(visitor, audience: AudienceNumber(number), untilMillis: .max)
            tables.setMembership(visitor, audience: AudienceNumber(9), untilMillis: 1_900_000_000_000)
            tables.count(visitor, counter: 1, windowSeconds: 60, at: 1_800_000_000_000)
        }
        tables.merge(VisitorNumber(3), into: VisitorNumber(4))
        return dump(tables, stamp: 1)
    }

    private static func blocks(_ bytes: [UInt8]) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        var position = 0
        while position < bytes.count {
            let length = 32 + (0..<4).reduce(0) { $0 | Int(bytes[position + 8 + $1]) << (8 * $1) }
            blocks.append(Array(bytes[position..<position + length]))
            position += length
        }
        return blocks
    }

    static func summed(_ block: [UInt8]) -> [UInt8] {
        var block = block
        let sum = CRC32C.sum(Array(block[16...]), seed: CRC32C.sum(Array(block[..<12])))
        for index in 0..<4 { block[12 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
        return block
    }
}

/// Blocks made by hand.
enum TableFixture {
    static func record(merged number: UInt64, into other: UInt64) -> [UInt64] { [number | 2 << 32, other] }

    static func range(_ first: UInt64, _ end: UInt64) -> [UInt64] { [first | end << 32] }

    /// A block with another's head and other words.
    static func block(like other: [UInt8], payload: [UInt64]) -> [UInt8] {
        var block = Array(other[..<32])
        for index in 0..<4 { block[8 + index] = UInt8(truncatingIfNeeded: payload.count * 8 >> (8 * index)) }
        for word in payload { for byte in 0..<8 { block.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))) } }
        return TableDumpTests.summed(block)
    }
}
