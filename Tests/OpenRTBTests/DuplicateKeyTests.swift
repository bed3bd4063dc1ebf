import OpenRTB
import Testing

@Suite("A key that appears twice")
struct DuplicateKeyTests {
    /// Members of the request, a path in its dump, and the value of the first of the two.
    struct Case: Sendable, CustomTestStringConvertible {
        let members: String
        let path: String
        let first: String

        init(_ members: String, _ path: String, _ first: String) {
            self.members = members
            self.path = path
            self.first = first
        }

        var testDescription: String { members }
    }

    @Test(
        "the first of two counts, in the request",
        arguments: [
            Case(#""at":1,"at":3"#, "at", "1"), Case(#""tmax":100,"tmax":200"#, "tmax", "100"),
            Case(#""test":0,"test":1"#, "test", "false"), Case(#""allimps":1,"allimps":0"#, "allimps", "true"),
            Case(#""cur":["EUR"],"cur":["USD"]"#, "cur", "EUR"), Case(#""bcat":["A"],"bcat":["B"]"#, "bcat", "A"),
            Case(#""badv":["a"],"badv":["b"]"#, "badv", "a"), Case(#""bapp":["a"],"bapp":["b"]"#, "bapp", "a"),
            Case(#""wseat":["a"],"wseat":["b"]"#, "wseat", "a"), Case(#""bseat":["a"],"bseat":["b"]"#, "bseat", "a"),
            Case(#""acat":["a"],"acat":["b"]"#, "acat", "a"), Case(#""wlang":["a"],"wlang":["b"]"#, "wlang", "a"),
            Case(#""cattax":2,"cattax":6"#, "cattax", "2"),
            Case(#""regs":{"coppa":1},"regs":{}"#, "regs.coppa", "true"),
            Case(#""user":{"id":"a"},"user":{"id":"b"}"#, "user.id", "a"),
            Case(#""device":{"ip":"a"},"device":{"ip":"b"}"#, "device.ip", "a"),
            Case(#""source":{"tid":"a"},"source":{"tid":"b"}"#, "source.tid", "a"),
            Case(#""site":{"id":"a"},"site":{"id":"b"}"#, "site.id", "a"),
        ])
    func root(_ item: Case) throws {
        #expect(try value(item.path, of: request(item.members)) == item.first)
    }

    @Test(
        "the first of two counts, in the inventory",
        arguments: [
            Case(#""page":"a","page":"b""#, "site.page", "a"), Case(#""domain":"a","domain":"b""#, "site.domain", "a"),
            Case(#""cat":["a"],"cat":["b"]"#, "site.cat", "a"),
            Case(#""keywords":"a","keywords":"b""#, "site.keywords", "a"),
            Case(#""cattax":2,"cattax":6"#, "site.cattax", "2"),
            Case(#""venuetypetax":2,"venuetypetax":3"#, "site.venuetypetax", "2"),
            Case(#""publisher":{"id":"a"},"publisher":{"id":"b"}"#, "site.publisher.id", "a"),
            Case(#""publisher":{"id":"a","id":"b"}"#, "site.publisher.id", "a"),
            Case(#""content":{"id":"a"},"content":{"id":"b"}"#, "site.content.id", "a"),
            Case(#""content":{"cattax":2,"cattax":6}"#, "site.content.cattax", "2"),
            Case(#""content":{"len":10,"len":20}"#, "site.content.len", "10"),
            Case(
                #""ext":{"inventorypartnerdomain":"a"},"ext":{"inventorypartnerdomain":"b"}"#,
                "site.inventorypartnerdomain", "a"),
        ])
    func inventory(_ item: Case) throws {
        #expect(try value(item.path, of: request(#""site":{\#(item.members)}"#)) == item.first)
    }

    @Test(
        "the first of two counts, in what is said of the visitor",
        arguments: [
            Case(#""device":{"geo":{"country":"USA"},"geo":{"country":"CAN"}}"#, "device.geo.country", "USA"),
            Case(#""device":{"os":"a","os":"b"}"#, "device.os", "a"),
            Case(#""device":{"ext":{"atts":3},"ext":{"atts":0}}"#, "device.atts", "3"),
            Case(
                #""device":{"ext":{"sua":{"platform":{"brand":"a"}}},"ext":{"sua":{"platform":{"brand":"b"}}}}"#,
                "device.os", "a"),
            Case(#""user":{"geo":{"country":"USA"},"geo":{"country":"CAN"}}"#, "user.geo.country", "USA"),
            Case(#""user":{"consent":"a","consent":"b"}"#, "user.consent", "a"),
            Case(#""user":{"ext":{"consent":"a"},"ext":{"consent":"b"}}"#, "user.consent", "a"),
            Case(
                #""user":{"ext":{"eids":[{"source":"a","uids":[{"id":"1"}]}]},"ext":{"eids":[]}}"#,
                "user.eids[0].source", "a"),
            Case(
                #""user":{"data":[{"ext":{"segtax":1},"ext":{"segtax":2},"segment":[{"id":"s"}]}]}"#,
                "user.segments[0].segtax", "1"),
            Case(#""regs":{"gdpr":1,"gdpr":0}"#, "regs.gdpr", "true"),
            Case(#""regs":{"ext":{"gdpr":1},"ext":{"gdpr":0}}"#, "regs.gdpr", "true"),
            Case(
                #""source":{"ext":{"schain":{"complete":1,"nodes":[]}},"ext":{"schain":{"complete":0,"nodes":[]}}}"#,
                "source.complete", "1"),
            Case(
                #""ext":{"schain":{"complete":1,"nodes":[]}},"ext":{"schain":{"complete":0,"nodes":[]}}"#,
                "source.complete", "1"),
        ])
    func visitor(_ item: Case) throws {
        #expect(try value(item.path, of: request(item.members)) == item.first)
    }

    @Test(
        "the first of two counts, in an impression",
        arguments: [
            Case(#""banner":{"w":1,"h":1},"bidfloor":1,"bidfloor":2"#, "bidfloor", "1000000"),
            Case(#""banner":{"w":1,"h":1},"bidfloorcur":"EUR","bidfloorcur":"GBP""#, "bidfloorcur", "EUR"),
            Case(#""banner":{"w":1,"h":1},"secure":1,"secure":0"#, "secure", "true"),
            Case(#""banner":{"w":1,"h":1},"exp":1,"exp":2"#, "exp", "1"),
            Case(#""banner":{"w":1,"h":1},"tagid":"a","tagid":"b""#, "tagid", "a"),
            Case(#""banner":{"w":1,"h":1},"qty":{"multiplier":1},"qty":{"multiplier":2}"#, "qty", "1000"),
            Case(#""banner":{"w":1,"h":1},"banner":{"w":2,"h":2}"#, "banner.format[0]", "1x1"),
            Case(#""banner":{"w":1,"h":1,"w":2,"h":2}"#, "banner.format[0]", "1x1"),
            Case(#""banner":{"format":[{"w":1,"w":2,"h":1,"h":2}]}"#, "banner.format[0]", "1x1"),
            Case(#""banner":{"pos":1,"pos":2}"#, "banner.pos", "1"),
            Case(#""video":{"minduration":1,"minduration":2}"#, "video.minduration", "1"),
            Case(#""video":{"skip":0,"skip":1}"#, "video.skip", "false"),
            Case(#""video":{"durfloors":[{"bidfloor":1,"bidfloor":2}]}"#, "video.durfloors[0].bidfloor", "1000000"),
            Case(#""banner":{},"pmp":{"deals":[{"id":"a"}]},"pmp":{"deals":[{"id":"b"}]}"#, "deals[0].id", "a"),
            Case(#""banner":{},"pmp":{"deals":[{"id":"a","id":"b"}]}"#, "deals[0].id", "a"),
            Case(#""banner":{},"pmp":{"deals":[{"id":"a","at":1,"at":3}]}"#, "deals[0].at", "1"),
            Case(#""banner":{},"pmp":{"private_auction":1,"private_auction":0}"#, "privateAuction", "true"),
        ])
    func imp(_ item: Case) throws {
        #expect(try value("imp[0].\(item.path)", of: request(imp: #""id":"1",\#(item.members)"#)) == item.first)
    }

    @Test(
        "the first of two counts, in a native request",
        arguments: [
            Case(#""context":1,"context":2,"assets":[{"id":1}]"#, "context", "1"),
            Case(#""assets":[{"id":1}],"assets":[{"id":2}]"#, "assets[0].id", "1"),
            Case(#""privacy":1,"privacy":0,"assets":[{"id":1}]"#, "privacy", "true"),
            Case(#""assets":[{"id":1,"id":2}]"#, "assets[0].id", "1"),
            Case(#""assets":[{"id":1,"required":1,"required":0}]"#, "assets[0].required", "true"),
            Case(#""assets":[{"id":1,"title":{"len":10,"len":20}}]"#, "assets[0].len", "10"),
            Case(
                #""assets":[{"id":1}],"eventtrackers":[{"event":1,"event":2,"methods":[1]}]"#, "eventtrackers[0]",
                "1 image"),
        ])
    func native(_ item: Case) throws {
        let json = request(imp: #""id":"1","native":{"request":{\#(item.members)}}"#)
        #expect(try value("imp[0].native.\(item.path)", of: json) == item.first)
    }
}
