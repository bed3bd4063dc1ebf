import Creative
import OpenRTB
import Testing

@Suite("Whether a banner fits")
struct BannerFitTests {
    @Test(
        "a banner fits where its size is one of those offered",
        arguments: [
            (#"{"format":[{"w":300,"h":250}]}"#, .fits(.banner, w: 300, h: 250)),
            (#"{"format":[{"w":728,"h":90},{"w":300,"h":250}]}"#, .fits(.banner, w: 300, h: 250)),
            (#"{"w":300,"h":250}"#, .fits(.banner, w: 300, h: 250)),
            // Where `format` is sent, `w` and `h` do not count.
            (#"{"w":300,"h":250,"format":[{"w":728,"h":90}]}"#, .refused(.format)),
            (#"{"format":[{"w":250,"h":300}]}"#, .refused(.format)), (#"{"w":300}"#, .refused(.format)),
            (#"{"format":[]}"#, .refused(.format)), ("{}", .refused(.format)),
            // Ratios: 300 × 250 is six to five.
            (#"{"format":[{"wratio":6,"hratio":5,"wmin":300}]}"#, .fits(.banner, w: 300, h: 250)),
            (#"{"format":[{"wratio":12,"hratio":10}]}"#, .fits(.banner, w: 300, h: 250)),
            (#"{"format":[{"wratio":6,"hratio":5,"wmin":301}]}"#, .refused(.format)),
            (#"{"format":[{"wratio":16,"hratio":9}]}"#, .refused(.format)),
        ] as [(String, Ruling)])
    func sizes(banner: String, expected: Ruling) throws {
        #expect(try ruling(.banner(w: 300, h: 250), imp: "\"banner\":\(banner)") == expected)
    }

    @Test(
        "markup that fits any size takes the first size offered, but no ratio",
        arguments: [
            (#"{"format":[{"w":728,"h":90},{"w":300,"h":250}]}"#, .fits(.banner, w: 728, h: 90)),
            (#"{"w":320,"h":50}"#, .fits(.banner, w: 320, h: 50)),
            (#"{"format":[{"wratio":6,"hratio":5},{"w":300,"h":250}]}"#, .fits(.banner, w: 300, h: 250)),
            (#"{"format":[{"wratio":6,"hratio":5,"wmin":100}]}"#, .refused(.format)), ("{}", .refused(.format)),
        ] as [(String, Ruling)])
    func anySize(banner: String, expected: Ruling) throws {
        #expect(try ruling(.banner(), imp: "\"banner\":\(banner)") == expected)
    }

    @Test(
        "a banner is refused where its kind of banner ad is blocked",
        arguments: [
            ("[]", true), ("[1,4]", true), ("[2]", false), ("[3]", true), ("[2,3]", false), ("[1,2,3,4]", false),
        ])
    func blockedTypes(btype: String, fits: Bool) throws {
        let expected: Ruling = fits ? .fits(.banner, w: 300, h: 250) : .refused(.format)
        #expect(try ruling(.banner(), imp: #""banner":{"w":300,"h":250,"btype":\#(btype)}"#) == expected)
    }

    @Test(
        "a banner's type is one of those accepted, where either side names any",
        arguments: [
            ([], "[]", true), ([], #"["image/gif"]"#, true), (["text/html"], "[]", true),
            (["text/html"], #"["image/gif"]"#, false), (["image/gif", "text/html"], #"["TEXT/HTML"]"#, true),
        ])
    func mimes(own: [String], offered: String, fits: Bool) throws {
        let expected: Ruling = fits ? .fits(.banner, w: 300, h: 250) : .refused(.format)
        #expect(try ruling(.banner(mimes: own), imp: #""banner":{"w":300,"h":250,"mimes":\#(offered)}"#) == expected)
    }

    @Test(
        "every framework that a creative needs is one that the slot supports, and what is not listed is not supported",
        arguments: [
            ([], "[]", true), ([], "[5]", true), ([5], "[]", false), ([5], "[5]", true), ([5], "[3,5,6]", true),
            ([5, 7], "[5]", false), ([5, 7], "[7,5]", true),
        ] as [([Int32], String, Bool)])
    func frameworks(needed: [Int32], offered: String, fits: Bool) throws {
        let expected: Ruling = fits ? .fits(.banner, w: 300, h: 250) : .refused(.format)
        #expect(try ruling(.banner(api: needed), imp: #""banner":{"w":300,"h":250,"api":\#(offered)}"#) == expected)
    }

    @Test("a banner does not fill another format's slot, nor others a banner's")
    func otherFormats() throws {
        let video = #""video":{"mimes":["video/mp4"]}"#
        #expect(try ruling(.banner(), imp: video) == .refused(.format))
        #expect(try ruling(.banner(), imp: #""audio":{"mimes":["audio/mp4"]}"#) == .refused(.format))
        #expect(try ruling(.banner(), imp: video + #","banner":{"w":1,"h":1}"#) == .fits(.banner, w: 1, h: 1))
        #expect(try ruling(.linear(), imp: #""banner":{"w":300,"h":250}"#) == .refused(.format))
        #expect(try ruling(.native(), imp: #""banner":{"w":300,"h":250}"#) == .refused(.format))
        #expect(try ruling(.linear { $0.isVideo = false }, imp: video) == .refused(.format))
    }
}
