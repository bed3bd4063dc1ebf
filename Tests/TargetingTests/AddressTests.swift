import Targeting
import Testing

@Suite("IP address")
struct IPAddressTests {
    @Test(
        "IPv4 is four octets",
        arguments: [
            ("0.0.0.0", 0), ("255.255.255.255", 0xFFFF_FFFF), ("192.0.2.1", 0xC000_0201), ("1.2.3.4", 0x0102_0304),
        ] as [(String, UInt32)])
    func v4(text: String, address: UInt32) {
        #expect(IPAddress(text.utf8) == IPAddress(v4: address))
        #expect(IPAddress(v4: address).isV4)
    }

    @Test(
        "IPv6 is eight groups, one run of zero groups left out",
        arguments: [
            ("::", 0, 0), ("::1", 0, 1), ("1::", 0x0001_0000_0000_0000, 0), ("2001:db8::1", 0x2001_0DB8_0000_0000, 1),
            ("2001:DB8:0:0:0:0:0:1", 0x2001_0DB8_0000_0000, 1),
            ("1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004, 0x0005_0006_0007_0008),
            ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004, 0x0005_0006_0007_0000),
            ("::2:3:4:5:6:7:8", 0x0000_0002_0003_0004, 0x0005_0006_0007_0008),
            ("1:2:3::6:7:8", 0x0001_0002_0003_0000, 0x0000_0006_0007_0008), ("fe80::", 0xFE80_0000_0000_0000, 0),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .max, .max), ("::ffff:192.0.2.1", 0, 0xFFFF_C000_0201),
            ("::192.0.2.1", 0, 0xC000_0201), ("64:ff9b::192.0.2.33", 0x0064_FF9B_0000_0000, 0xC000_0221),
            ("1:2:3:4:5:6:1.2.3.4", 0x0001_0002_0003_0004, 0x0005_0006_0102_0304),
            ("0001::0a", 0x0001_0000_0000_0000, 10),
        ] as [(String, UInt64, UInt64)])
    func v6(text: String, high: UInt64, low: UInt64) {
        #expect(IPAddress(text.utf8) == IPAddress(high: high, low: low))
    }

    @Test("an IPv4 address is the same one when it is mapped into IPv6")
    func mapped() {
        #expect(IPAddress("::ffff:192.0.2.1".utf8) == IPAddress("192.0.2.1".utf8))
        #expect(IPAddress("::ffff:c000:201".utf8) == IPAddress("192.0.2.1".utf8))
        #expect(IPAddress("::192.0.2.1".utf8)?.isV4 == false)
    }

    @Test(
        "a truncated address is the first of its /24 or /48",
        arguments: [
            ("192.0.2.77", "192.0.2.0"), ("192.0.2.0", "192.0.2.0"), ("255.255.255.255", "255.255.255.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"), ("::1", "::"),
        ])
    func truncated(text: String, first: String) throws {
        #expect(try #require(IPAddress(text.utf8)).truncated == IPAddress(first.utf8))
    }

    @Test(
        "what is no address is none",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.", ".1.2.3", "1..2.3", "01.2.3.4", "1.2.3.00",
            "1.2.3.-4",
            "1.2.3.+4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.x", "1,2,3,4", "0x7f.0.0.1", "4294967296.1.1.1", "localhost",
            ":", ":::", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
            "1::2::3",
            "1:::2", ":1::2", "1::2:", "12345::", "g::", "::1%eth0", "[::1]", "::1/64", "::+1", "::-1", "::-0", ":: 1",
            "::1.2.3", "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:01.2.3.4", "::1.2.3.256",
            "2001:db8::1 ", "٠.٠.٠.٠", "2001:0db8:0000:0000:0000:0000:0000:0001:0000:0000",
        ])
    func refuses(text: String) {
        #expect(IPAddress(text.utf8) == nil)
    }
}

@Suite("Address range")
struct AddressRangeTests {
    struct Edge: Sendable, CustomTestStringConvertible {
        let range: String
        let first: String
        let last: String
        /// Just below and just above, where there is such.
        let outside: [String]
        var testDescription: String { range }
    }

    @Test(
        "a block reaches from its first address to its last and no further",
        arguments: [
            Edge(
                range: "192.0.2.0/24", first: "192.0.2.0", last: "192.0.2.255", outside: ["192.0.1.255", "192.0.3.0"]),
            Edge(
                range: "192.0.2.77/24", first: "192.0.2.0", last: "192.0.2.255", outside: ["192.0.1.255", "192.0.3.0"]),
            Edge(range: "192.0.2.4/30", first: "192.0.2.4", last: "192.0.2.7", outside: ["192.0.2.3", "192.0.2.8"]),
            Edge(range: "10.0.0.1/32", first: "10.0.0.1", last: "10.0.0.1", outside: ["10.0.0.0", "10.0.0.2"]),
            Edge(range: "10.0.0.1", first: "10.0.0.1", last: "10.0.0.1", outside: ["10.0.0.0", "10.0.0.2"]),
            Edge(
                range: "128.0.0.0/1", first: "128.0.0.0", last: "255.255.255.255", outside: ["127.255.255.255", "::"]),
            Edge(
                range: "0.0.0.0/0", first: "0.0.0.0", last: "255.255.255.255",
                outside: ["::", "::1:0:0:0", "2001:db8::"]),
            Edge(
                range: "2001:db8::/32", first: "2001:db8::", last: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                outside: ["2001:db7:ffff::", "2001:db9::"]),
            Edge(
                range: "2001:db8::/64", first: "2001:db8::", last: "2001:db8::ffff:ffff:ffff:ffff",
                outside: ["2001:db8:0:1::"]),
            Edge(
                range: "2001:db8::/65", first: "2001:db8::", last: "2001:db8::7fff:ffff:ffff:ffff",
                outside: ["2001:db8::8000:0:0:0"]),
            Edge(
                range: "2001:db8::/63", first: "2001:db8::", last: "2001:db8:0:1:ffff:ffff:ffff:ffff",
                outside: ["2001:db8:0:2::"]),
            Edge(
                range: "2001:db8::1/128", first: "2001:db8::1", last: "2001:db8::1",
                outside: ["2001:db8::", "2001:db8::2"]),
            Edge(range: "::/0", first: "::", last: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", outside: []),
        ])
    func edges(_ edge: Edge) throws {
        let range = try #require(AddressRange(edge.range))
        #expect(range.contains(try #require(IPAddress(edge.first.utf8))))
        #expect(range.contains(try #require(IPAddress(edge.last.utf8))))
        for outside in edge.outside { #expect(!range.contains(try #require(IPAddress(outside.utf8))), "\(outside)") }
    }

    @Test("the block of every IPv6 address holds IPv4 addresses too")
    func everything() throws {
        let range = try #require(AddressRange("::/0"))
        #expect(range.contains(IPAddress(v4: 0xC000_0201)))
    }

    @Test(
        "what is no block is none",
        arguments: [
            "", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/-0",
            "192.0.2.0/24/8", "192.0.2.0/x", "192.0.2.0/ 8", "192.0.2.0 /8", "192.0.2/24", "::/129", "::1/",
            "192.0.2.0/255.255.255.0", "192.0.2.0/99999999999999999999",
        ])
    func refuses(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(
        "a block is coarse where a truncated address still tells it",
        arguments: [
            ("192.0.2.0/24", true), ("10.0.0.0/8", true), ("0.0.0.0/0", true), ("192.0.2.0/25", false),
            ("192.0.2.1", false), ("2001:db8::/48", true), ("2001:db8::/32", true), ("2001:db8::/49", false),
            ("2001:db8::1", false), ("::/0", true),
        ])
    func coarse(text: String, coarse: Bool) throws {
        #expect(try #require(AddressRange(text)).isCoarse == coarse)
    }
}
