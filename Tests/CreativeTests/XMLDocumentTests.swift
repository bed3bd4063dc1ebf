import Testing

@testable import Creative

/// What is wrong with a text, and where; empty for nothing.
private func fault(_ text: String) -> String {
    do throws(XMLFault) {
        _ = try XMLDocument(text)
        return ""
    } catch {
        return "\(error.line):\(error.column) \(error.message)"
    }
}

@Suite("XML, whether it is well-formed")
struct XMLDocumentTests {
    @Test(
        "what XML allows is read",
        arguments: [
            "<a/>", "<a></a>", "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>\n",
            "<!-- c --><a/><!-- d --><?p q?>",
            "<a b='1' c=\"2\" d = '\"' />", "<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;</a>",
            "<a><![CDATA[ <b> & ]] > ]]></a>",
            "<a><b/><b><c/></b></a >", "<ä:b-1.c>早く</ä:b-1.c>", "<a>]] ></a>", "<a b=''/>", "<a><!----></a>",
        ])
    func allowed(text: String) {
        #expect(fault(text) == "")
    }

    @Test(
        "what it does not allow is refused, with its place",
        arguments: [
            ("", "1:1 there is no element"), ("text", "1:1 text before the first element"),
            ("<a>", "1:1 <a> is never closed"), ("<a>\n<b></a>", "2:4 </a> where </b> is due"),
            ("<a/>\n<b/>", "2:1 something follows the root element"),
            ("<a b=1/>", "1:6 the value of attribute b is not in quotes"),
            ("<a b/>", "1:5 attribute b has no value"), ("<a b='1'c='2'/>", "1:9 a space is missing in the tag <a>"),
            ("<a b='1' b='2'/>", "1:10 attribute b stands twice in one tag"),
            ("<a b='<'/>", "1:7 “<” in the value of attribute b"),
            ("<a b='1/>", "1:6 the value of attribute b is never closed"),
            ("<a", "1:1 the tag <a> is never closed"), ("<a>早 & b</a>", "1:6 “&” that begins none of"),
            ("<a>&nbsp;</a>", "1:4 “&” that begins none of"), ("<a>&#0;</a>", "1:4 “&” that begins none of"),
            ("<a>&#xD800;</a>", "1:4 “&” that begins none of"), ("<a>\u{1}</a>", "1:4 a control character"),
            ("<a>\u{FFFF}</a>", "1:4 a character that XML does not have"),
            ("<a>]]></a>", "1:4 “]]>” outside a CDATA section"),
            ("<a><![CDATA[ ]]</a>", "1:4 a CDATA section is never closed"),
            ("<a><!-- a -- b --></a>", "1:13 “--” within a comment"),
            ("<a><!-- </a>", "1:8 a comment is never closed"),
            ("<!DOCTYPE a><a/>", "1:1 a document type declaration is not accepted"),
            ("<a/><?xml version='1.0'?>", "1:5 an XML declaration that is not at the start"),
            ("<1/>", "1:2 an element's name is due here"),
            ("<a>< b/></a>", "1:5 an element's name is due here"), ("</a>", "1:2 an element's name is due here"),
            (String(repeating: "<a>", count: 65), "1:193 elements are nested more than 64 deep"),
        ])
    func refused(text: String, expected: String) {
        #expect(fault(text).hasPrefix(expected), "\(fault(text))")
    }

    @Test("no text of tags, quotes and brackets traps the reader")
    func fuzz() {
        var random = Random(seed: 7)
        let parts = [
            "<", ">", "</", "/>", "a", "b", " ", "=", "'", "\"", "<!--", "-->", "--", "<![CDATA[", "]]>", "&", ";", "#",
            "x", "?",
            "<?", "?>", "<?xml ", "\n", "\u{1}", "é", "<a>", "</a>", "<a b='", "&amp;",
        ]
        var wellFormed = 0
        for _ in 0..<20_000 {
            let text = (0..<Int(random.next() % 12)).map { _ in parts[Int(random.next() % UInt64(parts.count))] }
                .joined()
            if fault(text) == "" { wellFormed += 1 }
            // What is accepted is what Foundation's parser accepts, which traps on an instruction without data.
            if !text.contains("<?"), fault("<a>" + text + "</a>") == "" {
                wellFormed += 1
                #expect(XMLTree("<a>" + text + "</a>").failure == nil, "\(text)")
            }
        }
        #expect(wellFormed > 100)
    }
}

/// Repeatable numbers.
struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
