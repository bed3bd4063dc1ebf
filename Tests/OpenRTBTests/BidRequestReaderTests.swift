import OpenRTB
import Testing
import Units

@Suite("Bid request reader: the request itself")
struct BidRequestReaderTests {
    @Test("what OpenRTB gives a default has it, all else is absent")
    func defaults() throws {
        let reader = try read(#"{"id":"r","imp":[{"id":"1","banner":{}}]}"#)
        #expect(reader.request.at == 2)
        #expect(reader.request.cattax == 1)
        #expect(reader.request.test == false)
        #expect(reader.request.allimps == false)
        #expect(reader.request.tmax == nil)
        #expect(reader.request.cur.isEmpty)
        #expect(reader.request.site.kind == .unknown)
        #expect(reader.request.regs.gdpr == nil)
        #expect(reader.request.source.complete == nil)
        let imp = reader.request.imps[0]
        #expect(imp.bidfloor == .zero)
        #expect(imp.bidfloorcur == .usd)
        #expect(imp.qty == .one)
        #expect(!imp.secure && !imp.instl && !imp.rwdd && !imp.privateAuction)
        #expect(imp.exp == nil)
    }

    @Test(
        "tmax outside one millisecond to one minute is no tmax",
        arguments: [
            ("1", 1), ("20", 20), ("60000", 60000), (#""100""#, 100), ("100.0", 100), ("0", nil), ("-1", nil),
            ("60001", nil), ("1e18", nil), ("0.5", nil), (#""soon""#, nil), ("null", nil), ("[100]", nil),
        ] as [(String, Int32?)])
    func tmax(text: String, millis: Int32?) throws {
        #expect(try read(request(#""tmax":\#(text)"#)).request.tmax == millis)
    }

    @Test(
        "a flag is set by 1 in any spelling",
        arguments: [
            ("1", true), ("true", true), ("1.0", true), (#""1""#, true), ("0", false), ("false", false),
            (#""0""#, false), (#""true""#, false), ("null", false), ("{}", false),
        ])
    func flag(text: String, set: Bool) throws {
        #expect(try read(request(#""test":\#(text)"#)).request.test == set)
    }

    @Test(
        "an error names its field",
        arguments: [
            ("[]", .wrongType(.root)), ("{}", .missing(.id)), (#"{"id":"1"}"#, .missing(.imp)),
            (#"{"id":"1","imp":[]}"#, .missing(.imp)), (#"{"id":"1","imp":{}}"#, .wrongType(.imp)),
            (#"{"id":"1","site":{},"app":{},"imp":[]}"#, .ambiguousInventory), ("", .notJSON(.empty)),
            ("{", .notJSON(.syntax)), (#"{"id":"\x"}"#, .notJSON(.string)), (#"{"id":1e400}"#, .notJSON(.number)),
        ] as [(String, ReadError)])
    func errors(json: String, error: ReadError) {
        #expect(throws: error) { try read(json) }
    }

    @Test("an inventory object sent twice is not ambiguous, nor is one of the wrong type")
    func inventoryTwice() throws {
        #expect(try value("site.kind", of: request(#""site":{},"site":{"id":"x"},"app":null,"dooh":"none""#)) == "site")
    }

    @Test(
        "an impression that cannot be bid on is left out and counted",
        arguments: [
            (#"{"banner":{"w":300,"h":250}}"#, "no id"), (#"{"id":null,"banner":{"w":300,"h":250}}"#, "null id"),
            (#"{"id":{},"banner":{"w":300,"h":250}}"#, "an object for an id"),
            (#"{"id":"good","banner":{"w":1,"h":1}}"#, "an id that was there before"), (#"{"id":"2"}"#, "no format"),
            (#"{"id":"2","banner":null,"video":"x"}"#, "formats that are none"), ("7", "a number"), ("[]", "a list"),
            (#"{"id":"2","native":{}}"#, "a native slot without its request"),
            (#"{"id":"2","native":{"request":"not json"}}"#, "a native request that is no JSON"),
            (#"{"id":"2","native":{"request":"[]"}}"#, "a native request that is no object"),
            (#"{"id":"2","native":{"request":"{\"assets\":[]}"}}"#, "a native request without assets"),
        ])
    func skipped(imp: String, what: String) throws {
        let json = #"{"id":"r","imp":[{"id":"good","banner":{"w":300,"h":250}},\#(imp),{"id":"last","banner":{}}]}"#
        let reader = try read(json)
        #expect(reader.request.impsSkipped == 1, "\(what)")
        #expect(reader.request.imps.map { reader.request.text.string($0.id) } == ["good", "last"])
    }

    @Test("a request whose impressions were all left out is read, with none")
    func allSkipped() throws {
        let reader = try read(#"{"id":"r","imp":[{},{"id":"2"}]}"#)
        #expect(reader.request.imps.isEmpty)
        #expect(reader.request.impsSkipped == 2)
    }

    @Test("strings are unescaped before they are compared or kept")
    func escapes() throws {
        let reader = try read(#"{"\u0069d":"a\u00e9\n\"\\\ud83d\ude00","imp":[{"id":"1","banner":{}}]}"#)
        #expect(reader.request.text.string(reader.request.id) == "aé\n\"\\😀")
    }

    @Test("whether a list holds a value is asked of the list alone, not of its neighbours")
    func contains() throws {
        let reader = try read(request(#""bcat":["IAB1","IAB2"],"badv":["a.example"],"wseat":["s"]"#))
        let bcat = reader.request.bcat
        let text = reader.request.text
        let holds = ["IAB1", "IAB2", "a.example", "s", "iab1", "IAB"].map { wanted in
            reader.request.contains(bcat, Array(wanted.utf8))
        }
        #expect(holds == [true, true, false, false, false, false])
        let holdsBySearch = reader.request.contains(bcat) { text.equals($0, Array("IAB2".utf8)) }
        #expect(holdsBySearch)
        #expect(text.string(reader.request.element(1, of: bcat)) == "IAB2")
    }

    @Test("whether a list of numbers holds one is asked of the list alone")
    func containsNumber() throws {
        let reader = try read(request(imp: #""id":"1","banner":{"btype":[1,3],"battr":[7]}"#))
        let banner = try #require(reader.request.imps[0].banner)
        let holds = [1, 2, 3, 7].map { reader.request.contains(banner.btype, $0) }
        #expect(holds == [true, false, true, false])
    }
}
