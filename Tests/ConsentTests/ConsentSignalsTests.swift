import OpenRTB
import Testing

@testable import Consent

/// What a policy for vendor 42 makes of a request with one banner and these members more.
private func decision(_ members: String, _ policy: ConsentPolicy = .ours) throws -> ConsentDecision {
    let reader = BidRequestReader()
    let json = #"{"id":"r","imp":[{"id":"1","banner":{}}]"# + (members.isEmpty ? "" : ",\(members)") + "}"
    try reader.read(copying: Array(json.utf8))
    return policy.decide(ConsentSignals(of: reader.request), at: TCFText.now)
}

@Suite("Consent signals of a bid request")
struct ConsentSignalsTests {
    @Test(
        "without a signal that forbids it, a request may be used in full",
        arguments: [
            "", #""regs":{"gdpr":0}"#, #""regs":{"coppa":0}"#, #""device":{"lmt":0,"dnt":0}"#,
            #""regs":{"gdpr":0},"user":{"consent":"\#(TCFText.text { $0.purposes = [] })"}"#,
            #""regs":{"ext":{"gpc":"0"}}"#, #""regs":{"us_privacy":""}"#, #""user":{"consent":""}"#,
            #""regs":{"gpp":"","gpp_sid":[]}"#, #""device":{"geo":{"country":"USA"}}"#,
            #""regs":{"gpp_sid":[-1]}"#, #""regs":{"gpp":"???","gpp_sid":[0]}"#,
        ])
    func full(members: String) throws { #expect(try decision(members) == .unrestricted) }

    @Test(
        "a flag is found wherever its version of the standard has it",
        arguments: [
            (#""regs":{"coppa":1}"#, .coppa), (#""device":{"lmt":1}"#, .lmt), (#""device":{"dnt":1}"#, .dnt),
            (#""regs":{"ext":{"gpc":"1"}}"#, .gpc), (#""regs":{"ext":{"gpc":1}}"#, .gpc),
            (#""regs":{"us_privacy":"1YYN"}"#, .usPrivacy), (#""regs":{"ext":{"us_privacy":"1YYN"}}"#, .usPrivacy),
            (#""user":{"ext":{"us_privacy":"1YYN"}}"#, .usPrivacy), (#""regs":{"gdpr":1}"#, .tcfMissing),
            (#""regs":{"ext":{"gdpr":1}}"#, .tcfMissing), (#""regs":{"gpp_sid":[8]}"#, .gppSectionMissing),
            (#""regs":{"ext":{"gpp":"\#(GPPText.text([(7, GPPText.national(sale: 1))]))","gpp_sid":[7]}}"#, .gppOptOut),
        ] as [(String, ConsentReason)])
    func flags(members: String, reason: ConsentReason) throws {
        #expect(try decision(members) == ConsentDecision(.contextual, because: reason))
    }

    @Test("a visitor who agreed to all is known, by the string in either place")
    func agreed() throws {
        let text = TCFText.text()
        for user in [#""consent":"\#(text)""#, #""ext":{"consent":"\#(text)"}"#] {
            let found = try decision(#""regs":{"gdpr":1},"user":{\#(user)}"#)
            #expect(found == ConsentDecision(.full, because: .tcfConsent))
        }
        #expect(try decision(#""user":{"consent":"\#(TCFText.text { $0.purposes = [] })"}"#).because == .tcfPurpose1)
    }

    @Test(
        "a visitor in Europe is under GDPR where the sender does not say",
        arguments: ["DEU", "FRA", "GBR", "CHE", "NOR", "ISL", "LIE", "de"])
    func europe(country: String) throws {
        #expect(try decision(#""device":{"geo":{"country":"\#(country)"}}"#).because == .tcfMissing)
        #expect(try decision(#""regs":{"gdpr":0},"device":{"geo":{"country":"\#(country)"}}"#) == .unrestricted)
    }

    @Test("without authorisation the advertising id of a device is not read, and the rest is")
    func trackingAuthorization() throws {
        for (atts, isAllowed) in [("0", false), ("1", false), ("2", false), ("3", true), ("null", true)] {
            let found = try decision(#""device":{"os":"ios","ext":{"atts":\#(atts)}}"#)
            #expect(found.ifaAllowed == isAllowed, "\(atts)")
            #expect(found.mode == .full)
        }
    }

    @Test("the same said by an event comes to the same")
    func event() throws {
        let gpp = GPPText.text([(7, GPPText.national(targeted: 1))])
        var signals = ConsentSignals(
            tcf: Array(TCFText.text().utf8), gpp: Array(gpp.utf8), usPrivacy: Array("1YNN".utf8))
        signals.gdpr = true
        #expect(ConsentPolicy.ours.decide(signals, at: TCFText.now).because == .gppOptOut)
        signals.gppSID = GPPSectionList([8])
        #expect(ConsentPolicy.ours.decide(signals, at: TCFText.now).because == .gppSectionMissing)
        signals.gppSID = GPPSectionList([-1])
        #expect(ConsentPolicy.ours.decide(signals, at: TCFText.now) == ConsentDecision(.full, because: .tcfConsent))
    }

    @Test(
        "a list of sections in a query is read whatever stands between its numbers",
        arguments: [
            ("7,8", [7, 8]), ("7_8", [7, 8]), ("[2]", [2]), ("7", [7]), ("-1", [-1]), ("0", [0]), ("", []), ("x", []),
            ("99999999999", [1_000_000]), ("7,-1", [7, -1]),
        ] as [(String, [Int32])])
    func sectionLists(text: String, ids: [Int32]) {
        #expect(GPPSectionList(text: Array(text.utf8).span) == GPPSectionList(ids))
    }

    @Test("a list of sections holds what is named, and whether anything is")
    func sectionList() {
        let list = GPPSectionList([2, 63, 64])
        #expect((-2...70).filter { list.contains($0) } == [2, 63])
        #expect(list.isStated && list.hasOther && list.isInForce)
        #expect(!GPPSectionList().isStated)
        #expect(GPPSectionList([-1, 0]).isStated && !GPPSectionList([-1, 0]).isInForce)
    }

    @Test("modes are ordered from least to most, and a reason has a name")
    func order() {
        #expect(ConsentMode.allCases.sorted() == [.none, .contextual, .limited, .full])
        #expect(ConsentMode.allCases.map(\.label) == ["none", "contextual", "limited", "full"])
        #expect(ConsentMode.allCases.map(\.rawValue) == [0, 1, 2, 3])
        #expect(ConsentReason.tcfPurpose1.label == "tcfPurpose1")
        #expect(ConsentStringFault.notBase64.label == "notBase64")
    }
}
