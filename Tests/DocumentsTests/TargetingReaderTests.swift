import OpenRTB
import Targeting
import Testing
import Units

@testable import Documents

/// A value of one key and the leaf that it is read as.
struct GoodLeaf: Sendable, CustomTestStringConvertible {
    let key: String
    let json: String
    let leaf: Leaf

    init(_ key: String, _ json: String, _ leaf: Leaf) {
        self.key = key
        self.json = json
        self.leaf = leaf
    }

    var testDescription: String { "\(key): \(json)" }
}

/// A value of one key that is refused, where, and how the refusal begins.
struct BadLeaf: Sendable, CustomTestStringConvertible {
    let key: String
    let json: String
    let place: String
    let message: String

    init(_ key: String, _ json: String, _ place: String, _ message: String) {
        self.key = key
        self.json = json
        self.place = place
        self.message = message
    }

    var testDescription: String { "\(key): \(json)" }
}

/// Reads targeting in a clock of UTC.
private func targeting(_ json: String) throws -> (predicate: Predicate, faults: [Fault]) {
    let faults = FaultList()
    let predicate = TargetingReader(clock: .utc, faults).read(try node(json), at: "/targeting")
    return (predicate, faults.faults)
}

private func hours(_ days: [Int], _ range: Range<Int>) -> HoursOfWeek {
    var hours = HoursOfWeek(clock: .utc)
    hours.insert(days: days, hours: range)
    return hours
}

private func range(_ text: String) -> AddressRange {
    guard let range = AddressRange(text) else { preconditionFailure("\(text) is no address") }
    return range
}

@Suite("Reading targeting")
struct TargetingReaderTests {
    private static let good: [GoodLeaf] = [
        GoodLeaf("exchange", #"["AdX","b"]"#, .exchange([bytes("AdX"), bytes("b")])),
        GoodLeaf("country", #"["USA","de","UK","fra"]"#, .country(["usa", "deu", "gbr", "fra"].map(bytes))),
        GoodLeaf(
            "region",
            #"["US-CA","ny","DEU-BE"]"#,
            .region([
                Region(country: bytes("usa"), code: bytes("ca")), Region(country: nil, code: bytes("ny")),
                Region(country: bytes("deu"), code: bytes("be")),
            ])
        ),
        GoodLeaf("city", #""Berlin""#, .city([bytes("berlin")])),
        GoodLeaf(
            "zip",
            #"["94*",10115,"SW1A 1AA"]"#,
            .zip([
                Wildcard(text: bytes("94"), isPrefix: true), Wildcard(text: bytes("10115"), isPrefix: false),
                Wildcard(text: bytes("sw1a 1aa"), isPrefix: false),
            ])
        ),
        GoodLeaf("metro", "[501]", .metro([bytes("501")])),
        GoodLeaf("near", #"{"lat":52.52,"lon":13.4,"km":5}"#, .near([Circle(lat: 52.52, lon: 13.4, km: 5)])),
        GoodLeaf(
            "near",
            #"[{"lat":-90,"lon":180,"km":0.01},{"lat":0,"lon":0,"km":1}]"#,
            .near([Circle(lat: -90, lon: 180, km: 0.01), Circle(lat: 0, lon: 0, km: 1)])
        ),
        GoodLeaf("device", #"["Phone","tv",6]"#, .device([4, 3, 6])),
        GoodLeaf("device", #""mobile""#, .device([1, 4, 5])),
        GoodLeaf("os", #"["iOS"]"#, .os([bytes("ios")])),
        GoodLeaf("osv", #"[14,"15.1"]"#, .osv([bytes("14"), bytes("15.1")])),
        GoodLeaf("browser", #"["Chrome","safari"]"#, .browser([.chrome, .safari])),
        GoodLeaf("connection", #"["wifi","cellular"]"#, .connection([2, 3, 4, 5, 6, 7])),
        GoodLeaf("carrier", #"["310-005","Telekom"]"#, .carrier([bytes("310-005"), bytes("telekom")])),
        GoodLeaf("language", #""EN""#, .language([bytes("en")])),
        GoodLeaf("environment", #"["site","APP","dooh"]"#, .environment([.site, .app, .dooh])),
        GoodLeaf("domain", #"["Example.COM"]"#, .domain([bytes("example.com")])),
        GoodLeaf("bundle", #"["com.Foo",389801252]"#, .bundle([bytes("com.foo"), bytes("389801252")])),
        GoodLeaf("publisher", #"["Pub-1"]"#, .publisher([bytes("pub-1")])),
        GoodLeaf("category", #"["IAB7","iab1-2"]"#, .category([bytes("iab7"), bytes("iab1-2")])),
        GoodLeaf("keyword", #"["Running Shoes"]"#, .keyword([bytes("running shoes")])),
        GoodLeaf("format", #"["banner","native","video","audio"]"#, .format([.banner, .native, .video, .audio])),
        GoodLeaf("size", #"["300x250","728x90"]"#, .size([Size(w: 300, h: 250), Size(w: 728, h: 90)])),
        GoodLeaf("position", #"["above-fold",7]"#, .position([1, 7])),
        GoodLeaf("interstitial", "true", .interstitial(true)),
        GoodLeaf("rewarded", "[false]", .rewarded(false)),
        GoodLeaf("segment", #"["Runners"]"#, .segment([bytes("runners")])),
        GoodLeaf("ip", #"["192.0.2.0/24","2001:db8::1"]"#, .ip([range("192.0.2.0/24"), range("2001:db8::1")])),
        GoodLeaf("hour", #""mon-fri 08-20""#, .hour(hours([0, 1, 2, 3, 4], 8..<20))),
        GoodLeaf("hour", #"["Sat 10-14","sat 14-24"]"#, .hour(hours([5], 10..<24))),
        GoodLeaf("hour", #"["sat-mon 0-1"]"#, .hour(hours([5, 6, 0], 0..<1))),
        GoodLeaf("deal", #"["Deal-7"]"#, .deal([bytes("Deal-7")])),
        GoodLeaf(
            "seller",
            #"["Google.com/Pub-1","openx.com"]"#,
            .seller([
                Seller(asi: bytes("google.com"), sid: bytes("Pub-1")), Seller(asi: bytes("openx.com"), sid: nil),
            ])
        ),
    ]

    private static let bad: [BadLeaf] = [
        BadLeaf("exchange", "[true]", "/0", "must be a string, is a boolean"),
        BadLeaf("country", #"["USA","ZZZ"]"#, "/1", "unknown country “ZZZ”"),
        BadLeaf("country", #"["Germany"]"#, "/0", "unknown country “Germany”"),
        BadLeaf("region", #"["ZZ-CA"]"#, "/0", "unknown country “ZZ”"),
        BadLeaf("city", #"[{}]"#, "/0", "must be a string"),
        BadLeaf("zip", #"["9*4"]"#, "/0", "a * may stand at the end only"),
        BadLeaf("zip", #""*""#, "", "a * may stand at the end only"),
        BadLeaf("metro", "[[]]", "/0", "must be a string"),
        BadLeaf("near", #"{"lat":91,"lon":0,"km":1}"#, "/lat", "must be between -90.0 and 90.0, is 91"),
        BadLeaf("near", #"[{"lat":0,"lon":0}]"#, "/0/km", "required, but missing"),
        BadLeaf("near", #"{"lat":0,"lon":0,"km":1,"mi":1}"#, "/mi", "unknown key “mi”"),
        BadLeaf("device", #"["tablett"]"#, "/0", "unknown device “tablett”"),
        BadLeaf("device", "-1", "", "unknown device “-1”"), BadLeaf("os", "[null]", "/0", "must be a string, is null"),
        BadLeaf("osv", "{}", "", "must be a string, is an object"),
        BadLeaf("browser", #""netscape""#, "", "unknown browser “netscape”"),
        BadLeaf("connection", #"["wifii"]"#, "/0", "unknown connection “wifii”"),
        BadLeaf("carrier", "[]", "", "an empty list matches nothing"),
        BadLeaf("language", "[false]", "/0", "must be a string"),
        BadLeaf("environment", #"["web"]"#, "/0", "unknown environment “web”"),
        BadLeaf("domain", #"["https://example.com/"]"#, "/0", "is no domain"),
        BadLeaf("domain", #"["example"]"#, "/0", "is no domain"),
        BadLeaf("domain", #"[".example.com"]"#, "/0", "is no domain"),
        BadLeaf("bundle", "[null]", "/0", "must be a string"), BadLeaf("publisher", "{}", "", "must be a string"),
        BadLeaf("category", "[true]", "/0", "must be a string"),
        BadLeaf("keyword", "[]", "", "an empty list matches nothing"),
        BadLeaf("format", #"["baner"]"#, "/0", "unknown format “baner”"),
        BadLeaf("size", #"["300"]"#, "/0", "is no size: “300”"), BadLeaf("size", #"["0x250"]"#, "/0", "is no size"),
        BadLeaf("size", #"["300x250x1"]"#, "/0", "is no size"),
        BadLeaf("position", #"["top"]"#, "/0", "unknown position"),
        BadLeaf("interstitial", #""yes""#, "", "must be true or false"),
        BadLeaf("rewarded", "1", "", "must be true or false"),
        BadLeaf("segment", "[]", "", "an empty list matches nothing"),
        BadLeaf("ip", #"["300.1.1.1"]"#, "/0", "is neither an IP address nor a CIDR block"),
        BadLeaf("ip", #"["192.0.2.0/33"]"#, "/0", "is neither an IP address nor a CIDR block"),
        BadLeaf("hour", #""mon-fri 20-08""#, "", "is no span of hours"),
        BadLeaf("hour", #"["mon-fri 08-25"]"#, "/0", "is no span of hours"),
        BadLeaf("hour", #"["mo-fr 08-20"]"#, "/0", "is no span of hours"),
        BadLeaf("hour", #""08-20""#, "", "is no span of hours"),
        BadLeaf("deal", #"["d",""]"#, "/1", ""), BadLeaf("seller", "[true]", "/0", "must be a string"),
    ]

    @Test("a value of each key becomes its leaf", arguments: good)
    func goodLeaf(_ row: GoodLeaf) throws {
        let read = try targeting("{\"\(row.key)\":\(row.json)}")
        #expect(read.predicate == .leaf(row.leaf))
        #expect(read.faults == [])
    }

    @Test("a bad value of each key is refused where it stands", arguments: bad)
    func badLeaf(_ row: BadLeaf) throws {
        let found = try targeting("{\"\(row.key)\":\(row.json)}").faults
        #expect(pointers(found) == ["/targeting/\(row.key)\(row.place)"])
        #expect(found.first?.message.hasPrefix(row.message) == true)
    }

    @Test("the keys are those of the public interface, and each is tested good and bad")
    func keys() {
        let contract = """
            exchange country region city zip metro near device os osv browser connection carrier language environment \
            domain bundle publisher category keyword format size position interstitial rewarded segment ip hour deal seller
            """
        #expect(TargetingReader.keys == Set(contract.split(separator: " ").map(String.init)))
        #expect(Set(Self.good.map(\.key)) == TargetingReader.keys)
        #expect(Set(Self.bad.map(\.key)) == TargetingReader.keys)
    }

    @Test("a mistyped word is answered with the nearest, or with all that there are")
    func hints() throws {
        #expect(try targeting(#"{"device":"tablett"}"#).faults.map(\.hint) == ["did you mean “tablet”?"])
        #expect(try targeting(#"{"environment":"page"}"#).faults.map(\.hint) == ["app, dooh, site"])
        #expect(try targeting(#"{"contry":"USA"}"#).faults.map(\.hint) == ["did you mean “country”?"])
        #expect(try targeting(#"{"nto":{"os":"ios"}}"#).faults.map(\.pointer) == ["/targeting/nto"])
        #expect(try targeting(#"{"weather":"sun"}"#).faults.first?.hint.hasPrefix("known: all, any, browser") == true)
    }

    @Test("all, any and not nest, several keys in one object mean all of them")
    func tree() throws {
        let read = try targeting(
            #"{"any":[{"os":"ios","size":"1x1"},{"not":{"all":[{"country":"US"},{}]}}],"rewarded":true}"#
        )
        #expect(
            read.predicate
                == .all([
                    .any([
                        .all([.leaf(.os([bytes("ios")])), .leaf(.size([Size(w: 1, h: 1)]))]),
                        .not(.all([.leaf(.country([bytes("usa")])), .everything])),
                    ]),
                    .leaf(.rewarded(true)),
                ])
        )
        #expect(read.faults.isEmpty)
        #expect(try targeting("{}").predicate == .everything)
        #expect(try targeting(#"{"any":[]}"#).predicate == .any([]))
    }

    @Test(
        "a tree of another shape is refused where it bends",
        arguments: [
            (#"["USA"]"#, "/targeting"), (#""USA""#, "/targeting"), (#"{"all":{"os":"ios"}}"#, "/targeting/all"),
            (#"{"any":"ios"}"#, "/targeting/any"), (#"{"not":[{"os":"ios"}]}"#, "/targeting/not"),
            (#"{"all":[{"any":[1]}]}"#, "/targeting/all/0/any/0"), (#"{"a/b~":1}"#, "/targeting/a~1b~0"),
        ])
    func shape(json: String, pointer: String) throws {
        #expect(pointers(try targeting(json).faults) == [pointer])
    }

    @Test("sixteen levels may nest, not seventeen")
    func depth() throws {
        let nested = { (levels: Int) in
            String(repeating: "{\"not\":", count: levels - 1) + "{\"os\":\"ios\"}"
                + String(repeating: "}", count: levels - 1)
        }
        #expect(try targeting(nested(16)).faults.isEmpty)
        let found = try targeting(nested(17)).faults
        #expect(found.map(\.message) == ["nested deeper than 16 levels"])
        #expect(found.map(\.pointer) == ["/targeting" + String(repeating: "/not", count: 16)])
    }

    @Test("a leaf of more than 100,000 values is refused, one of as many is read")
    func manyValues() throws {
        let tree = { (count: Int) in
            Node(.map([.init(key: "city", value: Node(.list((0..<count).map { Node(.string("c\($0)")) })))]))
        }
        let faults = FaultList()
        let read = TargetingReader(clock: .utc, faults).read(tree(100_000), at: "")
        guard case .leaf(.city(let cities)) = read else {
            Issue.record("no leaf")
            return
        }
        #expect(cities.count == 100_000)
        #expect(faults.faults.isEmpty)
        _ = TargetingReader(clock: .utc, faults).read(tree(100_001), at: "")
        #expect(faults.faults.map(\.message) == ["more than 100000 values"])
    }
}
