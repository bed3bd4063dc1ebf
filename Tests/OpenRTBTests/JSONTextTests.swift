import Foundation
import OpenRTB
import Testing

@Suite("JSON text")
struct JSONTextTests {
    @Test(
        "what JSON demands is escaped and nothing else",
        arguments: [
            ("plain text", "plain text"), ("\"", "\\\""), ("\\", "\\\\"), ("a\nb", "a\\u000ab"), ("\u{0}", "\\u0000"),
            ("\u{1F}", "\\u001f"), ("\u{7F}", "\\u007f"), ("/", "/"), ("<b>&'", "<b>&'"), ("é😀", "é😀"), ("", ""),
        ])
    func escapes(text: String, escaped: String) {
        #expect(String(decoding: JSONText.escaped(Array(text.utf8)), as: UTF8.self) == escaped)
        #expect(JSONText.quoted(text) == "\"\(escaped)\"")
    }

    @Test("every control character is escaped", arguments: 0..<0x20 as Range<UInt8>)
    func controls(byte: UInt8) {
        let escaped = JSONText.escaped([byte])
        #expect(escaped.count == 6)
        #expect(escaped.starts(with: Array("\\u00".utf8)))
    }

    @Test("markup inside JSON inside a script element cannot close that element")
    func closingTags() {
        let escaped = JSONText.quoted("<script>x()</script>")
        #expect(!escaped.contains("</"))
    }

    @Test(
        "Foundation's parser reads back what was written",
        arguments: [
            "", "plain", "\"quoted\\\"", "line\r\n\ttab", "</script><!--", "é\u{2028}😀\u{FEFF}", "\u{0}\u{1}\u{7F}",
            #"<VAST version="4.0"><Ad id="1"/></VAST>"#,
        ])
    func readsBack(text: String) throws {
        let document = Data(JSONText.quoted(text).utf8)
        let value = try JSONSerialization.jsonObject(with: document, options: [.fragmentsAllowed])
        #expect((value as? String).map { Array($0.utf8) } == Array(text.utf8))
    }

    @Test(
        "a text of a request goes back into JSON as it came out",
        arguments: ["plain", "a\"b\\c", "\n\u{1}é😀", "</script>", "a/b"])
    func fromRequests(text: String) throws {
        let reader = try read(#"{"id":\#(JSONText.quoted(text)),"imp":[{"id":"1","banner":{}}]}"#)
        var writer = ByteWriter(capacity: 1)
        JSONText.append(reader.request.id, of: reader.request.text, to: &writer)
        #expect(String(decoding: writer.array(), as: UTF8.self) == JSONText.quoted(text))
    }

    @Test("one byte to escape is found wherever it stands", arguments: ["\"", "\\", "\u{1F}", "\u{7F}", "</"])
    func oneMark(mark: String) throws {
        for place in 0...40 {
            let text = String(repeating: "a", count: place) + mark + String(repeating: "b", count: 40 - place)
            try fromRequests(text: text)
        }
    }
}
