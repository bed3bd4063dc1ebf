import OpenRTB
import Testing

@Suite("Bid request reader: device, user, regs and source")
struct VisitorReadingTests {
    @Test(
        "an advertising id is in lower case, and absent where it is nothing but zeros",
        arguments: [
            (#""6D92078A-8246-4BA4-AE5B-76104861E7DC""#, "6d92078a-8246-4ba4-ae5b-76104861e7dc"),
            (#""00000000-0000-0000-0000-000000000000""#, nil), (#""00000000000000000000000000000000""#, nil),
            (#""0""#, nil), ("0", nil), (#""""#, nil), ("null", nil),
            (#""00000000-0000-0000-0000-000000000001""#, "00000000-0000-0000-0000-000000000001"),
        ] as [(String, String?)])
    func ifa(text: String, ifa: String?) throws {
        #expect(try value("device.ifa", of: request(#""device":{"ifa":\#(text)}"#)) == ifa)
    }

    @Test(
        "a refusal said once holds, whatever is said after it",
        arguments: [#""lmt":1,"lmt":0"#, #""lmt":0,"lmt":1"#, #""lmt":"1""#])
    func refusalHolds(members: String) throws {
        #expect(try value("device.lmt", of: request(#""device":{\#(members)}"#)) == "true")
        let dnt = members.replacing("lmt", with: "dnt")
        #expect(try value("device.dnt", of: request(#""device":{\#(dnt)}"#)) == "true")
    }

    @Test(
        "a country is three letters in upper case, whichever way it was sent",
        arguments: [
            (#""USA""#, "USA"), (#""usa""#, "USA"), (#""US""#, "USA"), (#""de""#, "DEU"), (#""GB""#, "GBR"),
            (#""UK""#, "GBR"), (#""XK""#, "XKX"), (#""ZZ""#, "ZZ"), (#""--""#, "--"), (#""""#, nil), ("null", nil),
        ] as [(String, String?)])
    func country(text: String, country: String?) throws {
        #expect(try value("device.geo.country", of: request(#""device":{"geo":{"country":\#(text)}}"#)) == country)
    }

    @Test(
        "a region stands without its country and in upper case",
        arguments: [
            ("US-CA", "CA"), ("us-ca", "CA"), ("USA-CA", "CA"), ("JP-13", "13"), ("CA", "CA"), ("13", "13"),
            ("GB-LND", "LND"), ("US-", "US-"), ("-CA", "-CA"),
        ])
    func region(text: String, region: String) throws {
        #expect(try value("device.geo.region", of: request(#""device":{"geo":{"region":"\#(text)"}}"#)) == region)
    }

    @Test(
        "of a browser's hints the brand that people know is kept, never the decoy",
        arguments: [
            (["Not A;Brand", "Chromium", "Google Chrome"], "google chrome"),
            (["Chromium", "Microsoft Edge"], "microsoft edge"),
            (["Opera", "Chromium"], "opera"), (["Chromium"], "chromium"), (["Chromium", " Not;A Brand"], "chromium"),
            (["Not)A;Brand"], nil), ([], nil),
        ] as [([String], String?)])
    func brands(brands: [String], browser: String?) throws {
        let list = brands.map { #"{"brand":"\#($0)","version":["1"]}"# }.joined(separator: ",")
        let json = request(#""device":{"sua":{"browsers":[\#(list)]}}"#)
        #expect(try value("device.browser", of: json) == browser)
        #expect(try value("device.suaPresent", of: json) == "true")
    }

    @Test("client hints name the system better than the device's own fields do")
    func platform() throws {
        let json = request(#""device":{"os":"Linux","sua":{"platform":{"brand":"Android","version":["14","0"]}}}"#)
        #expect(try value("device.os", of: json) == "android")
        #expect(try value("device.osv", of: json) == "14")
    }

    @Test("a system's version comes from where its name came: a frozen user agent's 10 is no Android 10")
    func platformVersion() throws {
        let json = request(
            #""device":{"os":"Linux","osv":"10","sua":{"platform":{"brand":"Android","version":["14"]}}}"#)
        #expect(try value("device.osv", of: json) == "14")
    }

    @Test("an extended id needs a source and an id; several ids of one source become several")
    func eids() throws {
        let json = request(
            #"""
            "user":{"eids":[
              {"source":"One.example","uids":[{"id":"a","atype":1},{"id":""},{"atype":3},{"id":"b","atype":"2"}]},
              {"uids":[{"id":"no source"}]},
              {"source":"none.example"},
              7,
              {"source":"two.example","uids":{"id":9}}]}
            """#)
        let found = try lines(of: json).filter { $0.hasPrefix("user.eids") }
        #expect(
            found == [
                "user.eids[0].source = one.example", "user.eids[0].id = a", "user.eids[0].atype = 1",
                "user.eids[1].source = one.example", "user.eids[1].id = b", "user.eids[1].atype = 2",
                "user.eids[2].source = two.example", "user.eids[2].id = 9",
            ])
    }

    @Test(
        "Global Privacy Control is on only where it is 1",
        arguments: [
            (#""1""#, "true"), ("1", "true"), ("true", "true"), (#""0""#, "false"), ("0", "false"), ("null", "false"),
        ])
    func gpc(text: String, on: String) throws {
        #expect(try value("regs.gpc", of: request(#""regs":{"ext":{"gpc":\#(text)}}"#)) == on)
    }

    @Test("a supply chain without its flag is incomplete, and one without hops is still one")
    func schain() throws {
        #expect(try value("source.complete", of: request(#""source":{"schain":{}}"#)) == "0")
        #expect(try value("source.complete", of: request(#""source":{"schain":{"complete":1,"nodes":[]}}"#)) == "1")
        #expect(try value("source.complete", of: request(#""source":{}"#)) == nil)
    }

    @Test("hops of a wrong shape, and those beyond the limit, are counted as left out")
    func hopsLeftOut() throws {
        let hop = #"{"asi":"a.example","sid":"1"}"#
        let odd = request(#""source":{"schain":{"complete":1,"nodes":[1,\#(hop),null,"x"]}}"#)
        #expect(try value("source.nodesSkipped", of: odd) == "3")
        #expect(try value("source.nodes[0].asi", of: odd) == "a.example")
        let list = [String](repeating: hop, count: Limits.schainNodesMax + 2).joined(separator: ",")
        #expect(try value("source.nodesSkipped", of: request(#""source":{"schain":{"nodes":[\#(list)]}}"#)) == "2")
        #expect(try value("source.nodesSkipped", of: request(#""source":{"schain":{"nodes":[\#(hop)]}}"#)) == nil)
    }
}
