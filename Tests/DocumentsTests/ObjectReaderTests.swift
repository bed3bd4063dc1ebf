import Foundation
import Testing
import Units

@testable import Documents

@Suite("Reading the members of an object")
struct ObjectReaderTests {
    @Test(
        "money is a decimal string of at most six digits after the point",
        arguments: [
            ("0", 0), ("0.0", 0), ("-0", 0), ("2.50", 2_500_000), ("0.000001", 1), ("1.0000000", 1_000_000),
            ("007", 7_000_000), ("1000000000", 1_000_000_000_000_000),
        ] as [(String, Int64)])
    func money(text: String, micros: Int64) throws {
        let one = try OneMember("\"\(text)\"")
        #expect(one.object.money("x") == micros)
        #expect(one.faults.faults.isEmpty)
    }

    @Test(
        "money that is no amount is refused, saying why",
        arguments: [
            (#""-1""#, "must not be negative, is “-1”", ""),
            (#""-0.000001""#, "must not be negative, is “-0.000001”", ""),
            (#""0.0000001""#, "has more than six digits after the point: “0.0000001”", ""),
            (#""1000000000.000001""#, "is above the greatest amount, 1000000000", ""),
            (#""99999999999999999999""#, "is too large: “99999999999999999999”", ""),
            (#""""#, "is no decimal number: “”", #"for example "2.50""#),
            (#"".5""#, "is no decimal number: “.5”", #"for example "2.50""#),
            (#""5.""#, "is no decimal number: “5.”", #"for example "2.50""#),
            (#""1,5""#, "is no decimal number: “1,5”", #"for example "2.50""#),
            (#""1e3""#, "is no decimal number: “1e3”", #"for example "2.50""#),
            (#""+1""#, "is no decimal number: “+1”", #"for example "2.50""#),
            (#"" 1""#, "is no decimal number: “ 1”", #"for example "2.50""#),
            (#""$2""#, "is no decimal number: “$2”", #"for example "2.50""#),
            ("2.50", "money must be a decimal string", #"write "2.50""#),
            ("true", "must be money as a decimal string, is a boolean", #"for example "2.50""#),
            ("[]", "must be money as a decimal string, is a list", #"for example "2.50""#),
        ])
    func noMoney(json: String, message: String, hint: String) throws {
        let one = try OneMember(json)
        #expect(one.object.money("x") == nil)
        #expect(one.faults.faults.map(\.message) == [message])
        #expect(one.faults.faults.map(\.hint) == [hint])
        #expect(one.faults.faults.map(\.pointer) == ["/x"])
    }

    @Test("a member that is null is as good as missing")
    func nullMember() throws {
        let one = try OneMember("null")
        #expect(one.object.money("x") == nil)
        #expect(one.object.string("x") == nil)
        #expect(one.object.list("x").isEmpty)
        #expect(one.faults.faults.isEmpty)
        #expect(one.object.require("x", example: "1") == nil)
        #expect(one.faults.faults.map(\.message) == ["required, but missing"])
    }

    @Test(
        "a member of another type is refused, naming the type",
        arguments: [
            ("1", "must be a string, is a number"), ("true", "must be a string, is a boolean"),
            ("[]", "must be a string, is a list"), ("{}", "must be a string, is an object"),
        ])
    func strings(json: String, message: String) throws {
        let one = try OneMember(json)
        #expect(one.object.string("x") == nil)
        #expect(one.faults.faults.map(\.message) == [message])
    }

    @Test(
        "a whole number lies between its bounds",
        arguments: [
            ("1", 1, nil), ("10", 10, nil), ("0", nil, "must be between 1 and 10, is 0"),
            ("11", nil, "must be between 1 and 10, is 11"), ("1.5", nil, "must be a whole number, is a number"),
            ("1e1", nil, "must be a whole number, is a number"), ("\"1\"", nil, "must be a whole number, is a string"),
            ("99999999999999999999", nil, "must be a whole number, is a number"),
        ] as [(String, Int?, String?)])
    func integers(json: String, expected: Int?, message: String?) throws {
        let one = try OneMember(json)
        #expect(one.object.integer("x", in: 1...10) == expected)
        #expect(one.faults.faults.map(\.message) == (message.map { [$0] } ?? []))
    }

    @Test("a truth value is true or false, not a word or number")
    func truths() throws {
        #expect(try OneMember("true").object.bool("x") == true)
        for json in ["1", "\"true\"", "[true]"] {
            let one = try OneMember(json)
            #expect(one.object.bool("x") == nil)
            #expect(one.faults.faults.count == 1)
        }
    }

    @Test("one value counts as a list of one, and each bad element is named by its place")
    func lists() throws {
        #expect(try OneMember("\"a\"").object.strings("x") == ["a"])
        #expect(try OneMember("3").object.integers("x", in: 1...9) == [3])
        let mixed = try OneMember(#"["a",1,"b",null,[]]"#)
        #expect(mixed.object.strings("x") == ["a", "b"])
        #expect(pointers(mixed.faults.faults) == ["/x/1", "/x/3", "/x/4"])
        let numbers = try OneMember(#"[1,10,"2",2.5,3]"#)
        #expect(numbers.object.integers("x", in: 1...9) == [1, 3])
        #expect(pointers(numbers.faults.faults) == ["/x/1", "/x/2", "/x/3"])
    }

    @Test("a text that is empty is called empty, not a string that is no string")
    func emptyText() throws {
        let one = try OneMember(#"["a",""]"#)
        #expect(one.object.strings("x") == ["a"])
        #expect(pointers(one.faults.faults) == ["/x/1"])
        #expect(one.faults.faults.first?.message.contains("empty") == true)
    }

    @Test(
        "an identifier has letters, digits, dot, dash and underscore, and not digits alone",
        arguments: [
            ("a", true), ("acme-shoes", true), ("A.b_C-9", true), ("0a", true), ("1.5", true), ("-", true),
            (String(repeating: "x", count: 64), true), (String(repeating: "x", count: 65), false), ("", false),
            ("1", false), ("0123456789", false), ("a b", false), ("a/b", false), ("a:b", false), ("ä", false),
            ("a@b", false), ("a[b", false), ("a`b", false), ("a{b", false), ("ａ", false),
        ])
    func identifiers(text: String, isSound: Bool) throws {
        let one = try OneMember("\"\(text)\"")
        #expect(one.object.id("x") == (isSound ? text : nil))
        #expect(one.faults.faults.isEmpty == isSound)
    }

    @Test(
        "a time is read as RFC 3339 writes it, with fractions and offsets",
        arguments: [
            ("2026-11-01T00:00:00Z", 1_793_491_200_000_000), ("2026-11-01T02:00:00+02:00", 1_793_491_200_000_000),
            ("2026-10-31T19:00:00-05:00", 1_793_491_200_000_000), ("2026-11-01T00:00:00.5Z", 1_793_491_200_500_000),
            ("2026-11-01T00:00:00.123456Z", 1_793_491_200_123_456),
            ("2026-11-01T00:00:00-00:00", 1_793_491_200_000_000),
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1_000_000),
            ("2028-02-29T00:00:00Z", 1_835_395_200_000_000),
        ] as [(String, Int64)])
    func instants(text: String, micros: Int64) throws {
        #expect(try OneMember("\"\(text)\"").object.instant("x") == Instant(micros: micros))
    }

    @Test(
        "a text that RFC 3339 would not write is no time",
        arguments: [
            "", "yesterday", "2026-11-01", "2026-11-01T00:00:00", "2026-11-01T00:00Z", "2026-11-01 00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-31T00:00:00Z",
            "2026-11-01T25:00:00Z", "2026-11-01T00:60:00Z", "2026-11-01T00:00:00Zulu", "2026-11-01T00:00:00Z ",
            "2026-1-1T00:00:00Z", "2026-11-01T00:00:00+25:00", "1793491200",
        ])
    func noInstants(text: String) throws {
        let one = try OneMember("\"\(text)\"")
        #expect(one.object.instant("x") == nil)
        #expect(one.faults.faults.count == 1)
    }

    @Test(
        "a time is written with all six digits of its second",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1_793_491_200_123_456, "2026-11-01T00:00:00.123456Z"),
            (1_793_491_200_000_001, "2026-11-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func writtenInstants(micros: Int64, text: String) {
        #expect(Instant(micros: micros).rfc3339 == text)
        #expect(Instant(rfc3339: text) == Instant(micros: micros))
    }

    @Test(
        "a URL is absolute, http or https, with a host and nothing secret",
        arguments: [
            ("https://acme.example/shoes?a=b#c", true), ("http://x", true), ("HTTPS://X/", true),
            ("https://[2001:db8::1]:8443/", true), ("https://acme.example/ü", true), ("", false),
            ("acme.example", false),
            ("//acme.example/", false), ("/shoes", false), ("ftp://acme.example/", false),
            ("javascript:alert(1)", false),
            ("https:///shoes", false), ("https://user@acme.example/", false),
            ("https://user:pass@acme.example/", false),
            ("https://acme.example/a b", false), ("https://acme.example/\\u000aX:1", false),
            ("https://acme.example/\\\\x", false), ("https://acme.example/\\u007f", false),
        ])
    func urls(text: String, isSound: Bool) throws {
        let one = try OneMember("\"\(text)\"")
        #expect((one.object.url("x") != nil) == isSound)
        #expect(one.faults.faults.isEmpty == isSound)
    }

    @Test("what passes as a URL at a glance passes the second look too")
    func plainURLs() {
        var random = SplitMix64(seed: 5)
        let parts = ["a", "acme", ".", "-", "1", "/", "?", "=", "&", "_", "~", "+", ",", ":", "@", "#", "%", "é", " "]
        var plain = 0
        for _ in 0..<4000 {
            let text =
                "https://"
                + (0..<1 + Int(random.next() % 6)).map { _ in parts[Int(random.next() % UInt64(parts.count))] }.joined()
            guard URLText.isPlainWebURL(text) else { continue }
            plain += 1
            let read = URLComponents(string: text)
            #expect(read?.scheme == "https" && read?.host?.isEmpty == false && read?.user == nil, "\(text)")
        }
        #expect(plain > 100)
    }

    @Test(
        "a currency is three capital letters",
        arguments: [
            ("USD", true), ("EUR", true), ("usd", false), ("US", false), ("USDT", false), ("U$D", false), ("", false),
        ])
    func currencies(text: String, isSound: Bool) throws {
        let one = try OneMember("\"\(text)\"")
        #expect(one.object.currency("x") == (isSound ? Currency(text.utf8) : nil))
        #expect(one.faults.faults.isEmpty == isSound)
    }

    @Test("an unknown member is named with the nearest known one, or with all of them")
    func unknownMembers() throws {
        let faults = FaultList()
        let tree = try node(#"{"namee":1,"a/b~c":2,"name":3}"#)
        _ = ObjectReader(tree, at: "/top", known: ["name", "state"], faults)
        #expect(pointers(faults.faults) == ["/top/namee", "/top/a~1b~0c"])
        #expect(faults.faults.map(\.hint) == ["did you mean “name”?", "known: name, state"])
    }

    @Test(
        "the nearest name is at most a third of its letters away",
        arguments: [
            ("contry", "country"), ("COUNTRY", "country"), ("regoin", "region"), ("citi", "city"), ("zipp", "zip"),
            ("publishr", "publisher"), ("x", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(typed: String, expected: String?) {
        let names = ["country", "region", "city", "zip", "publisher"]
        #expect(Nearest.name(to: typed, among: names) == expected)
    }

    @Test(
        "the distance of two names counts insertions, deletions and replacements",
        arguments: [
            ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("abc", "abc", 0), ("ab", "ba", 2),
        ])
    func distance(lhs: String, rhs: String, expected: Int) {
        #expect(Nearest.distance(lhs, rhs) == expected)
        #expect(Nearest.distance(rhs, lhs) == expected)
    }
}
