import Targeting
import Testing
import Units

@testable import Documents

/// A rule as an advertiser writes it, and what it is read as.
struct GoodRule: Sendable, CustomTestStringConvertible {
    let json: String
    let rule: AudienceRule

    init(_ json: String, _ rule: AudienceRule) {
        self.json = json
        self.rule = rule
    }

    var testDescription: String { json }
}

/// A rule that is refused, and where.
struct BadRule: Sendable, CustomTestStringConvertible {
    let json: String
    let places: [String]
    let message: String

    init(_ json: String, _ places: [String], _ message: String) {
        self.json = json
        self.places = places
        self.message = message
    }

    var testDescription: String { json }
}

private func span(_ text: String) -> TimeSpan {
    guard let span = TimeSpan(text) else { preconditionFailure("\(text) is no span") }
    return span
}

private func event(_ type: String, _ change: (inout EventRule) -> Void = { _ in }) -> AudienceRule {
    var rule = EventRule(ActRule(types: [type]))
    change(&rule)
    return .event(rule)
}

private func rule(_ json: String) throws -> (rule: AudienceRule?, faults: [Fault]) {
    let faults = FaultList()
    let rule = AudienceRuleReader.read(try node(json), at: "/when", of: "own", faults)
    return (rule, faults.faults)
}

@Suite("Documents of audiences")
struct AudienceDocumentTests {
    private static let good: [GoodRule] = [
        GoodRule(
            #"{"all":[{"event":"view","where":{"category":["shoes"]},"at_least":3,"within":"7d"},"#
                + #"{"not":{"event":"purchase","within":"30d"}}]}"#,
            .all([
                event("view") {
                    $0.acts.properties = [PropertyRule("category", .oneOf([.text("shoes")]))]
                    $0.atLeast = 3
                    $0.within = span("7d")
                },
                .not(event("purchase") { $0.within = span("30d") }),
            ])
        ),
        GoodRule(#"{"event":["view","cart"]}"#, .event(EventRule(ActRule(types: ["view", "cart"])))),
        GoodRule(
            #"{"event":"view","at_most":2}"#,
            event("view") {
                $0.atLeast = 0
                $0.atMost = 2
            }
        ),
        GoodRule(
            #"{"event":"purchase","sum":{"property":"amount","at_least":"100.00","at_most":250},"within":"30d"}"#,
            event("purchase") {
                $0.sum = .init("amount", atLeast: Micros(100_000_000), atMost: Micros(250_000_000))
                $0.within = span("30d")
            }
        ),
        GoodRule(
            #"{"event":"visit","recency":{"at_least":"7d"}}"#,
            event("visit") { $0.recency = .init(atLeast: span("7d")) }
        ),
        GoodRule(
            #"{"event":"view","where":{"price":{"min":10,"max":"20.5"},"new":true,"size":[42,"XL"]}}"#,
            event("view") {
                $0.acts.properties = [
                    PropertyRule("price", .between(Micros(10_000_000), Micros(20_500_000))),
                    PropertyRule("new", .oneOf([.flag(true)])),
                    PropertyRule("size", .oneOf([.number(Micros(42_000_000)), .text("XL")])),
                ]
            }
        ),
        GoodRule(
            #"{"sequence":[{"event":"cart"},{"not":{"event":"purchase"},"within":"1h"}],"within":"2w"}"#,
            .sequence(
                SequenceRule(
                    [
                        .init(ActRule(types: ["cart"])),
                        .init(ActRule(types: ["purchase"]), isAbsence: true, within: span("1h")),
                    ],
                    within: span("14d")
                )
            )
        ),
        GoodRule(#"{"trait":{"tier":["gold"]}}"#, .trait([PropertyRule("tier", .oneOf([.text("gold")]))])),
        GoodRule(
            #"{"any":[{"audience":"runners"},{"audience":["a","b"]}]}"#,
            .any([.audience(["runners"]), .audience(["a", "b"])])),
    ]

    @Test("each form of a rule is read as it is meant", arguments: good)
    func goodRule(_ row: GoodRule) throws {
        let read = try rule(row.json)
        #expect(read.faults == [])
        #expect(read.rule == row.rule)
    }

    private static let bad: [BadRule] = [
        BadRule("{}", ["/when"], "needs exactly one of"),
        BadRule(#"{"event":"view","trait":{"a":"b"}}"#, ["/when"], "needs exactly one of"),
        BadRule(#"{"all":[]}"#, ["/when/all"], "an empty list says nothing"),
        BadRule(#"{"any":{"event":"view"}}"#, ["/when/any"], "must be a list, is an object"),
        BadRule(#"{"all":[{"event":"view"}],"within":"7d"}"#, ["/when/within"], "means nothing beside “all”"),
        BadRule(#"{"trait":{"a":"b"},"at_least":2}"#, ["/when/at_least"], "means nothing beside “trait”"),
        BadRule(#"{"event":[]}"#, ["/when/event"], "an empty list matches nothing"),
        BadRule(#"{"event":["view",""]}"#, ["/when/event/1"], "must not be empty"),
        BadRule(#"{"event":"view","at_least":3,"at_most":2}"#, ["/when/at_most"], "is below at_least"),
        BadRule(#"{"event":"view","at_most":-1}"#, ["/when/at_most"], "must be between 0"),
        BadRule(#"{"event":"view","within":"401d"}"#, ["/when/within"], "is no span of time up to 400 days"),
        BadRule(#"{"event":"view","within":"0d"}"#, ["/when/within"], "is no span of time"),
        BadRule(#"{"event":"view","where":{}}"#, ["/when/where"], "an empty object says nothing"),
        BadRule(#"{"event":"view","where":{"a":[]}}"#, ["/when/where/a"], "an empty list matches nothing"),
        BadRule(
            #"{"event":"view","where":{"a":{"mni":1}}}"#, ["/when/where/a/mni", "/when/where/a"], "unknown key “mni”"),
        BadRule(#"{"event":"view","where":{"a":{"min":2,"max":1}}}"#, ["/when/where/a/max"], "is below min"),
        BadRule(#"{"event":"view","where":{"a":[null]}}"#, ["/when/where/a/0"], "must be a text"),
        BadRule(#"{"event":"view","where":{"a":1e3}}"#, ["/when/where/a"], "is no number with at most six"),
        BadRule(#"{"event":"view","where":{"a/b":[""]}}"#, ["/when/where/a~1b/0"], "must be a text"),
        BadRule(#"{"event":"buy","sum":{}}"#, ["/when/sum/property", "/when/sum"], "required, but missing"),
        BadRule(
            #"{"event":"buy","sum":{"property":"amount","at_least":"ten"}}"#, ["/when/sum/at_least"],
            "is no decimal number"
        ),
        BadRule(
            #"{"event":"buy","sum":{"property":"amount","at_least":1},"at_most":0}"#, ["/when/at_most"],
            "none of them has no sum"
        ),
        BadRule(#"{"event":"view","recency":{}}"#, ["/when/recency"], "needs at_least or at_most"),
        BadRule(
            #"{"event":"view","recency":{"at_least":"2d","at_most":"1d"}}"#, ["/when/recency/at_most"],
            "is below at_least"
        ),
        BadRule(#"{"audience":"own"}"#, ["/when/audience"], "refers to itself"),
        BadRule(#"{"audience":["a","4"]}"#, ["/when/audience/1"], "“4” is digits only"),
        BadRule(#"{"sequence":[{"event":"cart"}]}"#, ["/when/sequence"], "must be a list of 2 to 8 steps"),
        BadRule(
            #"{"sequence":[{"event":"a","within":"1h"},{"event":"b"}]}"#, ["/when/sequence/0/within"],
            "there is nothing before"
        ),
        BadRule(
            #"{"sequence":[{"not":{"event":"a"}},{"event":"b"}]}"#,
            ["/when/sequence/0/not", "/when/sequence/0/not"], "the first step must be an event"
        ),
        BadRule(
            #"{"sequence":[{"event":"a"},{"not":{"event":"c"}},{"event":"b"}]}"#, ["/when/sequence/1/not"],
            "an absence between two steps needs its span"
        ),
        BadRule(#"{"sequence":[{"event":"a"},{}]}"#, ["/when/sequence/1/event"], "required, but missing"),
        BadRule(
            #"{"sequence":[{"event":"a"},{"not":{"event":"b","within":"1h"}}]}"#, ["/when/sequence/1/not/within"],
            "unknown key “within”"
        ),
    ]

    @Test("every fault of a rule is named where it stands", arguments: bad)
    func badRule(_ row: BadRule) throws {
        let read = try rule(row.json)
        #expect(pointers(read.faults) == row.places)
        #expect(read.faults.first?.message.hasPrefix(row.message) == true, "\(read.faults)")
        #expect(read.rule == nil)
    }

    @Test("all faults are found at once")
    func allFaults() throws {
        let read = try rule(
            #"{"all":[{"event":"view","wihtin":"7d"},{"not":{"event":7,"within":"x"}},{"audience":[]}]}"#)
        #expect(
            pointers(read.faults)
                == ["/when/all/0/wihtin", "/when/all/1/not/event", "/when/all/1/not/within", "/when/all/2/audience"])
        #expect(read.faults.first?.hint == "did you mean “within”?")
    }

    @Test("a rule has sixty-four leaves, not sixty-five; a property a thousand values")
    func limits() throws {
        let leaves = { (count: Int) in
            "{\"any\":[" + [String](repeating: "{\"event\":\"view\"}", count: count).joined(separator: ",") + "]}"
        }
        #expect(try rule(leaves(64)).faults == [])
        #expect(pointers(try rule(leaves(65)).faults) == ["/when"])
        let values = { (count: Int) in
            "{\"event\":\"view\",\"where\":{\"a\":[" + (0..<count).map(String.init).joined(separator: ",") + "]}}"
        }
        #expect(try rule(values(1000)).faults == [])
        #expect(pointers(try rule(values(1001)).faults) == ["/when/where/a"])
        let name = { (count: Int) in "{\"event\":\"\(String(repeating: "v", count: count))\"}" }
        #expect(try rule(name(64)).faults == [])
        #expect(pointers(try rule(name(65)).faults) == ["/when/event"])
    }

    @Test(
        "spans are whole numbers of one unit, up to 400 days",
        arguments: [
            ("45s", 45_000), ("30m", 1_800_000), ("12h", 43_200_000), ("7d", 604_800_000), ("2w", 1_209_600_000),
            ("400d", 34_560_000_000), ("", nil), ("7", nil), ("d", nil), ("07d", nil), ("-7d", nil), ("7D", nil),
            ("7 d", nil), ("1.5h", nil), ("401d", nil), ("99999999999999999999s", nil), ("٣d", nil),
        ] as [(String, Int64?)])
    func spans(text: String, millis: Int64?) {
        #expect(TimeSpan(text)?.millis == millis)
    }

    @Test("members are named by an own id or as an event's visitor is")
    func members() throws {
        let hash = String(repeating: "Ab", count: 32)
        let document = try AudienceDocument(
            try node(
                #"""
                {"id":"list","advertiser":"acme","expires":"30d","members":["c-7",{"id":"c-8","ifa":"A-1"},
                {"email_sha256":"\#(hash)"},{"cookie":"k"},{"eids":[{"source":"x.example","uids":[{"id":"u1"},{"id":"u2"}]},
                {"source":"y.example","id":"u3"}]}]}
                """#
            )
        )
        #expect(document.expires == span("30d"))
        #expect(
            document.form
                == .members([
                    MemberEntry([.own("c-7")]), MemberEntry([.own("c-8"), .ifa("A-1")]),
                    MemberEntry([.email(sha256: hash.lowercased())]), MemberEntry([.cookie("k")]),
                    MemberEntry([
                        .eid(source: "x.example", id: "u1"), .eid(source: "x.example", id: "u2"),
                        .eid(source: "y.example", id: "u3"),
                    ]),
                ])
        )
    }

    @Test(
        "a member that names nobody is refused where it stands",
        arguments: [
            (#"{"id":"a","members":["",7,{}]}"#, ["/members/0", "/members/1", "/members/2"]),
            (#"{"id":"a","members":[{"email_sha256":"jane@acme.example"}]}"#, ["/members/0/email_sha256"]),
            (#"{"id":"a","members":[{"ifa":""},{"idfa":"x"}]}"#, ["/members/0/ifa", "/members/1/idfa"]),
            (#"{"id":"a","members":[{"eids":[{"id":"x"}]}]}"#, ["/members/0/eids/0/source"]),
            (#"{"id":"a","members":[{"eids":[{"source":"x"}]}]}"#, ["/members/0/eids/0"]),
            (#"{"id":"a","members":[{"eids":[{"source":"x","uids":[{}]}]}]}"#, ["/members/0/eids/0/uids/0/id"]),
            (#"{"id":"a","cidr":["192.0.2.1"],"expires":"7d"}"#, ["/expires"]),
            (#"{"id":"a","members":[],"expires":"forever"}"#, ["/expires"]),
        ])
    func memberFaults(json: String, places: [String]) throws {
        let tree = try node(json)
        #expect(pointers(faults { () throws(DocumentError) in _ = try AudienceDocument(tree) }) == places)
    }

    @Test("a list of addresses and an empty list of members are audiences")
    func otherForms() throws {
        let offices = try AudienceDocument(try node(#"{"id":"o","cidr":["192.0.2.0/24","2001:db8::1"]}"#))
        #expect(
            offices.form == .cidr(["192.0.2.0/24", "2001:db8::1"].compactMap { AddressRange($0) }))
        #expect(try AudienceDocument(try node(#"{"id":"o","members":[]}"#)).form == .members([]))
    }

    @Test("a rule names what it refers to once, in order")
    func references() throws {
        let read = try rule(
            #"{"all":[{"audience":["b","a"]},{"not":{"any":[{"audience":"a"},{"audience":"c"}]}},{"event":"view"}]}"#)
        #expect(read.rule?.references == ["b", "a", "c"])
    }

    @Test("audiences are put behind those that they refer to")
    func order() {
        let order = AudienceOrder([("a", ["b", "uploaded"]), ("b", ["c"]), ("c", []), ("d", ["a", "c"])])
        #expect(order.order == ["c", "b", "a", "d"])
        #expect(order.unordered.isEmpty)
        #expect(order.cycle.isEmpty)
    }

    @Test("a circle is named, and so is whoever depends on it")
    func circle() {
        let order = AudienceOrder([("x", ["a"]), ("a", ["b"]), ("b", ["c", "e"]), ("c", ["a"]), ("e", [])])
        #expect(order.order == ["e"])
        #expect(order.unordered == ["x", "a", "b", "c"])
        #expect(order.cycle == ["a", "b", "c", "a"])
        #expect(AudienceOrder([("a", ["a"])]).cycle == ["a", "a"])
    }

    @Test("a chain of a hundred thousand is no deeper than one")
    func longChain() {
        let order = AudienceOrder((0..<100_000).map { ("a\($0)", $0 == 0 ? [] : ["a\($0 - 1)"]) })
        #expect(order.order.first == "a0")
        #expect(order.order.count == 100_000)
    }
}
