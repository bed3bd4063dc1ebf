import OpenRTB
import Testing

@testable import Creative

private let slot = #""banner":{"w":300,"h":250}"#

private func list(_ texts: [String]) -> String { "[" + texts.map(JSONText.quoted).joined(separator: ",") + "]" }

@Suite("Block lists in an index")
struct BlockIndexTests {
    @Test("the index rules as reading the lists through does, whatever they hold")
    func agreement() throws {
        var random = Random(seed: 11)
        var blocks = BlockIndex()
        var reasons: Set<PassReason> = []
        let domains = (0..<40).map { "d\($0).example" } + ["example", "a.d1.example", "com", "d1", ".d2.example", ""]
        let codes = (0..<26).flatMap { ["IAB\($0)", "IAB\($0)-1"] }
        for _ in 0..<400 {
            func some(_ all: [String]) -> [String] { all.filter { _ in random.next() % 5 == 0 } }
            let badv = some(domains)
            let bcat = some(codes)
            let acat = random.next() % 2 == 0 ? some(codes) : []
            let bapp = some((0..<20).map { "app\($0)" })
            let more = "\"badv\":\(list(badv)),\"bcat\":\(list(bcat)),\"acat\":\(list(acat)),\"bapp\":\(list(bapp))"
            let reader = try reader(imp: slot, more)
            blocks.start(reader.request)
            for _ in 0..<12 {
                let creative = Creative.banner {
                    $0.adomain = ["d\(random.next() % 60).example", "a.d\(random.next() % 60).example"]
                    $0.cat = ["IAB\(random.next() % 26)-\(random.next() % 2)"]
                    $0.bundle = "app\(random.next() % 40)"
                }
                let scanned = Ruling(creative.fit(reader.request.imps[0], in: reader.request))
                #expect(Ruling(creative.fit(reader.request.imps[0], in: reader.request, &blocks)) == scanned)
                if case .refused(let reason) = scanned { reasons.insert(reason) }
            }
        }
        #expect(reasons == [.advertiser, .category, .app])
    }

    @Test("the longest lists that a request may have are ruled on alike, and the next request has none of them")
    func longest() throws {
        var blocks = BlockIndex()
        let many = (0..<30_000).map { "d\($0).example" }
        let blocked = Creative.banner { $0.adomain = ["www.d29999.example"] }
        let free = Creative.banner { $0.adomain = ["www.d30000.example"] }
        let long = try reader(imp: slot, "\"badv\":\(list(many))")
        blocks.start(long.request)
        for _ in 0..<12 {
            #expect(Ruling(blocked.fit(long.request.imps[0], in: long.request, &blocks)) == .refused(.advertiser))
            #expect(Ruling(free.fit(long.request.imps[0], in: long.request, &blocks)) == .fits(.banner, w: 300, h: 250))
        }
        let short = try reader(imp: slot, "\"badv\":\(list(Array(many.prefix(100))))")
        blocks.start(short.request)
        for _ in 0..<12 {
            #expect(
                Ruling(blocked.fit(short.request.imps[0], in: short.request, &blocks)) == .fits(.banner, w: 300, h: 250)
            )
        }
        let none = try reader(imp: slot)
        blocks.start(none.request)
        #expect(Ruling(blocked.fit(none.request.imps[0], in: none.request, &blocks)) == .fits(.banner, w: 300, h: 250))
    }

    @Test("one name repeated is one name")
    func repeated() throws {
        var blocks = BlockIndex()
        let reader = try reader(
            imp: slot, "\"badv\":\(list(Array(repeating: "same.example", count: 500) + ["d1.example"]))")
        blocks.start(reader.request)
        let blocked = Creative.banner { $0.adomain = ["d1.example"] }
        for _ in 0..<12 {
            #expect(Ruling(blocked.fit(reader.request.imps[0], in: reader.request, &blocks)) == .refused(.advertiser))
        }
    }
}
