import OpenRTB
import Testing

/// Two texts in one buffer: a request's id and its impression's.
private struct TwoTexts {
    let reader: BidRequestReader
    var buffer: TextBuffer { reader.request.text }
    var one: Text { reader.request.id }
    var other: Text { reader.request.imps[0].id }

    init(_ one: String, _ other: String = "x") throws {
        reader = try read(
            #"{"id":\#(JSONText.quoted(one)),"imp":[{"id":\#(JSONText.quoted(other)),"banner":{}}]}"#)
    }
}

@Suite("Text")
struct TextTests {
    @Test(
        "texts are equal where their bytes are",
        arguments: [
            ("abc", "abc", true), ("abc", "abd", false), ("abc", "ab", false), ("ab", "abc", false),
            ("abc", "ABC", false), ("é", "é", true), ("é", "e\u{301}", false),
        ])
    func equals(one: String, other: String, equal: Bool) throws {
        let texts = try TwoTexts(one, other)
        #expect(texts.buffer.equals(texts.one, texts.other) == equal)
        #expect(texts.buffer.equals(texts.one, Array(other.utf8)) == equal)
        #expect((texts.buffer.hash(texts.one) == texts.buffer.hash(texts.other)) == equal)
    }

    @Test(
        "ASCII letters compare without regard to case, and nothing else does",
        arguments: [
            ("ABC-xyz_9", "abc-xyz_9", true), ("abc", "abc", true), ("abcd", "abc", false), ("ab", "abc", false),
            ("É", "é", false), ("@[`{", "@[`{", true), ("@", "`", false), ("[", "{", false), ("\u{10}", "0", false),
        ])
    func equalsIgnoringCase(text: String, lowercased: String, equal: Bool) throws {
        let texts = try TwoTexts(text)
        #expect(texts.buffer.equalsIgnoringCase(texts.one, lowercased: Array(lowercased.utf8)) == equal)
    }

    @Test(
        "a host is within its own domain and those above it, never beside it",
        arguments: [
            ("example.com", "example.com", true), ("www.example.com", "example.com", true),
            ("a.b.EXAMPLE.com", "example.com", true), ("example.com", "com", true),
            ("notexample.com", "example.com", false), ("example.com", "www.example.com", false),
            ("example.com.evil.net", "example.com", false), ("example.org", "example.com", false),
            ("com", "example.com", false), (".example.com", "example.com", true), ("example.com", "", false),
            ("example.com.", "example.com", false), ("x", "example.com", false),
        ])
    func isWithin(host: String, domain: String, within: Bool) throws {
        let texts = try TwoTexts(host)
        #expect(texts.buffer.isWithin(texts.one, domain: Array(domain.utf8)) == within)
    }

    @Test("an absent text is empty and within nothing")
    func absent() throws {
        let texts = try TwoTexts("host")
        #expect(Text.absent.isEmpty)
        #expect(texts.buffer.string(.absent) == "")
        #expect(!texts.buffer.isWithin(.absent, domain: Array("example.com".utf8)))
        #expect(texts.buffer.equals(.absent, []))
    }

    @Test(
        "a slice stays within its text, whatever is asked for",
        arguments: [
            (0, 3, "abc"), (1, 3, "bcd"), (2, .max, "cdef"), (4, 100, "ef"), (6, 1, ""), (7, 1, ""), (-2, 2, "ab"),
            (1, 0, ""), (1, -5, ""),
        ] as [(Int, Int, String)])
    func slice(start: Int, count: Int, expected: String) throws {
        let texts = try TwoTexts("abcdef")
        #expect(texts.buffer.string(texts.one.slice(from: start, count: count)) == expected)
    }

    @Test("bytes and strings of a text are its UTF-8")
    func copies() throws {
        let texts = try TwoTexts("añ😀")
        #expect(texts.buffer.string(texts.one) == "añ😀")
        #expect(texts.buffer.bytes(texts.one) == Array("añ😀".utf8))
        #expect(texts.one.count == 7)
        #expect(texts.buffer[texts.one, 0] == UInt8(ascii: "a"))
    }
}
