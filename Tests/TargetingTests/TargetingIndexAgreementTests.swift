import OpenRTB
import Targeting
import Testing
import Units

/// The index is right when nothing can tell it from the evaluator.
@Suite("The targeting index agrees with the evaluator")
struct TargetingIndexAgreementTests {
    /// How strategies are drawn, so that one kind of predicate does not hide another's faults.
    enum Kind: CaseIterable, Sendable {
        /// Conditions on several keys, all of which must hold.
        case typical
        /// Any tree.
        case nested
        /// More conjunctions than get slots of their own.
        case wide
        case mixed
    }

    private static func predicates(_ kind: Kind, _ count: Int, _ random: inout RandomTargeting) -> [Predicate] {
        (0..<count).map { _ in
            switch kind {
            case .typical: random.typical()
            case .nested: random.predicate()
            case .wide: random.wide()
            case .mixed: random.chance(40) ? random.typical() : random.chance(70) ? random.predicate() : random.wide()
            }
        }
    }

    private struct Tally {
        var pairs = 0
        var matches = 0
    }

    /// Compares both on requests with one to three impressions.
    private func compare(
        _ predicates: [Predicate], requests: Int, _ random: inout RandomTargeting, by matcher: TargetingMatcher
    ) throws -> Tally {
        let index = TargetingIndex(predicates)
        let reader = BidRequestReader()
        var tally = Tally()
        for _ in 0..<requests {
            let json = random.request()
            try reader.read(copying: Array(json.utf8))
            let context = random.context()
            let found = shortlists(index, reader.request, context, by: matcher)
            let expected = oracle(predicates, reader.request, context)
            #expect(found == expected, "\(json), personal data \(context.personalDataAllowed)")
            tally.pairs += expected.count * predicates.count
            tally.matches += expected.reduce(0) { $0 + $1.count }
        }
        return tally
    }

    @Test("on random strategies of each kind, matching and not", arguments: Kind.allCases)
    func random(_ kind: Kind) throws {
        var tally = Tally()
        let matcher = TargetingMatcher()
        for seed in 0..<UInt64(6) {
            var random = RandomTargeting(seed: seed * 8 + 1)
            let part = try compare(
                Self.predicates(kind, 150, &random), requests: 40, &random, by: matcher)
            tally.pairs += part.pairs
            tally.matches += part.matches
        }
        print("\(tally.pairs) \(kind) pairs of request and strategy: \(tally.matches) match")
        // A comparison that nothing or everything passes would prove little.
        #expect(tally.pairs > 50_000)
        #expect(tally.matches * 20 > tally.pairs && tally.matches * 20 < tally.pairs * 19, "\(tally)")
    }

    @Test("over several blocks of slots, and on keys with more values than rows")
    func large() throws {
        var random = RandomTargeting(seed: 99)
        let predicates = Self.predicates(.mixed, 2000, &random)
        let tally = try compare(predicates, requests: 25, &random, by: TargetingMatcher())
        #expect(tally.pairs > 50_000)
        #expect(tally.matches * 20 > tally.pairs, "\(tally)")
    }

    @Test("for each key alone and for its negation")
    func leaves() throws {
        var random = RandomTargeting(seed: 5)
        let leaves = (0..<400).map { _ in Predicate.leaf(random.leaf()) }
        let tally = try compare(
            leaves + leaves.map { .not($0) }, requests: 40, &random, by: TargetingMatcher())
        // Of a leaf and its negation exactly one matches.
        #expect(tally.matches * 2 == tally.pairs)
    }

    @Test("when one matcher goes from index to index, and the seed of the hash differs")
    func indexes() throws {
        var random = RandomTargeting(seed: 17)
        let matcher = TargetingMatcher()
        let reader = BidRequestReader()
        let groups = [300, 3, 0, 700, 40].map { Self.predicates(.mixed, $0, &random) }
        let indexes = groups.enumerated().map { TargetingIndex($1, seed: Seed(high: UInt64($0), low: 0)) }
        for round in 0..<60 {
            try reader.read(copying: Array(random.request().utf8))
            let context = random.context()
            let group = round % groups.count
            let found = shortlists(indexes[group], reader.request, context, by: matcher)
            #expect(found == oracle(groups[group], reader.request, context))
        }
    }
}
