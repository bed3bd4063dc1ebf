import Audience
import Testing

@testable import ControlPlane

@Suite("Lists of members")
struct MemberReaderTests {
    private static let sha = String(repeating: "aB", count: 32)

    private static let lines: [(line: String, members: [Audience.Identifier])] = [
        ("customer-1", [.own(advertiser: "acme", id: "customer-1")]),
        ("  17 \t\r", [.own(advertiser: "acme", id: "17")]),
        ("Ä 1", [.own(advertiser: "acme", id: "Ä 1")]),
        ("\"in quotes\"", [.own(advertiser: "acme", id: "in quotes")]),
        ("\"a\\u00e4\\\"\"", [.own(advertiser: "acme", id: "aä\"")]),
        ("{\"id\":\"x\"}", [.own(advertiser: "acme", id: "x")]),
        ("{\"email_sha256\":\"\(sha)\"}", [.email(sha256: sha)]),
        ("{\"cookie\":\"c\",\"id\":null}", [.cookie("c")]),
        (
            "{\"ifa\":\"6D92078A-8246-4BA4-AE5B-76104861E7DC\",\"id\":\"y\"}",
            [.ifa("6D92078A-8246-4BA4-AE5B-76104861E7DC"), .own(advertiser: "acme", id: "y")]
        ),
        (
            "{\"ifa\":\"00000000-0000-0000-0000-000000000000\",\"id\":\"z\"}", [.own(advertiser: "acme", id: "z")]
        ),
        (
            "{\"eids\":[{\"source\":\"a.example\",\"uids\":[{\"id\":\"1\",\"atype\":3},{\"id\":\"2\"}]},"
                + "{\"source\":\"b.example\",\"id\":\"3\"}]}",
            [
                .eid(source: "a.example", id: "1"), .eid(source: "a.example", id: "2"),
                .eid(source: "b.example", id: "3"),
            ]
        ),
    ]

    @Test("a line is an own id, bare or in quotes, or an object of identifiers", arguments: lines)
    func line(line: String, members: [Audience.Identifier]) {
        let reader = Self.read(line, in: 1000)
        #expect(reader.refusals.map(\.reason) == [])
        #expect(reader.batch == members)
        #expect(reader.lines == 1)
    }

    @Test(
        "what is no member is refused with a reason that does not quote it",
        arguments: [
            ("{\"id\":\"canary", "is no JSON: a string has no end"),
            ("[\"canary\"]", "is a list: write one member a line"),
            ("{\"id\":17}", "id must be a string in quotes, is a number"), ("{}", "holds no identifier"),
            ("{\"canary\":\"x\"}", "has a key that is none of id, ifa, email_sha256, eids and cookie"),
            (
                "{\"ifa\":\"00000000-0000-0000-0000-000000000000\"}",
                "stands for nobody: zeros, a macro or a word for none"
            ),
            ("{\"id\":\"canary\",\"id\":\"canary\"}", "cannot be read: a key twice, or half of a surrogate pair"),
            ("undefined", "stands for nobody: zeros, a macro or a word for none"),
            ("{\"id\":\"null\",\"cookie\":\"${COOKIE}\"}", "stands for nobody: zeros, a macro or a word for none"),
            (
                "{\"eids\":[{\"source\":\"a.example\",\"id\":\"0\"}]}",
                "stands for nobody: zeros, a macro or a word for none"
            ),
            ("{\"id\":\"\"}", "an own id must not be empty"), ("\"\"", "an own id must not be empty"),
            ("a\u{1}b", "an own id has a control character"),
            (
                "{\"email_sha256\":\"canary@acme.example\"}",
                "email_sha256 must be 64 hexadecimal digits: SHA-256 of the address in lower case, without spaces"
            ),
            ("{\"eids\":{}}", "eids must be a list"), ("{\"eids\":[{\"id\":\"x\"}]}", "eids: source must be a string"),
            ("{\"eids\":[{\"source\":\"canary\"}]}", "eids: neither id nor uids"),
            ("{\"eids\":[{\"source\":\"canary\",\"uids\":[{}]}]}", "eids: id must be a string"),
            ("\"canary\",\"b\"", "is no JSON string"),
            (String(repeating: "x", count: 1025), "an own id is longer than 1024 bytes"),
            (String(repeating: "x", count: 8193), "the line is longer than 8192 bytes"),
            (String(repeating: "x", count: 1 << 20), "the line is longer than 8192 bytes"),
        ])
    func refused(line: String, reason: String) {
        let reader = Self.read("good\n\n\(line)\nbetter", in: 1000)
        #expect(reader.refusals.map(\.reason) == [reason])
        #expect(reader.refusals.map(\.line) == [3])
        #expect(reader.refusals.allSatisfy { !$0.reason.contains("canary") })
        #expect(reader.batch == [.own(advertiser: "acme", id: "good"), .own(advertiser: "acme", id: "better")])
        #expect((reader.lines, reader.refused) == (3, 1))
    }

    @Test("bytes that are no UTF-8 are refused, and a byte-order mark is not part of the first id")
    func encoding() {
        var reader = MemberReader(advertiser: "acme")
        reader.read([0xEF, 0xBB, 0xBF, 0x61, 0x0A, 0x62, 0xFF, 0x0A, 0xEF, 0xBB, 0xBF, 0x63].span)
        reader.finish()
        #expect(reader.batch == [.own(advertiser: "acme", id: "a"), .own(advertiser: "acme", id: "\u{FEFF}c")])
        #expect(reader.refusals.map(\.reason) == ["is not valid UTF-8"])
    }

    @Test("an object is read in place or as a tree to the same end")
    func twoWays() {
        let objects = [
            "{\"id\":\"a\"}", "{ \"id\" : \"ä\" ,\t\"cookie\":\"c\" }", "{\"email_sha256\":\"\(Self.sha)\"}",
            "{\"email_sha256\":\"short\"}", "{\"ifa\":\"0-0\"}", "{\"ifa\":\"0\",\"id\":\"b\"}", "{\"other\":\"x\"}",
            "{\"eids\":\"x\"}", "{\"id\":\"a\",\"id\":\"a\"}", "{\"id\":\"\"}", "{\"id\":\"a\",}", "{\"id\":\"a\"}}",
            "{\"id\"",
            "{\"id\":\"a", "{,\"id\":\"a\"}", "{\"id\":\"a\" \"ifa\":\"b\"}", "{\"\":\"a\"}",
        ]
        for object in objects {
            let inPlace = Self.read(object, in: 1000)
            let asTree = try? MemberLine.identifiers(object, advertiser: "acme")
            #expect(inPlace.batch == asTree ?? [], "\(object)")
            #expect(inPlace.refused == (asTree == nil ? 1 : 0), "\(object)")
        }
        #expect(PlainObject(Array("{\"id\":\"a\"}".utf8).span)?.members.count == 1)
        #expect(PlainObject(Array("{\"id\":\"\\u0061\"}".utf8).span) == nil)
        #expect(PlainObject([0x7B, 0x22, 0x61, 0x22, 0x3A, 0x22, 0xFF, 0x22, 0x7D].span) == nil)
    }

    @Test("an audience of nobody takes no own ids")
    func shared() {
        var reader = MemberReader(advertiser: nil)
        reader.read(Array("x\n{\"id\":\"x\"}\n\"x\"\n{\"ifa\":\"x\"}\n".utf8).span)
        reader.finish()
        #expect(reader.batch == [.ifa("x")])
        #expect(reader.refused == 3)
    }

    @Test("wherever the bytes are cut, it reads the same", arguments: [1, 2, 3, 7, 64, 4096])
    func cut(size: Int) {
        let text =
            Self.lines.map(\.line).joined(separator: "\n") + "\n\n{\n" + String(repeating: "y", count: 9000) + "\nlast"
        let whole = Self.read(text, in: .max)
        let parts = Self.read(text, in: size)
        #expect(parts.batch == whole.batch)
        #expect(parts.refusals.map(\.line) == whole.refusals.map(\.line))
        #expect(whole.refused == 2)
        #expect(whole.lines == Self.lines.count + 3)
    }

    @Test("of many refused lines the first hundred are told")
    func manyRefusals() {
        let reader = Self.read(String(repeating: "{\n", count: 1000), in: 1000)
        #expect(reader.refused == 1000)
        #expect(reader.refusals.map(\.line) == Array(1...100))
    }

    private static func read(_ text: String, in size: Int) -> MemberReader {
        var reader = MemberReader(advertiser: "acme")
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            reader.read(Array(rest.prefix(size)).span)
            rest = rest.dropFirst(size)
        }
        reader.finish()
        return reader
    }
}
