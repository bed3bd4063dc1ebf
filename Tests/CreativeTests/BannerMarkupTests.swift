import Creative
import Foundation
import OpenRTB
import Testing

private let slot = #""banner":{"w":300,"h":250}"#
private let pixel =
    #"<img src="\#(impressionURL)" width="1" height="1" alt="" style="position:absolute;visibility:hidden">"#

@Suite("A banner's markup")
struct BannerMarkupTests {
    @Test("our click URL stands for {click}, and our pixel is added at the end")
    func clickAndPixel() throws {
        let adm = try markup(.banner(), imp: slot)
        #expect(adm == #"<a href="\#(clickURL)"><img src="https://cdn.example/s.png"></a>"# + pixel)
    }

    @Test("markup that places our impression itself gets no second pixel")
    func ownImpression() throws {
        let adm = try markup(
            .banner(#"<img src="{impression}"><a href="{click}">x</a><a href="{click}">y</a>"#), imp: slot)
        #expect(adm == #"<img src="\#(impressionURL)"><a href="\#(clickURL)">x</a><a href="\#(clickURL)">y</a>"#)
        #expect(adm.occurrences(of: impressionURL) == 1)
    }

    @Test("the exchange's macros and other braces stay as they are")
    func otherBraces() throws {
        let html = "{{a}} {clic} {Click} { ${AUCTION_PRICE} ${CLICK_URL} {impression {click"
        #expect(try markup(.banner(html), imp: slot) == html + pixel)
    }

    @Test(
        "whatever the markup holds, the response can be read and says the same",
        arguments: [
            "<a href=\"{click}\" onclick='f(\"x\\n\")'>\\</a>", "line\nline\r\n\ttab", "\u{0}\u{1}\u{1F}\u{7F}",
            "Größe 早く 😀 \u{2028}\u{2029}", "</script><script>", "\"", "\\", "", "{", "{}", "\\{click}", "\"{click}\"",
        ])
    func hostileText(html: String) throws {
        let expected = html.replacing("{click}", with: clickURL) + pixel
        #expect(try markup(.banner(html), imp: slot) == expected)
    }

    @Test("what never changes from bid to bid is written ahead, escaped")
    func fixedMembers() throws {
        let creative = Creative.banner(api: [5]) {
            $0.id = "c\"1"
            $0.campaign = "s-1"
            $0.adomain = ["acme.example", "b.example"]
            $0.cat = ["IAB17"]
            $0.attr = [1, 14]
            $0.language = "en"
            $0.bundle = "com.acme"
        }
        let text = "{\"x\":1" + String(decoding: creative.fixedMembers, as: UTF8.self) + "}"
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["adid"] as? String == "c\"1")
        #expect(object["crid"] as? String == "c\"1")
        #expect(object["cid"] as? String == "s-1")
        #expect(object["adomain"] as? [String] == ["acme.example", "b.example"])
        #expect(object["cat"] as? [String] == ["IAB17"])
        #expect(object["cattax"] == nil)
        #expect(object["attr"] as? [Int] == [1, 14])
        #expect(object["language"] as? String == "en")
        #expect(object["bundle"] as? String == "com.acme")
        #expect(object["apis"] as? [Int] == [5])
    }

    @Test("a member without a value is left out; another taxonomy than the first is named")
    func leastMembers() {
        let least = String(decoding: Creative.banner().fixedMembers, as: UTF8.self)
        #expect(least == #","adid":"c-1","crid":"c-1","cid":"s-1","adomain":["acme.example"]"#)
        let taxonomy = Creative.banner {
            $0.cat = ["483"]
            $0.cattax = 7
        }
        #expect(String(decoding: taxonomy.fixedMembers, as: UTF8.self).hasSuffix(#","cat":["483"],"cattax":7"#))
    }
}
