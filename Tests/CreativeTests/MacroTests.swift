import Creative
import Foundation
import OpenRTB
import Testing

private let slot = #""banner":{"w":300,"h":250}"#

/// A request whose site's domain and app's bundle are this text; the reader takes both as they come.
private func site(_ text: String) -> String {
    "\"app\":{\"domain\":\(JSONText.quoted(text)),\"bundle\":\(JSONText.quoted(text))}"
}

/// Markup without our pixel.
private func written(_ html: String, _ bundle: String) throws -> String {
    let adm = try markup(.banner(html + "{impression}"), imp: slot, site(bundle))
    return String(adm.dropLast(impressionURL.count))
}

private let hostile = [
    #""><script>alert(1)</script>"#, "'\"`", "</script>", "]]>", "<![CDATA[", "\u{2028}\u{2029}", "a&b=c#d?e", "\\",
    "\\\"",
    "${AUCTION_PRICE}", "{click}", "--><!--", "早く😀", "\n\r\t", " onclick=x ", "&amp;", "/x",
]

@Suite("Macros of the markup")
struct MacroTests {
    @Test("each stands for what the request or the creative says")
    func values() throws {
        let html = "{auction_id} {impid} {domain} {bundle} {crid} {price} {event}start"
        let adm = try markup(.banner(html), imp: slot, #""app":{"domain":"news.example","bundle":"com.news"}"#)
        #expect(adm.hasPrefix("r 1 news.example com.news c-1 ${AUCTION_PRICE} \(eventURL)start<img"))
        #expect(try markup(.banner("[{domain}]"), imp: slot).hasPrefix("[]<img"))
    }

    @Test("a cachebuster is digits, the same for the same bid")
    func cachebuster() throws {
        let first = try written("{cachebuster}", "a")
        #expect(UInt64(first) != nil)
        #expect(try written("{cachebuster}", "a") == first)
    }

    @Test("our URLs may be parts of others', where the exchange still finds its macros")
    func encoded() throws {
        #expect(
            try written("https://t.example/?u={click:url}", "")
                == "https://t.example/?u=https%3A%2F%2Fbid.example%2Fclick%2FTOKEN")
        #expect(
            try written("{impression:url}", "")
                == "https%3A%2F%2Fbid.example%2Fimp%2FTOKEN%3Fp%3D${AUCTION_PRICE}")
    }

    @Test(
        "what is no macro stays",
        arguments: ["{Domain}", "{domain:xml}", "{domain:}", "{:url}", "{title}", "{type}", "{id}"])
    func unknown(text: String) throws {
        #expect(try written(text, "x") == text)
    }

    @Test("in HTML a value is text, between tags and in attributes, quoted or not", arguments: hostile)
    func html(text: String) throws {
        let adm = try written("<i title={bundle}>{bundle}</i>", text)
        #expect(!adm.dropFirst(9).dropLast(4).contains(where: { "<\"'` \\$".contains($0) }), "\(adm)")
        // Entities are the same in XML, whose parser gives the text back; line ends it would take for spaces.
        let document = XMLTree("<i>" + (try written("{bundle}", text)) + "</i>")
        #expect(document.failure == nil)
        #expect(document["i"] == text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test("in a URL a value is percent-encoded", arguments: hostile)
    func url(text: String) throws {
        let adm = try written("{bundle:url}", text)
        #expect(adm.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>\"'`{}$&#?/\\".utf8.contains($0) })
        #expect(adm.removingPercentEncoding == text)
    }

    @Test("in a script a value is the content of a string", arguments: hostile)
    func script(text: String) throws {
        let adm = try written("{bundle:js}", text)
        #expect(!adm.contains(where: { "<>\"'`&\n\r\u{2028}\u{2029}/$".contains($0) }), "\(adm)")
        #expect(unescaped(adm) == text)
    }

    /// What JavaScript reads: `\xHH` and `\uHHHH`.
    private func unescaped(_ text: String) -> String {
        var out = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                out.unicodeScalars.append(scalar)
                continue
            }
            let digits = rest.popFirst() == "x" ? 2 : 4
            let number = UInt32(String(String.UnicodeScalarView(rest.prefix(digits))), radix: 16) ?? 0
            rest = rest.dropFirst(digits)
            out.unicodeScalars.append(Unicode.Scalar(number) ?? "?")
        }
        return out
    }

    @Test("in VAST a value is text of an element, of an attribute and of CDATA alike", arguments: hostile)
    func vast(text: String) throws {
        let own = """
            <VAST version="3.0"><!-- {bundle} --><Ad id="{bundle}"><InLine><AdSystem>{bundle}</AdSystem>
            <AdTitle><![CDATA[a{bundle}z]]></AdTitle><Impression>x</Impression></InLine></Ad></VAST>
            """
        let adm = try markup(
            .linear { $0.source = .vast(own) }, imp: #""video":{"mimes":["video/mp4"],"protocols":[3]}"#, site(text))
        let document = XMLTree(adm)
        #expect(document.failure == nil)
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(document["VAST/Ad/InLine/AdSystem"] == trimmed)
        let spaced = text.replacing("\r", with: " ").replacing("\n", with: " ").replacing("\t", with: " ")
        #expect(
            document["VAST/Ad/InLine/AdTitle"]?.replacing("\r\n", with: "  ") == "a"
                + spaced.replacing("\r\n", with: "  ") + "z")
        #expect(document.attributes["VAST/Ad"]?["id"] == text.replacing("\r", with: " "))
        #expect(adm.contains("<!-- {bundle} -->"))
    }

    @Test("what XML cannot hold is replaced, and a long value is cut between characters")
    func limits() throws {
        #expect(try written("{bundle}", "a\u{1}b\u{FFFF}c\u{7F}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}")
        let long = String(repeating: "é", count: 300)
        #expect(try written("{bundle}", long) == String(repeating: "é", count: 128))
        #expect(try written("{bundle}", "x" + long) == "x" + String(repeating: "é", count: 127))
        #expect(
            try written("{bundle:url}", "ab" + String(repeating: "😀", count: 100)).removingPercentEncoding
                == "ab" + String(repeating: "😀", count: 63))
    }
}
