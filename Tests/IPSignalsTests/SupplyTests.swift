import IPSignals
import OpenRTB
import Testing

@Suite("What a request lacks")
struct SupplyTests {
    private static func signals(prefers: Bool = false) throws -> IPSignals {
        var cities = DatabaseWriter()
        try cities.insert(
            "192.0.2.0/24",
            .place(country: "US", region: "ca", city: "Oakland", zip: "94601", lat: 37.8, lon: -122.2, metro: 807))
        try cities.insert("198.51.100.0/24", .place(country: "GB", region: "ENG", city: "London", zip: "E1"))
        try cities.insert("198.51.100.64/26", .place(country: "GB", region: "ENG", city: "Leeds", zip: "LS1"))
        try cities.insert("2001:db8::/32", .place(country: "DE", region: "BE", city: "Berlin", zip: "10115"))
        var networks = DatabaseWriter(type: "GeoIP2-ISP")
        try networks.insert(
            "192.0.2.0/24", .map([("connection_type", .text("Cellular")), ("isp", .text("Acme Mobile"))]))
        var sources = IPSignals.Sources()
        sources.city = try GeoDatabase(cities.bytes, subject: .places)
        sources.network = try GeoDatabase(networks.bytes, subject: .networks)
        sources.prefersDatabase = prefers
        return IPSignals(sources)
    }

    /// What a device says after it was filled in: place, connection, carrier.
    private static func supplied(
        _ signals: IPSignals, device: String, isPersonal: Bool = true
    ) throws -> [String: String] {
        let reader = BidRequestReader()
        try reader.read(copying: Array(#"{"id":"r","imp":[{"id":"1","banner":{}}],"device":\#(device)}"#.utf8))
        signals.supply(reader) { _ in isPersonal }
        let device = reader.request.device
        let text = reader.request.text
        var result = [
            "country": text.string(device.geo.country), "region": text.string(device.geo.region),
            "city": text.string(device.geo.city), "zip": text.string(device.geo.zip),
            "metro": text.string(device.geo.metro), "carrier": text.string(device.carrier),
        ]
        result["lat"] = device.geo.lat.map { "\($0)" }
        result["lon"] = device.geo.lon.map { "\($0)" }
        result["type"] = device.geo.type.map { "\($0)" }
        result["connectiontype"] = device.connectiontype.map { "\($0)" }
        return result.filter { !$0.value.isEmpty }
    }

    private static let oakland = [
        "country": "USA", "region": "CA", "city": "Oakland", "zip": "94601", "metro": "807", "lat": "37.8",
        "lon": "-122.2", "type": "2", "connectiontype": "3", "carrier": "Acme Mobile",
    ]

    @Test(
        "a request without a country has the place and network of its address",
        arguments: [#"{"ip":"192.0.2.9"}"#, #"{"ip":"::ffff:192.0.2.9"}"#, #"{"ip":"x","ipv6":"::ffff:192.0.2.9"}"#])
    func absent(device: String) throws {
        #expect(try Self.supplied(Self.signals(), device: device) == Self.oakland)
    }

    @Test("IPv6 is looked up where there is no IPv4")
    func v6() throws {
        let found = try Self.supplied(Self.signals(), device: #"{"ipv6":"2001:db8:1:2::3"}"#)
        #expect(found["city"] == "Berlin")
        #expect(found["country"] == "DEU")
        #expect(found["carrier"] == nil)
    }

    @Test("an unknown address, or none, leaves a request as it was")
    func unknown() throws {
        for device in [#"{"ip":"203.0.113.1"}"#, "{}", #"{"ip":"localhost"}"#] {
            #expect(try Self.supplied(Self.signals(), device: device).isEmpty, "\(device)")
            #expect(try Self.supplied(.none, device: device).isEmpty, "\(device)")
        }
    }

    @Test("a request with a country keeps its place, unless the database is preferred")
    func prefer() throws {
        let device = #"{"ip":"192.0.2.9","connectiontype":2,"geo":{"country":"CAN","city":"Ottawa","lat":1,"lon":2}}"#
        var kept = try Self.supplied(Self.signals(), device: device)
        #expect(kept.removeValue(forKey: "carrier") == "Acme Mobile")
        #expect(
            kept == ["country": "CAN", "city": "Ottawa", "lat": "1.0", "lon": "2.0", "connectiontype": "2"])
        var replaced = Self.oakland
        replaced["connectiontype"] = "2"
        #expect(try Self.supplied(Self.signals(prefers: true), device: device) == replaced)
    }

    @Test("a preferred database that does not know an address leaves the request's own place")
    func preferUnknown() throws {
        let device = #"{"ip":"203.0.113.1","geo":{"country":"CAN"}}"#
        #expect(try Self.supplied(Self.signals(prefers: true), device: device) == ["country": "CAN"])
    }

    @Test("what a place without a country has is kept")
    func partial() throws {
        let device = #"{"ip":"192.0.2.9","geo":{"lat":1,"lon":2,"type":1,"zip":"7"}}"#
        let found = try Self.supplied(Self.signals(), device: device)
        #expect(found["country"] == "USA")
        #expect(found["lat"] == "1.0")
        #expect(found["type"] == "1")
        #expect(found["zip"] == "7")
    }

    @Test("the whole address is looked up only where personal data may be used")
    func truncated() throws {
        let device = #"{"ip":"198.51.100.70"}"#
        #expect(try Self.supplied(Self.signals(), device: device)["city"] == "Leeds")
        #expect(try Self.supplied(Self.signals(), device: device, isPersonal: false)["city"] == "London")
    }

    @Test("consent is asked for with the country of the address in place")
    func consentSeesCountry() throws {
        let reader = BidRequestReader()
        try reader.read(
            copying: Array(#"{"id":"r","imp":[{"id":"1","banner":{}}],"device":{"ip":"198.51.100.70"}}"#.utf8))
        var seen: [String] = []
        try Self.signals().supply(reader) { request in
            seen.append(request.text.string(request.device.geo.country))
            return false
        }
        #expect(seen == ["GBR"])
    }

    @Test("there is room for what is supplied when numbers have used up all other")
    func room() throws {
        let numbers = (0..<7000).map { _ in "1234567890123456789" }.joined(separator: ",")
        let reader = BidRequestReader()
        let body =
            #"{"id":"r","imp":[{"id":"1","banner":{}}],"device":{"ip":"192.0.2.9"},"user":{"keywords":[\#(numbers)]}}"#
        try reader.read(copying: Array(body.utf8))
        try Self.signals().supply(reader) { _ in true }
        #expect(reader.request.text.string(reader.request.device.geo.city) == "Oakland")
    }

    @Test("addresses of data centres and proxies are refused, unless that is switched off")
    func refused() throws {
        var sources = IPSignals.Sources()
        sources.networks = [
            .dataCentre: AddressList(Array("10.0.0.0/8\n".utf8)).ranges, .proxy: AddressList(Array("::1".utf8)).ranges,
        ]
        let reader = BidRequestReader()
        for (address, isRefused) in [("10.1.2.3", true), ("::1", true), ("11.0.0.1", false), ("", false)] {
            try reader.read(
                copying: Array(#"{"id":"r","imp":[{"id":"1","banner":{}}],"device":{"ip":"\#(address)"}}"#.utf8))
            sources.refusesNetworks = true
            #expect(IPSignals(sources).refuses(reader.request) == isRefused, "\(address)")
            sources.refusesNetworks = false
            #expect(IPSignals(sources).refuses(reader.request) == false)
        }
    }
}
