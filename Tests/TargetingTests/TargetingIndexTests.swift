import OpenRTB
import Targeting
import Testing
import Units

@Suite("Targeting index")
struct TargetingIndexTests {
    private let reader = BidRequestReader()
    private let matcher = TargetingMatcher()
    private let context = TargetingContext(
        exchange: Array("exchange-1".utf8), instant: Instant(seconds: 1_717_171_717), personalDataAllowed: true)

    /// Who accepts the first impression, the evaluator agreeing.
    private func shortlist(_ predicates: [Predicate], _ json: String) throws -> [Int] {
        try reader.read(copying: Array(json.utf8))
        let found = shortlists(TargetingIndex(predicates), reader.request, context, by: matcher)
        #expect(found == oracle(predicates, reader.request, context))
        return found[0]
    }

    private static func request(_ members: String = "", imp: String = #""banner":{"w":300,"h":250}"#) -> String {
        #"{"id":"r","imp":[{"id":"1",\#(imp)}]\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    private static let usa = Predicate.leaf(.country(texts("usa")))
    private static let deu = Predicate.leaf(.country(texts("deu")))
    private static let inUSA = request(geo(#""country":"USA""#))

    // MARK: Numbers of strategies

    @Test("of no strategies nobody matches")
    func empty() throws {
        #expect(try shortlist([], Self.inUSA).isEmpty)
        #expect(TargetingIndex([]).count == 0)
    }

    @Test("strategies beyond a block are found", arguments: [1, 63, 64, 65, 511, 512, 513, 1024, 1500])
    func blocks(_ count: Int) throws {
        let everybody = [Predicate](repeating: .everything, count: count)
        #expect(try shortlist(everybody, Self.inUSA) == Array(0..<count))
        let lastAlone = (0..<count).map { $0 == count - 1 ? Self.usa : Self.deu }
        #expect(try shortlist(lastAlone, Self.inUSA) == [count - 1])
        let nobody = [Predicate](repeating: .any([]), count: count)
        #expect(try shortlist(nobody, Self.inUSA).isEmpty)
        #expect(TargetingIndex(nobody).count == count)
    }

    @Test("a strategy that several of its conjunctions accept comes once")
    func order() throws {
        let often = Predicate.any([
            Self.usa, .leaf(.format([.banner])), .leaf(.size([Size(w: 300, h: 250)])), .leaf(.exchange(texts("x"))),
        ])
        let found = try shortlist([Self.deu, often, Self.usa, often, .any([]), often], Self.inUSA)
        #expect(found == [1, 2, 3, 5])
    }

    // MARK: Iteration

    @Test("whoever stops early starts over with the next impression")
    func earlyStop() throws {
        let predicates = (0..<1200).map { $0 % 3 == 0 ? Self.usa : Predicate.leaf(.format([.video])) }
        let index = TargetingIndex(predicates)
        let imps = #"[{"id":"1","banner":{}},{"id":"2","video":{"mimes":["a/b"]}},{"id":"3","banner":{}}]"#
        let json = #"{"id":"r","imp":\#(imps),\#(geo(#""country":"USA""#))}"#
        try reader.read(copying: Array(json.utf8))
        let expected = oracle(predicates, reader.request, context)
        matcher.begin(index, reader.request, context)
        #expect(matcher.next(reader.request, context) == nil)
        for taken in [0, 1, 7, 300] {
            for number in expected.indices {
                matcher.start(reader.request.imps[number], of: reader.request, context)
                // Of predicates without bounds the first tiers come as they were given.
                for place in 0..<taken {
                    let next = matcher.next(reader.request, context)
                    #expect(next.map { Int(index.order[$0]) } == expected[number][place])
                }
            }
            matcher.start(reader.request.imps[1], of: reader.request, context)
            #expect(positions(rest(of: matcher, reader.request, context), in: index) == expected[1])
            #expect(matcher.next(reader.request, context) == nil)
        }
        #expect(expected.map(\.count) == [400, 1200, 400])
    }

    @Test("a request leaves nothing behind for the next")
    func clean() throws {
        let predicates: [Predicate] = [
            Self.usa, .leaf(.segment(texts("s1"))), .leaf(.deal(texts("d1"))), .not(.leaf(.domain(texts("a.test")))),
        ]
        let index = TargetingIndex(predicates)
        let full = Self.request(
            [
                geo(#""country":"USA""#), site(#""domain":"www.a.test""#),
                #""user":{"data":[{"name":"p","segment":[{"id":"S1"}]}]}"#,
            ].joined(separator: ","), imp: #""banner":{},"pmp":{"deals":[{"id":"d1"}]}"#)
        for json in [full, Self.request(), full, Self.request()] {
            try reader.read(copying: Array(json.utf8))
            let found = shortlists(index, reader.request, context, by: matcher)
            #expect(found == [json == full ? [0, 1, 2] : [3]])
        }
    }

    // MARK: Predicates

    @Test(
        "what is decided without a request is decided so",
        arguments: [
            (Predicate.all([]), true), (.any([]), false), (.not(.all([])), false), (.not(.any([])), true),
            (.all([.any([]), usa]), false), (.any([.all([]), deu]), true), (.leaf(.country([])), false),
            (.not(.leaf(.country([]))), true), (.all([.not(.any([])), .all([.all([])])]), true),
            (.all([usa, .not(usa)]), false), (.any([usa, .not(usa)]), true), (.all([usa, deu]), false),
            (.all([.leaf(.interstitial(true)), .leaf(.interstitial(false))]), false),
        ])
    func constants(_ predicate: Predicate, _ matches: Bool) throws {
        #expect(try shortlist([predicate, Self.usa], Self.inUSA) == (matches ? [0, 1] : [1]))
    }

    @Test("what the request does not tell matches the negation alone")
    func untold() throws {
        let city = Predicate.leaf(.city(texts("berlin")))
        let predicates = [city, .not(city), .all([.not(city), .not(Self.deu)]), .any([city, .not(Self.usa)])]
        #expect(try shortlist(predicates, Self.inUSA) == [1, 2])
        #expect(try shortlist(predicates, Self.request()) == [1, 2, 3])
        #expect(try shortlist(predicates, Self.request(geo(#""city":"BERLIN""#))) == [0, 3])
        // Told, but named by no strategy.
        #expect(try shortlist(predicates, Self.request(geo(#""city":"Rome""#))) == [1, 2, 3])
    }

    /// Three alternatives in each of so many conditions: 3 to the power of `factors` conjunctions.
    private static func wide(_ factors: Int, _ last: Predicate) -> Predicate {
        let keys: [(String) -> Leaf] = [
            { .category(texts($0)) }, { .keyword(texts($0)) }, { .segment(texts($0)) }, { .deal(texts($0)) },
        ]
        let parts = (0..<factors).map { number in
            Predicate.any([
                .leaf(keys[number]("a")), .all([.leaf(keys[number]("b")), .leaf(.format([.banner]))]),
                .not(.leaf(.environment([.site]))),
            ])
        }
        return .all(parts + [last])
    }

    @Test("a predicate takes a slot for each conjunction up to 32, and one beyond")
    func wideness() throws {
        #expect(TargetingIndex([Self.wide(3, Self.usa)]).slots == 27)
        #expect(TargetingIndex([Self.wide(4, Self.usa)]).slots == 1)
        let country = geo(#""country":"USA""#)
        let yes = Self.request(
            [country, site(#""cat":["A"],"keywords":"b""#), #""user":{"data":[{"segment":[{"id":"a"}]}]}"#]
                .joined(separator: ","), imp: #""banner":{},"pmp":{"deals":[{"id":"b"}]}"#)
        let no = Self.request(
            [country, site(#""cat":["A"],"keywords":"c""#), #""user":{"data":[{"segment":[{"id":"a"}]}]}"#]
                .joined(separator: ","), imp: #""banner":{},"pmp":{"deals":[{"id":"b"}]}"#)
        let predicates = [
            Self.wide(4, Self.usa), Self.wide(4, Self.deu), .not(Self.wide(4, Self.usa)), Self.wide(3, Self.usa),
            .any([Self.wide(4, Self.deu), Self.wide(4, Self.usa)]),
        ]
        #expect(try shortlist(predicates, yes) == [0, 3, 4])
        #expect(try shortlist(predicates, no) == [2])
        // An application is no site: the third alternative everywhere.
        #expect(try shortlist(predicates, Self.request([country, #""app":{}"#].joined(separator: ","))) == [0, 3, 4])
    }

    @Test("a hundred thousand conjunctions do not take a hundred thousand slots")
    func absurd() throws {
        let part = Predicate.any((0..<100).map { .all([.leaf(.keyword(texts("k\($0)"))), Self.usa]) })
        let index = TargetingIndex([.all([Predicate](repeating: part, count: 64))])
        #expect(index.slots == 1)
        try reader.read(
            copying: Array(Self.request(#"\#(geo(#""country":"USA""#)),\#(site(#""keywords":"k99""#))"#).utf8))
        #expect(shortlists(index, reader.request, context, by: matcher) == [[0]])
    }

    // MARK: Several values

    private static let categories = site(#""cat":["IAB7-3","IAB1"]"#)

    @Test("several values are accepted by any and refused by each")
    func severalValues() throws {
        func category(_ codes: String...) -> Predicate { .leaf(.category(codes.map { Array($0.utf8) })) }
        let predicates: [Predicate] = [
            category("iab7"), category("iab7-3"), category("iab1"), .all([category("iab7"), category("iab1")]),
            .all([category("iab7"), category("iab2")]), .not(category("iab1")), .not(category("iab2")),
            .all([category("iab7"), .not(category("iab1"))]), .all([category("iab1"), .not(category("iab2"))]),
            .all([.not(category("iab7-3")), .not(category("iab1"))]), .any([category("iab2"), category("iab1")]),
            .not(.all([category("iab7"), category("iab2")])),
        ]
        #expect(try shortlist(predicates, Self.request(Self.categories)) == [0, 1, 2, 3, 6, 8, 10, 11])
        let one = Self.request(site(#""cat":["IAB7-4"]"#))
        #expect(try shortlist(predicates, one) == [0, 5, 6, 7, 9, 11])
    }

    /// More values than a dimension has rows, so that most share theirs.
    private static let many = (0..<1000).map { Predicate.leaf(.domain(texts("site\($0).test"))) }

    @Test("values that share a row are told apart")
    func sharedRows() throws {
        let negated = Self.many.map { Predicate.not($0) }
        for number in [0, 63, 64, 255, 256, 257, 999] {
            let json = Self.request(site(#""domain":"www.Site\#(number).test""#))
            #expect(try shortlist(Self.many, json) == [number])
            #expect(try shortlist(negated, json).count == 999)
        }
        #expect(try shortlist(Self.many, Self.request(site(#""domain":"site1000.test""#))).isEmpty)
    }

    @Test("long lists that strategies share are kept once")
    func sharedLists() throws {
        let list = Leaf.domain((0..<500).map { Array("site\($0).test".utf8) })
        let alone = TargetingIndex([.leaf(list)]).bytes
        let shared = TargetingIndex([Predicate](repeating: .leaf(list), count: 200)).bytes
        #expect(shared - alone < 200 * 64)
        let json = Self.request(site(#""domain":"site499.test""#))
        #expect(try shortlist([.leaf(list), .not(.leaf(list)), .leaf(list)], json) == [0, 2])
    }

    @Test("more values in one request than rows are united for")
    func manyFacts() throws {
        let predicates = (0..<600).map { number in
            Predicate.all([
                .leaf(.segment(texts("s\(number)"))), .not(.leaf(.segment(texts("s\((number + 300) % 600)")))),
            ])
        }
        let list = (0..<200).map { #"{"id":"s\#($0)"}"# }.joined(separator: ",")
        let json = Self.request(#""user":{"data":[{"name":"p","segment":[\#(list)]}]}"#)
        #expect(try shortlist(predicates, json) == Array(0..<200))
    }

    @Test("more values in one request than rows are united for, though each has a row of its own")
    func manyFavourites() throws {
        // Forty segments that many want, and hundreds that one wants.
        let predicates = (0..<600).map { Predicate.leaf(.segment(texts("s\($0)", "s\($0 % 40)"))) }
        let list = (0..<35).map { #"{"id":"s\#($0)"}"# }.joined(separator: ",")
        let json = Self.request(#""user":{"data":[{"name":"p","segment":[\#(list)]}]}"#)
        #expect(try shortlist(predicates, json) == (0..<600).filter { $0 % 40 < 35 })
    }

    // MARK: Spellings

    @Test("values longer than a key holds are compared all the same", arguments: [253, 254, 255, 256, 260, 261, 300])
    func longValues(_ length: Int) throws {
        let label = String(repeating: "a", count: length - 5)
        let domain = "\(label).test"
        let predicates: [Predicate] = [
            .leaf(.domain(texts(domain))), .leaf(.domain(texts("test"))), .not(.leaf(.domain(texts(domain)))),
            .leaf(.category(texts(label))), .leaf(.zip([Wildcard(text: Array(label.utf8), isPrefix: true)])),
            .leaf(.zip([Wildcard(text: Array(label.utf8), isPrefix: false)])),
            .leaf(.region([Region(country: nil, code: Array(label.utf8))])),
        ]
        func json(_ host: String, _ zip: String) -> String {
            Self.request(
                [
                    geo(#""country":"USA","zip":"\#(zip)","region":"\#(label)""#),
                    site(#""domain":"\#(host)","cat":["\#(label)-1"]"#),
                ].joined(separator: ","))
        }
        #expect(try shortlist(predicates, json(domain, label)) == [0, 1, 3, 4, 5, 6])
        #expect(try shortlist(predicates, json("www.\(domain)", "\(label)7")) == [0, 1, 3, 4, 6])
        #expect(try shortlist(predicates, json("a\(domain)", "7")) == [1, 2, 3, 6])
    }

    @Test("two values are told apart by where their parts end")
    func parts() throws {
        let predicates: [Predicate] = [
            .leaf(.seller([Seller(asi: Array("a".utf8), sid: Array("bc".utf8))])),
            .leaf(.seller([Seller(asi: Array("ab".utf8), sid: Array("c".utf8))])),
            .leaf(.seller([Seller(asi: Array("ab".utf8), sid: nil)])),
            .leaf(.seller([Seller(asi: Array("ab".utf8), sid: Array("C".utf8))])),
        ]
        let chain = #""source":{"schain":{"ver":"1.0","complete":1,"nodes":[{"asi":"AB","sid":"c","hp":1}]}}"#
        #expect(try shortlist(predicates, Self.request(chain)) == [1, 2])
    }

    @Test("equal texts on different keys are different values")
    func namespaces() throws {
        let predicates: [Predicate] = [
            .leaf(.bundle(texts("x"))), .leaf(.publisher(texts("x"))), .leaf(.city(texts("x"))),
            .leaf(.metro(texts("x"))), .leaf(.keyword(texts("x"))),
        ]
        #expect(try shortlist(predicates, Self.request(site(#""publisher":{"id":"X"},"keywords":"x""#))) == [1, 4])
    }

    @Test("each clock has its own hour")
    func clocks() throws {
        // Friday 31 May 2024, 16:08 in UTC.
        func at(_ hour: Int, _ offsetSeconds: Int32?) -> Predicate {
            let clock = LocalClock(
                transitions: offsetSeconds.map { [.init(from: Instant(seconds: 0), offsetSeconds: $0)] } ?? [])
            var hours = HoursOfWeek(clock: clock)
            hours.insert(days: [4], hours: hour..<(hour + 1))
            return .leaf(.hour(hours))
        }
        let predicates = [
            at(16, nil), at(18, nil), at(18, 7200), at(16, 7200), at(21, 19_800), .not(at(16, nil)),
            .all([at(16, nil), at(18, 7200)]), .any([at(17, nil), at(21, 19_800)]),
        ]
        #expect(try shortlist(predicates, Self.request()) == [0, 2, 4, 6, 7])
    }

    // MARK: Consent

    @Test("without consent, what it guards is as if the request did not tell it")
    func consent() throws {
        let range = try #require(AddressRange("192.0.2.7"))
        let wide = try #require(AddressRange("192.0.2.0/24"))
        let guarded: [Leaf] = [
            .zip([Wildcard(text: Array("9".utf8), isPrefix: true)]), .segment(texts("s")), .keyword(texts("k")),
            .near([Circle(lat: 1, lon: 1, km: 9)]), .ip([range]),
        ]
        let predicates = guarded.map { Predicate.leaf($0) } + guarded.map { .not(.leaf($0)) } + [.leaf(.ip([wide]))]
        let json = Self.request(
            [
                device(#""ip":"192.0.2.7","geo":{"zip":"94105","lat":1,"lon":1}"#),
                #""user":{"keywords":"k","data":[{"name":"p","segment":[{"id":"s"}]}]}"#,
            ].joined(separator: ","))
        #expect(try shortlist(predicates, json) == [0, 1, 2, 3, 4, 10])
        let index = TargetingIndex(predicates)
        let withoutConsent = TargetingContext(
            exchange: context.exchange, instant: context.instant, personalDataAllowed: false)
        #expect(shortlists(index, reader.request, withoutConsent, by: matcher) == [[5, 6, 7, 8, 9, 10]])
        let withoutPlaces = TargetingContext(
            exchange: context.exchange, instant: context.instant, personalDataAllowed: true, preciseGeoAllowed: false)
        #expect(shortlists(index, reader.request, withoutPlaces, by: matcher) == [[1, 2, 4, 5, 8, 10]])
    }
}
