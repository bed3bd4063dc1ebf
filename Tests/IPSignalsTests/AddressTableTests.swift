import IPSignals
import Targeting
import Testing
import Units

@Suite("Address table")
struct AddressTableTests {
    private static func table(_ lists: [UInt32: [String]]) throws -> AddressTable {
        var builder = AddressTableBuilder()
        for (value, texts) in lists { builder.set(value, try texts.map { try #require(AddressRange($0)) }) }
        return builder.build()
    }

    private static func values(_ table: AddressTable, _ text: String) throws -> [UInt32] {
        var hits = AddressHits()
        table.find(try #require(IPAddress(text.utf8)), into: &hits)
        return (0..<hits.count).map { hits[$0] }
    }

    @Test("an address has the values of all ranges around it, the narrowest first, each once")
    func nested() throws {
        let table = try Self.table([
            7: ["10.0.0.0/8", "10.1.0.0/16"], 9: ["10.1.0.0/16", "192.0.2.0/24"], 4: ["10.1.2.0/24", "10.1.2.9/32"],
        ])
        #expect(try Self.values(table, "10.1.2.9") == [4, 9, 7])
        #expect(try Self.values(table, "10.1.3.0") == [9, 7])
        #expect(try Self.values(table, "10.2.0.0") == [7])
        #expect(try Self.values(table, "192.0.2.255") == [9])
        #expect(try Self.values(table, "192.0.3.0") == [])
        #expect(try Self.values(table, "9.255.255.255") == [])
        #expect(try Self.values(table, "2001:db8::1") == [])
        #expect(table.count == 4)
    }

    @Test("host bits of a range do not matter, and a range that comes twice is one")
    func hostBits() throws {
        let table = try Self.table([1: ["192.0.2.77/24", "192.0.2.0/24", "2001:db8::77/64", "2001:db8::/64"]])
        #expect(try Self.values(table, "192.0.2.1") == [1])
        #expect(try Self.values(table, "2001:db8::1") == [1])
        #expect(table.count == 2)
    }

    @Test("ranges beyond 64 bits are told apart")
    func long() throws {
        let table = try Self.table([1: ["2001:db8::1/128"], 2: ["2001:db8::8000:0:0:0/65"], 3: ["2001:db8::/120"]])
        #expect(try Self.values(table, "2001:db8::1") == [1, 3])
        #expect(try Self.values(table, "2001:db8::2") == [3])
        #expect(try Self.values(table, "2001:db8::100") == [])
        #expect(try Self.values(table, "2001:db8::ffff:0:0:1") == [2])
        #expect(try Self.values(table, "2001:db7:ffff::") == [])
    }

    @Test("the range of everything holds for both families; that of IPv4 for its own")
    func everything() throws {
        let table = try Self.table([1: ["::/0"], 2: ["0.0.0.0/0"]])
        #expect(try Self.values(table, "0.0.0.0") == [2, 1])
        #expect(try Self.values(table, "255.255.255.255") == [2, 1])
        #expect(try Self.values(table, "::") == [1])
        #expect(try Self.values(table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == [1])
    }

    @Test("an empty table knows nothing, and a list can be replaced and taken away")
    func replacing() throws {
        #expect(try Self.values(.empty, "10.0.0.1") == [])
        #expect(AddressTable.empty.isEmpty)
        var builder = AddressTableBuilder()
        builder.set(1, [try #require(AddressRange("10.0.0.0/8"))])
        builder.set(1, [try #require(AddressRange("11.0.0.0/8"))])
        #expect(try Self.values(builder.build(), "10.0.0.1") == [])
        #expect(try Self.values(builder.build(), "11.0.0.1") == [1])
        builder.set(1, [])
        #expect(builder.build().isEmpty)
    }

    @Test("where more values hold than there is room for, the narrowest are kept and it is said")
    func overflow() throws {
        var lists: [UInt32: [String]] = [:]
        for value in 0..<70 { lists[UInt32(value)] = ["2001:db8::/\(value + 40)"] }
        let table = try Self.table(lists)
        var hits = AddressHits()
        table.find(try #require(IPAddress("2001:db8::".utf8)), into: &hits)
        #expect(hits.isTruncated)
        #expect(hits.count == AddressHits.capacity)
        #expect(hits[0] == 69)
        table.find(IPAddress(v4: 1), into: &hits)
        #expect(hits.count == 0)
        #expect(!hits.isTruncated)
    }

    @Test("a table says what looking through all lists says", arguments: 0..<20)
    func agreement(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        // Few bits are free, so that ranges nest, touch and repeat.
        let draw = { (bound: UInt64) in generator.next() % bound }
        let address = { () -> IPAddress in
            let low = draw(256) << [0, 24, 56, 63][Int(draw(4))] | draw(4)
            switch draw(3) {
            case 0:
                return IPAddress(v4: UInt32(truncatingIfNeeded: draw(8) << 29 | draw(8) << [0, 14, 22][Int(draw(3))]))
            case 1: return IPAddress(high: draw(4) << [0, 32, 62][Int(draw(3))], low: low)
            default: return IPAddress(high: 0, low: 0xFFFF_0000_0000 | draw(16) << 28 | draw(16))
            }
        }
        var lists: [UInt32: [AddressRange]] = [:]
        for _ in 0..<400 {
            let at = address()
            let length = draw(10) == 0 ? (at.isV4 ? 32 * draw(2) : 128 * draw(2)) : draw(at.isV4 ? 33 : 129)
            lists[UInt32(draw(30)), default: []].append(try #require(AddressRange(at.text + "/\(length)")))
        }
        var builder = AddressTableBuilder()
        for (value, ranges) in lists { builder.set(value, ranges) }
        let table = builder.build()
        // Each range's edges, and what lies beside them, besides any address.
        var asked = (0..<400).map { _ in address() }
        for range in lists.values.joined() {
            asked += [range.address, range.address.neighbour(by: 1), range.address.neighbour(by: -1)]
        }
        var hits = AddressHits()
        for address in asked {
            table.find(address, into: &hits)
            let found = (0..<hits.count).map { hits[$0] }
            let expected = lists.filter { $0.value.contains { $0.contains(address) } }.keys.sorted()
            #expect(found.sorted() == expected, "\(address.text)")
        }
    }
}

extension IPAddress {
    /// As a reader takes it.
    var text: String {
        if isV4 {
            return stride(from: 24, through: 0, by: -8).map { "\(low >> UInt64($0) & 0xFF)" }.joined(separator: ".")
        }
        let groups = [high, low].flatMap { word in
            [48, 32, 16, 0].map { String(word >> UInt64($0) & 0xFFFF, radix: 16) }
        }
        return groups.joined(separator: ":")
    }

    /// The address before or behind; the last one's next is the first.
    func neighbour(by step: Int) -> IPAddress {
        let all = (UInt128(high) << 64 | UInt128(low)) &+ UInt128(truncatingIfNeeded: step)
        return IPAddress(high: UInt64(truncatingIfNeeded: all >> 64), low: UInt64(truncatingIfNeeded: all))
    }
}
