import Creative
import Foundation
import OpenRTB
import Testing

/// A native slot whose root has these members besides the version.
private func slot(_ members: String, wrapped: Bool = false) -> String {
    let root = "{\"ver\":\"1.2\",\(members)}"
    return "\"native\":{\"request\":\(JSONText.quoted(wrapped ? "{\"native\":\(root)}" : root))}"
}

private let assets = #"""
    "assets":[{"id":7,"required":1,"title":{"len":90}},{"id":3,"required":1,"img":{"type":3,"wmin":600,"hmin":300}},
    {"id":4,"img":{"type":1}},{"id":5,"data":{"type":12}},{"id":6,"data":{"type":3}}]
    """#

/// The answer's root: the second JSON, inside the first.
private func root(_ creative: Creative, imp: String) throws -> [String: Any] {
    let adm = try markup(creative, imp: imp)
    return try #require(try JSONSerialization.jsonObject(with: Data(adm.utf8)) as? [String: Any])
}

@Suite("A native ad's markup")
struct NativeMarkupTests {
    @Test("the answer is JSON within JSON and answers each asset under its id, as far as it can")
    func answers() throws {
        let root = try root(.native(), imp: slot(assets))
        #expect(root["ver"] as? String == "1.2")
        let answered = try #require(root["assets"] as? [[String: Any]])
        #expect(answered.map { $0["id"] as? Int } == [7, 3, 4, 5])
        #expect((answered[0]["title"] as? [String: Any])?["text"] as? String == "Run faster")
        let image = try #require(answered[1]["img"] as? [String: Any])
        #expect(image["url"] as? String == "https://cdn.example/i.png")
        #expect(image["w"] as? Int == 1200)
        #expect(image["h"] as? Int == 627)
        #expect((answered[2]["img"] as? [String: Any])?["url"] as? String == "https://cdn.example/o.png")
        #expect((answered[3]["data"] as? [String: Any])?["value"] as? String == "Buy")
        #expect((root["link"] as? [String: Any])?["url"] as? String == clickURL)
    }

    @Test("where image pixels may track impressions ours is an event tracker, else one of the old kind")
    func trackers() throws {
        let offered = try root(.native(), imp: slot(assets + #","eventtrackers":[{"event":1,"methods":[1,2]}]"#))
        let tracker = try #require((offered["eventtrackers"] as? [[String: Any]])?.first)
        #expect(tracker["event"] as? Int == 1)
        #expect(tracker["method"] as? Int == 1)
        #expect(tracker["url"] as? String == impressionURL)
        #expect(offered["imptrackers"] == nil)
        for others in ["", #","eventtrackers":[{"event":1,"methods":[2]},{"event":2,"methods":[2]}]"#] {
            let old = try root(.native(), imp: slot(assets + others))
            #expect(old["imptrackers"] as? [String] == [impressionURL])
            #expect(old["eventtrackers"] == nil)
        }
    }

    @Test("an ad that was seen long enough is counted where the seller offers that by image pixels")
    func views() throws {
        let all = #","eventtrackers":[{"event":2,"methods":[1]},{"event":3,"methods":[2]},{"event":4,"methods":[1,2]}]"#
        let root = try root(.native(impressionTrackers: ["https://own.example/i"]), imp: slot(assets + all))
        let trackers = try #require(root["eventtrackers"] as? [[String: Any]])
        #expect(trackers.map { $0["event"] as? Int } == [2, 4])
        #expect(trackers.map { $0["url"] as? String } == [eventURL + "viewableMRC50", eventURL + "viewableVideo50"])
        #expect(root["imptrackers"] as? [String] == [impressionURL, "https://own.example/i"])
    }

    @Test("the advertiser's own pixels stand beside ours, and its privacy notice where one is asked for")
    func own() throws {
        let creative = Creative.native(
            privacy: "https://own.example/privacy?\"",
            impressionTrackers: ["https://own.example/i", "https://own.example/j"],
            clickTrackers: ["https://own.example/c\""]
        )
        let asked = try root(
            creative, imp: slot(assets + #","privacy":1,"eventtrackers":[{"event":1,"methods":[1]}]"#))
        #expect((asked["link"] as? [String: Any])?["clicktrackers"] as? [String] == ["https://own.example/c\""])
        #expect(asked["privacy"] as? String == "https://own.example/privacy?\"")
        let urls = (asked["eventtrackers"] as? [[String: Any]])?.map { $0["url"] as? String }
        #expect(urls == [impressionURL, "https://own.example/i", "https://own.example/j"])
        #expect(try root(creative, imp: slot(assets))["privacy"] == nil)
        #expect(try root(.native(), imp: slot(assets + #","privacy":1"#))["privacy"] == nil)
    }

    @Test("a video asset is answered with a whole VAST document, in a version that the slot takes")
    func video() throws {
        let asked =
            #""assets":[{"id":1,"required":1,"video":{"mimes":["video/mp4"],"minduration":5,"maxduration":15,"protocols":[2,3]}}]"#
        var parts = Creative.LinearParts()
        parts.title = "\"Run\" & </script>"
        let root = try root(.native(video: parts), imp: slot(asked))
        let asset = try #require((root["assets"] as? [[String: Any]])?.first)
        let document = XMLTree(try #require((asset["video"] as? [String: Any])?["vasttag"] as? String))
        #expect(document.failure == nil)
        #expect(document.attributes["VAST"]?["version"] == "3.0")
        #expect(document["VAST/Ad/InLine/AdTitle"] == parts.title)
        #expect(document["VAST/Ad/InLine/Impression"] == impressionURL)
        let linear = "VAST/Ad/InLine/Creatives/Creative/Linear"
        #expect(document["\(linear)/MediaFiles/MediaFile"] == "https://cdn.example/v.mp4")
        #expect(document.texts["\(linear)/TrackingEvents/Tracking"]?.last == eventURL + "complete")
    }

    @Test(
        "a macro in a native ad's own VAST is escaped for both levels of JSON",
        arguments: ["\"", "\\", "</script>", "a]]>b", "早\u{1}"])
    func videoMacros(bundle: String) throws {
        var parts = Creative.LinearParts()
        parts.source = .vast(
            "<VAST version='3.0'><Ad id='{bundle}'><InLine><AdSystem><![CDATA[{bundle}]]></AdSystem>"
                + "<AdTitle>{bundle:js}</AdTitle></InLine></Ad></VAST>")
        let imp = slot(#""assets":[{"id":1,"required":1,"video":{}}]"#)
        let adm = try markup(.native(video: parts), imp: imp, "\"app\":{\"bundle\":\(JSONText.quoted(bundle))}")
        let root = try #require(try JSONSerialization.jsonObject(with: Data(adm.utf8)) as? [String: Any])
        let asset = try #require((root["assets"] as? [[String: Any]])?.first)
        let document = XMLTree(try #require((asset["video"] as? [String: Any])?["vasttag"] as? String))
        #expect(document.failure == nil)
        let expected = bundle.replacing("\u{1}", with: "\u{FFFD}")
        #expect(document["VAST/Ad/InLine/AdSystem"] == expected)
        #expect(document.attributes["VAST/Ad"]?["id"] == expected)
        #expect(document["VAST/Ad/InLine/AdTitle"]?.contains(where: { "\"</>".contains($0) }) == false)
    }

    @Test("a request wrapped as version 1.0 has it gets an answer wrapped alike")
    func wrapped() throws {
        let outer = try root(.native(), imp: slot(assets, wrapped: true))
        let inner = try #require(outer["native"] as? [String: Any])
        #expect(outer.count == 1)
        #expect((inner["assets"] as? [Any])?.count == 4)
        #expect((inner["link"] as? [String: Any])?["url"] as? String == clickURL)
    }

    @Test("a slot whose request is an object instead of a text is answered alike")
    func objectRequest() throws {
        let root = try root(.native(), imp: "\"native\":{\"request\":{\"ver\":\"1.2\",\(assets)}}")
        #expect((root["assets"] as? [Any])?.count == 4)
    }

    @Test(
        "whatever the texts hold, both levels of JSON can be read and say the same",
        arguments: [
            "\"quoted\"", "back\\slash", "line\nline\t", "\u{1}\u{7F}", "</script>", "Größe 早く 😀\u{2028}", "{click}",
            "\\\"", "\\u0041",
        ])
    func hostileText(text: String) throws {
        let creative = Creative.native(
            title: text,
            image: ("https://cdn.example/\(text)", 1200, 627),
            data: [12: text]
        )
        let answered = try #require(try root(creative, imp: slot(assets))["assets"] as? [[String: Any]])
        #expect((answered[0]["title"] as? [String: Any])?["text"] as? String == text)
        #expect((answered[1]["img"] as? [String: Any])?["url"] as? String == "https://cdn.example/\(text)")
        #expect((answered.last?["data"] as? [String: Any])?["value"] as? String == text)
    }

    @Test("of texts too long for an asset that is not required the asset is left out")
    func tooLong() throws {
        let optional =
            #""assets":[{"id":1,"title":{"len":3}},{"id":2,"data":{"type":2,"len":3}},{"id":3,"data":{"type":12,"len":3}}]"#
        let answered = try #require(try root(.native(), imp: slot(optional))["assets"] as? [[String: Any]])
        #expect(answered.map { $0["id"] as? Int } == [3])
    }
}
