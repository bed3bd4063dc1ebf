import OpenRTB
import Targeting
import Testing
import Units

/// What auctions do with an index: strategies are gone from it, and whoever cannot bid enough is left for later.
///
/// What comes must be what a plain scan says, strategy by strategy: those that are there, whose predicate holds and,
/// before the search pauses, that can bid what was asked for.
@Suite("A search agrees with a scan of all strategies")
struct TargetingSearchTests {
    /// An index with the most that each of its strategies can bid, and what is gone from it; all by number of the strategy.
    private struct Stock {
        let predicates: [Predicate]
        let bounds: [Int64]
        let index: TargetingIndex
        let isGone: [Bool]
        let tombstones: Tombstones

        /// - Parameter gone: percent of the strategies.
        init(_ predicates: [Predicate], gone: Int, _ random: inout RandomTargeting) {
            // Few prices, so that many strategies share theirs, and some that are never left for later.
            let falling = predicates.map { _ in random.chance(3) ? .max : Int64(random.below(40)) * 250_000 }
                .sorted(by: >)
            let index = TargetingIndex(predicates, bounds: falling)
            self.index = index
            self.predicates = index.order.map { predicates[Int($0)] }
            bounds = index.order.map { falling[Int($0)] }
            isGone = predicates.map { _ in random.chance(gone) }
            tombstones = Tombstones(isGone.indices.filter { [isGone] in isGone[$0] }, of: index)
        }

        func scan(_ imp: Imp, _ request: borrowing BidRequest, _ context: TargetingContext) -> [Int] {
            var found: [Int] = []
            for number in predicates.indices where !isGone[number] {
                if Evaluator.matches(predicates[number], imp, of: request, context) { found.append(number) }
            }
            return found
        }
    }

    private struct Tally {
        var pairs = 0
        var matches = 0
        /// Times that a search paused, because all that it had yet to look at could not bid enough.
        var pauses = 0

        static func + (lhs: Tally, rhs: Tally) -> Tally {
            Tally(pairs: lhs.pairs + rhs.pairs, matches: lhs.matches + rhs.matches, pauses: lhs.pauses + rhs.pauses)
        }
    }

    /// Draws of a price that is asked for, before everything is.
    private static let draws = 30

    /// Asks for changing prices, as an auction does whose best offer falls away, then for everything.
    private func search(
        _ stock: Stock, _ request: borrowing BidRequest, _ context: TargetingContext, by matcher: TargetingMatcher,
        _ random: inout RandomTargeting
    ) -> Tally {
        var tally = Tally()
        matcher.begin(stock.index, without: stock.tombstones, request, context)
        for imp in request.imps.indices {
            matcher.start(request.imps[imp], of: request, context)
            let expected = stock.scan(request.imps[imp], request, context)
            var found: [Int] = []
            var least: Int64 = .max
            for draw in 0...Self.draws {
                least = draw == Self.draws ? .min : random.chance(70) ? Int64(random.below(44)) * 250_000 : least
                // Sometimes the price changes before the search has come to its end.
                var patience = draw == Self.draws || random.chance(60) ? Int.max : random.below(20)
                let before = found.count
                if draw == Self.draws, random.chance(50) {
                    var rest: [UInt32] = []
                    matcher.list(request, context, into: &rest)
                    found += rest.map { Int($0) }.sorted { stock.bounds[$0] > stock.bounds[$1] }
                }
                while patience > 0, let number = matcher.next(request, context, worth: least) {
                    found.append(number)
                    patience -= 1
                }
                // Whoever can bid more comes first, from the first to the last.
                #expect(zip(found, found.dropFirst()).allSatisfy { stock.bounds[$0] >= stock.bounds[$1] })
                // Nobody who came is left for later, and whoever did not come is.
                let later = Set(expected).subtracting(found)
                #expect(found.allSatisfy { $0 < matcher.firstUnreached })
                #expect(later.count { $0 < matcher.firstUnreached } <= matcher.unseen)
                guard patience > 0 else { continue }
                tally.pauses += matcher.firstUnreached < stock.index.count ? 1 : 0
                let worthy = expected.filter { stock.bounds[$0] >= least }
                #expect(found.count == max(before, worthy.count), "least \(least)")
                #expect(Set(found).isSuperset(of: worthy), "least \(least)")
            }
            #expect(found.sorted() == expected)
            #expect(matcher.firstUnreached == stock.index.count)
            #expect(matcher.unseen == 0)
            tally.pairs += stock.predicates.count
            tally.matches += expected.count
        }
        return tally
    }

    @Test("with some, most, all or none of the strategies gone", arguments: [0, 1, 20, 90, 100])
    func gone(_ percent: Int) throws {
        var tally = Tally()
        let matcher = TargetingMatcher()
        let reader = BidRequestReader()
        for seed in 0..<UInt64(4) {
            var random = RandomTargeting(seed: seed * 64 + UInt64(percent))
            let predicates = (0..<500).map { _ in random.chance(60) ? random.typical() : random.predicate() }
            let stock = Stock(predicates, gone: percent, &random)
            for _ in 0..<10 {
                try reader.read(copying: Array(random.request().utf8))
                tally = tally + search(stock, reader.request, random.context(), by: matcher, &random)
            }
        }
        print("\(tally.pairs) pairs of request and strategy, \(percent) % gone: \(tally.matches) match")
        #expect(tally.pairs >= 20_000)
        #expect(percent == 100 ? tally.matches == 0 : tally.matches > 500)
    }

    @Test("through several tiers, in one window of blocks and in several")
    func windows() throws {
        var random = RandomTargeting(seed: 4096)
        let predicates = (0..<8_000).map { number in
            // Every conjunction has a slot, and so this has sixteen, the last of which are all that may hold.
            number % 3 == 0 ? alternatives(16, &random) : random.chance(50) ? random.typical() : random.predicate()
        }
        let stock = Stock(predicates, gone: 10, &random)
        #expect(stock.index.slots > 40_000)
        let reader = BidRequestReader()
        var tally = Tally()
        for matcher in [TargetingMatcher(), TargetingMatcher(windowBlocks: 8), TargetingMatcher(windowBlocks: 24)] {
            for _ in 0..<4 {
                try reader.read(copying: Array(random.request().utf8))
                tally = tally + search(stock, reader.request, random.context(), by: matcher, &random)
            }
        }
        print("\(tally.pairs) pairs over \(stock.index.slots) slots: \(tally.matches) match, \(tally.pauses) pauses")
        #expect(tally.pairs >= 100_000)
        #expect(tally.matches > 10_000)
        #expect(tally.pauses > 40)
    }

    @Test("postings are found behind windows in which nobody was left, and who is left for later is counted")
    func skipped() throws {
        // A few want Germany, evenly among all that can bid; in each tier they come to lie behind the others.
        func predicate(_ number: Int) -> Predicate {
            guard number % 40 == 0 else { return .leaf(.country(texts("usa"))) }
            var parts: [Predicate] = [.leaf(.country(texts("deu")))]
            if number % 280 == 40 { parts.append(.leaf(.keyword(texts("k")))) }
            if number % 280 == 80 { parts.append(.not(.leaf(.keyword(texts("r"))))) }
            return .all(parts)
        }
        var random = RandomTargeting(seed: 12)
        let stock = Stock((0..<20_000).map(predicate), gone: 15, &random)
        #expect(stock.index.order.map { Int($0) } != Array(0..<20_000))
        let reader = BidRequestReader()
        let context = TargetingContext(
            exchange: [], instant: Instant(seconds: 1_717_171_717), personalDataAllowed: true)
        for words in ["k", "r", "k,r", ""] {
            let json = #"""
                {"id":"r","imp":[{"id":"1","banner":{}}],"device":{"geo":{"country":"DEU"}},\#
                "site":{"keywords":"\#(words)"}}
                """#
            try reader.read(copying: Array(json.utf8))
            for windowBlocks in [8, 16, 512] {
                let matcher = TargetingMatcher(windowBlocks: windowBlocks)
                let tally = search(stock, reader.request, context, by: matcher, &random)
                #expect(tally.matches > 200)
                // Nothing is left to a check behind the rows, so the count of those left for later is exact.
                matcher.begin(stock.index, without: stock.tombstones, reader.request, context)
                matcher.start(reader.request.imps[0], of: reader.request, context)
                let expected = stock.scan(reader.request.imps[0], reader.request, context)
                for taken in 1...expected.count {
                    _ = matcher.next(reader.request, context)
                    let reached = expected.count { $0 < matcher.firstUnreached }
                    #expect(matcher.unseen == reached - taken)
                }
            }
        }
    }

    /// A predicate of so many conjunctions, few of which hold.
    private func alternatives(_ count: Int, _ random: inout RandomTargeting) -> Predicate {
        .any((0..<count).map { _ in .all([.leaf(random.leaf()), .leaf(random.leaf()), .leaf(random.leaf())]) })
    }

    @Test("when one matcher goes from stock to stock, with and without tombstones")
    func stocks() throws {
        var random = RandomTargeting(seed: 71)
        let matcher = TargetingMatcher()
        let reader = BidRequestReader()
        var stocks: [Stock] = []
        for (count, gone) in [(700, 30), (3, 50), (0, 0), (700, 0), (1, 100), (90, 10)] {
            stocks.append(Stock((0..<count).map { _ in random.typical() }, gone: gone, &random))
        }
        var tally = Tally()
        for round in 0..<60 {
            try reader.read(copying: Array(random.request().utf8))
            let stock = stocks[round % stocks.count]
            tally = tally + search(stock, reader.request, random.context(), by: matcher, &random)
        }
        #expect(tally.matches > 500)
    }

    @Test("whoever was gone is there again when the same index is asked without tombstones")
    func exhumed() throws {
        let predicates = [Predicate](repeating: .everything, count: 1200)
        let index = TargetingIndex(predicates)
        let gone = Tombstones([0, 511, 512, 513, 1199], of: index)
        let all = Tombstones(Array(predicates.indices), of: index)
        let matcher = TargetingMatcher()
        let reader = BidRequestReader()
        try reader.read(copying: Array(#"{"id":"r","imp":[{"id":"1","banner":{}}]}"#.utf8))
        let context = TargetingContext(
            exchange: [], instant: Instant(seconds: 1_717_171_717), personalDataAllowed: true)
        for (tombstones, count) in [(gone, 1195), (Tombstones.none, 1200), (all, 0), (gone, 1195)] {
            matcher.begin(index, without: tombstones, reader.request, context)
            matcher.start(reader.request.imps[0], of: reader.request, context)
            #expect(rest(of: matcher, reader.request, context).count == count)
        }
    }
}
