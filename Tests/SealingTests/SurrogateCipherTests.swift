import Sealing
import Testing
import Units

@Suite("Surrogates")
struct SurrogateCipherTests {
    private let cipher = SurrogateCipher(directoryKey: Array(0..<32))

    /// Key 00 … 1f; derived and encrypted by Python's cryptography 48.
    @Test(
        "a surrogate is what another implementation makes of the number",
        arguments: [
            (0, 0xBB62_F86F_F88D_A045, 0x2F87_9388_6335_AE2C), (1, 0x0D65_2184_4D2B_36EC, 0xF85A_D740_67A1_8711),
            (.max, 0x2DB1_5A75_3EA8_CE05, 0x059D_6974_0750_0BC6),
        ] as [(UInt32, UInt64, UInt64)])
    func knownAnswers(number: UInt32, high: UInt64, low: UInt64) {
        #expect(cipher.surrogate(of: number) == (high, low))
        #expect(cipher.number(high: high, low: low) == number)
    }

    @Test("every number comes back, and no two have one surrogate")
    func roundTrip() {
        var random = SplitMix64(seed: 1)
        var seen: Set<[UInt64]> = []
        var numbers: Set<UInt32> = []
        for _ in 0..<5000 {
            let number = UInt32(truncatingIfNeeded: random.next())
            let (high, low) = cipher.surrogate(of: number)
            #expect(cipher.number(high: high, low: low) == number)
            numbers.insert(number)
            seen.insert([high, low])
        }
        #expect(seen.count == numbers.count)
    }

    @Test("what is no surrogate of this directory is nobody's: hashes, none, another directory's, one bit flipped")
    func strangers() {
        var random = SplitMix64(seed: 2)
        for _ in 0..<5000 { #expect(cipher.number(high: random.next(), low: random.next()) == nil) }
        #expect(cipher.number(high: 0, low: 0) == nil)
        let (high, low) = cipher.surrogate(of: 12)
        #expect(SurrogateCipher(directoryKey: Array(1..<33)).number(high: high, low: low) == nil)
        for bit in 0..<64 as Range<UInt64> {
            #expect(cipher.number(high: high ^ 1 << bit, low: low) == nil)
            #expect(cipher.number(high: high, low: low ^ 1 << bit) == nil)
        }
    }
}
