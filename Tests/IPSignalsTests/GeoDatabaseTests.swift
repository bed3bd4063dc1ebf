import IPSignals
import Targeting
import Testing
import Units

@Suite("Geo database")
struct GeoDatabaseTests {
    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text.utf8)) }

    private static func cities(version: Int = 6) throws -> DatabaseWriter {
        var writer = DatabaseWriter(version: version)
        try writer.insert(
            "192.0.2.0/24",
            .place(country: "US", region: "CA", city: "Oakland", zip: "94601", lat: 37.8, lon: -122.2, metro: 807))
        try writer.insert("192.0.2.128/25", .place(country: "GB", region: "ENG", city: "Leeds", zip: "LS1"))
        if version == 6 {
            try writer.insert("2001:db8::/32", .place(country: "DE", region: "BE", city: "Berlin", zip: "10115"))
        }
        return writer
    }

    @Test("an address has what its record says")
    func place() throws {
        let database = try GeoDatabase(Self.cities().bytes, subject: .places)
        #expect(database.type == "GeoLite2-City")
        let place = database.look(up: try Self.address("192.0.2.9"))
        #expect(place.country?.text == "USA")
        #expect(database.string(place.region) == "CA")
        #expect(database.string(place.city) == "Oakland")
        #expect(database.string(place.zip) == "94601")
        #expect(place.metro == 807)
        #expect(place.lat == 37.8)
        #expect(place.lon == -122.2)
        #expect(place.accuracyKilometres == 20)
        #expect(place.prefix == 96 + 25)
    }

    @Test(
        "IPv4 and IPv6 are found, and what is not there is not",
        arguments: [
            ("192.0.2.127", "Oakland"), ("192.0.2.128", "Leeds"), ("::ffff:192.0.2.255", "Leeds"),
            ("2001:db8:ffff::1", "Berlin"), ("192.0.3.0", ""), ("2001:db9::", ""), ("::1", ""), ("255.255.255.255", ""),
        ])
    func found(text: String, city: String) throws {
        let database = try GeoDatabase(Self.cities().bytes, subject: .places)
        let place = database.look(up: try Self.address(text))
        #expect(database.string(place.city) == city)
        #expect((place.country == nil) == city.isEmpty)
    }

    @Test("a database of IPv4 alone knows no IPv6, and counts prefixes as one of both does")
    func v4Alone() throws {
        let database = try GeoDatabase(Self.cities(version: 4).bytes, subject: .places)
        let place = database.look(up: try Self.address("192.0.2.200"))
        #expect(database.string(place.city) == "Leeds")
        #expect(place.prefix == 96 + 25)
        #expect(database.look(up: try Self.address("2001:db8::1")).country == nil)
    }

    @Test("values behind pointers are read")
    func pointers() throws {
        var writer = DatabaseWriter()
        let country = writer.append(.map([("iso_code", .text("FR"))]))
        let name = writer.append(.text("country"))
        let record = writer.append(
            bytes: [0xE1] + DatabaseValue.pointer(name).bytes + DatabaseValue.pointer(country).bytes)
        try writer.insert("10.0.0.0/8", .pointer(record))
        let database = try GeoDatabase(writer.bytes, subject: .places)
        #expect(database.look(up: try Self.address("10.1.2.3")).country?.text == "FRA")
    }

    @Test(
        "a network has its provider and connection",
        arguments: [("Cellular", 3), ("Cable/DSL", 1), ("Corporate", 1), ("Satellite", nil)] as [(String, Int32?)])
    func network(connection: String, type: Int32?) throws {
        var writer = DatabaseWriter(type: "GeoIP2-ISP")
        try writer.insert(
            "10.0.0.0/8",
            .map([
                ("autonomous_system_number", .uint32(64_496)), ("autonomous_system_organization", .text("Acme AS")),
                ("isp", .text("Acme Telecom")), ("connection_type", .text(connection)),
                ("is_hosting_provider", .bool(true)), ("is_anonymous", .bool(false)),
            ]))
        let database = try GeoDatabase(writer.bytes, subject: .networks)
        let place = database.look(up: try Self.address("10.1.2.3"))
        #expect(database.string(place.isp) == "Acme Telecom")
        #expect(place.asn == 64_496)
        #expect(place.connectiontype == type)
        #expect(place.isHosting)
        #expect(!place.isAnonymous)
    }

    @Test(
        "a file that is none, or another one, is refused with a remedy",
        arguments: [
            ("", "is no database"), ("no database", "is no database"), ("cut", "is no database"),
            ("marker", "is no database"), ("type", "has no networks"), ("layout", "no places that could be read"),
            ("tree", "node 0 of its search tree leads nowhere"),
        ])
    func refused(what: String, message: String) throws {
        var writer = try Self.cities()
        var subject = GeoDatabase.Subject.places
        var bytes = writer.bytes
        switch what {
        case "cut": bytes.removeLast(bytes.count / 2)
        case "marker": bytes.removeFirst(bytes.count - 60)
        case "type": subject = .networks
        case "layout":
            writer = DatabaseWriter()
            try writer.insert("10.0.0.0/8", .map([("country", .text("US"))]))
            bytes = writer.bytes
        // Far behind the end of the data.
        case "tree": bytes.replaceSubrange(0..<3, with: [0xFF, 0xFF, 0xFE])
        default: bytes = Array(what.utf8)
        }
        #expect {
            _ = try GeoDatabase(bytes, subject: subject)
        } throws: { error in
            guard let fault = error as? SignalFault else { return false }
            return fault.message.contains(message) && !fault.hint.isEmpty
        }
    }

    @Test("a database damaged anywhere is refused or answers, and never traps", arguments: 0..<8)
    func damaged(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let whole = try Self.cities().bytes
        let asked = try ["192.0.2.9", "192.0.2.200", "2001:db8::1", "10.0.0.1", "::"].map { try Self.address($0) }
        var opened = 0
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0...generator.next() % 4 {
                // Behind the search tree, whose damage is noticed, as often as anywhere.
                let from = generator.next() % 2 == 0 ? 0 : bytes.count - 700
                let place = from + Int(generator.next() % UInt64(bytes.count - from))
                bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            }
            guard let database = try? GeoDatabase(bytes, subject: .places) else { continue }
            opened += 1
            for address in asked {
                let place = database.look(up: address)
                for text in [place.city, place.region, place.zip, place.isp] { _ = database.string(text) }
            }
        }
        #expect(opened > 50)
    }

    @Test("a record that goes in circles, or claims to be endless, ends")
    func endless() throws {
        var writer = try Self.cities()
        // A map with 16,842,588 members, of which few are there; one whose only member is itself; nested arrays.
        let huge = writer.append(bytes: [0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0x40, count: 20_000))
        let circle = writer.data.count
        _ = writer.append(bytes: [0xE1, 0x47] + Array("country".utf8) + DatabaseValue.pointer(circle).bytes)
        let nested = writer.append(bytes: [UInt8](repeating: 0x01, count: 3) + [UInt8](repeating: 0x04, count: 30_000))
        try writer.insert("10.0.0.0/24", at: huge)
        try writer.insert("10.0.1.0/24", at: circle)
        try writer.insert("10.0.2.0/24", at: nested)
        let database = try GeoDatabase(writer.bytes, subject: .places)
        for text in ["10.0.0.1", "10.0.1.1", "10.0.2.1"] {
            #expect(database.look(up: try Self.address(text)).country == nil)
        }
    }
}
