import Testing
import Units

@testable import Consent

@Suite("From signals to what may be done")
struct ConsentPolicyTests {
    static let flags: [SignalRow] = [
        .init(name: "nothing is said", mode: .full, because: .unrestricted),
        .init(name: "a child", flags: [.coppa], mode: .contextual, because: .coppa),
        .init(name: "limited ad tracking", flags: [.lmt], mode: .contextual, because: .lmt),
        .init(name: "do not track", flags: [.dnt], mode: .contextual, because: .dnt),
        .init(name: "Global Privacy Control", flags: [.gpc], mode: .contextual, because: .gpc),
        .init(name: "our own opt-out", flags: [.optedOut], mode: .contextual, because: .optOut),
        .init(name: "an id that is denied", flags: [.ifaDenied], mode: .full, because: .unrestricted),
        .init(name: "of equals the first", flags: [.lmt, .coppa, .gpc], mode: .contextual, because: .coppa),
        .init(name: "GDPR denied", gdpr: false, flags: [.isEuropean], mode: .full, because: .unrestricted),
        .init(
            name: "GDPR denied lifts no other row", gdpr: false, usPrivacy: "1YYN", mode: .contextual,
            because: .usPrivacy),
    ]

    static let gdpr: [SignalRow] = [
        .init(name: "no string", gdpr: true, mode: .contextual, because: .tcfMissing),
        .init(
            name: "no string, and no bid without a basis", gdpr: true, policy: .ours.with { $0.withoutBasis = .none },
            mode: .none, because: .tcfMissing),
        .init(name: "no string of TCF", gdpr: true, tcf: "garbage", mode: .contextual, because: .tcfInvalid),
        .init(
            name: "a cut string", gdpr: true, tcf: String(TCFText.text().prefix(50)), mode: .contextual,
            because: .tcfInvalid),
        .init(name: "agreed", gdpr: true, tcf: TCFText.text(), mode: .full, because: .tcfConsent),
        .init(name: "unknown, in Europe", flags: [.isEuropean], mode: .contextual, because: .tcfMissing),
        .init(
            name: "unknown, in Europe, agreed", tcf: TCFText.text(), flags: [.isEuropean], mode: .full,
            because: .tcfConsent),
        .init(
            name: "unknown, a string that refuses", tcf: TCFText.text { $0.purposes = [] }, mode: .contextual,
            because: .tcfPurpose1),
        .init(
            name: "unknown, a string of version 1", tcf: TCFText.text { $0.version = 1 }, mode: .contextual,
            because: .tcfInvalid),
        .init(name: "unknown, a text that is no such string", tcf: "garbage", mode: .full, because: .unrestricted),
        .init(
            name: "denied, a string that refuses", gdpr: false, tcf: TCFText.text { $0.purposes = [] }, mode: .full,
            because: .unrestricted),
        .init(
            name: "agreed, and a child", gdpr: true, tcf: TCFText.text(), flags: [.coppa], mode: .contextual,
            because: .coppa),
        .init(
            name: "no bid without a basis, and a child", gdpr: true, flags: [.coppa],
            policy: .ours.with { $0.withoutBasis = .none }, mode: .none, because: .tcfMissing),
        .init(
            name: "a string from the year before last", gdpr: true,
            tcf: TCFText.text { $0.created = TCFText.now.adding(seconds: -86_400 * 396) }, mode: .contextual,
            because: .tcfStale),
        .init(
            name: "a string of thirteen months less a day", gdpr: true,
            tcf: TCFText.text { $0.created = TCFText.now.adding(seconds: -86_400 * 394) }, mode: .full,
            because: .tcfConsent),
        .init(
            name: "of a former policy", gdpr: true, tcf: TCFText.text { $0.policyVersion = 3 }, mode: .contextual,
            because: .tcfPolicyVersion),
        .init(
            name: "of a former policy, accepted", gdpr: true, tcf: TCFText.text { $0.policyVersion = 2 },
            policy: .ours.with { $0.policyVersionMin = 2 }, mode: .full, because: .tcfConsent),
        .init(
            name: "for everybody's services", gdpr: true, tcf: TCFText.text { $0.isServiceSpecific = false },
            mode: .contextual, because: .tcfGlobal),
        .init(
            name: "nobody disclosed", gdpr: true, tcf: TCFText.text { $0.disclosed = nil }, mode: .contextual,
            because: .tcfNotDisclosed),
        .init(
            name: "nobody disclosed, accepted", gdpr: true, tcf: TCFText.text { $0.disclosed = nil },
            policy: .ours.with { $0.requireDisclosedVendors = false }, mode: .full, because: .tcfConsent),
        .init(
            name: "others disclosed", gdpr: true, tcf: TCFText.text { $0.disclosed = .ranges([1...41], max: 50) },
            policy: .ours.with { $0.requireDisclosedVendors = false }, mode: .contextual, because: .tcfNotDisclosed),
        .init(
            name: "we are no vendor", gdpr: true, tcf: TCFText.text(), policy: ConsentPolicy(), mode: .contextual,
            because: .tcfNoVendorID),
    ]

    static let purposes: [SignalRow] = [
        .init(
            name: "neither consent nor interest", gdpr: true,
            tcf: TCFText.text {
                $0.vendorConsents = .nobody
                $0.vendorInterests = .nobody
            }, mode: .contextual, because: .tcfVendor),
        .init(
            name: "interest alone does not store", gdpr: true, tcf: TCFText.text { $0.vendorConsents = .nobody },
            policy: .byInterest, mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "purpose 1 refused", gdpr: true, tcf: TCFText.text { $0.purposes = [2, 3, 4, 7] }, mode: .contextual,
            because: .tcfPurpose1),
        .init(
            name: "purpose 2 refused", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 3, 4] }, mode: .contextual,
            because: .tcfPurpose2),
        .init(
            name: "1 and 2", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2] }, mode: .limited,
            because: .tcfProfiles),
        .init(
            name: "1, 2 and 4: read, not written", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2, 4] },
            mode: .limited, because: .tcfProfiles),
        .init(
            name: "1, 2 and 3: written, not read", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2, 3] },
            mode: .limited, because: .tcfProfiles),
        .init(
            name: "1 to 4", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 2, 3, 4] }, mode: .full,
            because: .tcfConsent),
        .init(
            name: "2 by interest", gdpr: true, tcf: TCFText.text { $0.purposes = [1, 3, 4] }, policy: .byInterest,
            mode: .full, because: .tcfConsent),
        .init(
            name: "2 by interest, objected to", gdpr: true, tcf: TCFText.text { $0.interests = [7] },
            policy: .byInterest, mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "2 by interest, objected to as regards us", gdpr: true,
            tcf: TCFText.text { $0.vendorInterests = .nobody }, policy: .byInterest, mode: .contextual,
            because: .tcfPurpose2),
        .init(
            name: "a purpose that we did not declare", gdpr: true, tcf: TCFText.text(),
            policy: .ours.with { $0.consentPurposes = [1, 2, 3] }, mode: .limited, because: .tcfProfiles),
        .init(
            name: "profiles never rest on interest", gdpr: true,
            tcf: TCFText.text {
                $0.purposes = [1, 2]
                $0.interests = [3, 4]
            },
            policy: .ours.with {
                $0.consentPurposes = [1, 2]
                $0.legitimateInterestPurposes = [3, 4]
            }, mode: .limited, because: .tcfProfiles),
        .init(
            name: "purpose 1 not asked for in Germany", gdpr: true,
            tcf: TCFText.text {
                $0.purposes = [2, 3, 4]
                $0.purposeOneTreatment = true
            }, policy: .ours.with { $0.purposeOneExceptions = [TCFString.Letters("de")].compactMap { $0 } },
            mode: .full,
            because: .tcfConsent),
        .init(
            name: "purpose 1 not asked for where we do not accept that", gdpr: true,
            tcf: TCFText.text {
                $0.purposes = [2, 3, 4]
                $0.purposeOneTreatment = true
            }, mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "purpose 1 asked for in Germany", gdpr: true, tcf: TCFText.text { $0.purposes = [2, 3, 4] },
            policy: .ours.with { $0.purposeOneExceptions = [TCFString.Letters("DE")].compactMap { $0 } },
            mode: .contextual, because: .tcfPurpose1),
    ]

    private static func restricted(_ restrictions: TCFText.Restriction...) -> String {
        TCFText.text { $0.restrictions = restrictions }
    }

    private static let flexible = ConsentPolicy.ours.with { $0.flexiblePurposes = [2] }
    private static let flexibleByInterest = ConsentPolicy.byInterest.with { $0.flexiblePurposes = [2] }

    static let restrictions: [SignalRow] = [
        .init(
            name: "2 forbidden", gdpr: true, tcf: restricted(.init(2, .notAllowed, 42...42)), mode: .contextual,
            because: .tcfPurpose2),
        .init(
            name: "1 forbidden where it is not asked for", gdpr: true,
            tcf: TCFText.text {
                $0.restrictions = [.init(1, .notAllowed, 42...42)]
                $0.purposeOneTreatment = true
            }, policy: .ours.with { $0.purposeOneExceptions = [TCFString.Letters("DE")].compactMap { $0 } },
            mode: .contextual, because: .tcfPurpose1),
        .init(
            name: "4 forbidden", gdpr: true, tcf: restricted(.init(4, .notAllowed, 40...50)), mode: .limited,
            because: .tcfProfiles),
        .init(
            name: "2 forbidden to others", gdpr: true, tcf: restricted(.init(2, .notAllowed, 1...41, 43...99)),
            mode: .full, because: .tcfConsent),
        .init(
            name: "consent required, as we have it", gdpr: true, tcf: restricted(.init(2, .requireConsent, 42...42)),
            mode: .full, because: .tcfConsent),
        .init(
            name: "interest required, and we are not flexible", gdpr: true,
            tcf: restricted(.init(2, .requireLegitimateInterest, 42...42)), mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "interest required, and we are flexible", gdpr: true,
            tcf: restricted(.init(2, .requireLegitimateInterest, 42...42)), policy: flexible, mode: .full,
            because: .tcfConsent),
        .init(
            name: "interest required, flexible, objected to", gdpr: true,
            tcf: TCFText.text {
                $0.restrictions = [.init(2, .requireLegitimateInterest, 42...42)]
                $0.interests = []
            }, policy: flexible, mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "consent required of interest, and we are not flexible", gdpr: true,
            tcf: restricted(.init(2, .requireConsent, 42...42)), policy: .byInterest, mode: .contextual,
            because: .tcfPurpose2),
        .init(
            name: "consent required of interest, and we are flexible", gdpr: true,
            tcf: restricted(.init(2, .requireConsent, 42...42)), policy: flexibleByInterest, mode: .full,
            because: .tcfConsent),
        .init(
            name: "consent required of interest, flexible, refused", gdpr: true,
            tcf: TCFText.text {
                $0.restrictions = [.init(2, .requireConsent, 42...42)]
                $0.purposes = [1, 3, 4]
            }, policy: flexibleByInterest, mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "both required", gdpr: true,
            tcf: restricted(.init(2, .requireConsent, 42...42), .init(2, .requireLegitimateInterest, 42...42)),
            policy: flexible, mode: .contextual, because: .tcfPurpose2),
        .init(
            name: "interest required of profiles", gdpr: true,
            tcf: restricted(.init(4, .requireLegitimateInterest, 42...42)),
            policy: .ours.with { $0.flexiblePurposes = [4] }, mode: .limited, because: .tcfProfiles),
        .init(
            name: "a restriction of no known type", gdpr: true, tcf: restricted(.init(2, .undefined, 42...42)),
            mode: .full, because: .tcfConsent),
    ]

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

    @Test("each row", arguments: flags + gdpr + purposes + restrictions + american + sectionTwo)
    func row(row: SignalRow) {
        let decision = row.decide()
        #expect(decision.mode == row.mode)
        #expect(decision.because == row.because)
        #expect(decision.mode == .full || !decision.preciseGeo)
        #expect(decision.mode >= .limited || !(decision.mayMeasure || decision.ifaAllowed))
    }

    @Test("two rows together allow no more than either")
    func pairs() {
        let americans = Self.american.filter { $0.policy == .ours && $0.gppSID != [2] }
        for one in Self.gdpr + Self.purposes where one.gdpr == true {
            for other in americans {
                var both = one
                (both.gpp, both.gppSID, both.usPrivacy) = (other.gpp, other.gppSID, other.usPrivacy)
                #expect(both.decide().mode == min(one.mode, other.mode), "\(one), \(other)")
            }
        }
    }

    @Test("measuring under a pseudonym is purpose 7's")
    func measuring() {
        let rows: [(purposes: [Int], mayMeasure: Bool)] = [
            ([1, 2, 3, 4, 7], true), ([1, 2, 3, 4], false), ([1, 2, 7], true),
        ]
        for row in rows {
            let signals = SignalRow(
                name: "", gdpr: true, tcf: TCFText.text { $0.purposes = row.purposes }, mode: .full,
                because: .tcfConsent)
            #expect(signals.decide().mayMeasure == row.mayMeasure, "\(row.purposes)")
        }
        #expect(ConsentDecision.unrestricted.mayMeasure)
    }

    @Test("a precise place needs its special feature, full consent, and no section that forbids it")
    func places() {
        func allows(_ row: SignalRow) -> Bool { row.decide().preciseGeo }
        #expect(allows(.init(name: "", mode: .full, because: .unrestricted)))
        #expect(allows(.init(name: "", gdpr: true, tcf: TCFText.text(), mode: .full, because: .tcfConsent)))
        for (features, purposes) in [([2], [1, 2, 3, 4]), ([], [1, 2, 3, 4]), ([1], [1, 2])] {
            let text = TCFText.text {
                $0.specialFeatures = features
                $0.purposes = purposes
            }
            #expect(!allows(.init(name: "", gdpr: true, tcf: text, mode: .full, because: .tcfConsent)))
        }
        for (geo, isAllowed) in [(0, false), (1, false), (2, true)] {
            let text = GPPText.text([(7, GPPText.national(geo: geo))])
            #expect(allows(.init(name: "", gpp: text, gppSID: [7], mode: .full, because: .unrestricted)) == isAllowed)
        }
    }

    @Test("a device that denies its id leaves the others")
    func ifa() {
        let denied = SignalRow(name: "", flags: [.ifaDenied], mode: .full, because: .unrestricted).decide()
        #expect(!denied.ifaAllowed && denied.mayMeasure && denied.preciseGeo)
        #expect(ConsentDecision.unrestricted.ifaAllowed)
        #expect(!ConsentDecision(.contextual, because: .coppa).ifaAllowed)
    }
}
