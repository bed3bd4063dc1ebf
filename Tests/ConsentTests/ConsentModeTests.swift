import Consent
import OpenRTB
import Testing

/// The mode of a request with one banner and these members more.
private func mode(_ members: String) throws -> ConsentMode {
    let reader = BidRequestReader()
    let json = #"{"id":"r","imp":[{"id":"1","banner":{}}]"# + (members.isEmpty ? "" : ",\(members)") + "}"
    try reader.read(copying: Array(json.utf8))
    return ConsentMode(of: reader.request)
}

@Suite("Consent mode")
struct ConsentModeTests {
    @Test(
        "without a signal that forbids it, a request may be used in full",
        arguments: [
            "", #""regs":{"gdpr":0}"#, #""regs":{"coppa":0}"#, #""device":{"lmt":0,"dnt":0}"#,
            #""regs":{"gdpr":0},"user":{"consent":"CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"}"#,
            #""regs":{"ext":{"gpc":"0"}}"#, #""regs":{"us_privacy":""}"#, #""user":{"consent":""}"#,
            #""regs":{"gpp":"","gpp_sid":[]}"#, #""device":{"geo":{"country":"USA"}}"#,
        ])
    func full(members: String) throws {
        #expect(try mode(members) == .full)
    }

    @Test(
        "a child, an opt-out or a limited device leaves the page alone to go by",
        arguments: [
            #""regs":{"coppa":1}"#, #""device":{"lmt":1}"#, #""device":{"dnt":1}"#, #""regs":{"ext":{"gpc":"1"}}"#,
            #""regs":{"ext":{"gpc":1}}"#,
        ])
    func optOut(members: String) throws {
        #expect(try mode(members) == .contextual)
    }

    @Test(
        "where GDPR applies or may apply, nothing personal is used until consent strings are decoded",
        arguments: [
            #""regs":{"gdpr":1}"#, #""regs":{"ext":{"gdpr":1}}"#, #""regs":{"gdpr":1},"user":{"consent":"garbage"}"#,
            #""regs":{"gdpr":1},"user":{"consent":"CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"}"#,
            // The flag is absent, the string is there.
            #""user":{"consent":"CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"}"#,
            #""user":{"ext":{"consent":"CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"}}"#,
        ])
    func gdpr(members: String) throws {
        #expect(try mode(members) == .contextual)
    }

    @Test(
        "a visitor in Europe is under GDPR where the sender does not say",
        arguments: ["DEU", "FRA", "GBR", "CHE", "NOR", "ISL", "de"])
    func europe(country: String) throws {
        #expect(try mode(#""device":{"geo":{"country":"\#(country)"}}"#) == .contextual)
        #expect(try mode(#""regs":{"gdpr":0},"device":{"geo":{"country":"\#(country)"}}"#) == .full)
    }

    @Test(
        "us_privacy opts out by its third character, and where it is not of its form",
        arguments: [
            ("1YNN", .full), ("1NNN", .full), ("1---", .full), ("1YnN", .full), ("1-N-", .full), ("1YYN", .contextual),
            ("1YyN", .contextual), ("1NYY", .contextual), ("1Y", .contextual), ("1YNNN", .contextual),
            ("2YNN", .contextual), ("YYYY", .contextual), ("1Y?N", .contextual),
        ] as [(String, ConsentMode)])
    func usPrivacy(string: String, expected: ConsentMode) throws {
        #expect(try mode(#""regs":{"us_privacy":"\#(string)"}"#) == expected)
        #expect(try mode(#""regs":{"ext":{"us_privacy":"\#(string)"}}"#) == expected)
        #expect(try mode(#""user":{"ext":{"us_privacy":"\#(string)"}}"#) == expected)
    }

    @Test(
        "a GPP string counts where one of its sections is in force, or where none is named",
        arguments: [
            (#""gpp":"DBABMA","gpp_sid":[2]"#, .contextual), (#""gpp":"DBABMA","gpp_sid":[7]"#, .contextual),
            (#""gpp":"DBABMA","gpp_sid":[-1,8]"#, .contextual), (#""gpp":"DBABMA""#, .contextual),
            (#""gpp":"DBABMA","gpp_sid":[]"#, .contextual), (#""gpp":"DBABMA","gpp_sid":[-1]"#, .full),
            (#""gpp":"DBABMA","gpp_sid":[0]"#, .full), (#""gpp":"garbage","gpp_sid":[7]"#, .contextual),
            (#""gpp_sid":[-1]"#, .full),
        ] as [(String, ConsentMode)])
    func gpp(members: String, expected: ConsentMode) throws {
        #expect(try mode(#""regs":{\#(members)}"#) == expected)
        #expect(try mode(#""regs":{"ext":{\#(members)}}"#) == expected)
    }

    @Test("a section in force without the string that would allow anything allows nothing", arguments: [2, 6, 7, 8])
    func sectionWithoutString(section: Int) throws {
        #expect(try mode(#""regs":{"gpp_sid":[\#(section)]}"#) == .contextual)
    }

    @Test("the most restrictive of several signals counts")
    func mostRestrictive() throws {
        #expect(try mode(#""regs":{"gdpr":0,"us_privacy":"1YNN","coppa":1}"#) == .contextual)
        #expect(try mode(#""regs":{"gdpr":0,"us_privacy":"1YYN"},"device":{"lmt":0}"#) == .contextual)
    }

    @Test("modes are ordered from least to most")
    func order() {
        #expect(ConsentMode.allCases.sorted() == [.none, .contextual, .limited, .full])
        #expect(ConsentMode.allCases.map(\.label) == ["none", "contextual", "limited", "full"])
        #expect(ConsentMode.allCases.map(\.rawValue) == [0, 1, 2, 3])
    }
}
