import Testing
import Units

@Suite("A multiplier")
struct MultiplierTests {
    @Test(
        "is what it was made of, held to 0 and 1", arguments: [(0.5, 0.5), (0, 0), (1, 1), (-1, 0), (7, 1), (.nan, 0)])
    func value(from: Double, expected: Double) { #expect(Multiplier(from).value == expected) }

    @Test("takes its part of a price, rounded down, and never more than all of it")
    func price() {
        #expect(Multiplier(0.5).of(CPM(micros: 5)) == CPM(micros: 2))
        #expect(Multiplier.one.of(.max) == .max)
        #expect(Multiplier.zero.of(.max) == .zero)
        #expect(Multiplier(bits: .max - 1).of(.max) < .max)
    }

    @Test("admits as many draws as it says: none at 0, all at 1")
    func admission() {
        var chance = SplitMix64(seed: 3)
        let quarter = Multiplier(0.25)
        var admitted = 0
        for _ in 0..<10_000 {
            let draw = chance.next()
            #expect(!Multiplier.zero.admits(draw) && Multiplier.one.admits(draw))
            if quarter.admits(draw) { admitted += 1 }
        }
        #expect((2_300...2_700).contains(admitted))
        #expect(Multiplier.one.admits(.max))
    }

    @Test("one after the other is the product")
    func product() {
        #expect(Multiplier(0.5) * Multiplier(0.5) == Multiplier(0.25))
        #expect(Multiplier.one * Multiplier(0.3) == Multiplier(0.3))
        #expect(Multiplier(0.3) * .one == Multiplier(0.3))
    }
}
