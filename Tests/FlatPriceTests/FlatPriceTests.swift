import BidKit
import FlatPrice
import Testing

/// What a strategy with these terms says to an impression with this floor.
private func answer(_ terms: [String: TermsValue], floorMicros: Int64) throws -> Answer {
    let seat = try #require(FlatPrice.kind.seat(terms))
    let reader = BidRequestReader()
    try reader.read(copying: Array(#"{"id":"r","imp":[{"id":"1","banner":{"w":300,"h":250}}]}"#.utf8))
    let opportunity = Opportunity(
        imp: reader.request.imps[0],
        mtype: .banner,
        creative: 0,
        floor: CPM(micros: floorMicros),
        isFirstPrice: true,
        instant: Instant(seconds: 1_800_000_000),
        seed: Seed(high: 1, low: 2)
    )
    return seat.ask(opportunity, in: reader.request)
}

@Suite("The flat-price bidder")
struct FlatPriceTests {
    @Test("it is registered under the name of its folder")
    func name() { #expect(FlatPrice.kind.name == "flat-price") }

    @Test(
        "its price is offered where the floor allows it, and passed where not",
        arguments: [
            (0, 2_500_000), (2_499_999, 2_500_000), (2_500_000, 2_500_000), (2_500_001, nil), (1_000_000_000, nil),
        ] as [(Int64, Int64?)])
    func floor(floorMicros: Int64, expected: Int64?) throws {
        let answer = try answer(["cpm": .string("2.50")], floorMicros: floorMicros)
        #expect(answer.price?.micros == expected)
        #expect("\(answer.label)" == (expected == nil ? "below floor" : ""))
    }

    @Test(
        "max_cpm is the most that is ever bid; without it the price is",
        arguments: [
            ("2.50", nil, 2_500_000, 2_500_000), ("2.50", "3", 2_500_000, 3_000_000),
            ("2.50", "2", 2_000_000, 2_000_000),
            ("2.50", "2.50", 2_500_000, 2_500_000),
        ] as [(String, String?, Int64, Int64)])
    func maximum(cpm: String, maxCPM: String?, bid: Int64, most: Int64) throws {
        var terms: [String: TermsValue] = ["cpm": .string(cpm)]
        terms["max_cpm"] = maxCPM.map { .string($0) }
        #expect(try answer(terms, floorMicros: 0).price?.micros == bid)
        #expect(try #require(FlatPrice.kind.seat(terms)).maxCPM.micros == most)
        // The price as capped, not as written, is what must reach the floor.
        #expect(try answer(terms, floorMicros: bid).price != nil)
        #expect(try answer(terms, floorMicros: bid + 1).price == nil)
    }

    @Test("the same question is answered alike, however often it is asked")
    func deterministic() throws {
        for _ in 0..<100 { #expect(try answer(["cpm": .string("0.000001")], floorMicros: 1).price == CPM(micros: 1)) }
    }

    @Test(
        "terms that are no price are refused where they stand",
        arguments: [
            (["cpm": .string("2.50")], []), (["cpm": .string("2.50"), "max_cpm": .null], []),
            ([:], ["cpm: required, but missing (for example \"2.50\")"]),
            (["cpm": .null], ["cpm: required, but missing (for example \"2.50\")"]),
            (["cpm": .number("2.50")], ["cpm: money must be a decimal string (write \"2.50\")"]),
            (["cpm": .bool(true)], ["cpm: must be a price as a decimal string (for example \"2.50\")"]),
            (["cpm": .list([.string("1")])], ["cpm: must be a price as a decimal string (for example \"2.50\")"]),
            (["cpm": .string("")], ["cpm: is no price: “” (for example \"2.50\")"]),
            (["cpm": .string("two")], ["cpm: is no price: “two” (for example \"2.50\")"]),
            (
                ["cpm": .string("0.0000001")],
                ["cpm: has more than six digits after the point: “0.0000001” (for example \"2.50\")"]
            ),
            (["cpm": .string("0")], ["cpm: must be above 0 and at most 1000000, is “0” ()"]),
            (["cpm": .string("-1")], ["cpm: must be above 0 and at most 1000000, is “-1” ()"]),
            (["cpm": .string("1000000.000001")], ["cpm: must be above 0 and at most 1000000, is “1000000.000001” ()"]),
            (["cpm": .string("1"), "max_cpm": .string("x")], ["max_cpm: is no price: “x” (for example \"2.50\")"]),
            (
                ["cpm": .string("1"), "min_cpm": .string("1")],
                ["min_cpm: unknown term “min_cpm” (known: cpm, max_cpm)"]
            ),
            (
                ["max_cpm": .number("1"), "b": .null, "a": .null],
                [
                    "cpm: required, but missing (for example \"2.50\")",
                    "max_cpm: money must be a decimal string (write \"1\")",
                    "a: unknown term “a” (known: cpm, max_cpm)", "b: unknown term “b” (known: cpm, max_cpm)",
                ]
            ),
        ] as [([String: TermsValue], [String])])
    func terms(terms: [String: TermsValue], expected: [String]) {
        let faults = FlatPrice.kind.faults(in: terms)
        #expect(faults.map { "\($0.key): \($0.message) (\($0.hint))" } == expected)
        // Whatever is refused must not run, and whatever is not must.
        #expect((FlatPrice.kind.seat(terms) == nil) == !expected.isEmpty)
    }
}
