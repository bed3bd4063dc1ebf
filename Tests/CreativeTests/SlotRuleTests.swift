import Creative
import OpenRTB
import Testing

@Suite("Rules of whole screens, rewards and expanding")
struct SlotRuleTests {
    @Test(
        "on an interstitial a banner fits that is no larger, and at least half as large either way",
        arguments: [
            (320, 480, #"{"format":[{"w":320,"h":480}]}"#, "", true),
            (300, 250, #"{"format":[{"w":320,"h":480}]}"#, "", true),
            (160, 240, #"{"format":[{"w":320,"h":480}]}"#, "", true),
            (159, 240, #"{"format":[{"w":320,"h":480}]}"#, "", false),
            (160, 239, #"{"format":[{"w":320,"h":480}]}"#, "", false),
            (321, 480, #"{"format":[{"w":320,"h":480}]}"#, "", false),
            (320, 480, #"{"format":[{"w":300,"h":250},{"w":360,"h":640}]}"#, "", true),
            (320, 480, "{}", #""device":{"w":360,"h":640}"#, true),
            (320, 480, "{}", #""device":{"w":1080,"h":1920}"#, false),
            // The device's own pixels are smaller.
            (320, 480, "{}", #""device":{"w":1080,"h":1920,"pxratio":3}"#, true), (320, 480, "{}", "", false),
            (320, 480, "{}", #""device":{"w":1080,"h":1920,"pxratio":0}"#, false),
        ] as [(Int32, Int32, String, String, Bool)])
    func interstitials(w: Int32, h: Int32, banner: String, more: String, fits: Bool) throws {
        let expected: Ruling = fits ? .fits(.banner, w: w, h: h) : .refused(.format)
        #expect(try ruling(.banner(w: w, h: h), imp: "\"instl\":1,\"banner\":\(banner)", more) == expected)
    }

    @Test("elsewhere a smaller banner does not fit")
    func noInterstitial() throws {
        #expect(try ruling(.banner(w: 300, h: 250), imp: #""banner":{"w":320,"h":480}"#) == .refused(.format))
    }

    @Test(
        "a banner that expands needs each of its directions to be allowed",
        arguments: [
            ([], "[]", true), ([4], "[]", false), ([4], "[4]", true), ([1, 4], "[4]", false),
            ([1, 4], "[4,1,5]", true),
            ([], "[4]", true),
        ] as [([Int32], String, Bool)])
    func expanding(own: [Int32], expdir: String, fits: Bool) throws {
        let expected: Ruling = fits ? .fits(.banner, w: 300, h: 250) : .refused(.format)
        #expect(try ruling(.banner(expand: own), imp: #""banner":{"w":300,"h":250,"expdir":\#(expdir)}"#) == expected)
    }

    private static let rewarded = #""rwdd":1,"video":{"mimes":["video/mp4"],"protocols":[3,13]}"#

    @Test("who is rewarded for seeing a video through gets none that can be skipped")
    func rewards() throws {
        let fits = Ruling.fits(.video, dur: 15, vast: "4.2")
        #expect(try ruling(.linear(), imp: Self.rewarded) == fits)
        #expect(try ruling(.linear { $0.skipAfter = 5 }, imp: Self.rewarded) == .refused(.rewarded))
        let own = { (offset: String) in
            "<VAST version='3.0'><Ad><InLine><Creatives><Creative><Linear\(offset)/></Creative></Creatives></InLine></Ad></VAST>"
        }
        let skippable = Creative.linear { $0.source = .vast(own(" skipoffset='00:00:05'")) }
        #expect(try ruling(skippable, imp: Self.rewarded) == .refused(.rewarded))
        #expect(
            try ruling(.linear { $0.source = .vast(own("")) }, imp: Self.rewarded)
                == .fits(.video, dur: 15, vast: "3.0"))
        #expect(try ruling(.banner { $0.attr = [16] }, imp: #""rwdd":1,"banner":{"w":1,"h":1}"#) == .refused(.rewarded))
        #expect(try ruling(.banner(), imp: #""rwdd":1,"banner":{"w":1,"h":1}"#) == .fits(.banner, w: 1, h: 1))
    }

    @Test("that a video can be skipped is an attribute, which a publisher may block and the bid names")
    func skipping() throws {
        let creative = Creative.linear { $0.skipAfter = 5 }
        let slot = { (more: String) in #""video":{"mimes":["video/mp4"],"protocols":[3]\#(more)}"# }
        #expect(try ruling(creative, imp: slot(#","battr":[16]"#)) == .refused(.attribute))
        #expect(try ruling(.linear(), imp: slot(#","battr":[16]"#)) == .fits(.video, dur: 15, vast: "3.0"))
        // The player's own button is the player's affair.
        #expect(try ruling(creative, imp: slot(#","skip":0"#)) == .fits(.video, dur: 15, vast: "3.0"))
        #expect(String(decoding: creative.fixedMembers, as: UTF8.self).hasSuffix(#","attr":[16]"#))
    }

    @Test(
        "an address without https is found however it is spelled",
        arguments: [
            #"f("http:\/\/a.example/")"#, "<img src=http&#58;//a.example>", "<img src=http&colon;//a>",
            "http:&#47;&sol;a",
        ])
    func spelledOut(html: String) throws {
        let slot = #""secure":1,"banner":{"w":1,"h":1}"#
        #expect(try ruling(.banner(html), imp: slot) == .refused(.notSecure))
        #expect(try ruling(.banner { $0.iurl = "http://a.example/i.png" }, imp: slot) == .refused(.notSecure))
    }
}
