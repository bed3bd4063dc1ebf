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
        for others in ["", #","eventtrackers":[{"event":1,"methods":[2]},{"event":2,"methods":[1]}]"#] {
            let old = try root(.native(), imp: slot(assets + others))
            #expect(old["imptrackers"] as? [String] == [impressionURL])
            #expect(old["eventtrackers"] == nil)
        }
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
