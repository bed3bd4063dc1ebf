import Creative
import OpenRTB
import Testing

private func slot(_ protocols: String) -> String {
    #""video":{"mimes":["video/mp4"],"protocols":\#(protocols)}"#
}

private let events = ["start", "firstQuartile", "midpoint", "thirdQuartile", "complete"].map { eventURL + $0 }
private let errorURL = eventURL + "error&code=[ERRORCODE]"
private let linear = "VAST/Ad/InLine/Creatives/Creative/Linear"
private let wrapped = "VAST/Ad/Wrapper/Creatives/Creative/Linear"

/// The document that an advertiser's own becomes.
private func tracked(_ text: String, protocols: String = "[2,3,5,6,7,8,11,12,13,14]") throws -> XMLTree {
    let document = XMLTree(try markup(.linear { $0.source = .vast(text) }, imp: slot(protocols)))
    #expect(document.failure == nil)
    return document
}

/// Names of an element's children, in order and without repetitions.
private func children(_ parent: String, of document: XMLTree) -> [String] {
    let depth = parent.split(separator: "/").count
    let paths = document.order.filter { $0.hasPrefix(parent + "/") && $0.split(separator: "/").count == depth + 1 }
    return paths.map { String($0.split(separator: "/").last ?? "") }
}

@Suite("Tracking in VAST documents")
struct VASTTrackingTests {
    @Test(
        "a document of each version has what its schema wants, in its order",
        arguments: [
            (
                "[2]", ["AdSystem", "AdTitle", "Error", "Impression", "Creatives"],
                ["Duration", "TrackingEvents", "VideoClicks", "MediaFiles"], nil, false, nil
            ),
            (
                "[3]", ["AdSystem", "AdTitle", "Error", "Impression", "Creatives"],
                ["Duration", "TrackingEvents", "VideoClicks", "MediaFiles"], nil, false, "00:00:05"
            ),
            (
                "[7]", ["AdSystem", "Error", "Impression", "AdTitle", "Creatives"],
                ["TrackingEvents", "Duration", "MediaFiles", "VideoClicks"],
                ["idRegistry": "unknown", "idValue": "c-1"], false, "00:00:05"
            ),
            (
                "[11]", ["AdSystem", "Error", "Impression", "AdServingId", "AdTitle", "Creatives"],
                ["TrackingEvents", "Duration", "MediaFiles", "VideoClicks"], ["idRegistry": "unknown"], true, "00:00:05"
            ),
            (
                "[13]", ["AdSystem", "Error", "Impression", "AdServingId", "AdTitle", "Creatives"],
                ["TrackingEvents", "Duration", "MediaFiles", "VideoClicks"], ["idRegistry": "unknown"], true, "00:00:05"
            ),
        ] as [(String, [String], [String], [String: String]?, Bool, String?)])
    func versions(
        protocols: String, ad: [String], parts: [String], universalID: [String: String]?, hasServingID: Bool,
        skipoffset: String?
    ) throws {
        let document = XMLTree(try markup(.linear { $0.skipAfter = 5 }, imp: slot(protocols)))
        #expect(document.failure == nil)
        #expect(children("VAST/Ad/InLine", of: document) == ad)
        #expect(children(linear, of: document) == parts)
        #expect(document.attributes["VAST/Ad/InLine/Creatives/Creative/UniversalAdId"] == universalID)
        #expect(document["VAST/Ad/InLine/Creatives/Creative/UniversalAdId"] == universalID.map { _ in "c-1" })
        #expect((document["VAST/Ad/InLine/AdServingId"].map { UInt64($0) } != nil) == hasServingID)
        #expect(document.attributes[linear]?["skipoffset"] == skipoffset)
        #expect(document.texts["\(linear)/TrackingEvents/Tracking"] == events)
        #expect(document["VAST/Ad/InLine/Error"] == errorURL)
    }

    @Test("an advertiser's linear gets our events beside its own, and its click is tracked")
    func ownEvents() throws {
        let document = try tracked(
            """
            <VAST version="3.0"><Ad><InLine><AdSystem>a</AdSystem><AdTitle>t</AdTitle><Error>https://own.example/e</Error>
            <Impression>x</Impression><Creatives><Creative><Linear skipoffset="00:00:05"><Duration>00:00:15</Duration>
            <TrackingEvents><Tracking event="start">own</Tracking></TrackingEvents>
            <VideoClicks><ClickThrough>https://own.example/</ClickThrough><CustomClick>c</CustomClick></VideoClicks>
            <MediaFiles/></Linear></Creative><Creative><Linear><Duration>00:00:15</Duration><MediaFiles/></Linear>
            </Creative></Creatives></InLine></Ad></VAST>
            """)
        #expect(document.texts["\(linear)/TrackingEvents/Tracking"] == ["own"] + events + events)
        #expect(document.texts["VAST/Ad/InLine/Error"] == [errorURL, "https://own.example/e"])
        #expect(document["\(linear)/VideoClicks/ClickTracking"] == clickURL)
        // The second leads nowhere by itself: it leads to us.
        #expect(document.texts["\(linear)/VideoClicks/ClickThrough"] == ["https://own.example/", clickURL])
        #expect(
            children(linear, of: document) == [
                "Duration", "TrackingEvents", "VideoClicks", "MediaFiles", "Duration", "TrackingEvents", "VideoClicks",
                "MediaFiles",
            ])
        #expect(
            children("\(linear)/VideoClicks", of: document) == [
                "ClickThrough", "ClickTracking", "CustomClick", "ClickThrough",
            ])
    }

    @Test("what stands in comments, CDATA and attributes is not taken for elements")
    func disguises() throws {
        let document = try tracked(
            """
            <?xml version='1.0'?><!-- <Impression>no</Impression> </Linear> -->
            <VAST version='3.0'><Ad id="<1>"><InLine note='</InLine>'><AdSystem>a</AdSystem><AdTitle><![CDATA[<Creatives>]]></AdTitle>
            <Impression >x</Impression ><Creatives><Creative><Linear><!-- <VideoClicks> --><Duration>00:00:15</Duration>
            <MediaFiles><MediaFile><![CDATA[https://a.example/?b=</VideoClicks>]]></MediaFile></MediaFiles></Linear>
            </Creative></Creatives></InLine></Ad></VAST>
            """.replacing("<1>", with: "1").replacing("'</InLine>'", with: "'InLine'"))
        #expect(document.texts["VAST/Ad/InLine/Impression"] == [impressionURL, "x"])
        #expect(document["\(linear)/VideoClicks/ClickThrough"] == clickURL)
        #expect(document.texts["\(linear)/TrackingEvents/Tracking"] == events)
        #expect(document["\(linear)/MediaFiles/MediaFile"] == "https://a.example/?b=</VideoClicks>")
    }

    @Test(
        "every wrapper counts our impression, events and click, whatever it lacks",
        arguments: [
            "<AdSystem>a</AdSystem><VASTAdTagURI>https://a.example/</VASTAdTagURI><Impression/>",
            "<AdSystem>a</AdSystem><Creatives/>", "<Creatives></Creatives>", "<Creatives><Creative/></Creatives>",
            "<Creatives><Creative><Linear/></Creative></Creatives>",
            "<Creatives><Creative><Linear><TrackingEvents/><VideoClicks/></Linear></Creative></Creatives>",
            "<Creatives><Creative><NonLinearAds/></Creative></Creatives>", "",
        ])
    func wrappers(inner: String) throws {
        for version in ["2.0", "3.0", "4.0", "4.1", "4.2"] {
            let document = try tracked("<VAST version='\(version)'><Ad><Wrapper>\(inner)</Wrapper></Ad></VAST>")
            #expect(document.texts["VAST/Ad/Wrapper/Impression"]?.contains(impressionURL) == true)
            #expect(document["VAST/Ad/Wrapper/Error"] == errorURL)
            #expect(document.texts["\(wrapped)/TrackingEvents/Tracking"] == events)
            #expect(document["\(wrapped)/VideoClicks/ClickTracking"] == clickURL)
            #expect(document["\(wrapped)/VideoClicks/ClickThrough"] == nil)
        }
        #expect(try tracked("<VAST><Ad><Wrapper/></Ad></VAST>")["VAST/Ad/Wrapper/Impression"] == impressionURL)
    }

    @Test("an advertiser's document of 4.x gets elements in the order of 4.x")
    func newOrder() throws {
        let document = try tracked(
            """
            <VAST version="4.2"><Ad><InLine><AdSystem>a</AdSystem><Extensions/><Impression>x</Impression><AdServingId>1</AdServingId>
            <AdTitle>t</AdTitle><Creatives><Creative><Linear><Duration>00:00:15</Duration><MediaFiles/><VideoClicks>
            <ClickThrough>https://own.example/</ClickThrough></VideoClicks></Linear><UniversalAdId idRegistry="r">1</UniversalAdId>
            </Creative></Creatives></InLine></Ad></VAST>
            """)
        #expect(
            children("VAST/Ad/InLine", of: document) == [
                "AdSystem", "Error", "Extensions", "Impression", "Impression", "AdServingId", "AdTitle", "Creatives",
            ])
        #expect(children(linear, of: document) == ["TrackingEvents", "Duration", "MediaFiles", "VideoClicks"])
        #expect(children("\(linear)/VideoClicks", of: document) == ["ClickTracking", "ClickThrough"])
    }

    @Test("VAST 2.0 has room for one error address, which stays the advertiser's")
    func oldError() throws {
        let own = "<AdSystem>a</AdSystem><Error>https://own.example/e</Error><Impression>x</Impression><Creatives/>"
        #expect(
            try tracked("<VAST version='2.0'><Ad><Wrapper>\(own)</Wrapper></Ad></VAST>")["VAST/Ad/Wrapper/Error"]
                == "https://own.example/e")
    }

    @Test("a document that is not well-formed fits nowhere, should one be registered all the same")
    func broken() throws {
        #expect(
            try ruling(.linear { $0.source = .vast("<VAST><Ad><InLine></Ad></VAST>") }, imp: slot("[2,3,7]"))
                == .refused(.format))
    }
}
