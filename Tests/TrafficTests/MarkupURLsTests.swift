import Testing

@testable import Traffic

@Suite("The browser's calls")
struct MarkupURLsTests {
    @Test(
        "impression and click URLs are found in every kind of markup",
        arguments: [
            // HTML, attributes with either quote, an ampersand spelt as an entity.
            #"<a href="https://dsp.example/click/c1?a=1&amp;b=2"><img src='http://dsp.example/imp/i1?a=1&amp;b=2'></a>"#,
            // VAST, character data as it stands.
            """
            <VAST version="4.0"><Ad><InLine><Impression><![CDATA[https://dsp.example/imp/i1?a=1&b=2]]></Impression>\
            <VideoClicks><ClickThrough><![CDATA[https://dsp.example/click/c1?a=1&b=2]]></ClickThrough></VideoClicks>\
            </InLine></Ad></VAST>
            """,
            // VAST without character data.
            """
            <VAST><Impression> https://dsp.example/imp/i1?a=1&amp;b=2 </Impression>
            <ClickTracking>https://dsp.example/click/c1?a=1&#38;b=2</ClickTracking></VAST>
            """,
            // Native with old and new trackers, slashes escaped.
            #"""
             {"native":{"link":{"url":"https:\/\/dsp.example\/click\/c1?a=1&b=2"},"assets":[],
             "imptrackers":["https://dsp.example/imp/i1?a=1\u0026b=2"],
             "eventtrackers":[{"event":1,"method":1,"url":"https://dsp.example/imp/i1?a=1&b=2"}]}}
            """#,
        ])
    func found(adm: String) {
        let urls = MarkupURLs(adm)
        #expect(urls.impressions.map(\.text) == ["/imp/i1?a=1&b=2"])
        #expect(urls.clicks.map(\.text) == ["/click/c1?a=1&b=2"])
    }

    @Test("other URLs, and ours within a URL of somebody else, are left alone")
    func others() {
        let urls = MarkupURLs(
            #"<img src="https://cdn.example/imp.png"><img src="https://cdn.example/x?u=https://dsp.example/imp/i1">"#
                + #"<img src="/imp/i2"><img src="ftp://dsp.example/imp/i3"> http http:// https://"#)
        #expect(urls == MarkupURLs(""))
    }

    @Test("several pixels are each called once")
    func several() {
        let urls = MarkupURLs("https://a.example/imp/1 https://a.example/imp/2 https://b.example/imp/1")
        #expect(urls.impressions.map(\.text) == ["/imp/1", "/imp/2"])
    }

    @Test(
        "of a URL only path and query count",
        arguments: [
            ("https://dsp.example:8443/win/abc?p=1.5&x=", "/win/abc?p=1.5&x="), ("HTTP://h/a#b", "/a"),
            ("http://h", "/"), ("http://h?q", "/?q"), ("http://h/a b\"\u{e9}", "/a%20b%22%C3%A9"),
            ("http://h/%41", "/%41"),
        ])
    func target(url: String, expected: String) { #expect(NoticeTarget(url: url)?.text == expected) }

    @Test("a URL must be absolute and of the web", arguments: ["/win/abc", "ftp://h/a", "", "http:/h", "https"])
    func refused(url: String) { #expect(NoticeTarget(url: url) == nil) }

    @Test("the id of a click is read from the landing URL")
    func click() {
        #expect(NoticeTarget.parameter("vclick", of: "https://acme.example/s?a=1&vclick=x%2By#top") == "x%2By")
        #expect(NoticeTarget.parameter("vclick", of: "https://acme.example/s?xvclick=1") == nil)
        #expect(NoticeTarget.parameter("vclick", of: "https://acme.example/s") == nil)
    }
}
