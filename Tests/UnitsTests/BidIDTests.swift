import Testing
import Units

@Suite("Bid id")
struct BidIDTests {
    @Test("what is written is read back", arguments: [1, 2, 3, 4] as [UInt64])
    func roundTrips(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            // Sparse words too: a digit that straddles the two halves must not hide behind its neighbours.
            let id = BidID(high: random.next() & random.next(), low: random.next() & random.next())
            #expect(BidID(id.description.utf8) == id)
        }
    }

    @Test("each single bit stands for itself", arguments: 0..<128)
    func singleBits(bit: Int) {
        let id = bit < 64 ? BidID(high: 0, low: 1 << UInt64(bit)) : BidID(high: 1 << UInt64(bit - 64), low: 0)
        #expect(BidID(id.description.utf8) == id)
    }

    @Test(
        "the written form is b and 26 digits of base 32, highest first",
        arguments: [
            (BidID(high: 0, low: 0), "b00000000000000000000000000"),
            (BidID(high: 0, low: 1), "b00000000000000000000000001"),
            (BidID(high: 0, low: 32), "b00000000000000000000000010"),
            (BidID(high: 1, low: 0), "b0000000000000g000000000000"),
            (BidID(high: .max, low: .max), "b7vvvvvvvvvvvvvvvvvvvvvvvvv"),
        ])
    func knownText(id: BidID, text: String) {
        #expect(id.description == text)
        #expect(text.utf8.count == BidID.textCount)
    }

    @Test(
        "text that no id is written as is refused",
        arguments: [
            "", "b", "b0000000000000000000000000", "b000000000000000000000000000", "000000000000000000000000000",
            "c00000000000000000000000000", "B00000000000000000000000000", "b0000000000000000000000000V",
            "b0000000000000000000000000w", "b80000000000000000000000000", "bv0000000000000000000000000",
            "b0000000000000 000000000000", "b-0000000000000000000000000", "b000000000000000000000000é",
        ])
    func refuses(text: String) {
        #expect(BidID(text.utf8) == nil)
    }

    @Test("an auction's impressions get different ids, the same ones from the same seed")
    func fromSeed() {
        let seed = Seed(high: 1, low: 2)
        let ids = (0..<64).map { BidID(seed: seed, index: $0) }
        #expect(Set(ids).count == 64)
        #expect(ids == (0..<64).map { BidID(seed: seed, index: $0) })
        #expect(BidID(seed: Seed(high: 1, low: 3), index: 0) != ids[0])
    }
}
