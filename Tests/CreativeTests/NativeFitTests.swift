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
    }
}
