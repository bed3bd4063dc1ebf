@testable import Consent

/// Rows of a TC string within GPP, and of several laws at once.
extension ConsentPolicyTests {
    static let sectionTwo: [SignalRow] = [
        .init(
            name: "section 2 agrees", gpp: GPPText.text([(2, TCFText.text())]), gppSID: [2], mode: .full,
            because: .tcfConsent),
        .init(
            name: "section 2 refuses", gpp: GPPText.text([(2, TCFText.text { $0.purposes = [] })]), gppSID: [2],
            mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "section 2 that nobody names", gpp: GPPText.text([(2, TCFText.text { $0.purposes = [] })]),
            mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "section 2 that nobody names, GDPR denied", gdpr: false,
            gpp: GPPText.text([(2, TCFText.text { $0.purposes = [] })]), mode: .full, because: .unrestricted),
        .init(
            name: "section 2 named, GDPR denied: the stricter", gdpr: false,
            gpp: GPPText.text([(2, TCFText.text { $0.purposes = [] })]), gppSID: [2], mode: .contextual,
            because: .tcfPurpose1),
        .init(
            name: "the string that stands alone comes first", gdpr: true, tcf: TCFText.text(),
            gpp: GPPText.text([(2, TCFText.text { $0.purposes = [] })]), gppSID: [2], mode: .full,
            because: .tcfConsent),
        .init(
            name: "also where it refuses", gdpr: true, tcf: TCFText.text { $0.purposes = [] },
            gpp: GPPText.text([(2, TCFText.text())]), gppSID: [2], mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "section 2 stands apart", tcf: TCFText.text(), gppSID: [2], mode: .full, because: .tcfConsent),
        .init(name: "section 2 nowhere", gppSID: [2], mode: .contextual, because: .gppSectionMissing),
        .init(
            name: "a bare TC string as GPP", gpp: TCFText.text(), gppSID: [2], mode: .full, because: .tcfConsent),
        .init(
            name: "section 2 is not in force, and the GDPR applies", gdpr: true,
            gpp: GPPText.text([(2, TCFText.text()), (7, GPPText.national())]), gppSID: [7], mode: .contextual,
            because: .tcfMissing),
        .init(
            name: "both laws, one refuses", gdpr: true, tcf: TCFText.text(),
            gpp: GPPText.text([(7, GPPText.national(sale: 1))]), gppSID: [7], mode: .contextual, because: .gppOptOut),
        .init(
            name: "both laws agree", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2] }, usPrivacy: "1YNN",
            mode: .limited, because: .tcfProfiles),
        .init(
            name: "limited, and a child", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2] }, flags: [.coppa],
            mode: .contextual, because: .coppa),
    ]
}
