import Documents
import Events
import Testing
import Units

@testable import Audience

private let second: Int64 = 1000
private let hour: Int64 = 3_600_000
private let day: Int64 = 86_400_000
/// An instant that examples count from.
private let noon: Int64 = 1_780_000_000_000

/// An act so long after the examples' instant.
private let key = SymbolKey(identityKey: KeeperWorld.key)

private func act(_ type: String, at millis: Int64, _ properties: [(String, VisitorAct.Value)] = []) -> VisitorAct {
    var act = VisitorAct(
        id: IdentityKey(high: 0, low: UInt64(millis)), type: type, instant: Instant(micros: (noon + millis) * 1000))
    act.properties = properties.map { VisitorAct.Property($0, $1) }
    return act
}

/// One audience by its document's rule, and a visitor.
private struct Example {
    static let number = AudienceNumber(7)
    let compiled: CompiledAudiences
    var history = VisitorHistory()

    init(_ when: String) throws {
        let document = try AudienceDocument(try Node.readOne("{\"id\":\"example\",\"when\":\(when)}"))
        guard case .rule(let rule) = document.form else { throw DocumentError([]) }
        compiled = CompiledAudiences([.init(number: Self.number, id: "example", rule: rule)], key: key) { _ in
            AudienceNumber(9)
        }
    }

    mutating func does(_ type: String, at millis: Int64, _ properties: [(String, VisitorAct.Value)] = []) {
        _ = history.record(act(type, at: millis, properties), by: key)
    }

    func verdict(at millis: Int64, until: Int64? = nil) -> Verdict {
        var verdict = compiled.verdict(of: Self.number, history, at: noon + millis) { _ in until.map { $0 + noon } }
        verdict.changesAt = verdict.changesAt.map { $0 - noon }
        return verdict
    }
}

@Suite("Audiences that advertisers write")
struct AudienceExampleTests {
    @Test("three views of shoes in seven days and no purchase in thirty")
    func runners() throws {
        var example = try Example(
            #"""
            {"all":[{"event":"view","where":{"category":["shoes"]},"at_least":3,"within":"7d"},
            {"not":{"event":"purchase","within":"30d"}}]}
            """#)
        let shoes: [(String, VisitorAct.Value)] = [("category", .text("shoes"))]
        example.does("view", at: 0, shoes)
        example.does("view", at: hour, shoes)
        example.does("view", at: hour, [("category", .text("hats"))])
        #expect(example.verdict(at: 2 * hour) == Verdict(isMember: false, changesAt: nil))
        example.does("view", at: 2 * hour, shoes)
        #expect(example.verdict(at: 2 * hour) == Verdict(isMember: true, changesAt: 7 * day))
        #expect(example.verdict(at: 7 * day - 1).isMember)
        #expect(!example.verdict(at: 7 * day).isMember)
        example.does("purchase", at: day)
        #expect(!example.verdict(at: day).isMember)
        example.does("view", at: 31 * day - 3, shoes)
        example.does("view", at: 31 * day - 2, shoes)
        example.does("view", at: 31 * day - 1, shoes)
        #expect(example.verdict(at: 31 * day - 1) == Verdict(isMember: false, changesAt: 31 * day))
        #expect(example.verdict(at: 31 * day) == Verdict(isMember: true, changesAt: 38 * day - 3))
    }

    @Test("spent 100 in 30 days, to the micro")
    func spent() throws {
        var example = try Example(
            #"{"event":"purchase","within":"30d","sum":{"property":"amount","at_least":"100.00"}}"#)
        example.does("purchase", at: 0, [("amount", .text("60.5"))])
        example.does("purchase", at: day, [("amount", .number(Micros(39_499_999)))])
        example.does("purchase", at: day, [("other", .number(Micros(500_000_000)))])
        #expect(example.verdict(at: day) == Verdict(isMember: false, changesAt: nil))
        example.does("purchase", at: 2 * day, [("amount", .texts(["0.000001"]))])
        #expect(example.verdict(at: 2 * day) == Verdict(isMember: true, changesAt: 30 * day))
        example.does("purchase", at: 3 * day, [("amount", .text("-0.01"))])
        #expect(!example.verdict(at: 3 * day).isMember)
    }

    private static let abandoned =
        #"{"sequence":[{"event":"cart"},{"not":{"event":"purchase"},"within":"1h"}],"within":"7d"}"#

    @Test("a cart and no purchase within an hour: in after the hour, out with the window")
    func abandonedCart() throws {
        var example = try Example(Self.abandoned)
        example.does("cart", at: 0)
        #expect(example.verdict(at: 0) == Verdict(isMember: false, changesAt: hour))
        #expect(!example.verdict(at: hour - 1).isMember)
        #expect(example.verdict(at: hour) == Verdict(isMember: true, changesAt: 7 * day))
        #expect(example.verdict(at: 7 * day) == Verdict(isMember: false, changesAt: nil))
    }

    @Test("a cart and no purchase within an hour: never in after a purchase in the hour, out with a later one")
    func rescuedCart() throws {
        var quick = try Example(Self.abandoned)
        quick.does("cart", at: 0)
        quick.does("purchase", at: hour - 1)
        #expect(quick.verdict(at: hour) == Verdict(isMember: false, changesAt: nil))
        var slow = try Example(Self.abandoned)
        slow.does("cart", at: 0)
        slow.does("purchase", at: day)
        #expect(slow.verdict(at: hour) == Verdict(isMember: true, changesAt: day))
        #expect(!slow.verdict(at: day).isMember)
        slow.does("cart", at: 2 * day)
        #expect(slow.verdict(at: 2 * day) == Verdict(isMember: false, changesAt: 2 * day + hour))
    }

    @Test("a late event moves what it comes before")
    func late() throws {
        var example = try Example(Self.abandoned)
        example.does("cart", at: 0)
        #expect(example.verdict(at: 2 * hour).isMember)
        example.does("purchase", at: hour / 2)
        #expect(example.verdict(at: 2 * hour) == Verdict(isMember: false, changesAt: nil))
    }

    @Test("steps follow in less than their span, and never in the same millisecond")
    func steps() throws {
        var example = try Example(
            #"{"sequence":[{"event":"view"},{"event":"cart","within":"1h"},{"event":"purchase"}]}"#)
        example.does("view", at: 0)
        example.does("cart", at: hour)
        example.does("purchase", at: hour + 1)
        #expect(!example.verdict(at: day).isMember)
        example.does("view", at: 1)
        #expect(example.verdict(at: day) == Verdict(isMember: true, changesAt: nil))
        var together = try Example(#"{"sequence":[{"event":"view"},{"event":"cart"}]}"#)
        together.does("view", at: 0)
        together.does("cart", at: 0)
        #expect(!together.verdict(at: day).isMember)
    }

    @Test("the latest visit at least a week ago, both ends included")
    func recency() throws {
        var example = try Example(#"{"event":"visit","recency":{"at_least":"7d","at_most":"30d"}}"#)
        #expect(example.verdict(at: 0) == .never)
        example.does("visit", at: 0)
        #expect(example.verdict(at: 0) == Verdict(isMember: false, changesAt: 7 * day))
        #expect(example.verdict(at: 7 * day) == Verdict(isMember: true, changesAt: 30 * day + 1))
        #expect(example.verdict(at: 30 * day).isMember)
        #expect(example.verdict(at: 30 * day + 1) == Verdict(isMember: false, changesAt: nil))
    }

    @Test("at most so many is also true of none; an act ahead counts from its instant on")
    func atMost() throws {
        var example = try Example(#"{"event":"view","at_most":1,"within":"30s"}"#)
        #expect(example.verdict(at: 0) == Verdict(isMember: true, changesAt: nil))
        example.does("view", at: 0)
        example.does("view", at: 10 * second)
        #expect(example.verdict(at: 0) == Verdict(isMember: true, changesAt: 10 * second))
        #expect(example.verdict(at: 10 * second) == Verdict(isMember: false, changesAt: 30 * second))
    }

    @Test("a trait holds as soon as it is told, the latest by its instant, and is taken back by nothing")
    func traits() throws {
        var example = try Example(#"{"trait":{"tier":["gold"],"age":{"min":18}}}"#)
        example.does("traits", at: 5, [("tier", .text("gold")), ("age", .number(Micros(18_000_000)))])
        #expect(example.verdict(at: 0) == Verdict(isMember: true, changesAt: nil))
        example.does("traits", at: 4, [("tier", .text("silver"))])
        #expect(example.verdict(at: 0).isMember)
        example.does("traits", at: 6, [("tier", .text(""))])
        #expect(!example.verdict(at: 0).isMember)
        example.does("traits", at: 5, [("tier", .text("gold"))])
        #expect(!example.verdict(at: 0).isMember)
        #expect(example.history.count == 0)
    }

    @Test("members of another audience, for as long as they are")
    func reference() throws {
        var example = try Example(#"{"all":[{"audience":"customers"},{"event":"view"}]}"#)
        example.does("view", at: 0)
        #expect(example.verdict(at: 0) == .never)
        #expect(example.verdict(at: 0, until: day) == Verdict(isMember: true, changesAt: day))
        #expect(example.verdict(at: day, until: day) == .never)
        let forever = example.compiled.verdict(of: Example.number, example.history, at: noon) { _ in .max }
        #expect(forever == Verdict(isMember: true, changesAt: nil))
    }

    @Test("alternatives that take over from one another end together")
    func takeOver() throws {
        var example = try Example(
            #"{"any":[{"event":"view","within":"1h"},{"event":"cart","recency":{"at_least":"30m","at_most":"2h"}}]}"#)
        example.does("view", at: 0)
        example.does("cart", at: 0)
        #expect(example.verdict(at: 0) == Verdict(isMember: true, changesAt: 2 * hour + 1))
    }

    @Test("numbers, texts of numbers, words and lists are equal as documented")
    func values() throws {
        let rows: [(wish: String, value: VisitorAct.Value, fits: Bool)] = [
            ("42", .text("42.0"), true), ("42", .number(Micros(42_000_000)), true), ("\"42\"", .text("42.0"), false),
            ("\"42\"", .number(Micros(42_000_000)), true), ("\"Shoes\"", .text("shoes"), false),
            ("true", .flag(true), true), ("true", .text("true"), true), ("\"true\"", .flag(true), true),
            ("false", .flag(true), false), ("[\"a\",\"b\"]", .texts(["x", "b"]), true), ("\"a\"", .texts([]), false),
            ("{\"min\":1,\"max\":2}", .text("2"), true), ("{\"min\":1,\"max\":2}", .text("2.000001"), false),
            ("{\"max\":0}", .number(Micros(-1)), true), ("{\"min\":0}", .text("many"), false),
        ]
        for row in rows {
            var example = try Example("{\"event\":\"view\",\"where\":{\"p\":\(row.wish)}}")
            example.does("view", at: 0, [("p", row.value)])
            #expect(example.verdict(at: 0).isMember == row.fits, "\(row.wish) and \(row.value)")
        }
    }

    @Test("an act is worked out for the audiences that it may change, and for those that refer to them")
    func affected() throws {
        let rules = [
            "c": #"{"audience":"b"}"#, "b": #"{"all":[{"event":"cart"},{"audience":"a"}]}"#, "a": #"{"event":"view"}"#,
            "d": #"{"any":[{"trait":{"x":"y"}},{"audience":"list"}]}"#,
            "x": #"{"audience":"y"}"#, "y": #"{"audience":"x"}"#,
        ]
        let numbers = ["a": 1, "b": 2, "c": 3, "d": 4, "x": 5, "y": 6, "list": 7].mapValues { AudienceNumber($0) }
        let sources = try rules.map { id, json in
            let document = try AudienceDocument(try Node.readOne("{\"id\":\"\(id)\",\"when\":\(json)}"))
            guard case .rule(let rule) = document.form, let number = numbers[id] else { throw DocumentError([]) }
            return CompiledAudiences.Source(number: number, id: id, rule: rule)
        }
        let compiled = CompiledAudiences(sources, key: key) { numbers[$0] }
        let named = { (ids: [String]) in ids.compactMap { numbers[$0] } }
        #expect(compiled.affected(by: key.symbol("view")) == named(["a", "b", "c"]))
        #expect(compiled.affected(by: key.symbol("cart")) == named(["b", "c"]))
        #expect(compiled.affected(by: .traits) == named(["d"]))
        #expect(compiled.affected(by: key.symbol("click")).isEmpty)
        #expect(compiled.affected(by: AudienceNumber(7)) == named(["d"]))
        #expect(compiled.affected(by: AudienceNumber(1)) == named(["b", "c"]))
        #expect(compiled.unordered.sorted() == ["x", "y"])
        #expect(compiled.cycle.count == 3)
        #expect(Set(compiled.all) == Set(named(["a", "b", "c", "d"])))
        let cyclic = compiled.verdict(of: AudienceNumber(5), VisitorHistory(), at: noon) { _ in .max }
        #expect(cyclic == .never)
    }
}
