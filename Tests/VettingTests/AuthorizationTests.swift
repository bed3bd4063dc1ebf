import OpenRTB
import Testing
import Vetting

@Suite("Authorised sellers")
struct AuthorizationTests {
    private static let adx = hop("adx.example", "17")
    private static let ssp = hop("ssp.example", "p1")

    private func check(
        _ files: Files, _ json: String, _ expected: SupplyFacts.AdsTxt, _ fault: SupplyFault? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let facts = try files.facts(json)
        #expect(facts.adsTxt == expected, "\(String(describing: facts.adsTxtFault))", sourceLocation: location)
        #expect(facts.adsTxtFault == fault, sourceLocation: location)
    }

    @Test(
        "the last hop needs a record, and the first a direct one to be direct",
        arguments: [
            ([adx], "adx.example,17,DIRECT", SupplyFacts.AdsTxt.direct, nil),
            ([adx], "adx.example,17,RESELLER", .unauthorized, SupplyFault(.resellerOnly, hop: 0)),
            ([adx], "adx.example,17,RESELLER\nADX.example,17,direct", .direct, nil),
            ([adx], "adx.example,18,DIRECT", .unauthorized, SupplyFault(.noRecord, hop: 0)),
            ([adx], "ssp.example,17,DIRECT", .unauthorized, SupplyFault(.noRecord, hop: 0)),
            ([adx], "# nobody", .unauthorized, SupplyFault(.noRecord, hop: 0)),
            (
                [adx], "placeholder.example.com, placeholder, DIRECT, placeholder", .unauthorized,
                SupplyFault(.noRecord, hop: 0)
            ),
            ([ssp, adx], "adx.example,17,RESELLER\nssp.example,p1,DIRECT", .reseller, nil),
            ([ssp, adx], "adx.example,17,DIRECT\nssp.example,p1,DIRECT", .direct, nil),
            ([ssp, adx], "adx.example,17,RESELLER", .reseller, SupplyFault(.originNotDirect, hop: 0)),
            (
                [ssp, adx], "adx.example,17,DIRECT\nssp.example,p1,RESELLER", .reseller,
                SupplyFault(.originNotDirect, hop: 0)
            ),
            ([ssp, adx], "ssp.example,p1,DIRECT", .unauthorized, SupplyFault(.noRecord, hop: 1)),
            ([hop("adx.example", "")], "adx.example,17,DIRECT", .unauthorized, SupplyFault(.noRecord, hop: 0)),
            ([adx, "7"], "adx.example,17,DIRECT", .unavailable, SupplyFault(.noSeller)),
        ] as [([String], String, SupplyFacts.AdsTxt, SupplyFault?)])
    func records(hops: [String], file: String, expected: SupplyFacts.AdsTxt, fault: SupplyFault?) throws {
        try check(Files(adsTxt: ["news.example": file]), request(chain: hops), expected, fault)
    }

    @Test("of a chain that does not begin with the publisher, one hop may be a reseller")
    func incomplete() throws {
        try check(
            Files(adsTxt: ["news.example": "adx.example,17,RESELLER"]), request(chain: [Self.adx], complete: "0"),
            .reseller, SupplyFault(.resellerOnly, hop: 0))
    }

    @Test("without a chain the publisher's account with the exchange is looked up")
    func implied() throws {
        let files = Files(adsTxt: ["news.example": "adx.example,17,DIRECT\nadx.example,18,RESELLER"])
        try check(files, request(publisher: "17"), .direct)
        try check(files, request(publisher: "18"), .reseller, SupplyFault(.resellerOnly, hop: 0))
        try check(files, request(publisher: "19"), .unauthorized, SupplyFault(.noRecord, hop: 0))
        try check(files, request(), .unavailable, SupplyFault(.noSeller))
        #expect(try files.facts(request(publisher: "17"), exchange: "").adsTxt == .unavailable)
    }

    @Test("no file is no restriction, but no authority either")
    func unavailable() throws {
        let other = Files(adsTxt: ["other.example": "adx.example,17,DIRECT"])
        try check(other, request(chain: [Self.adx]), .unavailable, SupplyFault(.noAdsTxtFile))
        try check(Files(), request(chain: [Self.adx]), .unavailable)
    }

    @Test("the root's file holds for all below it, but for those that it refers to")
    func subdomains() throws {
        let own = "adx.example,17,DIRECT"
        let chain = request(chain: [Self.adx])
        try check(Files(adsTxt: ["www.news.example": own]), chain, .direct)
        try check(
            Files(adsTxt: ["news.example": "", "www.news.example": own]), chain, .unauthorized,
            SupplyFault(.noRecord, hop: 0))
        try check(
            Files(adsTxt: ["news.example": "SUBDOMAIN=www.news.example", "www.news.example": own]), chain, .direct)
        try check(Files(adsTxt: ["ews.example": own]), chain, .unavailable, SupplyFault(.noAdsTxtFile))
        let deep = request(chain: [Self.adx], inventory: #""site":{"domain":"a.b.www.News.example"}"#)
        try check(Files(adsTxt: ["news.example": own]), deep, .direct)
    }

    @Test("a partner's file holds where the owner's names the partner")
    func partners() throws {
        let partner = "adx.example,17,DIRECT"
        let site = #""site":{"domain":"news.example","inventorypartnerdomain":"Studio.example"}"#
        let json = request(chain: [Self.adx], inventory: site)
        let refused = SupplyFault(.noRecord, hop: 0)
        try check(
            Files(adsTxt: ["news.example": "INVENTORYPARTNERDOMAIN=studio.example", "studio.example": partner]), json,
            .direct)
        try check(Files(adsTxt: ["news.example": "", "studio.example": partner]), json, .unauthorized, refused)
        try check(
            Files(adsTxt: ["news.example": "INVENTORYPARTNERDOMAIN=studio.example", "studio.example": ""]), json,
            .unauthorized, refused)
        try check(Files(adsTxt: ["studio.example": partner]), json, .unavailable, SupplyFault(.noAdsTxtFile))
        let nobody = request(chain: [Self.adx], inventory: #""site":{"inventorypartnerdomain":"studio.example"}"#)
        try check(Files(adsTxt: ["studio.example": partner]), nobody, .direct)
    }

    @Test("an app's file is that of its developer's domain")
    func apps() throws {
        let files = Files(
            adsTxt: ["dev.example": ""], appAdsTxt: ["dev.example": "adx.example,17,DIRECT"],
            apps: "com.game\tdev.example\ncom.other\tother.example\ncom.below\tgames.dev.example")
        func app(_ bundle: String) -> String {
            request(chain: [Self.adx], inventory: #""app":{"bundle":"\#(bundle)","domain":"dev.example"}"#)
        }
        try check(files, app("com.game"), .direct)
        try check(files, app("com.below"), .direct)
        try check(files, app("com.other"), .unavailable, SupplyFault(.noAdsTxtFile))
        try check(files, app("com.unknown"), .unavailable, SupplyFault(.noOwnerDomain))
        try check(
            files, request(chain: [Self.adx], inventory: #""dooh":{"domain":"dev.example"}"#), .unavailable,
            SupplyFault(.noOwnerDomain))
    }
}
