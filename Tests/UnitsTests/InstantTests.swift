import Testing

@testable import Units

@Suite("Instants as text")
struct InstantTests {
    @Test(
        "an instant is written as RFC 3339 writes it, to the microsecond",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (1_793_491_200_123_456, "2026-11-01T00:00:00.123456Z"),
            (1_835_481_599_000_000, "2028-02-29T23:59:59.000000Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        ] as [(Int64, String)])
    func written(micros: Int64, text: String) {
        #expect(Instant(micros: micros).rfc3339 == text)
    }

    @Test("what is written is read back as the same instant")
    func roundTrip() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<5000 {
            // From 1700 to 2200 or so.
            let instant = Instant(
                micros: Int64.random(in: -8_000_000_000_000_000...7_000_000_000_000_000, using: &random))
            #expect(Instant(rfc3339: instant.rfc3339) == instant)
        }
    }
}
