import Testing
import Units

private func currency(_ letters: String) -> Currency {
    guard let currency = Currency(letters.utf8) else { preconditionFailure("\(letters) is no currency") }
    return currency
}

private let eur = currency("EUR")
private let jpy = currency("JPY")
private let gbp = currency("GBP")

@Suite("Currency")
struct CurrencyTests {
    @Test("three letters of any case are a currency", arguments: ["USD", "usd", "Usd"])
    func reads(letters: String) {
        #expect(Currency(letters.utf8) == .usd)
        #expect(Currency(letters.utf8)?.description == "USD")
    }

    @Test(
        "anything but three letters is none", arguments: ["", "U", "US", "USDT", "U$D", "US ", "123", "ÄÖ", "€", "@[`"])
    func refuses(letters: String) {
        #expect(Currency(letters.utf8) == nil)
    }

    @Test("the letters come back as they were packed")
    func letters() {
        #expect(eur.letters == (0x45, 0x55, 0x52))
    }
}

@Suite("Currency rates")
struct CurrencyRatesTests {
    /// 1 EUR is 1.08 dollars, 1 JPY is 0.0065.
    private let rates = CurrencyRates(dollarsPerUnit: [eur: 1_080_000, jpy: 6500])

    struct Case: Sendable, CustomTestStringConvertible {
        let price: Int64
        let from: Currency
        let to: Currency
        let down: Int64
        let up: Int64
        var testDescription: String { "\(price) micros of \(from) in \(to)" }
    }

    @Test(
        "a price is converted by the rates, down for what we pay and up for what we must reach",
        arguments: [
            Case(price: 1_000_000, from: eur, to: .usd, down: 1_080_000, up: 1_080_000),
            Case(price: 1_080_000, from: .usd, to: eur, down: 1_000_000, up: 1_000_000),
            Case(price: 1_000_000, from: .usd, to: eur, down: 925_925, up: 925_926),
            Case(price: 1_000_000, from: eur, to: jpy, down: 166_153_846, up: 166_153_847),
            Case(price: 1, from: jpy, to: .usd, down: 0, up: 1),
            Case(price: 0, from: jpy, to: .usd, down: 0, up: 0),
            Case(price: 850_000, from: eur, to: eur, down: 850_000, up: 850_000),
        ])
    func converts(_ item: Case) {
        let price = CPM(micros: item.price)
        #expect(rates.convert(price, from: item.from, to: item.to, rounding: .down)?.micros == item.down)
        #expect(rates.convert(price, from: item.from, to: item.to, rounding: .up)?.micros == item.up)
    }

    @Test("a conversion rounded down never gains and one rounded up never loses", arguments: [1, 2, 3] as [UInt64])
    func directions(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let price = CPM(micros: Int64(random.next() % 1_000_000_000))
            let down = try #require(rates.convert(price, from: .usd, to: eur, rounding: .down))
            let up = try #require(rates.convert(price, from: .usd, to: eur, rounding: .up))
            #expect(Int128(down.micros) * 1_080_000 <= Int128(price.micros) * 1_000_000)
            #expect(Int128(up.micros) * 1_080_000 >= Int128(price.micros) * 1_000_000)
            #expect(up.micros - down.micros <= 1)
        }
    }

    @Test("without a rate for both sides nothing is converted")
    func missingRate() {
        #expect(rates.convert(CPM(micros: 1), from: gbp, to: .usd, rounding: .up) == nil)
        #expect(rates.convert(CPM(micros: 1), from: .usd, to: gbp, rounding: .up) == nil)
        #expect(!rates.knows(gbp))
        #expect(rates.knows(eur))
    }

    @Test("dollars are known without a table, and a currency without a rate equals itself")
    func defaults() {
        let empty = CurrencyRates()
        #expect(empty.knows(.usd))
        #expect(empty.convert(CPM(micros: 7), from: .usd, to: .usd, rounding: .up) == CPM(micros: 7))
        #expect(empty.convert(CPM(micros: 7), from: gbp, to: gbp, rounding: .up) == CPM(micros: 7))
    }

    @Test("a rate that is not above zero, or one for the dollar itself, is not taken")
    func badRates() {
        #expect(CurrencyRates(dollarsPerUnit: [eur: 0, jpy: -5, .usd: 2_000_000]) == CurrencyRates())
    }

    @Test("a result above the greatest price is none")
    func tooLarge() {
        #expect(rates.convert(.max, from: .usd, to: jpy, rounding: .down) == nil)
        #expect(rates.convert(.max, from: jpy, to: .usd, rounding: .up) == CPM(micros: 6_500_000_000))
    }

    @Test("a negative price is none")
    func negative() {
        #expect(rates.convert(CPM(micros: -1), from: .usd, to: eur, rounding: .up) == nil)
    }

    // The two below run in a process of their own: a trap must fail the test, not end the run.

    @Test("the dearest price in gold is too large in a weak currency, and no trap")
    func goldInShillings() async {
        await #expect(processExitsWith: .success) {
            guard let gold = Currency("XAU".utf8), let shilling = Currency("UGX".utf8) else { return }
            let rates = CurrencyRates(dollarsPerUnit: [gold: 4_000_000_000, shilling: 270])
            precondition(rates.convert(.max, from: gold, to: shilling, rounding: .up) == nil)
        }
    }

    @Test("a price of every bit set is too large, and no trap")
    func extremePrice() async {
        await #expect(processExitsWith: .success) {
            guard let euro = Currency("EUR".utf8) else { return }
            let rates = CurrencyRates(dollarsPerUnit: [euro: 900_000])
            precondition(rates.convert(CPM(micros: .max), from: .usd, to: euro, rounding: .up) == nil)
            precondition(rates.convert(CPM(micros: .min), from: .usd, to: euro, rounding: .down) == nil)
        }
    }
}
