@testable import Consent

/// Rows of the laws of the United States, by `us_privacy` and by sections of GPP.
extension ConsentPolicyTests {
    static let american: [SignalRow] = [
        .init(name: "us_privacy opts out", usPrivacy: "1YYN", mode: .contextual, because: .usPrivacy),
        .init(name: "us_privacy in small letters", usPrivacy: "1nyn", mode: .contextual, because: .usPrivacy),
        .init(name: "us_privacy does not apply", usPrivacy: "1---", mode: .full, because: .unrestricted),
        .init(name: "us_privacy does not opt out", usPrivacy: "1NN-", mode: .full, because: .unrestricted),
        .init(name: "us_privacy of no form", usPrivacy: "1Y", mode: .contextual, because: .usPrivacyInvalid),
        .init(
            name: "us_privacy of no form, ignored", usPrivacy: "2YYN",
            policy: .ours.with { $0.usWithoutValidString = .ignored }, mode: .full, because: .unrestricted),
        .init(
            name: "national, nothing refused", gpp: GPPText.text([(7, GPPText.national())]), gppSID: [7], mode: .full,
            because: .unrestricted),
        .init(
            name: "national, sale", gpp: GPPText.text([(7, GPPText.national(sale: 1))]), gppSID: [7], mode: .contextual,
            because: .gppOptOut),
        .init(
            name: "national, sharing", gpp: GPPText.text([(7, GPPText.national(sharing: 1))]), gppSID: [7],
            mode: .contextual, because: .gppOptOut),
        .init(
            name: "national, targeting", gpp: GPPText.text([(7, GPPText.national(targeted: 1))]), gppSID: [7],
            mode: .contextual, because: .gppOptOut),
        .init(
            name: "national, not applicable",
            gpp: GPPText.text([(7, GPPText.national(sale: 0, sharing: 0, targeted: 0))]),
            gppSID: [7], mode: .full, because: .unrestricted),
        .init(
            name: "national, Global Privacy Control", gpp: GPPText.text([(7, GPPText.national(gpc: true))]),
            gppSID: [7],
            mode: .contextual, because: .gpc),
        .init(
            name: "national, a child", gpp: GPPText.text([(7, GPPText.national(child: 1))]), gppSID: [7],
            mode: .contextual, because: .gppKnownChild),
        .init(
            name: "a state's", gpp: GPPText.text([(9, GPPText.virginia(targeted: 1))]), gppSID: [9], mode: .contextual,
            because: .gppOptOut),
        .init(
            name: "an opt-out of a section not in force",
            gpp: GPPText.text([(7, GPPText.national()), (8, GPPText.california(sale: 1))]), gppSID: [7], mode: .full,
            because: .unrestricted),
        .init(
            name: "no section named: every opt-out counts",
            gpp: GPPText.text([(7, GPPText.national()), (8, GPPText.california(sale: 1))]), mode: .contextual,
            because: .gppOptOut),
        .init(
            name: "no section applies", gpp: GPPText.text([(8, GPPText.california(sale: 1))]), gppSID: [-1],
            mode: .full,
            because: .unrestricted),
        .init(
            name: "no section applies, as 0", gpp: GPPText.text([(8, GPPText.california(sale: 1))]), gppSID: [0],
            mode: .full, because: .unrestricted),
        .init(
            name: "-1 beside a section", gpp: GPPText.text([(8, GPPText.california(sale: 1))]), gppSID: [-1, 8],
            mode: .contextual, because: .gppOptOut),
        .init(
            name: "section 6 as us_privacy", gpp: GPPText.text([(6, "1YYN")]), gppSID: [6], mode: .contextual,
            because: .usPrivacy),
        .init(
            name: "section 6 without an opt-out", gpp: GPPText.text([(6, "1YNN")]), gppSID: [6], mode: .full,
            because: .unrestricted),
        .init(
            name: "section 6 of no form", gpp: GPPText.text([(6, "abc")]), gppSID: [6], mode: .contextual,
            because: .usPrivacyInvalid),
        .init(name: "section 6 stands apart", gppSID: [6], mode: .contextual, because: .gppSectionMissing),
        .init(
            name: "section 6 stands apart as us_privacy", gppSID: [6], usPrivacy: "1YNN", mode: .full,
            because: .unrestricted),
        .init(name: "no GPP string", gpp: "???", gppSID: [7], mode: .contextual, because: .gppInvalid),
        .init(name: "no GPP string, no section named", gpp: "???", mode: .contextual, because: .gppInvalid),
        .init(name: "no GPP string, no section applies", gpp: "???", gppSID: [0], mode: .full, because: .unrestricted),
        .init(
            name: "a section that cannot be read", gpp: GPPText.text([(7, "B")]), gppSID: [7], mode: .contextual,
            because: .gppInvalid),
        .init(
            name: "a section that is missing", gpp: GPPText.text([(7, GPPText.national())]), gppSID: [8],
            mode: .contextual, because: .gppSectionMissing),
        .init(name: "a section without any string", gppSID: [7], mode: .contextual, because: .gppSectionMissing),
        .init(
            name: "a law that is not known", gpp: GPPText.text([(5, "BPSG"), (7, GPPText.national())]), gppSID: [5],
            mode: .contextual, because: .gppSectionUnknown),
        .init(name: "a law of the future", gppSID: [99], mode: .contextual, because: .gppSectionUnknown),
        .init(
            name: "the header names itself", gpp: GPPText.text([(7, GPPText.national())]), gppSID: [3, 7], mode: .full,
            because: .unrestricted),
    ]
}
