import Creative
import OpenRTB
import Testing

private func slot(_ protocols: String = "[3]") -> String {
    #""video":{"mimes":["video/mp4"],"protocols":\#(protocols)}"#
}

@Suite("VAST documents")
struct VASTTests {
    @Test("a media file is wrapped into a document that plays it, counts it and leads on")
    func inline() throws {
        let creative = Creative.linear {
            $0.title = "Shoes & more"
            $0.duration = 3675
            $0.w = 1280
            $0.h = 720
            $0.bitrate = 1500
            $0.mimes = ["video/mp4", "video/webm"]
            $0.source = .media(url: "https://cdn.example/v.mp4?a=1&b=<2>")
        }
        let document = XMLTree(try markup(creative, imp: slot()))
        #expect(document.failure == nil)
        #expect(document.attributes["VAST"]?["version"] == "3.0")
        #expect(document.attributes["VAST/Ad"]?["id"] == "c-1")
        let ad = "VAST/Ad/InLine"
        #expect(document["\(ad)/AdSystem"] == "Vendue")
        #expect(document["\(ad)/AdTitle"] == "Shoes & more")
        #expect(document["\(ad)/Impression"] == impressionURL)
        let linear = "\(ad)/Creatives/Creative/Linear"
        #expect(document["\(linear)/Duration"] == "01:01:15")
        #expect(document["\(linear)/VideoClicks/ClickThrough"] == clickURL)
        #expect(document["\(linear)/MediaFiles/MediaFile"] == "https://cdn.example/v.mp4?a=1&b=<2>")
        #expect(
            document.attributes["\(linear)/MediaFiles/MediaFile"] == [
                "delivery": "progressive", "type": "video/mp4", "width": "1280", "height": "720", "bitrate": "1500",
            ]
        )
    }

    @Test(
        "the document has the version that the slot was found to accept",
        arguments: [("[2]", "2.0"), ("[3,2]", "3.0"), ("[7]", "4.0"), ("[11]", "4.1"), ("[13,2]", "4.2")])
    func versions(protocols: String, version: String) throws {
        #expect(XMLTree(try markup(.linear(), imp: slot(protocols))).attributes["VAST"]?["version"] == version)
    }

    @Test("audio says that it is, since 4.1, and has no width and no height")
    func audio() throws {
        let creative = Creative.linear {
            $0.isVideo = false
            $0.mimes = ["audio/mpeg"]
            $0.source = .media(url: "https://cdn.example/a.mp3")
        }
        for (protocolValue, adType) in [(3, nil), (7, nil), (11, "audio"), (13, "audio")] as [(Int, String?)] {
            let slot = #""audio":{"mimes":["audio/mpeg"],"protocols":[\#(protocolValue)]}"#
            let document = XMLTree(try markup(creative, imp: slot))
            #expect(document.failure == nil)
            let file = "VAST/Ad/InLine/Creatives/Creative/Linear/MediaFiles/MediaFile"
            #expect(
                document.attributes[file] == [
                    "delivery": "progressive", "type": "audio/mpeg", "width": "0", "height": "0",
                ])
            #expect(document.attributes["VAST/Ad"]?["adType"] == adType)
        }
    }

    @Test(
        "whatever the title and the address hold, the document is well-formed",
        arguments: [
            "a < b & c > \"d\" 'e'", "]]>", "<![CDATA[", "Größe 早く 😀", "&amp;", "<script>", "&\u{301}", "<\u{338}",
            "]]>\u{301}",
        ])
    func hostileText(text: String) throws {
        let creative = Creative.linear {
            $0.title = text
            $0.source = .media(url: "https://cdn.example/\(text)")
        }
        let document = XMLTree(try markup(creative, imp: slot()))
        #expect(document.failure == nil)
        #expect(document["VAST/Ad/InLine/AdTitle"] == text)
        #expect(document["VAST/Ad/InLine/Impression"] == impressionURL)
    }

    private static let own = """
        <?xml version="1.0" encoding="UTF-8"?>
        <VAST version="3.0"><Ad id="1"><InLine><AdSystem>Acme</AdSystem><AdTitle>Own "title"</AdTitle>
        <Impression><![CDATA[https://acme.example/i]]></Impression>
        <Creatives><Creative><Linear><Duration>00:00:15</Duration>
        <VideoClicks><ClickThrough><![CDATA[https://acme.example/]]></ClickThrough></VideoClicks>
        <MediaFiles><MediaFile delivery="progressive" type="video/mp4" width="1" height="1">
        <![CDATA[https://cdn.example/v.mp4]]></MediaFile></MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>
        """

    @Test("an advertiser's own document keeps what it has and gets our impression and click tracking once")
    func tracked() throws {
        let adm = try markup(.linear { $0.source = .vast(Self.own) }, imp: slot())
        let document = XMLTree(adm)
        #expect(document.failure == nil)
        #expect(
            document.texts["VAST/Ad/InLine/Impression"]?.sorted() == [impressionURL, "https://acme.example/i"].sorted())
        let clicks = "VAST/Ad/InLine/Creatives/Creative/Linear/VideoClicks"
        #expect(document["\(clicks)/ClickThrough"] == "https://acme.example/")
        #expect(document["\(clicks)/ClickTracking"] == clickURL)
        #expect(adm.occurrences(of: impressionURL) == 1)
        #expect(adm.occurrences(of: clickURL) == 1)
    }

    @Test("of two ads in one document the first is tracked")
    func firstAd() throws {
        let two = Self.own.replacing(
            "</Ad></VAST>", with: "</Ad><Ad id=\"2\"><InLine><Impression>x</Impression></InLine></Ad></VAST>")
        let document = XMLTree(try markup(.linear { $0.source = .vast(two) }, imp: slot()))
        #expect(document.failure == nil)
        #expect(document.texts["VAST/Ad/InLine/Impression"]?.count == 3)
        #expect(document.texts["VAST/Ad/InLine/Impression"]?.last == "x")
    }
}
