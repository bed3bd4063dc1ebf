import Testing
import Units

@Suite("Seed")
struct SeedTests {
    @Test("the same seed answers the same question alike")
    func deterministic() {
        #expect(Seed(high: 7, low: 9).number(3) == Seed(high: 7, low: 9).number(3))
    }

    @Test("a bit changed anywhere in the seed or the question changes about half of the answer", arguments: 0..<192)
    func avalanche(bit: Int) {
        var changed = 0
        var random = SplitMix64(seed: UInt64(bit))
        for _ in 0..<64 {
            let seed = Seed(high: random.next(), low: random.next())
            let question = random.next()
            let flip = UInt64(1) << UInt64(bit % 64)
            let other =
                switch bit / 64 {
                case 0: Seed(high: seed.high ^ flip, low: seed.low).number(question)
                case 1: Seed(high: seed.high, low: seed.low ^ flip).number(question)
                default: seed.number(question ^ flip)
                }
            changed += (seed.number(question) ^ other).nonzeroBitCount
        }
        // 4,096 coin tosses: 2,048 expected, 32 is one standard deviation.
        #expect(abs(changed - 2048) < 200)
    }

    @Test("the answers to consecutive questions look like independent draws")
    func independentQuestions() {
        let seed = Seed(high: 0, low: 0)
        var counts = [Int](repeating: 0, count: 64)
        var agreements = 0
        for question in 0..<4096 as Range<UInt64> {
            let number = seed.number(question)
            for bit in 0..<64 where number >> UInt64(bit) & 1 == 1 { counts[bit] += 1 }
            agreements += 64 - (number ^ seed.number(question + 1)).nonzeroBitCount
        }
        #expect(counts.allSatisfy { abs($0 - 2048) < 200 })
        #expect(abs(agreements - 4096 * 32) < 2000)
    }
}

@Suite("Seed generator")
struct SeedGeneratorTests {
    private func seeds(root: Seed, stream: UInt64, count: Int) -> [Seed] {
        var generator = SeedGenerator(root: root, stream: stream)
        return (0..<count).map { _ in generator.next() }
    }

    @Test("the same root and stream give the same seeds")
    func deterministic() {
        let root = Seed(high: 3, low: 4)
        #expect(seeds(root: root, stream: 1, count: 100) == seeds(root: root, stream: 1, count: 100))
    }

    @Test("no seed appears twice, in one stream or across the streams of one root")
    func distinct() {
        let root = Seed(high: 0, low: 0)
        let all = (0..<16 as Range<UInt64>).flatMap { seeds(root: root, stream: $0, count: 1000) }
        #expect(Set(all).count == 16_000)
        #expect(Set(all.map(\.high)).count == 16_000)
        #expect(Set(all.map(\.low)).count == 16_000)
    }

    @Test("another root gives other seeds")
    func roots() {
        let one = seeds(root: Seed(high: 0, low: 1), stream: 0, count: 100)
        let other = seeds(root: Seed(high: 0, low: 2), stream: 0, count: 100)
        #expect(Set(one).isDisjoint(with: other))
    }
}

@Suite("SplitMix64")
struct SplitMix64Tests {
    @Test("the published outputs come out")
    func knownAnswers() {
        var zero = SplitMix64(seed: 0)
        #expect(zero.next() == 0xE220_A839_7B1D_CDAF)
        #expect(zero.next() == 0x6E78_9E6A_A1B9_65F4)
        #expect(zero.next() == 0x06C4_5D18_8009_454F)
        var other = SplitMix64(seed: 1_234_567)
        #expect(other.next() == 6_457_827_717_110_365_317)
        #expect(other.next() == 3_203_168_211_198_807_973)
    }
}
