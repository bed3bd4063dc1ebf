import Testing
import Units

@Suite("Decimal text")
struct DecimalTextTests {
    @Test(
        "decimal text is read as millionths",
        arguments: [
            ("0", 0), ("1", 1_000_000), ("12", 12_000_000), ("12.5", 12_500_000), ("0.85", 850_000),
            ("0.000001", 1), ("2.500000", 2_500_000), ("007.10", 7_100_000), ("1.23456700000", 1_234_567),
            ("-1.5", -1_500_000), ("-0", 0), ("9223372036853.999999", 9_223_372_036_853_999_999),
            ("-9223372036853.999999", -9_223_372_036_853_999_999),
        ] as [(String, Int64)])
    func reads(text: String, micros: Int64) throws {
        #expect(try DecimalText.micros(text.utf8) == micros)
    }

    @Test(
        "what is no decimal number is refused as such",
        arguments: [
            "", "-", ".", ".5", "-.5", "1.", "1..2", "1.2.3", "+1", "--1", "1-", "1e3", "1E3", "1,000", " 1", "1 ",
            "0x10", "NaN", "Infinity", "1.5abc", "१२",
        ])
    func refusesOtherText(text: String) {
        #expect(throws: DecimalText.Fault.notADecimal) { try DecimalText.micros(text.utf8) }
    }

    @Test(
        "a seventh digit after the point is refused unless it is zero",
        arguments: ["0.0000001", "1.2345678", "0.00000000001", "-0.0000005"])
    func refusesTooFine(text: String) {
        #expect(throws: DecimalText.Fault.tooFine) { try DecimalText.micros(text.utf8) }
    }

    @Test(
        "a number beyond 64 bits of millionths is refused, however long it is",
        arguments: [
            "9223372036855", "-9223372036855", "10000000000000", "92233720368547758070",
            String(repeating: "9", count: 400),
        ])
    func refusesTooLarge(text: String) {
        #expect(throws: DecimalText.Fault.tooLarge) { try DecimalText.micros(text.utf8) }
    }

    @Test(
        "millionths are written without trailing zeros",
        arguments: [
            (0, "0"), (1, "0.000001"), (850_000, "0.85"), (1_234_500, "1.2345"), (2_000_000, "2"),
            (-1_500_000, "-1.5"), (-1, "-0.000001"), (.max, "9223372036854.775807"), (.min, "-9223372036854.775808"),
        ] as [(Int64, String)])
    func writesMicros(micros: Int64, text: String) {
        #expect(DecimalText.string(micros: micros) == text)
    }

    @Test(
        "billionths are written without trailing zeros",
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_500_000_000, "1.5"), (-2_000_000_000, "-2"),
            (.min, "-9223372036.854775808"),
        ] as [(Int64, String)])
    func writesNanos(nanos: Int64, text: String) {
        #expect(DecimalText.string(nanos: nanos) == text)
    }

    @Test(
        "fixed text always has six digits after the point",
        arguments: [
            (0, "0.000000"), (1, "0.000001"), (12_345_678, "12.345678"), (-1_500_000, "-1.500000"),
            (-1, "-0.000001"), (.min, "-9223372036854.775808"),
        ] as [(Int64, String)])
    func writesFixed(micros: Int64, text: String) {
        #expect(DecimalText.fixed(micros: micros) == text)
    }

    @Test("what was written is read back, in both forms", arguments: [1, 2, 3] as [UInt64])
    func roundTrips(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            // Of every magnitude, not only large ones.
            let micros = Int64(bitPattern: random.next()) >> Int64(random.next() % 64)
            guard micros.magnitude <= 9_223_372_036_853_999_999 else { continue }
            #expect(try DecimalText.micros(DecimalText.string(micros: micros).utf8) == micros)
            #expect(try DecimalText.micros(DecimalText.fixed(micros: micros).utf8) == micros)
        }
    }
}
