import OpenRTB
import Testing
import Units
import Vetting

/// The checks that a bidder can make of a supply chain, each with chains that pass and chains that fail.
@Suite("Supply chains")
struct SupplyChainTests {
    private static let adx = hop("adx.example", "17")
    private static let ssp = hop("ssp.example", "p1")

    @Test(
        "a chain is complete when it says so and every hop has its system and account",
        arguments: [
            ([ssp, adx], "1", SupplyFacts.Chain.complete, nil), ([adx], "2", .complete, nil),
            ([adx], #""1""#, .complete, nil), ([adx], "0", .incomplete, SupplyFault(.saysIncomplete)),
            ([adx], "-1", .incomplete, SupplyFault(.saysIncomplete)),
            ([adx], "null", .incomplete, SupplyFault(.saysIncomplete)),
            ([], "1", .incomplete, SupplyFault(.noHops)),
            ([hop("", "1"), adx], "1", .incomplete, SupplyFault(.noSystem, hop: 0)),
            ([ssp, hop("adx.example", "")], "1", .incomplete, SupplyFault(.noAccount, hop: 1)),
            ([#"{"asi":"adx.example"}"#], "1", .incomplete, SupplyFault(.noAccount, hop: 0)),
            ([ssp, "7"], "1", .incomplete, SupplyFault(.hopUnreadable)),
            ([String](repeating: adx, count: 33), "1", .incomplete, SupplyFault(.hopUnreadable)),
        ] as [([String], String, SupplyFacts.Chain, SupplyFault?)])
    func complete(hops: [String], says: String, chain: SupplyFacts.Chain, fault: SupplyFault?) throws {
        let facts = try Files().facts(request(chain: hops, complete: says))
        #expect(facts.chain == chain)
        #expect(facts.chainFault == fault)
        #expect(Int(facts.hops) == hops.count)
    }

    @Test("no chain is absent, not incomplete")
    func absent() throws {
        let facts = try Files().facts(request())
        #expect(facts.chain == .absent && facts.hops == 0 && facts.lastHop == .unknown && facts.chainFault == nil)
    }

    @Test(
        "the last hop is the exchange and its account the publisher's",
        arguments: [
            ([ssp, adx], "17", "adx.example", SupplyFacts.LastHop.exchange), ([adx], nil, "adx.example", .exchange),
            ([hop("ADX.example", "17")], "17", "adx.example", .exchange), ([adx], "18", "adx.example", .otherAccount),
            ([adx, ssp], "17", "adx.example", .otherSystem), ([adx], "17", "", .unknown),
            ([], "17", "adx.example", .unknown),
            ([adx, "7"], "17", "adx.example", .unknown),
        ] as [([String], String?, String, SupplyFacts.LastHop)])
    func lastHop(hops: [String], publisher: String?, exchange: String, expected: SupplyFacts.LastHop) throws {
        let facts = try Files().facts(request(chain: hops, publisher: publisher), exchange: exchange)
        #expect(facts.lastHop == expected)
    }

    @Test(
        "a system or an account on the operator's list is found at its hop",
        arguments: [
            ("adx.example", 1 as UInt8?), ("ssp.example/p1", 0), ("SSP.example", 0), ("ssp.example/P1", nil),
            ("ssp.example/p", nil), ("p.example", nil), ("sub.adx.example", nil), ("", nil),
        ])
    func blocked(list: String, at: UInt8?) throws {
        let files = Files(blocked: list)
        let facts = try files.facts(request(chain: [Self.ssp, Self.adx]))
        #expect(facts.blockedHop == at)
        #expect(try files.vetting().refusal(facts) == (at == nil ? nil : .blockedSchainNode))
    }

    @Test("a publisher whose account is blocked is found without a chain too")
    func blockedWithoutChain() throws {
        let files = Files(blocked: "adx.example/17")
        #expect(try files.facts(request(publisher: "17")).blockedHop == 0)
        #expect(try files.facts(request(publisher: "18")).blockedHop == nil)
        #expect(try files.facts(request(publisher: "17"), exchange: "").blockedHop == nil)
    }

    // MARK: sellers.json

    private static let publisher = seller("p1", "PUBLISHER", "news.example")
    private static let intermediary = seller("17", "INTERMEDIARY", "ssp.example")
    private static func files(_ origin: String = publisher, _ second: String = intermediary) -> Files {
        Files(sellers: ["ssp.example": sellers(origin), "adx.example": sellers(second)])
    }

    @Test(
        "paid hops are listed by their systems, in the right role and of the right domain",
        arguments: [
            (files(), SupplyFacts.Sellers.listed, nil),
            (files(seller("p1", "both", "news.example"), seller("17", "BOTH")), .listed, nil),
            (files(seller("p1", "PUBLISHER", "www.news.example")), .listed, nil),
            (files(publisher + #","is_confidential":1"#, intermediary + #","is_confidential":1"#), .listed, nil),
            (Files(sellers: ["adx.example": sellers(intermediary)]), .unknown, SupplyFault(.noSellersFile, hop: 0)),
            (Files(sellers: ["ssp.example": sellers(publisher)]), .unknown, SupplyFault(.noSellersFile, hop: 1)),
            (files(seller("P1", "PUBLISHER")), .notListed, SupplyFault(.notInSellersFile, hop: 0)),
            (files(publisher, seller("18", "BOTH")), .notListed, SupplyFault(.notInSellersFile, hop: 1)),
            (files(seller("p1", "INTERMEDIARY")), .notListed, SupplyFault(.notPublisher, hop: 0)),
            (files(publisher, seller("17", "PUBLISHER")), .notListed, SupplyFault(.notIntermediary, hop: 1)),
            (files(seller("p1", "PUBLISHER", "other.example")), .notListed, SupplyFault(.notOwner, hop: 0)),
            (files(publisher, seller("17", "BOTH", "x.example")), .notListed, SupplyFault(.notPreviousSystem, hop: 1)),
        ] as [(Files, SupplyFacts.Sellers, SupplyFault?)])
    func listed(files: Files, sellers: SupplyFacts.Sellers, fault: SupplyFault?) throws {
        let facts = try files.facts(request(chain: [Self.ssp, Self.adx]))
        #expect(facts.sellers == sellers)
        #expect(facts.sellersFault == fault)
    }

    @Test("a seller of another domain is the owner's where ads.txt says so")
    func owners() throws {
        var files = Self.files(seller("p1", "PUBLISHER", "holding.example"))
        let json = request(chain: [Self.ssp, Self.adx])
        #expect(try files.facts(json).sellersFault == SupplyFault(.notOwner, hop: 0))
        for line in ["OWNERDOMAIN=holding.example", "MANAGERDOMAIN=holding.example,US"] {
            files.adsTxt = ["news.example": line]
            #expect(try files.facts(json).sellers == .listed)
        }
        files.adsTxt = ["news.example": "OWNERDOMAIN=else.example"]
        #expect(try files.facts(json).sellers == .notListed)
    }

    @Test("of an incomplete chain the first hop may be anybody")
    func incompleteOrigin() throws {
        let files = Self.files(seller("p1", "INTERMEDIARY", "other.example"))
        #expect(try files.facts(request(chain: [Self.ssp, Self.adx], complete: "0")).sellers == .listed)
    }

    @Test(
        "hops that are not paid need no listing, but those listed must be passthroughs",
        arguments: [
            (nil, SupplyFacts.Sellers.listed, nil), (seller("t", "BOTH") + #","is_passthrough":1"#, .listed, nil),
            (seller("t", "BOTH"), .notListed, SupplyFault(.notPassthrough, hop: 1)),
        ] as [(String?, SupplyFacts.Sellers, SupplyFault?)])
    func passthrough(entry: String?, expected: SupplyFacts.Sellers, fault: SupplyFault?) throws {
        var files = Self.files()
        if let entry { files.sellers["tech.example"] = sellers(entry) }
        let facts = try files.facts(request(chain: [Self.ssp, hop("tech.example", "t", hp: 0), Self.adx]))
        #expect(facts.sellers == expected)
        #expect(facts.sellersFault == fault)
    }

    @Test("a hop that does not say whether it is paid is")
    func paidByDefault() throws {
        let facts = try Files(sellers: ["adx.example": sellers()]).facts(
            request(chain: [hop("adx.example", "17", hp: nil)]))
        #expect(facts.sellersFault == SupplyFault(.notInSellersFile, hop: 0))
    }

    @Test("a chain of which a hop is missing is never listed")
    func cut() throws {
        let facts = try Self.files().facts(request(chain: [Self.ssp, Self.adx, "7"]))
        #expect(facts.sellers == .unknown && facts.sellersFault == SupplyFault(.hopUnreadable))
    }

    // MARK: The operator's refusals

    @Test("what the operator requires is refused with the standard's reason")
    func refusals() throws {
        func refusal(_ files: Files, _ json: String) throws -> NoBidReason? {
            try files.vetting().refusal(files.facts(json))
        }
        let chain = [Self.ssp, Self.adx]
        #expect(try refusal(Files(), request(ua: "Googlebot/2.1")) == .knownCrawler)
        #expect(try refusal(Files(), request()) == nil)
        #expect(try refusal(Files(require: [.complete]), request()) == .incompleteSchain)
        #expect(try refusal(Files(require: [.complete]), request(chain: chain)) == nil)
        #expect(try refusal(Files(require: [.complete]), request(chain: chain, complete: "0")) == .incompleteSchain)
        #expect(try refusal(Files(require: [.complete]), request(chain: [Self.ssp])) == .incompleteSchain)
        var files = Self.files()
        files.require = [.listed]
        #expect(try refusal(files, request(chain: chain)) == nil)
        #expect(try refusal(files, request(chain: [Self.ssp, hop("adx.example", "x")])) == .blockedSchainNode)
        files.sellers = ["adx.example": sellers(seller("17", "BOTH"))]
        #expect(try refusal(files, request(chain: chain)) == .incompleteSchain)
        files = Files(adsTxt: ["news.example": "adx.example, 17, DIRECT"], require: [.authorized])
        #expect(try refusal(files, request(publisher: "17")) == nil)
        #expect(try refusal(files, request(publisher: "18")) == .adsTxtViolation)
        #expect(try refusal(files, request(inventory: #""site":{"domain":"x.example"}"#)) == .adsTxtUnavailable)
    }
}
