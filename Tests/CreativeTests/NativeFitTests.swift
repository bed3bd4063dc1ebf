import Creative
import OpenRTB
import Testing

/// A native slot that asks for some assets.
private func native(_ assets: String) -> String {
    let inner = "{\"ver\":\"1.2\",\"assets\":[\(assets)]}"
    return "\"native\":{\"request\":\(JSONText.quoted(inner))}"
}

@Suite("Whether a native ad fits")
struct NativeFitTests {
    @Test(
        "every required asset must be answered",
        arguments: [
            (#"{"id":1,"required":1,"title":{"len":10}}"#, true), (#"{"id":1,"required":1,"title":{"len":9}}"#, false),
            (#"{"id":1,"title":{"len":9}}"#, true), (#"{"id":1,"required":1,"title":{}}"#, true),
            (#"{"id":1,"required":1,"data":{"type":1}}"#, true), (#"{"id":1,"required":1,"data":{"type":3}}"#, false),
            (#"{"id":1,"required":0,"data":{"type":3}}"#, true),
            (#"{"id":1,"required":1,"data":{"type":2,"len":12}}"#, true),
            (#"{"id":1,"required":1,"data":{"type":2,"len":11}}"#, false),
            (#"{"id":1,"required":1,"video":{"mimes":["video/mp4"]}}"#, false),
            (#"{"id":1,"required":1,"sound":{}}"#, false),
            (#"{"id":1,"required":1,"title":{"len":25}},{"id":2,"required":1,"data":{"type":3}}"#, false),
        ])
    func assets(assets: String, fits: Bool) throws {
        #expect(try ruling(.native(), imp: native(assets)) == (fits ? .fits(.native) : .refused(.format)))
    }

    @Test(
        "an image has the exact size asked for, or at least the least",
        arguments: [
            (#"{"type":3,"w":1200,"h":627}"#, true), (#"{"type":3,"w":1200,"h":628}"#, false),
            (#"{"type":3,"wmin":1200,"hmin":627}"#, true), (#"{"type":3,"wmin":1201,"hmin":1}"#, false),
            (#"{"type":3,"wmin":1,"hmin":628}"#, false), (#"{"type":3,"w":600,"h":300,"wmin":600,"hmin":300}"#, true),
            (#"{"type":3}"#, true), ("{}", true), (#"{"type":1,"w":80,"h":80}"#, true),
            (#"{"type":1,"w":1200,"h":627}"#, false),
            (#"{"type":1,"wmin":81}"#, false),
        ])
    func images(img: String, fits: Bool) throws {
        let asset = #"{"id":1,"required":1,"img":\#(img)}"#
        #expect(try ruling(.native(), imp: native(asset)) == (fits ? .fits(.native) : .refused(.format)))
    }

    @Test("a creative without an image answers no image, without an icon no icon")
    func missingImages() throws {
        let main = native(#"{"id":1,"required":1,"img":{"type":3}}"#)
        let icon = native(#"{"id":1,"required":1,"img":{"type":1}}"#)
        #expect(try ruling(.native(image: nil), imp: main) == .refused(.format))
        #expect(try ruling(.native(image: nil), imp: icon) == .fits(.native))
        #expect(try ruling(.native(icon: nil), imp: main) == .fits(.native))
        #expect(try ruling(.native(icon: nil), imp: icon) == .refused(.format))
    }

    @Test("a title's length counts characters, not bytes")
    func characters() throws {
        let slot = native(#"{"id":1,"required":1,"title":{"len":4}}"#)
        #expect(try ruling(.native(title: "Größ"), imp: slot) == .fits(.native))
        #expect(try ruling(.native(title: "早く走る"), imp: slot) == .fits(.native))
        #expect(try ruling(.native(title: "Größe"), imp: slot) == .refused(.format))
        // Two Unicode scalars that look like one letter are two.
        #expect(try ruling(.native(title: "abce\u{301}"), imp: slot) == .refused(.format))
    }

    @Test(
        "a video asset needs a video of an accepted type, length and version",
        arguments: [
            ("{}", true), (#"{"mimes":["video/webm"]}"#, false), (#"{"mimes":["video/webm","Video/MP4"]}"#, true),
            (#"{"mimes":["video/unheard-of"]}"#, false), (#"{"minduration":15,"maxduration":15}"#, true),
            (#"{"minduration":16}"#, false), (#"{"maxduration":14}"#, false), (#"{"protocols":[3]}"#, true),
            (#"{"protocols":[6]}"#, false), (#"{"protocols":[40]}"#, false), (#"{"protocols":[]}"#, true),
        ])
    func videos(video: String, fits: Bool) throws {
        let slot = native(#"{"id":1,"required":1,"video":\#(video)}"#)
        #expect(try ruling(.native(video: .init()), imp: slot) == (fits ? .fits(.native) : .refused(.format)))
    }

    @Test(
        "an image is of an accepted type, where its name tells which it is",
        arguments: [
            ("https://a.example/i.png", #"["image/png"]"#, true),
            ("https://a.example/i.png", #"["image/jpeg"]"#, false),
            ("https://a.example/i.JPG?x=.png", #"["image/jpg"]"#, true),
            ("https://a.example/i", #"["image/gif"]"#, true),
            ("https://a.example/i.png", "[]", true), ("https://a.example/i.png", #"["image/unheard-of"]"#, false),
        ])
    func imageTypes(url: String, mimes: String, fits: Bool) throws {
        let slot = native(#"{"id":1,"required":1,"img":{"type":3,"mimes":\#(mimes)}}"#)
        #expect(try ruling(.native(image: (url, 1200, 627)), imp: slot) == (fits ? .fits(.native) : .refused(.format)))
    }
}
