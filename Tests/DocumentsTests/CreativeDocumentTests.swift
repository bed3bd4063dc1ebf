import Testing

@testable import Documents

/// A creative with changes merged over the least that one must say, and the faults found.
private func creative(_ patch: String = "{}") throws -> (document: CreativeDocument, faults: [Fault]) {
    let least = try node(
        #"{"id":"c","adomain":["acme.example"],"landing":"https://acme.example/","banner":{"html":"<b>"}}"#
    )
    let faults = FaultList()
    let document = CreativeDocument(try least.merging(node(patch)), at: "/c", faults)
    return (document, faults.faults)
}

private let video = #"{"mimes":["video/mp4"],"duration":15,"media":"https://cdn.example/v.mp4"}"#
private let audio = #"{"mimes":["audio/mpeg"],"duration":30,"media":"https://cdn.example/a.mp3"}"#

@Suite("A creative's document")
struct CreativeDocumentTests {
    @Test("what a creative says of itself is read, domains and language in lower case")
    func identity() throws {
        let read = try creative(
            #"""
            {"name":"Shoes","adomain":["ACME.example","b.example"],"cat":["IAB17","IAB17-2"],"cattax":7,"attr":[1,14],
            "language":"EN","bundle":"com.acme.app","landing":"https://acme.example/?a=1#b",
            "frequency":[{"impressions":1,"hours":1}]}
            """#
        )
        #expect(read.faults == [])
        #expect(read.document.name == "Shoes")
        #expect(read.document.adomain == ["acme.example", "b.example"])
        #expect(read.document.cat == ["IAB17", "IAB17-2"])
        #expect(read.document.cattax == 7)
        #expect(read.document.attr == [1, 14])
        #expect(read.document.language == "en")
        #expect(read.document.bundle == "com.acme.app")
        #expect(read.document.landing == "https://acme.example/?a=1#b")
        #expect(read.document.frequency == [FrequencyCap(impressions: 1, hours: 1, per: .visitor)])
        let least = try creative().document
        #expect(least.name == "c")
        #expect(least.cattax == 1)
    }

    @Test("id, domain and landing page must be there", arguments: ["id", "adomain", "landing"])
    func required(key: String) throws {
        let found = try creative("{\"\(key)\":null}").faults
        #expect(pointers(found) == ["/c/\(key)"])
        #expect(found.first?.message == "required, but missing")
    }

    @Test("a creative has exactly one format")
    func oneFormat() throws {
        let none = try creative(#"{"banner":null}"#).faults
        #expect(none.map(\.message) == ["has no format"])
        #expect(none.map(\.hint) == ["exactly one of banner, video, audio, native"])
        let two = try creative("{\"video\":\(video)}").faults
        #expect(two.map(\.message) == ["has several formats (banner, video), must have one"])
        let all = try creative("{\"video\":\(video),\"audio\":\(audio),\"native\":{\"title\":\"t\"}}").faults
        #expect(all.map(\.message) == ["has several formats (banner, video, audio, native), must have one"])
        #expect(try creative("{\"banner\":null,\"audio\":\(audio)}").faults.isEmpty)
    }

    @Test(
        "a banner has width and height, or neither",
        arguments: [
            (#"{"w":300,"h":250}"#, []), ("{}", []), (#"{"w":300}"#, ["/c/banner"]), (#"{"h":250}"#, ["/c/banner"]),
            (#"{"w":0,"h":250}"#, ["/c/banner/w"]), (#"{"w":300,"h":10001}"#, ["/c/banner/h"]),
            (#"{"w":"300","h":250}"#, ["/c/banner/w"]),
        ])
    func bannerSizes(size: String, places: [String]) throws {
        #expect(pointers(try creative("{\"banner\":\(size)}").faults) == places)
    }

    @Test("a banner's markup must be there and may have 64 KiB")
    func bannerMarkup() throws {
        #expect(try creative(#"{"banner":{"html":null}}"#).faults.map(\.pointer) == ["/c/banner/html"])
        let html = { (count: Int) in "{\"banner\":{\"html\":\"\(String(repeating: "x", count: count))\"}}" }
        #expect(try creative(html(65_536)).faults.isEmpty)
        #expect(try creative(html(65_537)).faults.map(\.message) == ["is longer than 64 KiB"])
        let read = try creative(#"{"banner":{"api":[5,6],"mimes":["Text/HTML"]}}"#)
        guard case .banner(let banner) = read.document.format else {
            Issue.record("no banner")
            return
        }
        #expect(banner.api == [5, 6])
        #expect(banner.mimes == ["text/html"])
    }

    @Test("a video is read whole")
    func videoMembers() throws {
        let read = try creative(
            #"""
            {"banner":null,"video":{"mimes":["Video/MP4","video/webm"],"duration":15,"w":1280,"h":720,"protocols":[2,3],
            "bitrate":1500,"api":[7],"media":"https://cdn.example/v.mp4"}}
            """#
        )
        #expect(read.faults == [])
        var expected = CreativeDocument.Linear()
        expected.mimes = ["video/mp4", "video/webm"]
        expected.duration = 15
        expected.w = 1280
        expected.h = 720
        expected.protocols = [2, 3]
        expected.bitrate = 1500
        expected.api = [7]
        expected.source = .media("https://cdn.example/v.mp4")
        #expect(read.document.format == .video(expected))
    }

    @Test(
        "a video has types, a duration, a whole size or none, and one source",
        arguments: [
            ("{}", []), (#"{"mimes":null}"#, ["/mimes"]), (#"{"mimes":[]}"#, ["/mimes"]),
            (#"{"duration":null}"#, ["/duration"]),
            (#"{"duration":0}"#, ["/duration"]), (#"{"duration":7201}"#, ["/duration"]), (#"{"media":null}"#, [""]),
            (#"{"media":"v.mp4"}"#, ["/media"]), (#"{"vast":"<VAST><InLine/></VAST>"}"#, [""]),
            (#"{"bitrate":0}"#, ["/bitrate"]), (#"{"w":640,"h":360}"#, []), (#"{"w":640}"#, [""]),
            (#"{"h":360}"#, [""]),
            (#"{"sound":true}"#, ["/sound"]),
        ])
    func videoFaults(patch: String, places: [String]) throws {
        let changed = try node(video).merging(try node(patch)).json
        let found = try creative("{\"banner\":null,\"video\":\(changed)}").faults
        #expect(pointers(found) == places.map { "/c/video" + $0 })
    }

    @Test("audio has no size")
    func audioMembers() throws {
        let changed = try node(audio).merging(try node(#"{"w":1,"h":1}"#)).json
        let found = try creative("{\"banner\":null,\"audio\":\(changed)}").faults
        #expect(pointers(found) == ["/c/audio/w", "/c/audio/h"])
        guard case .audio(let linear) = try creative("{\"banner\":null,\"audio\":\(audio)}").document.format else {
            Issue.record("no audio")
            return
        }
        #expect(linear.source == .media("https://cdn.example/a.mp3"))
        #expect(linear.duration == 30)
    }

    @Test(
        "a VAST document of the advertiser's own is one by its elements",
        arguments: [
            ("<VAST version='3.0'><Ad><InLine></InLine></Ad></VAST>", true), ("<VAST><Ad><Wrapper/></Ad></VAST>", true),
            ("<VAST></VAST>", false), ("<InLine/>", false), ("", false), ("https://cdn.example/vast.xml", false),
        ])
    func vastDocuments(vast: String, isSound: Bool) throws {
        let found = try creative(
            "{\"banner\":null,\"video\":{\"mimes\":[\"video/mp4\"],\"duration\":15,\"vast\":\"\(vast)\"}}"
        ).faults
        #expect(pointers(found) == (isSound ? [] : ["/c/video/vast"]))
    }

    @Test(
        "a VAST document that cannot be read is refused with the place of its fault",
        arguments: [
            (
                "<VAST><Ad>\\n<InLine></Ad></VAST>",
                "is no well-formed XML at line 2, column 9: </Ad> where </InLine> is due"
            ),
            (
                "<VAST><Ad><InLine>a & b</InLine></Ad></VAST>",
                "is no well-formed XML at line 1, column 21: “&” that begins none"
            ),
            (
                "<!DOCTYPE x><VAST/>",
                "is no well-formed XML at line 1, column 1: a document type declaration is not accepted"
            ),
            ("<VAST/>", "is no VAST document: an <Ad> within <VAST> is missing"),
            ("<VAST><Ad/></VAST>", "is no VAST document: <InLine> or <Wrapper> within <Ad> is missing"),
            ("<!-- <VAST> --><VMAP/>", "is no VAST document: the root element <VAST> is missing"),
        ])
    func vastFaults(vast: String, message: String) throws {
        let found = try creative(
            "{\"banner\":null,\"video\":{\"mimes\":[\"video/mp4\"],\"duration\":15,\"vast\":\"\(vast)\"}}"
        ).faults
        #expect(found.map(\.pointer) == ["/c/video/vast"])
        #expect(found.first?.message.hasPrefix(message) == true, "\(found)")
    }

    @Test(
        "a video may be skipped after less than its length, if it is made around a media file",
        arguments: [
            (#"{"skip_after":5}"#, []), (#"{"skip_after":15}"#, ["/skip_after"]),
            (#"{"skip_after":-1}"#, ["/skip_after"]),
            (#"{"skip_after":5,"media":null,"vast":"<VAST><Ad><InLine/></Ad></VAST>"}"#, ["/skip_after"]),
        ])
    func skipping(patch: String, places: [String]) throws {
        let changed = try node(video).merging(try node(patch)).json
        let read = try creative("{\"banner\":null,\"video\":\(changed)}")
        #expect(pointers(read.faults) == places.map { "/c/video" + $0 })
        guard places.isEmpty, case .video(let linear) = read.document.format else { return }
        #expect(linear.skipAfter == 5)
    }

    @Test("a banner names where it expands to, a creative that it is sensitive and a sample image")
    func more() throws {
        let read = try creative(#"{"sensitive":true,"iurl":"https://a.example/i.png","banner":{"expand":[1,4]}}"#)
        #expect(read.faults == [])
        #expect(read.document.sensitive)
        #expect(read.document.iurl == "https://a.example/i.png")
        guard case .banner(let banner) = read.document.format else {
            Issue.record("no banner")
            return
        }
        #expect(banner.expand == [1, 4])
        let found = try creative(#"{"sensitive":"yes","iurl":"i.png","banner":{"expand":[7]}}"#).faults
        #expect(pointers(found) == ["/c/sensitive", "/c/iurl", "/c/banner/expand/0"])
    }

    @Test("a native ad may have a video, a privacy notice and pixels of its own")
    func nativeMore() throws {
        let read = try creative(
            #"""
            {"banner":null,"native":{"title":"t","privacy":"https://a.example/p","impression_trackers":["https://a.example/i"],
            "click_trackers":["https://a.example/c","https://a.example/d"],"video":\#(video)}}
            """#
        )
        #expect(read.faults == [])
        guard case .native(let native) = read.document.format else {
            Issue.record("no native ad")
            return
        }
        #expect(native.video?.source == .media("https://cdn.example/v.mp4"))
        #expect(native.privacy == "https://a.example/p")
        #expect(native.impressionTrackers == ["https://a.example/i"])
        #expect(native.clickTrackers == ["https://a.example/c", "https://a.example/d"])
        let many = (0..<9).map { "\"https://a.example/\($0)\"" }.joined(separator: ",")
        let found = try creative(
            """
            {"banner":null,"native":{"title":"t","privacy":"p","impression_trackers":["i"],"click_trackers":[\(many)],
            "video":{"duration":15}}}
            """
        ).faults
        #expect(
            pointers(found) == [
                "/c/native/video/mimes", "/c/native/video", "/c/native/privacy", "/c/native/impression_trackers/0",
                "/c/native/click_trackers",
            ])
    }

    @Test("a native ad has a title, and images and texts by name")
    func nativeMembers() throws {
        let read = try creative(
            #"""
            {"banner":null,"native":{"title":"Run faster","image":{"url":"https://cdn.example/i.png","w":1200,"h":627},
            "icon":{"url":"https://cdn.example/o.png","w":80,"h":80},"data":{"sponsored":"Acme","ctatext":"Buy","desc":"d"}}}
            """#
        )
        #expect(read.faults == [])
        var expected = CreativeDocument.Native()
        expected.title = "Run faster"
        expected.image = .init(url: "https://cdn.example/i.png", w: 1200, h: 627)
        expected.icon = .init(url: "https://cdn.example/o.png", w: 80, h: 80)
        expected.data = [1: "Acme", 12: "Buy", 2: "d"]
        #expect(read.document.format == .native(expected))
    }

    @Test(
        "a native ad's bad parts are named",
        arguments: [
            ("{}", ["/title"]), (#"{"title":"t","image":{}}"#, ["/image/url", "/image/w", "/image/h"]),
            (#"{"title":"t","icon":{"url":"x","w":1,"h":1}}"#, ["/icon/url"]),
            (#"{"title":"t","data":{"sponsord":"a"}}"#, ["/data/sponsord"]),
            (#"{"title":"t","data":{"desc":5}}"#, ["/data/desc"]), (#"{"title":5}"#, ["/title"]),
        ])
    func nativeFaults(json: String, places: [String]) throws {
        let found = try creative("{\"banner\":null,\"native\":\(json)}").faults
        #expect(pointers(found) == places.map { "/c/native" + $0 })
    }

    @Test("a landing page has at most 1,024 characters and is a web address")
    func landing() throws {
        let page = { (count: Int) in
            "{\"landing\":\"https://a.example/\(String(repeating: "x", count: count - 18))\"}"
        }
        #expect(try creative(page(1024)).faults.isEmpty)
        #expect(try creative(page(1025)).faults.map(\.message) == ["is longer than 1,024 characters"])
        #expect(try creative(#"{"landing":"javascript:alert(1)"}"#).faults.map(\.pointer) == ["/c/landing"])
    }

    @Test("an unknown member is refused with the nearest known one")
    func unknown() throws {
        #expect(try creative(#"{"langauge":"en","bannr":{}}"#).faults.map(\.hint).contains("did you mean “banner”?"))
        #expect(try creative(#"{"adomains":["a"]}"#).faults.map(\.hint) == ["did you mean “adomain”?"])
    }
}
