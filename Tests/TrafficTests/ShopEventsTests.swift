import Testing
import Units

@testable import Traffic

@Suite("What shops tell")
struct ShopEventsTests {
    private static let profile = RequestGenerator.Profile()
    private static let events = ShopEvents(shoppers: 300, profile: profile, seed: 7)

    private static func lines(_ ordinals: Range<UInt64>) throws -> [JSONValue] {
        try events.batch(ordinals).split(separator: UInt8(ascii: "\n")).map { try JSONReader.read(Array($0)) }
    }

    @Test("the same seed tells the same, however it is cut into batches, and another seed tells something else")
    func repeatability() {
        let again = ShopEvents(shoppers: 300, profile: Self.profile, seed: 7)
        let other = ShopEvents(shoppers: 300, profile: Self.profile, seed: 8)
        #expect(Self.events.batch(0..<60) == again.batch(0..<25) + again.batch(25..<60))
        #expect(Self.events.batch(0..<60) != other.batch(0..<60))
    }

    @Test("each event has an id of its own, names somebody, and says what was done to what")
    func shape() throws {
        let lines = try Self.lines(0..<2_000)
        #expect(lines.count == 2_000)
        #expect(Set(lines.compactMap { $0["event_id"]?.string }).count == 2_000)
        for line in lines {
            let visitor = line["visitor"]
            #expect(visitor?["cookie"] != nil || visitor?["ifa"] != nil)
            #expect(["view", "cart", "purchase"].contains(line["type"]?.string))
            #expect(["shoes", "groceries"].contains(line["properties"]?["category"]?.string))
            #expect(line["properties"]?["amount"]?.text != nil)
        }
        for type in ["view", "cart", "purchase"] {
            #expect(lines.count { $0["type"]?.string == type } > 100)
        }
    }

    @Test("everybody has done something before anybody does more")
    func turns() throws {
        #expect(Self.events.shopperCount == 300)
        let names = try Self.lines(0..<600).map { $0["visitor"]?["cookie"]?.string ?? $0["visitor"]?["ifa"]?.string }
        #expect(Set(names[..<300]).count == 300)
        #expect(names[..<300] == names[300...])
    }

    @Test("shoppers are met in bid requests by the names that the shops told, and have not refused to be known")
    func overlap() throws {
        let visitors = try Self.lines(0..<300).compactMap { $0["visitor"] }
        let cookies = Set(visitors.compactMap { $0["cookie"]?.string })
        let devices = Set(visitors.compactMap { $0["ifa"]?.string })
        let agreed = Set(try Self.lines(0..<300).compactMap { $0["consent"]?["tcf"]?.string })
        var met = 0
        var generator = RequestGenerator(seed: 7)
        for _ in 0..<3_000 {
            let request = try JSONReader.read(generator.next().body)
            let isKnown =
                request["user"]?["buyeruid"]?.string.map(cookies.contains) ?? false
                || request["device"]?["ifa"]?.string.map(devices.contains) ?? false
            guard isKnown else { continue }
            met += 1
            #expect(request["device"]?["lmt"]?.integer != 1 && request["device"]?["dnt"]?.integer != 1)
            #expect(request["regs"]?["us_privacy"]?.string != "1YYN")
            if request["regs"]?["gdpr"]?.integer == 1, let text = request["user"]?["consent"]?.string {
                #expect(agreed.contains(text))
            }
        }
        #expect(met > 60, "shoppers are hardly ever met: \(met) times")
    }

    @Test("where there are fewer visitors than shoppers are asked for, those shop who may be known")
    func few() {
        var profile = Self.profile
        profile.visitors = 5
        #expect(ShopEvents(shoppers: 100, profile: profile, seed: 7).shopperCount <= 5)
    }
}
