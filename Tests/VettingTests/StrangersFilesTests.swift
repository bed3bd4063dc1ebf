import OpenRTB
import Testing
import Units
import Vetting

/// The files come from the web: whatever stands in them, reading ends, and what was read can be used.
@Suite("Strangers' files")
struct StrangersFilesTests {
    private static let samples = [
        """
        # ads.txt
        adx.example, 17, DIRECT, f08c47fec0942fa0
        ssp.example, p1, RESELLER ; x=1
        SUBDOMAIN=www.news.example
        INVENTORYPARTNERDOMAIN=studio.example
        """,
        sellers(
            seller("p1", "PUBLISHER", "news.example"),
            seller("17", "BOTH") + #","is_confidential":1,"x":[{},null,-1.5e+3]"#,
            seller(#"\u00e9\ud83d\ude00"#, "intermediary", "ssp.example")),
        "com.game\tdev.example\n123\tdev.example\n", "bad.example\nworse.example/7\n", "acmefetch\nother bot/\n",
    ]

    private static func mutate(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        let odd: [UInt8] = [0, 0xFF, 0x0A, 0x0D, 0x22, 0x5C, 0x2C, 0x3D, 0x2E, 0x2F, 0x7B, 0x5B, 0xEF, 0xBB]
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.insert(odd.randomElement(using: &random) ?? 0, at: place)
            case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...20, using: &random)))
            case 3: bytes.insert(contentsOf: bytes.prefix(place).suffix(30), at: place)
            default: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
            }
        }
        return bytes
    }

    @Test("never trap, and never make vetting trap", arguments: UInt64(1)...4)
    func mutated(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let reader = BidRequestReader()
        try reader.read(
            copying: bytes(request(chain: [hop("ssp.example", "p1"), hop("adx.example", "17")], publisher: "17")))
        var refused = 0
        for _ in 0..<600 {
            let files = Self.samples.map { Self.mutate(bytes($0), &random) }
            var sources = VettingSources()
            for text in files { sources.adsTxt[bytes("news.example")] = AdsTxt(text) }
            sources.adsTxt[bytes("news.example")] = AdsTxt(files[0])
            for system in ["adx.example", "ssp.example"] {
                do throws(FileError) {
                    sources.sellers[bytes(system)] = try SellersJSON(files[1])
                } catch {
                    refused += 1
                    #expect(error.fault.line >= 1 && error.fault.line <= files[1].count(where: { $0 == 0x0A }) + 1)
                }
            }
            sources.apps = AppDevelopers(files[2])
            sources.blocked = BlockedSellers(files[3])
            sources.crawlers = CrawlerList(files[4])
            let facts = Vetting(sources).facts(reader.request, exchangeSellerDomain: bytes("adx.example"))
            #expect(facts.chain == .complete)
        }
        #expect(refused > 100 && refused < 1200, "\(refused)")
    }

    @Test("any bytes at all", arguments: UInt64(1)...3)
    func noise(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<1500 {
            let text = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = AdsTxt(text)
            _ = AppDevelopers(text)
            _ = BlockedSellers(text)
            _ = CrawlerList(text)
            _ = try? SellersJSON(text)
        }
    }
}
