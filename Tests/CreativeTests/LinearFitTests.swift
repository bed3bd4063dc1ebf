import Creative
import OpenRTB
import Testing

/// A video slot that takes everything, with members more.
private func video(_ more: String = "") -> String {
    #""video":{"mimes":["video/mp4"],"protocols":[2,3]"# + (more.isEmpty ? "" : ",\(more)") + "}"
}

/// Whether a video of so many seconds fits.
private func fits(_ duration: Int32, _ slot: String) throws -> Bool {
    switch try ruling(.linear { $0.duration = duration }, imp: slot) {
    case .fits: true
    case .refused: false
    }
}

@Suite("Whether a video or audio fits")
struct LinearFitTests {
    @Test(
        "a duration lies within the slot's bounds",
        arguments: [
            ("", 1, true), (#""minduration":15"#, 15, true), (#""minduration":15"#, 14, false),
            (#""maxduration":15"#, 15, true), (#""maxduration":15"#, 16, false),
            (#""minduration":5,"maxduration":30"#, 30, true), (#""minduration":5,"maxduration":30"#, 31, false),
            (#""maxduration":15,"maxextended":0"#, 16, false), (#""maxduration":15,"maxextended":5"#, 20, true),
            (#""maxduration":15,"maxextended":5"#, 21, false), (#""maxduration":15,"maxextended":-1"#, 7200, true),
            (#""maxduration":2147483647,"maxextended":2147483647"#, 7200, true), (#""poddur":60"#, 60, true),
            (#""poddur":60"#, 61, false), (#""poddur":60,"maxduration":30"#, 31, false),
        ] as [(String, Int32, Bool)])
    func durations(slot: String, duration: Int32, expected: Bool) throws {
        #expect(try fits(duration, video(slot)) == expected)
    }

    @Test(
        "where durations are required, one of them it is, whatever the bounds say",
        arguments: [(15, true), (30, true), (20, false), (14, false)] as [(Int32, Bool)])
    func requiredDurations(duration: Int32, expected: Bool) throws {
        #expect(try fits(duration, video(#""rqddurs":[15,30],"minduration":30,"maxduration":5"#)) == expected)
    }

    @Test(
        "the version is the best that both sides know",
        arguments: [
            ([], "[2]", "2.0"), ([], "[2,3]", "3.0"), ([], "[2,3,7]", "4.0"), ([], "[11,13,3]", "4.2"),
            ([], "[]", "4.2"),
            ([2], "[2,3]", "2.0"), ([2, 3], "[2,7]", "2.0"), ([7], "[2,3]", nil), ([], "[5,6]", nil), ([], "[1]", nil),
            ([], "[9,10]", nil),
        ] as [([Int32], String, String?)])
    func versions(own: [Int32], offered: String, expected: String?) throws {
        let ruled = try ruling(
            .linear { $0.protocols = own },
            imp: #""video":{"mimes":["video/mp4"],"protocols":\#(offered)}"#
        )
        #expect(ruled == expected.map { .fits(.video, dur: 15, vast: $0) } ?? .refused(.format))
    }

    @Test(
        "a wrapper needs a slot that takes wrappers: supporting VAST 3 inline does not imply its wrapper",
        arguments: [("[2,3,7]", nil), ("[6]", "3.0"), ("[3,5]", "2.0"), ("[8,14]", "4.2")] as [(String, String?)])
    func wrappers(offered: String, expected: String?) throws {
        let wrapper = Creative.linear {
            $0.source = .vast("<VAST><Ad><Wrapper><Impression>x</Impression></Wrapper></Ad></VAST>")
        }
        let ruled = try ruling(wrapper, imp: #""video":{"mimes":["video/mp4"],"protocols":\#(offered)}"#)
        #expect(ruled == expected.map { .fits(.video, dur: 15, vast: $0) } ?? .refused(.format))
    }

    @Test("an advertiser's document of a version that the slot does not take does not fit")
    func ownVersion() throws {
        let document = #"<VAST version="3.0"><Ad><InLine><Impression>x</Impression></InLine></Ad></VAST>"#
        let own = Creative.linear { $0.source = .vast(document) }
        #expect(
            try ruling(own, imp: #""video":{"mimes":["video/mp4"],"protocols":[3]}"#)
                == .fits(.video, dur: 15, vast: "3.0")
        )
        #expect(try ruling(own, imp: #""video":{"mimes":["video/mp4"],"protocols":[2]}"#) == .refused(.format))
    }

    @Test(
        "one of the creative's types is accepted; a list that was left out accepts any",
        arguments: [
            (#"["video/mp4"]"#, true), (#"["Video/MP4"]"#, true), (#"["video/webm","video/mp4"]"#, true),
            (#"["video/webm"]"#, false), ("[]", true), ("null", true),
        ])
    func mimes(offered: String, fits: Bool) throws {
        let ruled = try ruling(.linear(), imp: #""video":{"mimes":\#(offered),"protocols":[3]}"#)
        #expect(ruled == (fits ? .fits(.video, dur: 15, vast: "3.0") : .refused(.format)))
    }

    @Test(
        "a bitrate lies within the slot's, where both sides tell it",
        arguments: [
            (nil, #""minbitrate":300,"maxbitrate":1500"#, true), (1500, "", true), (300, #""minbitrate":300"#, true),
            (299, #""minbitrate":300"#, false), (1500, #""maxbitrate":1500"#, true),
            (1501, #""maxbitrate":1500"#, false),
            (1501, #""maxbitrate":0"#, true),
        ] as [(Int32?, String, Bool)])
    func bitrates(own: Int32?, slot: String, fits: Bool) throws {
        let ruled = try ruling(.linear { $0.bitrate = own }, imp: video(slot))
        #expect(ruled == (fits ? .fits(.video, dur: 15, vast: "3.0") : .refused(.format)))
    }

    @Test(
        "a linear ad needs a slot for one",
        arguments: [("", true), (#""linearity":1"#, true), (#""linearity":2"#, false)])
    func linearity(slot: String, fits: Bool) throws {
        #expect(
            try ruling(.linear(), imp: video(slot)) == (fits ? .fits(.video, dur: 15, vast: "3.0") : .refused(.format)))
    }

    @Test(
        "a file that is downloaded while it plays needs a slot that takes such files",
        arguments: [("", true), (#""delivery":[2]"#, true), (#""delivery":[1,2]"#, true), (#""delivery":[1]"#, false)])
    func delivery(slot: String, fits: Bool) throws {
        #expect(
            try ruling(.linear(), imp: video(slot)) == (fits ? .fits(.video, dur: 15, vast: "3.0") : .refused(.format)))
    }

    @Test("what the creative needs of frameworks the slot supports")
    func frameworks() throws {
        let creative = Creative.linear { $0.api = [7] }
        #expect(try ruling(creative, imp: video()) == .refused(.format))
        #expect(try ruling(creative, imp: video(#""api":[2,7]"#)) == .fits(.video, dur: 15, vast: "3.0"))
    }

    @Test("a video has its own size, else the player's, else none; audio never has one")
    func sizes() throws {
        let sized = Creative.linear {
            $0.w = 1280
            $0.h = 720
        }
        let player = video(#""w":640,"h":360"#)
        #expect(try ruling(sized, imp: player) == .fits(.video, w: 1280, h: 720, dur: 15, vast: "3.0"))
        #expect(try ruling(.linear(), imp: player) == .fits(.video, w: 640, h: 360, dur: 15, vast: "3.0"))
        #expect(try ruling(.linear(), imp: video()) == .fits(.video, dur: 15, vast: "3.0"))
        let audio = Creative.linear {
            $0.isVideo = false
            $0.mimes = ["audio/mpeg"]
        }
        #expect(
            try ruling(audio, imp: #""audio":{"mimes":["audio/mpeg"],"protocols":[2]}"#)
                == .fits(.audio, dur: 15, vast: "2.0")
        )
        #expect(try ruling(audio, imp: video()) == .refused(.format))
    }
}
