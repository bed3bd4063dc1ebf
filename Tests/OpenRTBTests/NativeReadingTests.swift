import OpenRTB
import Testing

/// A request whose native slot asks for this, once as text and once as an object.
private func native(_ inner: String) -> [String] {
    [
        request(imp: #""id":"1","native":{"request":\#(JSONText.quoted(inner))}"#),
        request(imp: #""id":"1","native":{"request":\#(inner)}"#),
    ]
}

@Suite("Bid request reader: native")
struct NativeReadingTests {
    @Test(
        "a native request means the same as text and as an object",
        arguments: [
            #"{"assets":[{"id":1,"title":{"len":90}}]}"#,
            #"{"native":{"context":2,"assets":[{"id":1,"required":1,"img":{"type":3,"wmin":1200,"hmin":627}}]}}"#,
            #"{"plcmttype":4,"assets":[{"id":1,"data":{"type":1}}],"eventtrackers":[{"event":1,"methods":[1,2]}]}"#,
        ])
    func bothWays(inner: String) throws {
        let spellings = native(inner)
        #expect(try lines(of: spellings[0]) == lines(of: spellings[1]))
    }

    @Test("an asset is of the kind that it describes first, and of no kind where it describes none")
    func kinds() throws {
        let assets = ##"""
            {"assets":[{"id":1,"title":{"len":9}},{"id":2,"img":{"w":1}},{"id":3,"video":{}},{"id":4,"data":{"type":2}},
            {"id":5},{"id":6,"title":7},{"id":7,"title":{"len":1},"img":{"w":2}}]}
            """##
        for json in native(assets.replacing("\n", with: "")) {
            let kinds = try lines(of: json).filter { $0.contains("].kind = ") }
                .map { String($0.split(separator: " ")[2]) }
            #expect(kinds == ["title", "img", "video", "data", "unknown", "unknown", "title"])
        }
    }

    @Test("only image pixels and scripts are kept of an event's methods")
    func trackers() throws {
        for json in native(#"{"assets":[{"id":1}],"eventtrackers":[{"event":1,"methods":[1,2,555]},{"event":3},{}]}"#) {
            let found = try lines(of: json).filter { $0.contains("eventtrackers") }
            #expect(
                found == [
                    "imp[0].native.eventtrackers[0] = 1 image js", "imp[0].native.eventtrackers[1] = 3",
                    "imp[0].native.eventtrackers[2] = 0",
                ])
        }
    }

    @Test("types, versions and lengths of a native video are read as sets, those that are not known as such")
    func videos() throws {
        let video =
            #"{"mimes":["Video/MP4","video/x","",5],"minduration":5,"maxduration":30,"protocols":[2,"3",0,-1,99]}"#
        for json in native(
            #"{"assets":[{"id":1,"video":\#(video)},{"id":2,"img":{"mimes":["image/jpg"]}},{"id":3,"img":{}}]}"#)
        {
            let reader = BidRequestReader()
            try reader.read(copying: Array(json.utf8))
            let native = try #require(reader.request.imps[0].native)
            let asset = reader.request.element(0, of: native.assets)
            #expect(asset.mimes == [MediaTypes("video/mp4"), .other])
            #expect(asset.minduration == 5)
            #expect(asset.maxduration == 30)
            #expect(asset.protocols == 1 << 2 | 1 << 3 | 1 << 31)
            #expect(reader.request.element(1, of: native.assets).mimes == MediaTypes("image/jpeg"))
            #expect(reader.request.element(2, of: native.assets).mimes.isEmpty)
        }
    }

    @Test("a wrapping around a wrapping, or sizes that are not above zero, add nothing")
    func odd() throws {
        let wrapped = request(
            imp: #""id":"1","banner":{},"native":{"request":{"native":{"native":{"assets":[{"id":1}]}}}}"#)
        #expect(try value("imp[0].native.wrapped", of: wrapped) == nil)
        for json in native(#"{"assets":[{"id":1,"img":{"w":-1,"h":0,"wmin":20}}]}"#) {
            #expect(try value("imp[0].native.assets[0].size", of: json) == "0x0 from 20x0")
        }
    }

    @Test("the texts of the request outlive the second parse")
    func textsSurvive() throws {
        let inner = JSONText.quoted(
            #"{"assets":[{"id":1,"title":{"len":90}}],"ver":"a text as long as the others together"}"#)
        let json =
            #"{"id":"outer","imp":[{"id":"1","native":{"request":\#(inner)}},{"id":"2","tagid":"t","banner":{}}]}"#
        #expect(try value("id", of: json) == "outer")
        #expect(try value("imp[1].tagid", of: json) == "t")
    }
}
