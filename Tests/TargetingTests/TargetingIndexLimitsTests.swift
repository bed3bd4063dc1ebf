import OpenRTB
import Testing
import Units

@testable import Targeting

/// Where the index changes its ways: from postings to rows and back, from values to lists, from one pool to the next.
@Suite("Targeting index at its limits")
struct TargetingIndexLimitsTests {
    private let reader = BidRequestReader()
    private let matcher = TargetingMatcher()
    private let context = TargetingContext(
        exchange: Array("exchange-1".utf8), instant: Instant(seconds: 1_717_171_717), personalDataAllowed: true)

    /// Who accepts the only impression, the evaluator agreeing.
    @discardableResult
    private func shortlist(_ index: TargetingIndex, _ predicates: [Predicate], _ members: String) throws -> [Int] {
        try reader.read(copying: Array(#"{"id":"r","imp":[{"id":"1","banner":{"w":300,"h":250}}],\#(members)}"#.utf8))
        let found = shortlists(index, reader.request, context, by: matcher)
        #expect(found == oracle(predicates, reader.request, context), "\(members.prefix(200))")
        return found[0]
    }

    private static func keyword(_ numbers: some Sequence<Int>) -> Predicate {
        .leaf(.keyword(numbers.map { Array("k\($0)".utf8) }))
    }

    private static func keywords(_ numbers: some Sequence<Int>) -> String {
        site(#""keywords":"\#(numbers.map { "k\($0)" }.joined(separator: ","))""#)
    }

    // MARK: Rows and postings

    /// Of one value, in the index.
    private func rows(_ word: String, of index: TargetingIndex) -> ValueRows? {
        var key = ValueKey()
        defer { key.free() }
        for byte in word.utf8 { key.append(byte) }
        let values = index.tables.values
        let lookup = values.lookup(.keyword, key, from: 0, length: key.count)
        return values.find(lookup, from: values.firstEntry(lookup), key).map { index.tables.valueRows[Int($0.value)] }
    }

    @Test(
        "a value is kept as postings up to the threshold and as a row beyond it, wanted or refused",
        arguments: [100, 3000, 5000])
    func threshold(_ count: Int) throws {
        let threshold = SlotList.sparseMax(slots: count)
        let wanted = 1...(threshold + 3)
        // Value k is wanted by k strategies, and refused by k of the second half.
        var predicates = [Predicate](repeating: .everything, count: count)
        var next = 0
        for value in wanted {
            for _ in 0..<value {
                predicates[next] = Self.keyword([value])
                predicates[count / 2 + next] = .not(Self.keyword([value]))
                next += 1
            }
        }
        let index = TargetingIndex(predicates)
        #expect(index.slots == count && next <= count / 2)
        for value in wanted {
            let known = try #require(rows("k\(value)", of: index))
            #expect(known.inclusions.isRow == (value > threshold))
            #expect(known.exclusions.isRow == (value > threshold))
            #expect(try shortlist(index, predicates, Self.keywords([value])).count == count - next)
        }
        try shortlist(index, predicates, Self.keywords(wanted))
        try shortlist(index, predicates, Self.keywords([threshold, threshold + 1]))
        #expect(try shortlist(index, predicates, site(#""keywords":"none""#)).count == count - next)
    }

    @Test("of more wanted values than there are rows, the most wanted have them and the others lose nothing")
    func manyWanted() throws {
        var random = SplitMix64(seed: 3)
        let values = 1300
        let predicates = (0..<1600).map { number in
            // The first third of the values is wanted twice as often.
            let own = (0..<28).map { _ in
                Int.random(in: 0..<(Bool.random(using: &random) ? values : values / 3), using: &random)
            }
            return number % 8 == 0 ? Predicate.not(Self.keyword(own)) : Self.keyword(own)
        }
        let index = TargetingIndex(predicates)
        let forms = (0..<values).compactMap { rows("k\($0)", of: index)?.inclusions }
        let least = SlotList.sparseMax(slots: index.slots)
        #expect(forms.count > SlotList.rowsMax)
        #expect(forms.count { $0.isRow || $0.count > least } > SlotList.rowsMax)
        #expect(forms.count { $0.isRow } <= SlotList.rowsMax)
        #expect(forms.contains { $0.isRow } && forms.contains { !$0.isRow && $0.count > least })
        for value in [0, 1, values / 3 - 1, values / 3, values - 1, values] {
            try shortlist(index, predicates, Self.keywords([value]))
        }
        for _ in 0..<20 {
            try shortlist(
                index, predicates, Self.keywords((0..<30).map { _ in Int.random(in: 0..<values, using: &random) }))
        }
    }

    // MARK: Long lists

    /// A list that is stated as a value of its own.
    private static func long(_ range: Range<Int>) -> Predicate { keyword(range) }

    private static let usa = Predicate.leaf(.country(texts("usa")))

    @Test("long lists mean the same under every sign and beside every other list")
    func longLists() throws {
        let (low, middle, high) = (Self.long(0..<50), Self.long(25..<75), Self.long(60..<110))
        let predicates: [Predicate] = [
            low, .not(low), .all([low, middle]), .all([low, .not(middle)]), .all([low, middle, high]),
            .any([low, middle]), .any([low, .not(high)]), .not(.all([low, middle])), .not(.any([low, high])),
            .all([.not(low), .not(high)]), .any([.not(low), .not(high)]), .all([.any([low, Self.usa]), .not(high)]),
            .all([.any([low, high]), .any([middle, Self.usa])]), .all([low, Self.keyword([3])]),
            .all([low, .not(Self.keyword([3]))]), .all([Self.keyword([3, 30]), .not(middle)]),
            // Too many conjunctions for slots: what is checked of them is the list itself too.
            .all([Predicate](repeating: .any([low, .all([Self.usa, .not(high)]), .not(middle)]), count: 4)),
            .not(.all([Predicate](repeating: .any([high, .all([Self.usa, low]), .not(middle)]), count: 4))),
        ]
        // Alone, and so many together that lists have rows.
        for copies in [1, 40] {
            let copied = Array(repeatElement(predicates, count: copies).joined())
            let index = TargetingIndex(copied)
            for members in ["", #","device":{"geo":{"country":"USA"}}"#] {
                for words in [
                    [], [0], [3], [30], [49], [50], [65], [74], [75], [109], [110], [0, 65], [3, 100], [30, 62],
                ] {
                    try shortlist(index, copied, Self.keywords(words) + members)
                }
            }
        }
    }

    @Test("long lists of a key with one value come together in one")
    func longListsOfOneValue() throws {
        func city(_ range: Range<Int>) -> Predicate { .leaf(.city(range.map { Array("c\($0)".utf8) })) }
        let (low, middle) = (city(0..<50), city(25..<75))
        let predicates: [Predicate] = [
            .all([low, middle]), .all([low, .not(middle)]), .all([low, middle, .not(city(30..<90))]),
            .all([low, city(50..<99)]), .any([low, middle]), .not(.any([low, middle])),
            .all([.not(low), .not(middle)]),
        ]
        let index = TargetingIndex(predicates)
        var answers: Set<[Int]> = []
        for number in 0..<91 { answers.insert(try shortlist(index, predicates, geo(#""city":"C\#(number)""#))) }
        #expect(answers == [[1, 4], [0, 2, 4], [0, 4], [4], [5, 6]])
        #expect(try shortlist(index, predicates, geo("")) == [5, 6])
    }

    @Test("a long list that is wanted and refused by others is told apart from its values")
    func listsAndValues() throws {
        let list = Self.long(0..<100)
        let predicates = (0..<300).map { number -> Predicate in
            switch number % 3 {
            case 0: list
            case 1: .not(list)
            default: .all([list, .not(Self.keyword([number % 100]))])
            }
        }
        let index = TargetingIndex(predicates)
        for word in [0, 2, 50, 99, 100] { try shortlist(index, predicates, Self.keywords([word])) }
        try shortlist(index, predicates, Self.keywords(0..<100))
        #expect(try shortlist(index, predicates, Self.keywords([100])) == (0..<300).filter { $0 % 3 == 1 })
    }

    // MARK: Large requests

    @Test("more values in one request than are looked up at a time", arguments: [255, 256, 257, 512, 600])
    func manyValues(_ count: Int) throws {
        let predicates = (0..<700).map { number in
            Predicate.all([
                Self.keyword([number]), .not(Self.keyword([(number + 350) % 700])),
                number % 2 == 0 ? .everything : .leaf(.language(texts("en"))),
            ])
        }
        let index = TargetingIndex(predicates)
        // The language is looked up before the keywords, and must stand when they are.
        let members = "\(Self.keywords(0..<count)),\(device(#""language":"en""#))"
        let found = try shortlist(index, predicates, members)
        #expect(found == (0..<count).filter { $0 + 350 >= count && $0 < count && ($0 < 350 || $0 - 350 >= count) })
        try shortlist(index, predicates, Self.keywords(0..<count))
        try shortlist(index, predicates, device(#""language":"en""#))
    }

    /// A keyword as long as a key can be.
    private static func longWord(_ number: Int, _ length: Int) -> String {
        let digits = "\(number)-"
        return digits + String(repeating: "x", count: length - digits.count)
    }

    @Test("more long values in one request than are spelled at a time", arguments: [200, 254, 255])
    func longValues(_ length: Int) throws {
        let words = (0..<200).map { Self.longWord($0, length) }
        let predicates =
            words.map { Predicate.leaf(.keyword(texts($0))) } + words.map { .not(.leaf(.keyword(texts($0)))) }
        let index = TargetingIndex(predicates)
        for count in [1, 62, 63, 64, 65, 127, 128, 129, 200] {
            let list = words.prefix(count).joined(separator: ",")
            let found = try shortlist(index, predicates, site(#""keywords":"\#(list)""#))
            #expect(found == Array(0..<count) + Array((200 + count)..<400))
        }
        // Those that are spelled as one text and looked up in parts.
        let codes = words.map { "\($0.prefix(length - 3))-9" }
        let categories = codes.map { Predicate.leaf(.category([Array($0.prefix(length - 3).utf8)])) }
        let list = codes.map { "\"\($0)\"" }.joined(separator: ",")
        let found = try shortlist(TargetingIndex(categories), categories, site(#""cat":[\#(list)]"#))
        #expect(found == Array(0..<200))
    }

    // MARK: Another index

    @Test("an index of more values, then of fewer, between requests that state what both know")
    func otherIndexes() throws {
        let groups = [3, 5000, 1, 64, 65, 20_000, 128].map { count in
            (0..<min(count, 400)).map { number in
                // As many values as are named, in lists long enough to be few.
                let share = count / min(count, 400)
                return number % 5 == 0
                    ? Predicate.not(Self.keyword((number * share)..<(number * share + share)))
                    : Self.keyword((number * share)..<(number * share + share))
            }
        }
        let indexes = groups.map { TargetingIndex($0) }
        var random = SplitMix64(seed: 11)
        for round in 0..<70 {
            let group = round % 10 < 7 ? round % 7 : Int.random(in: 0..<7, using: &random)
            let words = (0..<60).map { _ in
                Int.random(in: 0..<(Bool.random(using: &random) ? 70 : 20_000), using: &random)
            }
            try shortlist(indexes[group], groups[group], Self.keywords(words))
        }
    }
}
