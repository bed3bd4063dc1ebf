import OpenRTB
import Testing

@Suite("Bid request reader: site, app and dooh")
struct InventoryReadingTests {
    @Test(
        "a site without a domain has the host of its page, in lower case",
        arguments: [
            ("https://www.Example.COM/a/b", "www.example.com"), ("http://example.com", "example.com"),
            ("https://example.com:8443/", "example.com"), ("https://example.com?x=1", "example.com"),
            ("https://example.com#top", "example.com"), ("ftp://host", "host"), ("example.com/page", nil),
            ("https://", nil), ("://", nil), (":/", nil), ("/", nil), ("", nil), ("about:blank", nil),
        ] as [(String, String?)])
    func hostOfPage(page: String, domain: String?) throws {
        #expect(try value("site.domain", of: request(#""site":{"page":"\#(page)"}"#)) == domain)
    }

    @Test("a domain that was sent is not replaced by the page's host")
    func domainBeforePage() throws {
        let json = request(#""site":{"page":"https://page.example/","domain":"Domain.example"}"#)
        #expect(try value("site.domain", of: json) == "domain.example")
    }

    @Test(
        "keywords are split at commas, trimmed and in lower case; kwarray counts as well",
        arguments: [
            (#""keywords":"One, two words ,THREE""#, "one | two words | three"), (#""keywords":",,a,, ,b,""#, "a | b"),
            (#""kwarray":["One","Two"]"#, "one | two"), (#""kwarray":"One""#, "one"),
            (#""keywords":["a,b","c"]"#, "a | b | c"), (#""keywords":" , ""#, nil), (#""keywords":7"#, "7"),
        ] as [(String, String?)])
    func keywords(member: String, list: String?) throws {
        #expect(try value("site.keywords", of: request(#""site":{\#(member)}"#)) == list)
        #expect(try value("site.content.keywords", of: request(#""app":{"content":{\#(member)}}"#)) == list)
        #expect(try value("user.keywords", of: request(#""user":{\#(member)}"#)) == list)
    }

    @Test("a segment keeps its provider's name, or its id where it has no name, and its taxonomy")
    func segments() throws {
        let json = request(
            #"""
            "user":{"data":[
              {"id":"p1","name":"one.example","segment":[{"id":"a"},{"name":"no id"},{"id":7}],"ext":{"segtax":4}},
              {"id":"p2","segment":[{"id":"b"}]},
              {"name":"empty.example"},
              "not an object",
              {"segment":[{"id":"c"}]}]}
            """#)
        let found = try lines(of: json).filter { $0.hasPrefix("user.segments") }
        #expect(
            found == [
                "user.segments[0].provider = one.example", "user.segments[0].id = a", "user.segments[0].segtax = 4",
                "user.segments[1].provider = one.example", "user.segments[1].id = 7", "user.segments[1].segtax = 4",
                "user.segments[2].provider = p2", "user.segments[2].id = b", "user.segments[3].id = c",
            ])
    }

    @Test("the segments of the content are not those of the visitor")
    func contentSegments() throws {
        let json = request(
            #""site":{"content":{"data":[{"name":"c","segment":[{"id":"1"}]}]}},"#
                + #""user":{"data":[{"name":"u","segment":[{"id":"2"}]}]}"#)
        #expect(try value("site.content.segments[0].provider", of: json) == "c")
        #expect(try value("site.content.segments[1].provider", of: json) == nil)
        #expect(try value("user.segments[0].provider", of: json) == "u")
    }
}
