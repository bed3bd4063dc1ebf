import Testing
import Units

@Suite("CPM from a JSON number")
struct CPMTests {
    @Test(
        "a decimal number of at most six places is exactly that many micros",
        arguments: [
            (0, 0), (-0.0, 0), (0.85, 850_000), (0.1 + 0.2, 300_000), (2.5, 2_500_000), (0.000001, 1),
            (0.29, 290_000), (1.005, 1_005_000), (4.35, 4_350_000), (999_999.999999, 999_999_999_999),
            (1_000_000, 1_000_000_000_000),
        ] as [(Double, Int64)])
    func exact(units: Double, micros: Int64) {
        #expect(CPM(units: units)?.micros == micros)
    }

    @Test(
        "a number between two micros is rounded up, for a bid at a floor rounded down would be below it",
        arguments: [
            (0.0000001, 1), (0.0000005, 1), (0.0000009, 1), (1.0000001, 1_000_001), (0.8500001, 850_001),
            (0.8500009, 850_001),
        ] as [(Double, Int64)])
    func up(units: Double, micros: Int64) {
        #expect(CPM(units: units)?.micros == micros)
    }

    @Test(
        "a negative, infinite or absurd price is none",
        arguments: [-0.000001, -1, .nan, .infinity, -.infinity, 1_000_000.000001, 1e300, .greatestFiniteMagnitude])
    func refuses(units: Double) {
        #expect(CPM(units: units) == nil)
    }

    @Test("every price in micros survives being sent as a JSON number", arguments: [1, 2, 3] as [UInt64])
    func survives(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<5000 {
            let micros = Int64(random.next() % 1_000_000_000_001) >> Int64(random.next() % 40)
            #expect(CPM(units: Double(micros) / 1_000_000)?.micros == micros)
        }
    }

    @Test("prices are ordered by amount")
    func order() {
        #expect(CPM.zero < CPM(micros: 1))
        #expect(CPM(micros: 1) < CPM.max)
        #expect(Micros(-1) < Micros.zero)
    }
}

@Suite("Spend")
struct SpendTests {
    @Test("one impression costs a thousandth of its CPM price: as many nanos as the price has micros")
    func oneImpression() {
        #expect(Spend(oneImpressionAt: CPM(micros: 2_500_000)).nanos == 2_500_000)
        #expect(Spend(at: CPM(micros: 2_500_000), quantity: .one).nanos == 2_500_000)
    }

    @Test(
        "a quantity multiplies the price and is rounded up to a nano",
        arguments: [
            // price in micros, quantity in thousandths, nanos
            (2_000_000, 3500, 7_000_000), (2_000_000, 500, 1_000_000), (3, 2000, 6), (3, 1500, 5), (1, 1, 1),
            (1999, 1, 2), (0, 3500, 0), (1_000_000_000_000, 1_000_000_000, 1_000_000_000_000_000_000),
        ] as [(Int64, UInt32, Int64)])
    func quantity(price: Int64, thousandths: UInt32, nanos: Int64) {
        #expect(Spend(at: CPM(micros: price), quantity: Quantity(thousandths: thousandths)).nanos == nanos)
    }

    @Test(
        "whole micros are the nearest ones",
        arguments: [
            (0, 0), (499, 0), (500, 1), (1499, 1), (1500, 2), (-499, 0), (-500, -1), (-1500, -2), (2_500_000, 2500),
        ] as [(Int64, Int64)])
    func micros(nanos: Int64, micros: Int64) {
        #expect(Spend(nanos: nanos).micros.rawValue == micros)
    }

    @Test("no fraction of a micro is lost in a sum of single impressions")
    func sums() {
        var sum = Spend.zero
        for _ in 0..<1000 { sum += Spend(oneImpressionAt: CPM(micros: 1_234_567)) }
        #expect(sum.micros == Micros(1_234_567))
        sum -= Spend(nanos: 567)
        #expect(sum == Spend(nanos: 1_234_566_433))
        #expect(Spend(nanos: 5) + Spend(nanos: 7) - Spend(nanos: 2) == Spend(nanos: 10))
        #expect(Spend.zero < sum)
    }
}

@Suite("Quantity")
struct QuantityTests {
    @Test(
        "a multiplier is kept in thousandths",
        arguments: [(1, 1000), (3.5, 3500), (0.001, 1), (1_000_000, 1_000_000_000), (14.2857, 14286)]
            as [(Double, UInt32)])
    func reads(multiplier: Double, thousandths: UInt32) {
        #expect(Quantity(multiplier: multiplier)?.thousandths == thousandths)
    }

    @Test(
        "a multiplier of nothing, below nothing or beyond a million is none",
        arguments: [0, -1, 0.0009, 1_000_000.1, .nan, .infinity])
    func refuses(multiplier: Double) {
        #expect(Quantity(multiplier: multiplier) == nil)
    }
}
