import OpenRTB
import Targeting
import Testing

@Suite("Targeting by inventory")
struct InventoryTargetingTests {
    @Test(
        "an exchange matches by our id of it",
        arguments: [("exchange-1", true), ("exchange-2", true), ("exchange", false), ("EXCHANGE-1", false)])
    func exchange(id: String, matches: Bool) throws {
        let leaf = Predicate.leaf(.exchange(texts("exchange-1", "exchange-2")))
        #expect(try verdict(leaf, #"{"id":"r","imp":[{"id":"1","banner":{}}]}"#, exchange: id) == matches)
    }

    @Test(
        "an environment matches by the object that was sent",
        arguments: [
            Case(.environment([.site]), site(""), true), Case(.environment([.app]), site(""), false),
            Case(.environment([.site, .app]), #""app":{}"#, true), Case(.environment([.dooh]), #""dooh":{}"#, true),
        ])
    func environment(_ item: Case) throws { try item.check() }

    @Test(
        "a domain matches with all below it",
        arguments: [
            Case(.domain(texts("example.com")), site(#""domain":"example.com""#), true),
            Case(.domain(texts("example.com")), site(#""domain":"WWW.Example.com""#), true),
            Case(.domain(texts("example.com")), site(#""domain":"notexample.com""#), false),
            Case(.domain(texts("www.example.com")), site(#""domain":"example.com""#), false),
            Case(.domain(texts("example.com")), site(#""page":"https://news.example.com/a""#), true),
            Case(.domain(texts("a.example", "b.example")), #""app":{"domain":"b.example"}"#, true),
        ])
    func domain(_ item: Case) throws { try item.check() }

    @Test(
        "a bundle or publisher matches by its id",
        arguments: [
            Case(.bundle(texts("com.example.app")), #""app":{"bundle":"com.example.App"}"#, true),
            Case(.bundle(texts("com.example.app")), #""app":{"bundle":"com.example.app2"}"#, false),
            Case(.bundle(texts("123456789")), #""app":{"bundle":123456789}"#, true),
            Case(.publisher(texts("pub-4")), site(#""publisher":{"id":"Pub-4"}"#), true),
            Case(.publisher(texts("pub-4")), site(#""publisher":{"name":"pub-4"}"#), false),
            Case(.publisher(texts("17")), #""app":{"publisher":{"id":17}}"#, true),
        ])
    func ids(_ item: Case) throws { try item.check() }

    @Test(
        "a category matches the site, its section, page or content, with those below it",
        arguments: [
            Case(.category(texts("iab7")), site(#""cat":["IAB7"]"#), true),
            Case(.category(texts("iab7")), site(#""cat":["IAB1","IAB7-3"]"#), true),
            Case(.category(texts("iab7-3")), site(#""cat":["IAB7"]"#), false),
            Case(.category(texts("iab7")), site(#""cat":["IAB70","IAB17"]"#), false),
            Case(.category(texts("iab7")), site(#""sectioncat":["IAB7"]"#), true),
            Case(.category(texts("iab7")), site(#""pagecat":["IAB7-1"]"#), true),
            Case(.category(texts("iab7")), site(#""content":{"cat":["IAB7"]}"#), true),
            Case(.category(texts("iab7")), site(#""publisher":{"cat":["IAB7"]}"#), false),
            Case(.category(texts("iab7")), #""bcat":["IAB7"]"#, false),
            Case(.category(texts("iab1", "iab7")), site(#""cat":"IAB7""#), true),
        ])
    func category(_ item: Case) throws { try item.check() }

    @Test(
        "a keyword matches one of the page, its content or the visitor",
        arguments: [
            Case(.keyword(texts("roses")), site(#""keywords":"Pruning, Roses""#), true),
            Case(.keyword(texts("roses")), site(#""keywords":"roses in shade""#), false),
            Case(.keyword(texts("roses")), site(#""kwarray":["ROSES"]"#), true),
            Case(.keyword(texts("roses")), site(#""content":{"keywords":"roses"}"#), true),
            Case(.keyword(texts("roses")), #""user":{"keywords":"roses"}"#, true),
            Case(.keyword(texts("roses")), #""dooh":{"keywords":"roses"}"#, true),
            Case(.keyword(texts("roses")), site(#""search":"roses""#), false),
        ])
    func keyword(_ item: Case) throws { try item.check() }

    private static func chain(_ nodes: String) -> String { #""source":{"schain":{"complete":1,"nodes":[\#(nodes)]}}"# }

    @Test(
        "a seller matches at any hop of the supply chain",
        arguments: [
            Case(
                .seller([Seller(asi: Array("one.example".utf8), sid: nil)]), chain(#"{"asi":"One.example","sid":"1"}"#),
                true),
            Case(
                .seller([Seller(asi: Array("one.example".utf8), sid: Array("1".utf8))]),
                chain(#"{"asi":"one.example","sid":"1"}"#), true),
            Case(
                .seller([Seller(asi: Array("one.example".utf8), sid: Array("1".utf8))]),
                chain(#"{"asi":"one.example","sid":"2"}"#), false),
            Case(
                .seller([Seller(asi: Array("one.example".utf8), sid: Array("a".utf8))]),
                chain(#"{"asi":"one.example","sid":"A"}"#), false),
            Case(
                .seller([Seller(asi: Array("two.example".utf8), sid: nil)]),
                chain(#"{"asi":"one.example","sid":"1"},{"asi":"two.example","sid":"2"}"#), true),
            // One hop's system with another hop's seller is neither.
            Case(
                .seller([Seller(asi: Array("one.example".utf8), sid: Array("2".utf8))]),
                chain(#"{"asi":"one.example","sid":"1"},{"asi":"two.example","sid":"2"}"#), false),
            Case(.seller([Seller(asi: Array("one.example".utf8), sid: nil)]), chain(""), false),
        ])
    func seller(_ item: Case) throws { try item.check() }
}
