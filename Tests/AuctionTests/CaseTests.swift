import Documents
import Testing

/// The rules of the auction, one document each: `Cases`.
@Suite("Cases")
struct CaseTests {
    @Test("what a case expects is what the auction does", arguments: AuctionCase.names)
    func holds(name: String) throws {
        do {
            let document = try AuctionCase(named: name)
            for mismatch in document.expectation.mismatches(in: try document.run()) {
                Issue.record("Cases/\(name).json: \(mismatch)")
            }
        } catch let error as DocumentError {
            for fault in error.faults { Issue.record("Cases/\(name).json: \(fault)") }
        }
    }

    @Test("there are cases for every rule and corner, and no rule is stated twice")
    func complete() throws {
        #expect(AuctionCase.names.count >= 150)
        var files: [String: [String]] = [:]
        for name in AuctionCase.names { files[try AuctionCase(named: name).rule, default: []].append(name) }
        #expect(files.filter { $0.value.count > 1 }.isEmpty)
    }

    @Test("a case names the section of the standard that it stands on", arguments: AuctionCase.names)
    func sourced(name: String) throws {
        let document = try AuctionCase(named: name)
        let source =
            #/(OpenRTB 2\.[56]|AdCOM 1\.0|Native 1\.2|US Privacy 1\.0|SupplyChain 1\.0|TCF 2\.3|GPP 1\.1), .*[a-z0-9]/#
        #expect(try source.wholeMatch(in: document.source) != nil)
        #expect(try #/[2-9]|1[0-2]|4\.([1-9]|1[0-7])|9\.[1-6]/#.wholeMatch(in: document.section) != nil)
    }

    /// A request that `shoes` bids on at 2.00 and `boots`, which is for another country, does not.
    private static func planted(_ expect: String) throws -> AuctionCase {
        try AuctionCase(
            """
            {"rule":"r","source":"s","section":"4.8","strategies":[{},{"id":"boots","targeting":{"country":["DEU"]}}],
            "expect":\(expect)}
            """, name: "planted")
    }

    private static func mismatches(_ expect: String) throws -> [String] {
        let document = try planted(expect)
        return document.expectation.mismatches(in: try document.run())
    }

    @Test(
        "an expectation that is met is reported as met",
        arguments: [
            #"{"bids":[{"strategy":"shoes","impid":"1","price":2.00,"dealid":null,"adm":{"has":"cdn.acme.example"}}]}"#,
            #"{"bids":[{}],"response":{"id":"auction-1","cur":"USD"},"reserved":{"shoes":"0.002"}}"#,
            #"{"bids":[{"price":2}],"ordered":true,"reasons":{"boots":"targeting","boots@1":"targeting"}}"#,
        ])
    func met(expect: String) throws {
        #expect(try Self.mismatches(expect) == [])
    }

    @Test(
        "an expectation that is not met is reported, each kind of it",
        arguments: [
            #"{"bids":[{"strategy":"shoes","price":2.01}]}"#, #"{"bids":[{"strategy":"boots"}]}"#,
            #"{"bids":[]}"#, #"{"bids":[{},{}]}"#, #"{"bids":[{"dealid":"d"}]}"#, #"{"bids":[{"price":null}]}"#,
            #"{"bids":[{"adm":{"has":"nowhere"}}]}"#, #"{"bids":[{"adm":{"lacks":"cdn.acme.example"}}]}"#,
            #"{"bids":[{"adomain":[]}]}"#, #"{"bids":[{}],"response":{"cur":"EUR"}}"#,
            #"{"bids":[{}],"nbr":"noMatch"}"#, #"{"bids":[{}],"error":"id: required, but missing or empty"}"#,
            #"{"bids":[{}],"reasons":{"boots":"format"}}"#, #"{"bids":[{}],"reasons":{"shoes":"targeting"}}"#,
            #"{"bids":[{}],"reasons":{"boots@2":"targeting"}}"#, #"{"bids":[{}],"reasons":{"socks":"targeting"}}"#,
            #"{"bids":[{}],"reserved":{"shoes":"0.003"}}"#,
        ])
    func notMet(expect: String) throws {
        #expect(try Self.mismatches(expect) != [])
    }

    @Test(
        "a case that expects nothing, or whose key is spelt wrong, is refused",
        arguments: [#"{}"#, #"{"response":{}}"#, #"{"bid":[]}"#, #"{"bids":[],"reason":{}}"#])
    func refused(expect: String) {
        #expect(throws: (any Error).self) { try Self.planted(expect) }
    }

    @Test("the order of bids counts where a case says so, and nowhere else")
    func order() throws {
        let outcome = { (expect: String) in
            let text = """
                {"rule":"r","source":"s","section":"4.1","strategies":[{}],"request":{"imp":[{},{}]},"expect":\(expect)}
                """
            let document = try AuctionCase(text, name: "planted")
            return document.expectation.mismatches(in: try document.run())
        }
        let (first, second) = (#"{"impid":"1"}"#, #"{"impid":"2"}"#)
        #expect(try outcome("{\"bids\":[\(second),\(first)]}") == [])
        #expect(try outcome("{\"bids\":[\(first),\(second)],\"ordered\":true}") == [])
        #expect(try outcome("{\"bids\":[\(second),\(first)],\"ordered\":true}") != [])
    }
}
