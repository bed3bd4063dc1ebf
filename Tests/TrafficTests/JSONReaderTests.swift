import Testing
import Units

@testable import Traffic

@Suite("Reading JSON")
struct JSONReaderTests {
    private static func read(_ text: String) throws(JSONFault) -> JSONValue { try JSONReader.read(Array(text.utf8)) }

    @Test("values of every kind are read")
    func kinds() throws {
        let value = try Self.read(#" {"a":[1,-0.5e+3,true,false,null,"x"],"b":{},"c":[ ],"a":2} "#)
        #expect(
            value["a"] == .array([.number("1"), .number("-0.5e+3"), .bool(true), .bool(false), .null, .string("x")]))
        #expect(value["b"] == .object([]))
        #expect(value["c"]?.elements.isEmpty == true)
        #expect(value["d"] == nil)
    }

    @Test(
        "escapes become the characters that they stand for",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\ude00x""#, "😀x"),
            (#""\ud83dx""#, "\u{FFFD}x"), (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ude00""#, "\u{FFFD}"),
            (#""é\n""#, "é\n"),
        ])
    func escapes(text: String, expected: String) throws { #expect(try Self.read(text) == .string(expected)) }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "{", "[", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[1 2]", "01", "1.", ".5", "-", "1e", "+1",
            "tru",
            "nul", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "'a'", "1 1", "[1]]", "NaN", "{\"a\":}", "\u{feff}1",
        ])
    func refused(text: String) { #expect(throws: JSONFault.self) { try Self.read(text) } }

    @Test("bytes that are not UTF-8, and nesting without end, are refused")
    func hostile() {
        #expect(throws: JSONFault.self) { try JSONReader.read([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONFault.self) { try JSONReader.read([UInt8](repeating: UInt8(ascii: "["), count: 100_000)) }
    }

    @Test("a price keeps its digits")
    func prices() throws {
        #expect(CPM(json: .number("1.234567"))?.micros == 1_234_567)
        #expect(CPM(json: .number("0.0000001"))?.micros == 1)
        #expect(CPM(json: .number("1.5e1"))?.micros == 15_000_000)
        #expect(CPM(json: .number("-1")) == nil)
        #expect(CPM(json: .string("0.5"))?.micros == 500_000)
        #expect(CPM(json: .bool(true)) == nil)
    }
}

@Suite("Reading requests and answers")
struct ReadingTests {
    @Test("a replayed request is read leniently")
    func lenientRequest() {
        let line = """
            {"id":17,"tmax":"120","at":1.0,"cur":"EUR","test":1,"imp":[{"id":1,"bidfloor":"0.25","bidfloorcur":"EUR",\
            "video":{},"qty":{"multiplier":2},"pmp":{"private_auction":1,"deals":[{"id":"d","bidfloor":1,"at":3},{}]}},\
            {"banner":{}},{"id":"x","banner":null,"native":{"request":"{}"}}]}
            """
        let request = GeneratedRequest(replaying: Array(line.utf8))
        let deal = DealFacts(id: "d", floor: CPM(micros: 1_000_000), auctionType: 3)
        #expect(
            request.facts
                == RequestFacts(
                    id: "17", tmaxMillis: 120, auctionType: 1, currencies: [.eur], isTest: true,
                    imps: [
                        ImpFacts(
                            id: "1", floor: CPM(micros: 250_000), floorCurrency: .eur, format: .video, deals: [deal],
                            isPrivate: true, quantity: Quantity(multiplier: 2) ?? .one),
                        ImpFacts(id: "x", format: .native),
                    ]))
        #expect(request.body == Array(line.utf8))
    }

    @Test("a line that is no request is sent and offers nothing", arguments: ["", "[]", "{", "{\"imp\":{}}"])
    func noRequest(line: String) {
        #expect(GeneratedRequest(replaying: Array(line.utf8)).facts == RequestFacts(id: ""))
    }

    @Test("a response is read with its seats and bids")
    func response() throws {
        let body = """
            {"id":"r","bidid":"x","cur":"EUR","seatbid":[{"seat":"acme","bid":[{"id":"b","impid":"1","price":1.5,\
            "burl":"https://h/b"}]},{"bid":[{"id":"c","impid":"2","price":2}]}],"ext":null}
            """
        let answer = try BidAnswer(Array(body.utf8))
        #expect(answer.currency == .eur)
        #expect(answer.bidid == "x")
        #expect(answer.bids.map(\.id) == ["b", "c"])
        #expect(answer.bids.map(\.seat) == ["acme", nil])
        #expect(answer.bids.map(\.price.micros) == [1_500_000, 2_000_000])
        #expect(try BidAnswer(Array(#"{"id":"r"}"#.utf8)).bids.isEmpty)
    }

    @Test(
        "a response that lacks what an exchange needs is refused with the reason",
        arguments: [
            (#"{"seatbid":[]}"#, BidAnswer.Fault.noID), (#"{"id":"r","cur":"euro"}"#, .badCurrency),
            (#"{"id":"r","seatbid":[{"bid":[{"impid":"1","price":1}]}]}"#, .noBidID),
            (#"{"id":"r","seatbid":[{"bid":[{"id":"b","price":1}]}]}"#, .noImpID(bid: "b")),
            (#"{"id":"r","seatbid":[{"bid":[{"id":"b","impid":"1","price":"1"}]}]}"#, .noPrice(bid: "b")),
            (#"{"id":"r","seatbid":[{"bid":[{"id":"b","impid":"1","price":-1}]}]}"#, .noPrice(bid: "b")),
            ("{", .notJSON(JSONFault(offset: 1, expected: "a name"))),
        ])
    func refused(body: String, fault: BidAnswer.Fault) {
        #expect(throws: fault) { try BidAnswer(Array(body.utf8)) }
    }
}
