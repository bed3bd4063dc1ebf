import OpenRTB
import Testing
import Units

@Suite("Bid request reader: impressions")
struct ImpReadingTests {
    @Test(
        "a floor is rounded up between micros; a negative one is none, an absurd one is unmeetable",
        arguments: [
            ("0.85", "850000"), ("1", "1000000"), (#""2.5""#, "2500000"), ("0.0000001", "1"), ("0", "0"), ("-3", "0"),
            ("1000000", "1000000000000"), ("1000001", "unmeetable"), ("1e40", "unmeetable"),
            ("18446744073709551615", "unmeetable"), ("null", "0"), (#""""#, "0"), (#""cheap""#, "0"), ("[]", "0"),
        ])
    func bidfloor(text: String, dumped: String) throws {
        let json = request(imp: #""id":"1","banner":{},"bidfloor":\#(text)"#)
        #expect(try value("imp[0].bidfloor", of: json) == dumped)
    }

    @Test(
        "a floor's currency is three letters of any case, dollars where it is empty, unknown otherwise",
        arguments: [
            (#""EUR""#, "EUR"), (#""eur""#, "EUR"), (#""""#, "USD"), ("null", "USD"), (#""€""#, nil),
            (#""EURO""#, nil), ("978", nil), ("{}", nil),
        ] as [(String, String?)])
    func bidfloorcur(text: String, currency: String?) throws {
        let json = request(imp: #""id":"1","banner":{},"bidfloorcur":\#(text)"#)
        #expect(try value("imp[0].bidfloorcur", of: json) == currency)
    }

    @Test(
        "a banner's sizes are its formats, else w and h, else unknown",
        arguments: [
            (#"{"format":[{"w":300,"h":250},{"w":320,"h":50}],"w":1,"h":1}"#, ["300x250", "320x50"]),
            (#"{"w":300,"h":250}"#, ["300x250"]), (#"{"format":[],"w":300,"h":250}"#, ["300x250"]),
            (#"{"format":[{"w":0,"h":250}],"w":300,"h":250}"#, ["300x250"]),
            (#"{"format":[{"wratio":4,"hratio":3,"wmin":200}]}"#, ["4:3 from 200"]),
            (#"{"format":[{"w":300},{"h":250},{"wratio":1},7,null,{"w":-300,"h":250},{"w":1,"h":2}]}"#, ["1x2"]),
            (#"{"w":300}"#, []), (#"{"w":-300,"h":250}"#, []), (#"{"w":0,"h":0}"#, []), ("{}", []),
        ] as [(String, [String])])
    func sizes(banner: String, sizes: [String]) throws {
        let lines = try lines(of: request(imp: #""id":"1","banner":\#(banner)"#))
        let found = lines.filter { $0.hasPrefix("imp[0].banner.format[") }.map {
            String($0.drop { $0 != "=" }.dropFirst(2))
        }
        #expect(found == sizes)
        #expect(lines.contains("imp[0].banner.formats = \(sizes.count)"))
    }

    @Test(
        "a quantity outside a thousandth to a million impressions counts as one",
        arguments: [
            (#"{"multiplier":3.5}"#, 3500), (#"{"multiplier":"2"}"#, 2000), (#"{"multiplier":0}"#, 1000),
            (#"{"multiplier":-2}"#, 1000), (#"{"multiplier":2e6}"#, 1000), ("{}", 1000), ("3.5", 1000),
        ] as [(String, UInt32)])
    func quantity(qty: String, thousandths: UInt32) throws {
        let reader = try read(request(imp: #""id":"1","banner":{},"qty":\#(qty)"#))
        #expect(reader.request.imps[0].qty.thousandths == thousandths)
    }

    @Test(
        "video placements of 2.5 are read in the words of 2.6",
        arguments: [(1, "1"), (2, "4"), (3, "4"), (4, "4"), (5, "3"), (6, nil), (0, nil)] as [(Int, String?)])
    func placement(old: Int, plcmt: String?) throws {
        let json = request(imp: #""id":"1","video":{"placement":\#(old)}"#)
        #expect(try value("imp[0].video.plcmt", of: json) == plcmt)
    }

    @Test(
        "a floor per second that is not above zero is none, an absurd one is the greatest price",
        arguments: [("0.5", "500000"), ("0", nil), ("-1", nil), (#""x""#, nil), ("1e30", "1000000000000")]
            as [(String, String?)])
    func mincpmpersec(text: String, micros: String?) throws {
        let json = request(imp: #""id":"1","video":{"mincpmpersec":\#(text)}"#)
        #expect(try value("imp[0].video.mincpmpersec", of: json) == micros)
    }

    @Test("duration floors keep open ends, and a floor of their own that is absurd is unmeetable")
    func durfloors() throws {
        let json = request(
            imp: #""id":"1","video":{"durfloors":[{"maxdur":15,"bidfloor":1},{"mindur":16},7,{"bidfloor":1e30}]}"#)
        let found = try lines(of: json).filter { $0.contains(".durfloors") }
        #expect(
            found == [
                "imp[0].video.durfloors[0].maxdur = 15", "imp[0].video.durfloors[0].bidfloor = 1000000",
                "imp[0].video.durfloors[1].mindur = 16", "imp[0].video.durfloors[1].bidfloor = 0",
                "imp[0].video.durfloors[2].bidfloor = unmeetable",
            ])
    }

    @Test("the deals of one impression are not those of the next")
    func dealsApart() throws {
        let json = #"""
            {"id":"r","imp":[
              {"id":"1","banner":{},"pmp":{"deals":[{"id":"a"},{"id":"b"}]}},
              {"id":"2","banner":{}},
              {"id":"3","banner":{},"pmp":{"private_auction":1,"deals":[{"id":"c"}]}}]}
            """#
        let found = try lines(of: json).filter { $0.contains("].deals[") && $0.contains(".id = ") }
        #expect(found == ["imp[0].deals[0].id = a", "imp[0].deals[1].id = b", "imp[2].deals[0].id = c"])
        #expect(try value("imp[0].privateAuction", of: json) == "false")
        #expect(try value("imp[2].privateAuction", of: json) == "true")
    }

    @Test("a deal without an id, or with one that no token can carry, is left out")
    func dealIDs() throws {
        let long = String(repeating: "d", count: 257)
        let kept = String(repeating: "k", count: 256)
        let deals = #"[{},{"id":""},{"id":null},{"id":"\#(long)"},{"id":"\#(kept)"}]"#
        let reader = try read(request(imp: #""id":"1","banner":{},"pmp":{"deals":\#(deals)}"#))
        #expect(reader.request.imps[0].deals.count == 1)
        let deal = reader.request.element(0, of: reader.request.imps[0].deals)
        #expect(reader.request.text.string(deal.id) == kept)
    }

    @Test("an impression's id has at most 256 bytes, and may be empty")
    func impIDs() throws {
        let imps = ["", String(repeating: "k", count: 256), String(repeating: "l", count: 257)]
            .map { #"{"id":"\#($0)","banner":{}}"# }.joined(separator: ",")
        let reader = try read(#"{"id":"r","imp":[\#(imps)]}"#)
        #expect(reader.request.imps.map(\.id.count) == [0, 256])
        #expect(reader.request.impsSkipped == 1)
    }
}
