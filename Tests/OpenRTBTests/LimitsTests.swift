import Testing

@testable import OpenRTB

@Suite("Limits of a bid request")
struct LimitsTests {
    private func imps(_ count: Int) -> String {
        let imps = (0..<count).map { #"{"id":"\#($0)","banner":{"w":300,"h":250}}"# }
        return #"{"id":"r","imp":[\#(imps.joined(separator: ","))]}"#
    }

    @Test("the 65th impression is left out and counted", arguments: [(1, 0), (64, 0), (65, 1), (100, 36)])
    func imps(count: Int, skipped: Int) throws {
        let reader = try read(imps(count))
        #expect(reader.request.imps.count == count - skipped)
        #expect(reader.request.impsSkipped == skipped)
    }

    @Test("32 levels of nesting are read, whatever they hold", arguments: ["1", "{}", "[]", #""x""#])
    func depth(innermost: String) throws {
        // The root is the first level; what is innermost may be one more itself.
        let levels = innermost == "{}" || innermost == "[]" ? 30 : 31
        let nested = String(repeating: "[", count: levels) + innermost + String(repeating: "]", count: levels)
        #expect(throws: Never.self) { try read(request(#""ext":\#(nested)"#)) }
    }

    @Test("33 levels of nesting are refused, in arrays and in objects")
    func tooDeep() {
        let arrays = String(repeating: "[", count: 32) + "1" + String(repeating: "]", count: 32)
        let objects = String(repeating: #"{"a":"#, count: 32) + "1" + String(repeating: "}", count: 32)
        #expect(throws: ReadError.notJSON(.depth)) { try read(request(#""ext":\#(arrays)"#)) }
        #expect(throws: ReadError.notJSON(.depth)) { try read(request(#""ext":\#(objects)"#)) }
    }

    @Test("a body of one MiB is read, one byte more is refused")
    func bodyBytes() throws {
        let empty = request(#""x":"""#).utf8.count
        let exact = request(#""x":"\#(String(repeating: "x", count: Limits.bodyBytesMax - empty))""#)
        #expect(exact.utf8.count == 1 << 20)
        #expect(throws: Never.self) { try read(exact) }
        #expect(throws: ReadError.notJSON(.tooLarge)) { try read(exact + " ") }
    }

    @Test("an id of 256 bytes is read, one of 257 is refused")
    func idBytes() throws {
        let imp = #""imp":[{"id":"1","banner":{}}]"#
        #expect(throws: Never.self) { try read(#"{"id":"\#(String(repeating: "x", count: 256))",\#(imp)}"#) }
        #expect(throws: ReadError.tooLong(.id)) {
            try read(#"{"id":"\#(String(repeating: "x", count: 257))",\#(imp)}"#)
        }
        // Bytes, not characters.
        #expect(throws: ReadError.tooLong(.id)) {
            try read(#"{"id":"\#(String(repeating: "é", count: 129))",\#(imp)}"#)
        }
    }

    @Test(
        "a list of strings that is too long is refused, never cut short: that would let what it blocks through",
        arguments: ["bcat", "badv", "bapp", "bseat", "wseat"])
    func longLists(name: String) {
        let list = repeatElement(#""IAB25""#, count: 40_000).joined(separator: ",")
        #expect(throws: ReadError.self) { try read(request(#""\#(name)":[\#(list)]"#)) }
    }

    @Test("a blocked list of 32,000 entries is read to its end")
    func longestList() throws {
        let list = (0..<32_000).map { #""d\#($0).example""# }.joined(separator: ",")
        let reader = try read(request(#""badv":[\#(list)]"#))
        #expect(reader.request.badv.count == 32_000)
        let badv = reader.request.badv
        let holdsLast = reader.request.contains(badv, Array("d31999.example".utf8))
        #expect(holdsLast)
    }

    @Test("a blocked list of numbers is read to its end or refused, never cut short", arguments: [100, 400, 2000])
    func longListOfNumbers(count: Int) throws {
        let list = (0..<count).map { "\(1_000_000_000 + $0)" }.joined(separator: ",")
        let reader = BidRequestReader()
        do throws(ReadError) {
            try reader.read(copying: Array(request(#""bcat":[\#(list)]"#).utf8))
            #expect(reader.request.bcat.count == count)
        } catch {
            #expect(error == .tooLong(.lists))
        }
    }

    @Test("an impression's blocked attributes beyond the bound are refused, never cut short")
    func longIntegers() {
        let list = repeatElement("7", count: 5000).joined(separator: ",")
        #expect(throws: ReadError.tooLong(.integers)) {
            try read(request(imp: #""id":"1","banner":{"battr":[\#(list)]}"#))
        }
    }

    /// A list whose surplus is left out.
    struct Bounded: Sendable, CustomTestStringConvertible {
        let name: String
        /// A member of the request or the impression, its elements to be put in for `LIST`.
        let member: String
        let element: String
        let bound: Int
        var inImp = false
        let count: @Sendable (borrowing BidRequest) -> Int
        var testDescription: String { name }
    }

    @Test(
        "of a list that blocks nothing, what exceeds the bound is left out",
        arguments: [
            Bounded(
                name: "deals", member: #""banner":{},"pmp":{"deals":[LIST]}"#, element: #"{"id":"d"}"#,
                bound: Limits.dealsMax, inImp: true, count: { $0.imps[0].deals.count }),
            Bounded(
                name: "formats", member: #""banner":{"format":[LIST]}"#, element: #"{"w":1,"h":1}"#,
                bound: Limits.formatsMax, inImp: true, count: { $0.imps[0].banner?.format.count ?? -1 }),
            Bounded(
                name: "durfloors", member: #""video":{"durfloors":[LIST]}"#, element: #"{"bidfloor":1}"#,
                bound: Limits.durFloorsMax, inImp: true, count: { $0.imps[0].video?.durfloors.count ?? -1 }),
            Bounded(
                name: "native assets", member: #""native":{"request":{"assets":[LIST]}}"#, element: #"{"id":N}"#,
                bound: Limits.nativeAssetsMax, inImp: true, count: { $0.imps[0].native?.assets.count ?? -1 }),
            Bounded(
                name: "native event trackers",
                member: #""native":{"request":{"assets":[{"id":1}],"eventtrackers":[LIST]}}"#,
                element: #"{"event":1}"#, bound: Limits.nativeAssetsMax, inImp: true,
                count: { $0.imps[0].native?.eventtrackers.count ?? -1 }),
            Bounded(
                name: "segments", member: #""user":{"data":[{"name":"n","segment":[LIST]}]}"#, element: #"{"id":"s"}"#,
                bound: Limits.segmentsMax, count: { $0.user.segments.count }),
            Bounded(
                name: "extended ids", member: #""user":{"eids":[{"source":"s","uids":[LIST]}]}"#,
                element: #"{"id":"u"}"#,
                bound: Limits.eidsMax, count: { $0.user.eids.count }),
            Bounded(
                name: "hops", member: #""source":{"schain":{"nodes":[LIST]}}"#, element: #"{"asi":"a","sid":"1"}"#,
                bound: Limits.schainNodesMax, count: { $0.source.nodes.count }),
        ])
    func bounded(_ item: Bounded) throws {
        for (sent, kept) in [(item.bound, item.bound), (item.bound + 50, item.bound)] {
            let list = (0..<sent).map { item.element.replacing("N", with: "\($0)") }.joined(separator: ",")
            let members = item.member.replacing("LIST", with: list)
            let reader = try read(item.inImp ? request(imp: #""id":"1",\#(members)"#) : request(members))
            #expect(item.count(reader.request) == kept)
        }
    }

    @Test(
        "a native request of 32 KiB is read, a longer one leaves its impression out",
        arguments: [(32_768, 1), (32_769, 0)])
    func nativeBytes(count: Int, imps: Int) throws {
        let start = #"{\"assets\":[{\"id\":1}],\"x\":\""#
        let padding = String(repeating: "x", count: count - start.replacing("\\", with: "").utf8.count - 2)
        let json = request(imp: #""id":"1","native":{"request":"\#(start)\#(padding)\"}"}"#)
        #expect(try read(json).request.imps.count == imps)
    }

    @Test("the pools of a reader stop growing: what they hold is bounded by the limits, not by the traffic")
    func poolsAreBounded() throws {
        let reader = BidRequestReader()
        let list = repeatElement(#""a.example""#, count: Limits.textsMax).joined(separator: ",")
        let largest = Array(request(#""badv":[\#(list)]"#).utf8)
        try reader.read(copying: largest)
        let texts = reader.request.texts.capacity
        #expect(texts < 3 * Limits.textsMax)
        for body in Fixture.everyBody { _ = outcome(of: body, by: reader) }
        let others = [reader.request.integers.capacity, reader.request.deals.capacity, reader.request.imps.capacity]
        for _ in 0..<100 {
            try reader.read(copying: largest)
            for body in Fixture.everyBody { _ = outcome(of: body, by: reader) }
        }
        #expect(reader.request.texts.capacity == texts)
        #expect(
            [reader.request.integers.capacity, reader.request.deals.capacity, reader.request.imps.capacity] == others)
    }
}
